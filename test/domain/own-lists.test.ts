/** Lists of who sees only own work: read from that work, they hold what the rights say, in order and once. */
import t from 'tap';
import fc from 'fast-check';
import { contactFilter, contactViews } from '#domain/contacts/queries.ts';
import { interactionViews, readableFilter } from '#domain/interactions/queries.ts';
import type { Page } from '#domain/pages.ts';
import { ticketFilter, ticketViews } from '#domain/tickets/queries.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { testWork, type TestWork } from '#test/support/harness.ts';

t.setTimeout(120_000);

const CLOSED = "('CLOSED', 'OOT_COMPLETE')";

/** Customers who came one to three times, served by two agents; half a year, some still open, some merged. */
async function fill(work: TestWork, world: SmallWorld, seed: number): Promise<void> {
  const ids = [world.organisationId, world.accountId, world.agents.map((agent) => agent.id)];
  await work.db.dynamic(`with drawn as materialized (
      select n, 1 + n % 70 as person, random() as chance, random() as length, ($3::uuid[])[1 + (random() * 1.4)::int]
        as agent, timestamptz '2026-05-01 00:00Z' + n * interval '20 hours' as at
      from (select setseed($4)) s, generate_series(0, 199) n),
    people as (insert into contacts (id, organisation_id, name, created_at) select uuidv7(), $1::uuid,
      'Nasabah ' || person, min(at) from drawn group by person returning id, name),
    threads as (insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
      select uuidv7(), $1::uuid, id, 'generic', $2::uuid, name from people returning contact_id, id, handle),
    talks as (insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id, handle)
      select uuidv7(), $1::uuid, $2::uuid, contact_id, id, handle from threads returning id, contact_id, handle),
    cases as (select d.*, t.id as conversation, t.contact_id as contact, uuidv7() as own,
        (d.chance < 0.9 or d.n < 140) as ended, d.agent as server
      from drawn d join talks t on t.handle = 'Nasabah ' || d.person),
    tickets as (insert into tickets (id, organisation_id, number, contact_id, conversation_id, state, opened_at)
      select own, $1::uuid, 'TK-' || n, contact, conversation, case when ended then 'CLOSED' else 'OPEN_T1' end, at
      from cases returning id)
    insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium,
      ticket_id, state, agent_id, cost_points, date_origin, closed_at)
    select uuidv7(), $1::uuid, conversation, contact, $2::uuid, 'generic', 'CHAT',
      case when ended and chance > 0.3 then coalesce(lag(own) over (partition by person order by n), own) else own end,
      case when ended then 'CLOSED' else 'IN_SERVICE' end, server, 20, at,
      case when ended then at + power(length, 4) * interval '60 days' end
    from cases on conflict do nothing`, [...ids, seed]);
  // Some people turn out to be one: their work goes to the one who came later.
  await work.db.dynamic(`with pairs as (select a.id as merged, b.id as kept from generate_series(5, 25, 5) n
      join contacts a on a.name = 'Nasabah ' || n join contacts b on b.name = 'Nasabah ' || n + 40),
    moved as (update interactions i set contact_id = kept from pairs where i.contact_id = merged),
    renamed as (update tickets t set contact_id = kept from pairs where t.contact_id = merged),
    gone as (update contacts c set merged_into_id = kept from pairs where c.id = merged)
    insert into contact_merges (id, organisation_id, kept_id, merged_id, point_ids, interaction_ids, ticket_ids, filled,
      merged_by) select uuidv7(), $1, kept, merged, '{}', '{}', '{}', '{}', $2 from pairs`,
  [world.organisationId, world.leader.id]);
}

async function pages(read: (cursor: string | undefined) => Promise<Page<{ id: string }>>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && ids.length < 1_000);
  return ids;
}

t.test('RA06 an agent reads every page of tickets, contacts and closed work as the rights give them', async (t) => {
  const runs = fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(2, 7, 50),
    async (seed, limit) => {
      const work = await testWork(t);
      const world = await smallWorld(work.db);
      await fill(work, world, seed);
      for (const user of world.agents) {
        const ids = async (from: string): Promise<string[]> =>
          (await work.db.dynamic<{ id: string }>(`select id from ${from}`)).map((row) => row.id);
        const tickets = await ids(`tickets t where ${ticketFilter(user, 't')} order by opened_at desc, id desc`);
        const contacts = await ids(`contacts c where ${contactFilter(user, 'c')} order by created_at desc, id desc`);
        const closed = await ids(`interactions i where ${readableFilter(user, 'i')} and state in ${CLOSED}
          order by closed_at desc, id desc`);
        t.same(await pages((cursor) => ticketViews(work.db, { user, cursor, limit })), tickets);
        t.same(await pages((cursor) => contactViews(work.db, { user, cursor, limit })), contacts);
        t.same(await pages((cursor) => interactionViews(work.db, { user, view: 'all', state: 'closed', cursor,
          limit })), closed);
        if (user !== world.agents[2]) t.ok(tickets.length > 20 && contacts.length > 10 && closed.length > 20);
      }
    });
  await fc.assert(runs, { numRuns: 3, endOnFailure: true });
});
