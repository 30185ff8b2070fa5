/**
 * bench assign (P9): the decision in memory against a heap and a full scan, and decision with claim, commit and event
 * against one statement an assignment; nobody's capacity may be exceeded.
 */
import { migrate } from '#domain/store/migrate.ts';
import { AgentPool, chooseAgent, type Candidate, type WaitingWork } from '#domain/queues/rules.ts';
import type { Db } from '#domain/store/db.ts';
import type { WakeTopic, Work } from '#domain/work.ts';
import { offerNext } from '#routing/assignment.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { claimEach, type Pair } from './floors/claim-floor.ts';
import { rounded, spread, type BenchOptions, type Figure } from './support/figures.ts';
import { median, percentile } from './support/load.ts';
import { freshDatabase } from './support/product.ts';

interface Size { waiting: number; agents: number }

const DAY: Size = { waiting: 10_000, agents: 500 };
const LARGE: Size = { waiting: 50_000, agents: 7_500 };
const QUEUES = 10;
const SKILLS = 20;
const COST_POINTS = 5;

function candidatesOf(size: Size): Candidate[] {
  return Array.from({ length: size.agents }, (_, n) => ({
    agentId: `agent-${String(n).padStart(5, '0')}`, capacityPoints: 100, usedPoints: 0, lastOfferedMs: null,
    queueIds: [0, 1, 2].map((at) => `queue-${(n + at * 3) % QUEUES}`),
    skillIds: new Set(Array.from({ length: 3 + (n % 4) }, (__, at) => `skill-${(n * 7 + at * 5) % SKILLS}`)),
  }));
}

function waitingOf(size: Size): WaitingWork[] {
  return Array.from({ length: size.waiting }, (_, n) => ({
    id: `work-${n}`, queueId: `queue-${n % QUEUES}`, costPoints: COST_POINTS, refusedBy: [], restingIds: [],
    skillIds: n % 3 === 0 ? [`skill-${(n * 11) % SKILLS}`] : [],
  }));
}

interface Decision { perSecond: number; p99Micros: number }

function decide(size: Size): Decision {
  const pool = new AgentPool(candidatesOf(size));
  const work = waitingOf(size);
  const times: number[] = [];
  const startedAt = performance.now();
  for (const [n, one] of work.entries()) {
    if (n % 8 !== 0) { pool.take(one); continue; }
    const from = performance.now();
    pool.take(one);
    times.push((performance.now() - from) * 1_000);
  }
  return { perSecond: work.length / ((performance.now() - startedAt) / 1_000), p99Micros: percentile(times, 99) };
}

/** The rule in plain form over all agents: what a full scan costs. */
function scan(size: Size, count: number): number {
  const agents = candidatesOf(size);
  const byId = new Map(agents.map((agent, n) => [agent.agentId, n]));
  const startedAt = performance.now();
  for (const one of waitingOf(size).slice(0, count)) {
    const chosen = chooseAgent(one, agents);
    const at = byId.get(chosen?.agentId ?? '');
    if (chosen !== undefined && at !== undefined) {
      agents[at] = { ...chosen, usedPoints: chosen.usedPoints + one.costPoints };
    }
  }
  return count / ((performance.now() - startedAt) / 1_000);
}

function benchWork(db: Db): Work {
  const log = (fields: object, message: string): void => {
    process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
  };
  const quiet = (): void => undefined;
  const on = (_topic: WakeTopic): (() => void) => quiet;
  return { db, log: { debug: quiet, info: quiet, warn: log, error: log }, wake: { hint: quiet, on } };
}

/** Agents who are READY in three queues each, with skills; customers who wait, oldest first. */
async function populate(db: Db, world: SmallWorld, size: Size): Promise<void> {
  const o = world.organisationId;
  await db.dynamic(`insert into queues (id, organisation_id, code, name, tier, site_id)
    select gen_random_uuid(), $1, 'ANTRE_' || n, 'Antre ' || n, 1, $2 from generate_series(0, ${QUEUES - 1}) n`,
  [o, world.siteId]);
  await db.dynamic(`insert into skills (id, organisation_id, code, name)
    select gen_random_uuid(), $1, 'UKUR_' || n, 'Ukur ' || n from generate_series(0, ${SKILLS - 1}) n`, [o]);
  await db.dynamic(`insert into users (id, organisation_id, npk, name, site_id, team_id)
    select gen_random_uuid(), $1, (10000000 + n)::text, 'Agen ' || n, $2, $3
    from generate_series(1, $4::int) n`, [o, world.siteId, world.teamId, size.agents]);
  await db.dynamic(`insert into agent_states (user_id, organisation_id, presence, capacity_points, used_points)
    select id, $1, 'READY', 100, 0 from users where organisation_id = $1 and npk::bigint > 10000000`, [o]);
  await db.dynamic(`insert into queue_members (organisation_id, queue_id, user_id)
    select $1, q.id, u.id from users u join queues q on q.organisation_id = $1 and q.code like 'ANTRE%'
      and (substring(q.code from 7)::int - u.npk::bigint) % ${QUEUES} in (0, 3, 6, -3, -6, -9, 9)
    where u.organisation_id = $1 and u.npk::bigint > 10000000 on conflict do nothing`, [o]);
  await db.dynamic(`insert into user_skills (organisation_id, user_id, skill_id)
    select $1, u.id, s.id from users u join skills s on s.organisation_id = $1 and s.code like 'UKUR%'
      and (substring(s.code from 6)::int * 7 + u.npk::bigint) % 5 = 0
    where u.organisation_id = $1 and u.npk::bigint > 10000000 on conflict do nothing`, [o]);
  await db.dynamic(`with person as (select n, gen_random_uuid() as contact, gen_random_uuid() as ticket
      from generate_series(1, $2::int) n),
    c as (insert into contacts (id, organisation_id) select contact, $1 from person),
    t as (insert into tickets (id, organisation_id, number, contact_id, opened_at)
      select ticket, $1, 'TK-' || n, contact, now() from person)
    insert into interactions (id, organisation_id, contact_id, channel_account_id, channel, medium, ticket_id, state,
      queue_id, cost_points, skill_ids, date_origin, queued_at, waiting_since)
    select gen_random_uuid(), $1, contact, $3, 'generic', 'CHAT', ticket, 'QUEUED',
      (select id from queues where organisation_id = $1 and code = 'ANTRE_' || n % ${QUEUES}), ${COST_POINTS},
      case when n % 3 = 0 then array[(select id from skills where organisation_id = $1
        and code = 'UKUR_' || (n * 11) % ${SKILLS})] else '{}' end,
      now(), now(), now() - n * interval '1 millisecond' from person`, [o, size.waiting, world.accountId]);
  await db.dynamic('vacuum analyze');
}

interface Claimed { perSecond: number; offers: number; exceeded: number; doubled: number; wrong: number }

const CHECK = `select
  (select count(*)::int from agent_states where used_points > capacity_points) as exceeded,
  (select count(*)::int from (select 1 from offers where state = 'OFFERED' group by interaction_id
    having count(*) > 1) x) as doubled,
  (select count(*)::int from agent_states s where s.used_points <> coalesce((select sum(o.cost_points) from offers o
    where o.agent_id = s.user_id and o.state = 'OFFERED'), 0)) as wrong`;

async function withWaiting<T>(options: BenchOptions, size: Size,
  body: (db: Db, world: SmallWorld) => Promise<T>): Promise<T> {
  const database = await freshDatabase(options.postgresUrl, 'bench_assign', 10);
  try {
    await migrate(database.url);
    const world = await smallWorld(database.db);
    await populate(database.db, world, size);
    return await body(database.db, world);
  } finally {
    await database.drop();
  }
}

function assignAll(options: BenchOptions, size: Size): Promise<Claimed> {
  return withWaiting(options, size, async (db) => {
    const startedAt = performance.now();
    const offers = await offerNext(benchWork(db));
    const perSecond = offers / ((performance.now() - startedAt) / 1_000);
    const [check] = await db.dynamic<Omit<Claimed, 'perSecond' | 'offers'>>(CHECK);
    return { perSecond, offers, exceeded: check?.exceeded ?? -1, doubled: check?.doubled ?? -1,
      wrong: check?.wrong ?? -1 };
  });
}

function floorAll(options: BenchOptions): Promise<number> {
  return withWaiting(options, DAY, async (db, world) => {
    const pairs = await db.dynamic<Pair>(`with agent as (select user_id, row_number() over (order by user_id) - 1 as n
        from agent_states), work as (select id, row_number() over (order by waiting_since) - 1 as n from interactions)
      select w.id as "interactionId", a.user_id as "agentId", ${COST_POINTS} as "costPoints"
      from work w join agent a on a.n = w.n % ${DAY.agents}`);
    return claimEach(db, world.organisationId, pairs);
  });
}

function decisions(rounds: number): Figure[] {
  decide(DAY);
  const days = Array.from({ length: rounds }, () => decide(DAY));
  const large = Array.from({ length: rounds }, () => decide(LARGE));
  const scans = Array.from({ length: rounds }, () => scan(DAY, 1_000));
  const gain = days.map((one, n) => one.perSecond / (scans[n] ?? Number.NaN));
  const growth = days.map((one, n) => one.perSecond / (large[n]?.perSecond ?? Number.NaN));
  return [
    { name: 'P9.decision', unit: 'decisions/s', value: rounded(median(days.map((one) => one.perSecond))),
      ratio_to_floor: rounded(median(gain)),
      note: `>= 10 x a full scan (${rounded(median(scans))}/s); ratios ${spread(gain)}` },
    { name: 'P9.decision_p99', unit: 'us', value: rounded(median(days.map((one) => one.p99Micros))),
      note: 'wanted: <= 10 us at 10,000 x 500' },
    { name: 'P9.decision_growth', unit: 'x', value: rounded(median(growth)),
      note: `time a decision at 50,000 x 7,500 against 10,000 x 500, wanted <= 3; ${spread(growth)}` },
  ];
}

/** All of P9; the claim runs interleaved with its floor. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const rounds = options.quick ? 2 : 5;
  const ours: Claimed[] = [];
  const floor: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    floor.push(await floorAll(options));
    ours.push(await assignAll(options, DAY));
  }
  const large = await assignAll(options, LARGE);
  const each = ours.map((one, n) => one.perSecond / (floor[n] ?? Number.NaN));
  const faults = [...ours, large].reduce((sum, one) => sum + one.exceeded + one.doubled + one.wrong, 0);
  const perSecond = median(ours.map((one) => one.perSecond));
  return [
    ...decisions(rounds),
    { name: 'P9.claim', unit: 'offers/s', value: rounded(perSecond), ratio_to_floor: rounded(median(each)),
      note: `decision, claim, commit and event, wanted >= 0.5 x; ratios ${spread(each)}; floor ${
        rounded(median(floor))}/s; ${ours.map((one) => one.offers).join(' ')} offers` },
    { name: 'P9.claim_growth', unit: 'x', value: rounded(perSecond / large.perSecond),
      note: `time an offer at 50,000 x 7,500 (${large.offers} offers) against 10,000 x 500, wanted <= 3` },
    { name: 'P9.faults', unit: 'faults', value: faults, note: 'capacity exceeded, offers doubled, points wrong' },
  ];
}
