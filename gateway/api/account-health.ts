/**
 * How a channel account is doing, from what it did lately; and a test there and back: the tester sends a code from
 * their own phone or browser, and the account answers, over the same roads that customers' messages take.
 */
import { randomInt } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { can, type User } from '#domain/people/access.ts';
import type { Permission } from '#domain/people/permissions.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { queueSystemMessage } from '#routing/outbound.ts';
import { orNotFound } from './shapes.ts';

const id = z.uuid();
const time = z.string().nullable();
const healthView = z.object({
  status: z.enum(['ACTIVE', 'DISABLED', 'NEEDS_ATTENTION']),
  /** What the channel said last of its connection; null before its first word. */
  state: z.string().nullable(), reasonCode: z.string().nullable(), since: time,
  /** Among the newest messages of the organisation (limits.accountRecentMessagesMax). */
  lastInAt: time, lastOutAt: time, recentIn: z.number(), recentOut: z.number(), recentFailed: z.number(),
  /** Waiting to be sent, and lying in quarantine; counted up to 1,000. */
  waiting: z.number(), quarantined: z.number(),
});
const testView = z.object({
  id, code: z.string(), state: z.enum(['WAITING', 'RECEIVED', 'EXPIRED']), expiresAt: z.string(), receivedAt: time,
  /** Of the account's answer. */
  replyStatus: z.string().nullable(), reasonCode: z.string().nullable(),
});

interface HealthRow {
  status: z.output<typeof healthView>['status']; state: string | null; reason: string | null; since: Date | null;
  last_in: Date | null; last_out: Date | null; ins: number; outs: number; failed: number; waiting: number;
  quarantined: number;
}

const health = statement('account-health.read', `
select a.status, h.data ->> 'state' as state, h.data ->> 'reasonCode' as reason, h.at as since,
  m.last_in, m.last_out, m.ins, m.outs, m.failed,
  (select count(*)::int from (select 1 from messages w where w.channel_account_id = a.id and w.status = 'queued'
    limit 1000) w) as waiting,
  (select count(*)::int from (select 1 from inbound_events e where e.organisation_id = a.organisation_id
    and e.channel_account_id = a.id and e.state = 'QUARANTINED' limit 1000) e) as quarantined
from channel_accounts a
left join lateral (select j.at, j.data from journal j where j.subject_id = a.id
  and j.type = 'channel-account.health-changed' order by j.epoch desc, j.xid desc, j.id desc limit 1) h on true
cross join lateral (select max(r.created_at) filter (where r.direction = 'IN') as last_in,
    max(r.created_at) filter (where r.direction = 'OUT' and r.status in ('sent', 'delivered', 'read', 'played'))
      as last_out,
    (count(*) filter (where r.direction = 'IN'))::int as ins,
    (count(*) filter (where r.direction = 'OUT'))::int as outs,
    (count(*) filter (where r.status = 'failed'))::int as failed
  from (select channel_account_id, direction, status, created_at from messages
    where organisation_id = $1 order by id desc limit ${limits.accountRecentMessagesMax}) r
  where r.channel_account_id = a.id) m
where a.organisation_id = $1 and a.id = $2`);

const account = statement('account-tests.account',
  'select status from channel_accounts where organisation_id = $1 and id = $2');
const begin = statement('account-tests.begin', `
insert into account_tests (id, organisation_id, channel_account_id, code, created_by, reply_id)
values ($1, $2, $3, $4, $5, $6)`);
const lockTest = statement('account-tests.lock', `
select t.id, t.code, t.created_at, t.received_at, t.conversation_id, t.reply_id,
  t.created_at + make_interval(mins => ${limits.accountTestMinutes}) as expires_at,
  app_now() > t.created_at + make_interval(mins => ${limits.accountTestMinutes}) as over
from account_tests t where t.organisation_id = $1 and t.channel_account_id = $2 and t.id = $3 for update`);
const findCode = statement('account-tests.find-code', `
select m.conversation_id, m.created_at from messages m
where m.id > $3 and m.organisation_id = $1 and m.channel_account_id = $2 and m.direction = 'IN'
  and upper(btrim(m.body)) = $4 order by m.id limit 1`);
const markReceived = statement('account-tests.mark-received', `
update account_tests set received_at = $3, conversation_id = $4 where organisation_id = $1 and id = $2`);
const replyOf = statement('account-tests.reply',
  'select status, reason_code from messages where organisation_id = $1 and client_id = $2');

interface TestRow {
  id: string; code: string; created_at: Date; received_at: Date | null; conversation_id: string | null;
  reply_id: string; expires_at: Date; over: boolean;
}

/** Accounts belong to the whole organisation (as in channel-accounts.ts). */
function requireEverywhere(user: User, permission: Permission): void {
  if (!can(user, permission, { organisationId: user.organisationId })) throw new AppError('NOT_FOUND');
}

/** The smallest id of rows made from a minute before the test's own: ids rise with time. */
function floorOf(testId: string): string {
  const ms = Number.parseInt(testId.replaceAll('-', '').slice(0, 12), 16) - 60_000;
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const answerText = {
  id: (code: string) => `Uji akun kanal berhasil: pesan ${code} diterima, dan ini balasannya.`,
  en: (code: string) => `The test of this channel account worked: ${code} was received, and this is the answer.`,
};

/** Looks whether the code has arrived; if so, once, the account answers in that very conversation. */
async function check(work: Work, user: User, accountId: string, testId: string): Promise<TestRow> {
  const { organisationId } = user;
  return work.db.transaction(async (tx) => {
    const test = orNotFound(await tx.one<TestRow>(lockTest, [organisationId, accountId, testId]));
    if (test.received_at !== null || test.over) return test;
    const found = await tx.one<{ conversation_id: string; created_at: Date }>(findCode,
      [organisationId, accountId, floorOf(testId), test.code]);
    if (found === undefined) return test;
    await tx.rows(markReceived, [organisationId, testId, found.created_at, found.conversation_id]);
    await appendJournal(tx, [{ type: 'channel-account.tested', subjectType: 'channel-account', subjectId: accountId,
      actor: { kind: 'USER', id: user.id }, scope: { organisationId }, data: { result: 'RECEIVED' } }]);
    await queueSystemMessage(work, tx, { organisationId, conversationId: found.conversation_id,
      clientId: test.reply_id, authorKind: 'SYSTEM', text: answerText[user.locale](test.code) });
    return { ...test, received_at: found.created_at, conversation_id: found.conversation_id };
  });
}

async function viewOf(work: Work, user: User, test: TestRow): Promise<z.output<typeof testView>> {
  const reply = test.received_at === null ? undefined
    : await work.db.one<{ status: string; reason_code: string | null }>(replyOf,
      [user.organisationId, test.reply_id]);
  return {
    id: test.id, code: test.code, expiresAt: test.expires_at.toISOString(),
    state: test.received_at !== null ? 'RECEIVED' : test.over ? 'EXPIRED' : 'WAITING',
    receivedAt: test.received_at?.toISOString() ?? null, replyStatus: reply?.status ?? null,
    reasonCode: reply?.reason_code ?? null,
  };
}

/** GET /api/channel-accounts/:id/health, POST /api/channel-accounts/:id/tests and .../tests/:testId/check */
export function accountHealthApi(parts: { work: Work }): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/channel-accounts/:id/health', {
      config: { permission: 'channel.read' }, schema: { params: z.object({ id }), response: { 200: healthView } },
    }, async ({ user, params }) => {
      requireEverywhere(user, 'channel.read');
      const row = orNotFound(await work.db.one<HealthRow>(health, [user.organisationId, params.id]));
      const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
      return { status: row.status, state: row.state, reasonCode: row.reason, since: iso(row.since),
        lastInAt: iso(row.last_in), lastOutAt: iso(row.last_out), recentIn: row.ins, recentOut: row.outs,
        recentFailed: row.failed, waiting: row.waiting, quarantined: row.quarantined };
    });

    app.post('/api/channel-accounts/:id/tests', {
      config: { permission: 'channel.manage' }, schema: { params: z.object({ id }), response: { 201: testView } },
    }, async ({ user, params }, reply) => {
      requireEverywhere(user, 'channel.manage');
      const found = orNotFound(await work.db.one<{ status: string }>(account, [user.organisationId, params.id]));
      if (found.status === 'DISABLED') throw new AppError('STATE_CONFLICT', { status: found.status });
      const testId = newId();
      const code = `UJI-${randomInt(100_000, 1_000_000)}`;
      await work.db.rows(begin, [testId, user.organisationId, params.id, code, user.id, newId()]);
      void reply.code(201);
      return viewOf(work, user, await check(work, user, params.id, testId));
    });

    app.post('/api/channel-accounts/:id/tests/:testId/check', {
      config: { permission: 'channel.manage' },
      schema: { params: z.object({ id, testId: id }), response: { 200: testView } },
    }, async ({ user, params }) => {
      requireEverywhere(user, 'channel.manage');
      return viewOf(work, user, await check(work, user, params.id, params.testId));
    });
  };
}
