/** Events that could not be taken in: why, what they were, and taking them in after all (INV7, RI8). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Channel } from '#channels/channel.ts';
import type { AccountView, InboundEvent, Medium, ReceiveResult } from '#domain/channels/words.ts';
import { appNowMs } from '#domain/clock.ts';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { can, type User } from '#domain/people/access.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { knownAs } from '#routing/identity.ts';
import { underHandle } from '../hook-people.ts';
import { pageOf, pageQuery } from './crud.ts';

export interface QuarantineParts {
  work: Work;
  channels: ReadonlyMap<string, Channel>;
  intake: {
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
  /** How much of the event the single view shows, and how much there is. */
  rawBytes: z.number(), rawTotalBytes: z.number(), raw: z.string().nullable(),
});

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
  `select e.raw, e.state, a.id, a.organisation_id as "organisationId", a.channel,
    a.key, a.name, a.address, a.settings
  from inbound_events e join channel_accounts a on a.id = e.channel_account_id and a.organisation_id = e.organisation_id
  where e.organisation_id = $1 and e.id = $2 and e.state <> 'DONE'`);

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

/** Reads the event anew from its bytes, as its channel reads it today. */
function reread(channel: Channel | undefined, account: AccountView, raw: Buffer): InboundEvent {
  if (channel?.parse === undefined) throw new AppError('STATE_CONFLICT', { reason: 'CHANNEL_CANNOT_REREAD' });
  const nowSeconds = Math.floor(appNowMs() / 1_000);
  const parsed = channel.parse({ method: 'POST', headers: {}, query: {}, body: raw, nowSeconds }, account);
  const event = parsed.events[0];
  if (event === undefined) throw new AppError('STATE_CONFLICT', { reason: 'NOTHING_TO_REPLAY' });
  if (event.kind === 'unreadable') throw new AppError('STATE_CONFLICT',
    { reason: 'STILL_UNREADABLE', reasonCode: event.reasonCode });
  return event;
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
        querystring: z.strictObject({ cursor: pageQuery.cursor, limit: pageQuery.limit, channelAccountId: id.optional(),
          state: z.enum(['QUARANTINED', 'REPLAYED']).default('QUARANTINED') }),
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
      const row = await work.db.one<AccountView & { raw: Buffer; state: string }>(forReplay,
        [user.organisationId, params.id]);
      if (row === undefined) throw new AppError('NOT_FOUND');
      const { raw, state, ...account } = row;
      if (state !== 'QUARANTINED') throw new AppError('STATE_CONFLICT');
      const channel = parts.channels.get(account.channel);
      const read = reread(channel, account, raw);
      const event = 'handle' in read ? underHandle(read, await knownAs(work.db, account, [read.handle])) : read;
      const result = await parts.intake.replay({ ...account, medium: channel?.medium ?? 'MESSAGING' }, params.id,
        event, user.id);
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
