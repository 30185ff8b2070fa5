/** Pages of lists: every row once, however close rows stand in time; PostgreSQL counts microseconds. */
import t from 'tap';
import { contactViews } from '#domain/contacts/queries.ts';
import { interactionViews } from '#domain/interactions/queries.ts';
import { countViews, type ViewDefinition } from '#domain/interactions/saved-views.ts';
import { limits } from '#domain/limits.ts';
import type { Page } from '#domain/pages.ts';
import { ticketViews } from '#domain/tickets/queries.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork } from '#test/support/harness.ts';

const ROWS = 11;

async function allOf(read: (cursor: string | undefined) => Promise<Page<{ id: string }>>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < ROWS * 2; pages += 1) {
    const page = await read(cursor);
    ids.push(...page.items.map(({ id }) => id));
    if (page.nextCursor === null) return ids;
    cursor = page.nextCursor;
  }
  throw new Error('the pages never end');
}

t.test('rows of one millisecond, and of one microsecond, come once each over all pages', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const grants = world.leader.grants.map((grant) => ({ ...grant, scopeKind: 'organisation' as const, scopeId: null }));
  const reader = { ...world.leader, grants };
  for (let n = 0; n < ROWS; n += 1) await openInteraction(work.db, world);
  const at = (alias: string): string => `timestamptz '2026-11-01 08:00:00.123' + interval '1 microsecond'
    * (200 + 70 * ((row_number() over (order by ${alias}.id)) / 2))`;
  const spread = async (table: string, column: string): Promise<void> => {
    await work.db.dynamic(`update ${table} x set ${column} = s.at
      from (select y.id, ${at('y')} as at from ${table} y) s where s.id = x.id`);
  };
  await spread('contacts', 'created_at');
  await spread('tickets', 'opened_at');
  await spread('interactions', 'date_origin');
  const limit = 3;
  const once = (ids: readonly string[], what: string): void => {
    t.equal(ids.length, ROWS, `${what}: none lost, none twice`);
    t.equal(new Set(ids).size, ROWS, what);
  };
  once(await allOf((cursor) => contactViews(work.db, { user: reader, cursor, limit })), 'contacts');
  once(await allOf((cursor) => ticketViews(work.db, { user: reader, cursor, limit })), 'tickets');
  once(await allOf((cursor) => interactionViews(work.db, { user: reader, view: 'all', cursor, limit })), 'open');
  await spread('interactions', 'waiting_since');
  once(await allOf((cursor) => interactionViews(work.db, { user: reader, view: 'queues', cursor, limit })), 'waiting');
  await work.db.dynamic("update interactions set state = 'CLOSED', closed_at = date_origin");
  const closed = { user: reader, view: 'all', state: 'closed', limit } as const;
  once(await allOf((cursor) => interactionViews(work.db, { ...closed, cursor })), 'closed');
});

t.test('views of closed work: list and count agree, and unread goes back as far as the limit says', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  const lately = await openInteraction(work.db, world);
  const before = await openInteraction(work.db, world);
  const close = async (id: string, days: number): Promise<void> => {
    await work.db.dynamic(`with done as (update interactions set state = 'CLOSED',
        closed_at = app_now() - $2 * interval '1 day' where id = $1 returning conversation_id, closed_at)
      update conversations c set last_message_at = done.closed_at - interval '1 minute', unread_count = 2
      from done where c.id = done.conversation_id`, [id, days]);
  };
  await close(lately.interactionId, limits.closedUnreadDays - 1);
  await close(before.interactionId, limits.closedUnreadDays + 1);
  const user = world.leader;
  const shown = async (filter: ViewDefinition['filter']): Promise<string[]> => {
    const view = { view: 'all', state: 'closed', filter } as const;
    const ids = (await interactionViews(work.db, { user, ...view })).items.map(({ id }) => id);
    t.same(await countViews(work.db, user, [view]), [ids.length], JSON.stringify(filter));
    return ids;
  };
  const both = [lately.interactionId, before.interactionId];
  t.same(await shown({}), both);
  t.same(await shown({ unread: true }), [lately.interactionId]);
  t.same(await shown({ channels: ['generic'], queueIds: [world.queueId] }), both);
  t.same(await shown({ channels: ['generic', 'telegram'], queueIds: [world.queueId, world.tier2QueueId] }), both);
  t.same(await shown({ queueIds: [world.tier2QueueId] }), []);
  t.same(await shown({ awaiting: true }), both, 'never answered nor documented');
  for (const filter of [{ late: true }, { snoozed: 'only' }, { followed: true }, { tier: 2 }] as const) {
    t.same(await shown(filter), []);
  }
  await work.db.dynamic('insert into ticket_follows (organisation_id, user_id, ticket_id) values ($1, $2, $3)',
    [world.organisationId, user.id, before.ticketId]);
  t.same(await shown({ followed: true }), [before.interactionId]);
});
