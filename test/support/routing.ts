/** What tests of routing share: a world with agents, the clock, and the facts they look at. */
import type { User } from '#domain/people/access.ts';
import type { Db } from '#domain/store/db.ts';
import type { WakeTopic, Work } from '#domain/work.ts';
import { setPresence } from '#routing/presence.ts';
import { smallWorld, type SmallWorld } from './fixtures.ts';
import { testWork, type Teardown, type TestWork } from './harness.ts';

export interface RoutingSetUp {
  work: TestWork;
  world: SmallWorld;
  agents: [User, User, User];
  /** Every hint that was given, in order. */
  hints: WakeTopic[];
}

/** A small world on a database of its own, whose hints are kept. */
export async function setUp(t: Teardown): Promise<RoutingSetUp> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const hints: WakeTopic[] = [];
  const { hint } = work.wake;
  work.wake.hint = (topic) => { hints.push(topic); hint(topic); };
  const [first, second, third] = world.agents;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three agents were expected');
  return { work, world, agents: [first, second, third], hints };
}

/** Sets agents READY, in order. */
export async function ready(work: Work, ...agents: User[]): Promise<void> {
  for (const user of agents) await setPresence(work, { user, presence: 'READY' });
}

/** Moves the product's clock on by so many seconds. */
export async function moveClock(db: Db, seconds: number): Promise<void> {
  await db.dynamic('update app_clock set offset_ms = offset_ms + $1', [seconds * 1000]);
}

export interface OfferFacts {
  id: string;
  agent_id: string;
  state: string;
  cost_points: number;
  reason_code: string | null;
}

/** All offers of an interaction, oldest first. */
export function offersOf(db: Db, interactionId: string): Promise<OfferFacts[]> {
  return db.dynamic<OfferFacts>(`select id, agent_id, state, cost_points, reason_code from offers
    where interaction_id = $1
    order by offered_at, id`, [interactionId]);
}

/** The open offer of an agent; fails if there is none. */
export async function openOfferOf(db: Db, agent: User): Promise<OfferFacts & { interaction_id: string }> {
  const [offer] = await db.dynamic<OfferFacts & { interaction_id: string }>(
    `select * from offers where agent_id = $1 and state = 'OFFERED' order by offered_at, id`, [agent.id]);
  if (offer === undefined) throw new Error('the agent has no open offer');
  return offer;
}

/** Points taken of the agent's pool; 0 where there is no row. */
export async function usedPoints(db: Db, agent: User): Promise<number> {
  const [row] = await db.dynamic<{ used_points: number }>('select used_points from agent_states where user_id = $1',
    [agent.id]);
  return row?.used_points ?? 0;
}

/** Types of the journal rows about a subject, in order. */
export async function typesOf(db: Db, subjectId: string): Promise<string[]> {
  const rows = await db.dynamic<{ type: string }>(
    'select type from journal where subject_id = $1 order by epoch, id', [subjectId]);
  return rows.map((row) => row.type);
}

/** An interaction's row. */
export async function interactionRow(db: Db, id: string): Promise<Record<string, unknown>> {
  const [row] = await db.dynamic<Record<string, unknown>>('select * from interactions where id = $1', [id]);
  if (row === undefined) throw new Error('no such interaction');
  return row;
}

/**
 * The agents whose used points are not the sum of their open offers and of their work that is not documented (INV5).
 */
export function wrongPoints(db: Db): Promise<{ user_id: string; used_points: number; owed: number }[]> {
  return db.dynamic(`select s.user_id, s.used_points, d.owed from agent_states s cross join lateral (
    select coalesce((select sum(o.cost_points) from offers o where o.agent_id = s.user_id and o.state = 'OFFERED'),
      0)::int
      + coalesce((select sum(i.cost_points) from interactions i where i.agent_id = s.user_id
        and i.state in ('PICKED_UP', 'IN_SERVICE', 'IDLE_CHECK_1', 'IDLE_CHECK_2', 'INFORMED', 'CLOSING')
        and i.snoozed_until is null), 0)::int as owed) d
    where s.used_points <> d.owed or s.used_points > s.capacity_points`);
}

/** A documentation form that is complete. */
export function formOf(world: SmallWorld): {
  categoryId: string; outcomeCode: string; summary: string; crossSellingOffered: boolean;
} {
  return { categoryId: world.categoryIds.INFORMASI, outcomeCode: 'SELESAI', summary: 'Nasabah bertanya jam buka.',
    crossSellingOffered: true };
}

/** `ok`, or the code of the error a command threw. */
export async function code(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'ok', (error: { code?: string }) => error.code ?? String(error));
}

/** What breaks the rules that hold at every moment, whatever went before (INV5). */
export async function violations(db: Db): Promise<unknown[]> {
  const owned = await db.dynamic(`select id, state from interactions
    where (state = 'QUEUED') = (agent_id is not null) and closed_reason is distinct from 'ABANDONED'`);
  const doubled = await db.dynamic(`select interaction_id from offers
    where state = 'OFFERED' group by 1 having count(*) > 1`);
  const stale = await db.dynamic(`select o.id from offers o join interactions i on i.id = o.interaction_id
    where o.state = 'OFFERED' and i.state <> 'QUEUED'`);
  const legs = await db.dynamic(`select i.id from interactions i left join segments s on s.interaction_id = i.id
    and s.ended_at is null
    group by i.id, i.state having count(s.id) <> case when i.state in ('CLOSED', 'OOT_COMPLETE') then 0 else 1 end`);
  const accepted = await db.dynamic(`select o.interaction_id from offers o where o.state = 'ACCEPTED'
    and not exists (select from journal j
    where j.subject_id = o.interaction_id and j.type = 'interaction.accepted' and j.agent_id = o.agent_id)`);
  const tickets = await db.dynamic(`select t.id from tickets t join interactions i on i.ticket_id = t.id
    where t.agent_id is distinct from i.agent_id or (i.state = 'CLOSED') <> (t.state = 'CLOSED')`);
  return [...await wrongPoints(db), ...owned, ...doubled, ...stale, ...legs, ...accepted, ...tickets];
}
