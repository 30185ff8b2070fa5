/**
 * The session that a channel account holds with its provider: how it stands, the code to scan or type, what its number
 * may still send, when it was out of reach; and what an operator wants of it. The node that holds it does it.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Channel } from '#channels/channel.ts';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { can, type User } from '#domain/people/access.ts';
import type { Permission } from '#domain/people/permissions.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { HOUSE_ZONE } from '#routing/outbound-claims.ts';
import { wishTopic } from '../channel-session.ts';
import { requireStepUp } from '../security/step-up.ts';
import type { Vault } from '../security/vault.ts';
import { orNotFound } from './shapes.ts';

const id = z.uuid();
const time = z.string().nullable();
const wishKind = z.enum(['PAIR_QR', 'PAIR_CODE', 'RECONNECT', 'LOG_OUT', 'STOP']);
const day = z.object({ day: z.string(), cold: z.number(), warm: z.number(), failed: z.number(), received: z.number(),
  ignored: z.number() });
const view = z.object({
  /** Null before the session has said anything. */
  state: z.enum(['IDLE', 'CONNECTING', 'PAIRING', 'OPEN', 'OFFLINE', 'OPERATOR']).nullable(),
  reasonCode: z.string().nullable(), since: time, number: z.string().nullable(), displayName: z.string().nullable(),
  pairedAt: time,
  /** Only for who manages channels, and only while it is good. */
  code: z.object({ kind: z.enum(['QR', 'CODE']), value: z.string(), until: z.string() }).nullable(),
  /** What an operator asked for and no node has taken yet. */
  wish: wishKind.nullable(),
  /** What the number may send first, to people who have not written lately; `cap` null: as much as one likes. */
  cold: z.object({ cap: z.number().nullable(), today: z.number(), pausedUntil: time, reasonCode: z.string().nullable(),
    afterDays: z.number() }),
  /** The newest first. */
  days: z.array(day),
  gaps: z.array(z.object({ reasonCode: z.string(), from: z.string(), until: time, recovered: z.number() })),
});
const wishBody = z.strictObject({ kind: wishKind,
  /** Of PAIR_CODE: the number that the code is typed on, with its country. */
  number: z.string().regex(/^\+[1-9]\d{7,14}$/).optional() });

/** What decides whose telephone the number is. */
const LINKING: ReadonlySet<string> = new Set(['PAIR_QR', 'PAIR_CODE', 'LOG_OUT'] satisfies z.output<typeof wishKind>[]);

interface Row {
  channel: string; settings: Record<string, unknown>; status: string;
  state: z.output<typeof view>['state']; reason_code: string | null; since: Date | null; number: string | null;
  display_name: string | null; paired_at: Date | null; code_kind: 'QR' | 'CODE' | null; code_key_id: string | null;
  code_sealed: Buffer | null; code_until: Date | null; wish: z.output<typeof wishKind> | null; cold_cap: number | null;
  cold_paused_until: Date | null; cold_reason_code: string | null;
}

const read = statement('account-session.read', `
select a.channel, a.settings, a.status, c.state, c.reason_code, c.since, c.number, c.display_name, c.paired_at,
  case when c.code_until > app_now() then c.code_kind end as code_kind, c.code_key_id, c.code_sealed, c.code_until,
  c.wish, c.cold_cap, case when c.cold_paused_until > app_now() then c.cold_paused_until end as cold_paused_until,
  case when c.cold_paused_until > app_now() then c.cold_reason_code end as cold_reason_code
from channel_accounts a left join channel_connections c
  on c.organisation_id = a.organisation_id and c.channel_account_id = a.id
where a.organisation_id = $1 and a.id = $2`);
const DAYS = 14;
const readDays = statement('account-session.days', `
select to_char(day, 'YYYY-MM-DD') as day, cold, warm, failed, received, ignored,
  day = (app_now() at time zone '${HOUSE_ZONE}')::date as is_today
from channel_days where organisation_id = $1 and channel_account_id = $2 order by channel_days.day desc
limit ${DAYS}`);
const GAPS = 20;
const readGaps = statement('account-session.gaps', `
select reason_code, from_at, until_at, recovered from channel_gaps
where organisation_id = $1 and channel_account_id = $2 order by from_at desc limit ${GAPS}`);
const wish = statement('account-session.wish', `
insert into channel_connections as c (organisation_id, channel_account_id, state, wish, wish_number, wished_at)
values ($1, $2, 'IDLE', $3, $4, app_now())
on conflict (organisation_id, channel_account_id) do update set wish = excluded.wish,
  wish_number = excluded.wish_number, wished_at = excluded.wished_at, updated_at = app_now()`);

/** Accounts belong to the whole organisation (as in channel-accounts.ts). */
function requireEverywhere(user: User, permission: Permission): void {
  if (!can(user, permission, { organisationId: user.organisationId })) throw new AppError('NOT_FOUND');
}

interface SessionApiParts { work: Work; vault: Vault; channels: ReadonlyMap<string, Channel> }

async function rowOf(parts: SessionApiParts, user: User, accountId: string): Promise<Row> {
  const row = orNotFound(await parts.work.db.one<Row>(read, [user.organisationId, accountId]));
  // A channel without sessions has no such page.
  if (parts.channels.get(row.channel)?.hasSession?.({ settings: row.settings }) !== true) {
    throw new AppError('NOT_FOUND');
  }
  return row;
}

function codeOf(vault: Vault, accountId: string, row: Row): z.output<typeof view>['code'] {
  if (row.code_kind === null || row.code_key_id === null || row.code_sealed === null || row.code_until === null) {
    return null;
  }
  const plain = vault.open(row.code_key_id, row.code_sealed, `channel_connections|${accountId}|code_sealed`);
  return { kind: row.code_kind, value: plain.toString('utf8'), until: row.code_until.toISOString() };
}

type DayRow = z.output<typeof day> & { is_today: boolean };

async function viewOf(parts: SessionApiParts, user: User, accountId: string): Promise<z.output<typeof view>> {
  const { db } = parts.work;
  const values = [user.organisationId, accountId];
  const row = await rowOf(parts, user, accountId);
  const [days, gaps] = await Promise.all([db.rows<DayRow>(readDays, values),
    db.rows<{ reason_code: string; from_at: Date; until_at: Date | null; recovered: number }>(readGaps, values)]);
  const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    state: row.state, reasonCode: row.reason_code, since: iso(row.since), number: row.number,
    displayName: row.display_name, pairedAt: iso(row.paired_at), wish: row.wish,
    code: can(user, 'channel.manage', { organisationId: user.organisationId })
      ? codeOf(parts.vault, accountId, row) : null,
    cold: { cap: row.cold_cap, today: days.find((one) => one.is_today)?.cold ?? 0,
      pausedUntil: iso(row.cold_paused_until), reasonCode: row.cold_reason_code, afterDays: limits.coldAfterDays },
    days: days.map(({ is_today: _today, ...rest }) => rest),
    gaps: gaps.map((gap) => ({ reasonCode: gap.reason_code, from: gap.from_at.toISOString(),
      until: iso(gap.until_at), recovered: gap.recovered })),
  };
}

/** GET /api/channel-accounts/:id/session and POST /api/channel-accounts/:id/session/wishes */
export function accountSessionApi(parts: SessionApiParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/channel-accounts/:id/session', {
      config: { permission: 'channel.read' }, schema: { params: z.object({ id }), response: { 200: view } },
    }, async ({ user, params }) => {
      requireEverywhere(user, 'channel.read');
      return viewOf(parts, user, params.id);
    });

    app.post('/api/channel-accounts/:id/session/wishes', {
      config: { permission: 'channel.manage' },
      schema: { params: z.object({ id }), body: wishBody, response: { 202: view } },
    }, async ({ user, session, params, body }, reply) => {
      requireEverywhere(user, 'channel.manage');
      // Whoever links another telephone reads and writes in this number's name: asked for as its secrets are (RA05).
      if (LINKING.has(body.kind)) {
        if (session === null) throw new AppError('SIGN_IN_REQUIRED');
        await requireStepUp(work, session);
      }
      const row = await rowOf(parts, user, params.id);
      if (row.status === 'DISABLED') throw new AppError('STATE_CONFLICT', { status: row.status });
      if ((body.kind === 'PAIR_CODE') !== (body.number !== undefined)) {
        throw new AppError('VALIDATION_FAILED', { fields: ['number'] });
      }
      await work.db.transaction(async (tx) => {
        await tx.rows(wish, [user.organisationId, params.id, body.kind, body.number ?? null]);
        await appendJournal(tx, [{ type: 'channel-account.session-wished', subjectType: 'channel-account',
          subjectId: params.id, actor: { kind: 'USER', id: user.id }, scope: { organisationId: user.organisationId },
          data: { wish: body.kind } }]);
      });
      work.wake.hint('journal');
      work.wake.hint(wishTopic(params.id));
      void reply.code(202);
      return viewOf(parts, user, params.id);
    });
  };
}
