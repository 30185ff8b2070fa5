/** Events that could not be taken in: why, what they were, and taking them in after all (INV7, RI8). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Channel, ParsedHook } from '#channels/channel.ts';
import type { QuarantinedEvent, QuarantineFilters } from '#domain/channels/quarantine.ts';
import type { AccountView, InboundEvent, Medium, ReceiveResult } from '#domain/channels/words.ts';
import { appNowMs } from '#domain/clock.ts';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { can, type User } from '#domain/people/access.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { identifyHandle, knownAs } from '#routing/identity.ts';
import { dedupHash } from '#routing/intake-threads.ts';
import { recordReceipts } from '#routing/receipts.ts';
import { receiveEvents, type Taker } from '../channel-receive.ts';
import { underKnownHandles, withPeople, type PeopleHost } from '../hook-people.ts';
import { pageOf, pageQuery } from './crud.ts';

export interface QuarantineParts {
  work: Work;
  channels: ReadonlyMap<string, Channel>;
  intake: Taker & {
    replay(account: AccountView & { medium: Medium }, eventId: string, event: InboundEvent,
      userId: string): Promise<ReceiveResult>;
  };
}

const id = z.uuid();
const eventView = z.object({
  id, channelAccountId: id, channel: z.string(), accountName: z.string(), kind: z.string(),
  state: z.enum(['QUARANTINED', 'REPLAYED', 'DONE']), reasonCode: z.string().nullable(), attempts: z.number(),
  reasonDetail: z.string().nullable(), receivedAt: z.string(), resolvedAt: z.string().nullable(),
    resolvedBy: id.nullable(),
  rawBytes: z.number(), rawTotalBytes: z.number(), raw: z.string().nullable(),
}) satisfies z.ZodType<QuarantinedEvent>;
const filters = { channelAccountId: id.optional(), state: z.enum(['QUARANTINED', 'REPLAYED']).default('QUARANTINED') };
const listQuery = z.strictObject({ cursor: pageQuery.cursor, limit: pageQuery.limit,
  ...filters satisfies Record<keyof QuarantineFilters, z.ZodType> });

/** As much of an event as a person reads; what came in is shown as text with everything unprintable escaped. */
const RAW_BYTES_MAX = 16_384;

interface EventRow {
  id: string; channel_account_id: string; channel: string; account_name: string; kind: string;
  state: 'QUARANTINED' | 'REPLAYED' | 'DONE'; reason_code: string | null; reason_detail: string
    | null; attempts: number;
  received_at: Date; resolved_at: Date | null; resolved_by: string
    | null; raw: Buffer; raw_bytes: number; cursor: string;
}

const columns = `e.id, e.channel_account_id, a.channel, a.name as account_name, e.kind, e.state, e.reason_code,
  e.reason_detail,
  e.attempts, e.received_at, e.resolved_at, e.resolved_by, octet_length(e.raw) as raw_bytes,
    e.received_at::text as cursor`;
const oneEvent = statement('quarantine.one', `select ${columns}, substring(e.raw from 1 for $3) as raw
  from inbound_events e join channel_accounts a on a.id = e.channel_account_id and a.organisation_id = e.organisation_id
  where e.organisation_id = $1 and e.id = $2 and e.state <> 'DONE'`);
const forReplay = statement('quarantine.forReplay',
  `select e.raw, e.state, encode(e.dedup_hash, 'hex') as hash, a.id, a.organisation_id as "organisationId", a.channel,
    a.key, a.name, a.address, a.settings
  from inbound_events e join channel_accounts a on a.id = e.channel_account_id and a.organisation_id = e.organisation_id
  where e.organisation_id = $1 and e.id = $2 and e.state <> 'DONE'`);

const putBack = statement('quarantine.put-back', `update inbound_events set state = 'QUARANTINED', resolved_at = null,
  resolved_by = null where organisation_id = $1 and id = $2 and state = 'REPLAYED'`);

function view(row: EventRow): z.output<typeof eventView> {
  return {
    id: row.id, channelAccountId: row.channel_account_id, channel: row.channel, accountName: row.account_name,
      kind: row.kind,
    state: row.state, reasonCode: row.reason_code, attempts: row.attempts, receivedAt: row.received_at.toISOString(),
    resolvedAt: row.resolved_at?.toISOString() ?? null, resolvedBy: row.resolved_by, reasonDetail: row.reason_detail,
    rawBytes: Math.min(row.raw_bytes, RAW_BYTES_MAX), rawTotalBytes: row.raw_bytes, raw: null,
  };
}

/** Bytes as a person may safely read them: what is no printable character becomes \\u{...} (RF22). */
export function escapedText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes).replace(/[^\P{C}\n]|[\u2028\u2029]/gu,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`);
}

/**
 * Reads the event anew from its bytes, as its channel reads it today, with all that came in them. `kept` is the one
 * that lies in quarantine: by its key, or, where nothing could be read of it then, the first that can be now.
 */
function reread(channel: Channel | undefined, account: AccountView, raw: Buffer,
  hash: string): { parsed: ParsedHook; kept: InboundEvent } {
  if (channel?.parse === undefined) throw new AppError('STATE_CONFLICT', { reason: 'CHANNEL_CANNOT_REREAD' });
  const nowSeconds = Math.floor(appNowMs() / 1_000);
  const parsed = channel.parse({ method: 'POST', headers: {}, query: {}, body: raw, nowSeconds }, account);
  const { events } = parsed;
  const kept = events.find((event) => dedupHash(event) === hash)
    ?? events.find((event) => event.kind !== 'unreadable') ?? events[0];
  if (kept === undefined) throw new AppError('STATE_CONFLICT', { reason: 'NOTHING_TO_REPLAY' });
  if (kept.kind === 'unreadable') throw new AppError('STATE_CONFLICT',
    { reason: 'STILL_UNREADABLE', reasonCode: kept.reasonCode });
  return { parsed, kept };
}

type ReplayRow = AccountView & { raw: Buffer; state: string; hash: string };

/**
 * Takes in what the row holds on the way of a fresh delivery: its files are announced, an edit that overtook its
 * message is stored in its place, and what came along is stored too, or ends as a duplicate. Gives what became of the
 * event that lay in quarantine.
 */
async function replay(parts: QuarantineParts, user: User, eventId: string, row: ReplayRow): Promise<ReceiveResult> {
  const { work, intake } = parts;
  const { raw, state: _state, hash, ...account } = row;
  const channel = parts.channels.get(account.channel);
  const { parsed, kept } = reread(channel, account, raw, hash);
  const isKept = (event: InboundEvent): boolean => event.kind === kept.kind && event.dedupKey === kept.dedupKey;
  let result: ReceiveResult = { outcome: 'quarantined' };
  let taken: ReceiveResult | undefined;
  const taker: Taker = {
    async receive(to, events) {
      const results: ReceiveResult[] = [];
      for (const event of events) {
        if (isKept(event)) {
          taken = await intake.replay(to, eventId, event, user.id);
          results.push(taken);
        } else {
          results.push(...await intake.receive(to, [event]));
        }
      }
      return results;
    },
  };
  const host: PeopleHost = { account, session: { identify: (person) => identifyHandle(work, account, person),
    knownAs: (handles) => knownAs(work.db, account, handles) } };
  // What came along goes first, for it may be stored again: the kept one is taken once.
  const readable = parsed.events.filter((event) => event.kind !== 'unreadable')
    .toSorted((one, other) => Number(isKept(one)) - Number(isKept(other)));
  const events = await underKnownHandles(host, { events: readable,
    maybeKnown: readable.map((event) => event.handle) });
  if (parsed.receipts.length > 0) await recordReceipts(work, account, parsed.receipts);
  try {
    await withPeople(host, parsed.people, async () => {
      const results = await receiveEvents({ work, intake: taker },
        { ...account, medium: channel?.medium ?? 'MESSAGING' }, events);
      result = results[events.findIndex(isKept)] ?? result;
    });
  } catch (error) {
    // A message is stored once it is taken; anything else had not come to its end, and is tried again.
    if (taken !== undefined && taken.messageId === undefined) {
      await work.db.rows(putBack, [account.organisationId, eventId]);
    }
    throw error;
  }
  return result;
}

function everywhere(user: User, permission: 'quarantine.read' | 'quarantine.replay'): void {
  if (!can(user, permission, { organisationId: user.organisationId })) throw new AppError('FORBIDDEN');
}

async function list(parts: QuarantineParts, user: User, query: { state: string; channelAccountId?: string
  | undefined; cursor?: string | undefined;
  limit?: number | undefined }): Promise<{ items: EventRow[]; nextCursor: string | null }> {
  const size = pageSize(query.limit);
  const values: unknown[] = [user.organisationId, query.state];
  let where = '';
  if (query.channelAccountId !== undefined) { values.push(query.channelAccountId); where += ` and
    e.channel_account_id = $${values.length}`; }
  if (query.cursor !== undefined) {
    const [at, eventId] = decodePage(query.cursor, 2);
    values.push(at, eventId);
    where += ` and (e.received_at, e.id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`;
  }
  const rows = await parts.work.db.dynamic<EventRow>(`select ${columns} from inbound_events e
    join channel_accounts a on a.id = e.channel_account_id and a.organisation_id = e.organisation_id
    where e.organisation_id = $1 and e.state = $2 ${where} order by e.received_at desc,
      e.id desc limit ${size + 1}`, values);
  const last = rows[size - 1];
  return { items: rows.slice(0, size), nextCursor: rows.length > size && last !== undefined
    ? encodePage([last.cursor, last.id]) : null };
}

/** /api/quarantine */
export function quarantineApi(parts: QuarantineParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/quarantine', {
      config: { permission: 'quarantine.read' },
      schema: {
        querystring: listQuery,
        response: { 200: pageOf(eventView) },
      },
    }, async (request) => {
      everywhere(request.user, 'quarantine.read');
      const { items, nextCursor } = await list(parts, request.user, request.query);
      return { items: items.map(view), nextCursor };
    });

    // The bytes are a customer's words and numbers without a mask: shown as late and as noted as those (RA05, RA08).
    app.get('/api/quarantine/:id', {
      config: { permission: 'quarantine.read', stepUp: true },
      schema: { params: z.object({ id }), response: { 200: eventView } },
    }, async (request) => {
      everywhere(request.user, 'quarantine.read');
      const row = await work.db.one<EventRow>(oneEvent, [request.user.organisationId, request.params.id,
        RAW_BYTES_MAX]);
      if (row === undefined) throw new AppError('NOT_FOUND');
      await work.db.transaction(async (tx) => {
        await appendJournal(tx, [{ type: 'event.viewed', subjectType: 'event', subjectId: row.id,
          actor: { kind: 'USER', id: request.user.id }, scope: { organisationId: request.user.organisationId } }]);
        tx.afterCommit(() => { work.wake.hint('journal'); });
      });
      return { ...view(row), raw: escapedText(row.raw) };
    });

    app.post('/api/quarantine/:id/replay', {
      config: { permission: 'quarantine.replay' },
      schema: { params: z.object({ id }), response: { 200: z.object({ outcome: z.string(),
        conversationId: id.nullable() }) } },
    }, async (request) => {
      everywhere(request.user, 'quarantine.replay');
      const { user, params } = request;
      const row = await work.db.one<ReplayRow>(forReplay, [user.organisationId, params.id]);
      if (row === undefined) throw new AppError('NOT_FOUND');
      if (row.state !== 'QUARANTINED') throw new AppError('STATE_CONFLICT');
      const result = await replay(parts, user, params.id, row);
      await work.db.transaction(async (tx) => {
        await appendJournal(tx, [{
          type: 'event.replayed', subjectType: 'event', subjectId: params.id, actor: { kind: 'USER', id: user.id },
          scope: { organisationId: user.organisationId }, data: { result: result.outcome },
        }]);
        tx.afterCommit(() => { work.wake.hint('journal'); });
      });
      return { outcome: result.outcome, conversationId: result.conversationId ?? null };
    });
  };
}
