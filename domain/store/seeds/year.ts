/**
 * A believable year of the demo company: customers who come back, days with their peak before noon, weekends that are
 * quieter, topics with their talk, documented and closed. Set by set in SQL, a short transaction a day, up to the day
 * before today; what is open now stays the business of real customers.
 */
import type pg from 'pg';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { indexThings, type Kind } from '#domain/search/documents.ts';
import type { Db } from '#domain/store/db.ts';
import * as words from './words.ts';
import { scenarios, unansweredWeight } from './year-words.ts';

export interface YearOptions {
  /** Interactions over the whole time, at most limits.seedInteractionsMax; about four messages each. */
  interactions: number;
  /** Days back from today; a year unless said otherwise. */
  days?: number;
  /** The same number gives the same people and talk. */
  seed: number;
  say: (line: string) => void;
}

export interface YearMade { interactions: number; contacts: number; messages: number }

const YEAR_DAYS = 365;
/** Mondays are fullest, Sundays quiet (Sunday first, as PostgreSQL counts them). */
const WEEK = [0.35, 1.3, 1.15, 1.1, 1.05, 1.1, 0.6];

async function demoOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string; full: boolean }>(
    `select id, coalesce(settings ? 'seededYear', false) as full from organisations where code = 'DEMO'`);
  const [found] = rows;
  // Never into the data of a real company, and never twice.
  if (found === undefined || found.full) throw new AppError('STATE_CONFLICT', { reason: found === undefined
    ? 'NO_DEMO' : 'ALREADY_SEEDED' });
  return found.id;
}

/** What the days are drawn from, in temporary tables of this connection. */
async function prepare(client: pg.Client, organisationId: string): Promise<void> {
  await client.query(`create temp table y_people (n int primary key, contact uuid not null, point uuid not null,
      conversation uuid not null, account uuid not null, channel text not null, queue uuid, name text not null,
      handle text not null, phone text, last_seq int not null, last_at timestamptz not null);
    create temp table y_topics (n serial, category uuid, subcategory uuid, outcome text, summary text, turns text[])`);
  for (const one of scenarios) {
    await client.query(`insert into y_topics (category, subcategory, outcome, summary, turns)
      select (select id from categories where organisation_id = $1 and code = $2),
        (select id from categories where organisation_id = $1 and code = $3), $4, $5, $6::text[]
      from generate_series(1, $7::int)`, [organisationId, one.category, one.subcategory, one.outcome, one.summary,
      one.turns, one.weight]);
  }
  await client.query(`insert into y_topics (category, outcome, summary, turns)
    select (select category from y_topics limit 1), 'TIDAK_ADA_RESPONS', 'Nasabah tidak menunggu jawaban', array['Halo']
    from generate_series(1, $1::int)`, [unansweredWeight]);
  await client.query(`create temp table y_accounts as select row_number() over (order by channel desc) as n, a.id,
      a.channel, a.queue_id from channel_accounts a where a.organisation_id = $1 and a.status = 'ACTIVE'`,
  [organisationId]);
  await client.query(`create temp table y_agents as select
      row_number() over (partition by m.queue_id order by u.npk) as n, count(*) over (partition by m.queue_id) as of,
      m.queue_id, u.id, u.site_id, u.team_id
    from queue_members m join users u on u.id = m.user_id where m.organisation_id = $1`, [organisationId]);
}

/** $1 organisation, $2 how many, $3 Jakarta's midnight of the day; a third are customers known already. */
const DAY_WORK = `create temp table y_day as
  with drawn as (
    select row_number() over () as k, random() < 0.33 as back, random() as r1, random() as r2, random() as r3,
      $3::timestamptz + interval '7 hours' + power((random() + random()) / 2, 1.5) * interval '14 hours' as at
    from generate_series(1, $2::int)),
  picked as (
    select d.*, (select p.n from y_people p where d.back
        and p.n = (select max(n) from y_people) - floor(power(d.r1, 2) * (select count(*) from y_people))::int) as known
    from drawn d),
  once as (select *, case when known is not null and row_number() over (partition by known order by at) = 1
      then known end as person from picked)
  select o.k, o.person, o.at, uuidv7(o.at - now()) as interaction, uuidv7(o.at - now()) as ticket,
    coalesce(o.person, (select coalesce(max(n), 0) from y_people)
      + row_number() over (order by o.person is not null, o.at)::int) as n, t.category, t.subcategory,
    t.outcome, t.summary, t.turns, array_length(t.turns, 1) > 1 as answered,
    o.r2, 5 + floor(power(o.r3, 3) * 600) as wait_s
  from once o join y_topics t on t.n = 1 + floor(o.r2 * (select count(*) from y_topics))::int
  where $1::uuid is not null`;

const NEWCOMERS = `with fresh as materialized (
    select d.n, d.at, $2::text[] as firsts, $3::text[] as lasts,
      1 + floor(power(random(), 1.4) * (select count(*) from y_accounts))::int as account
    from y_day d where d.person is null)
  insert into y_people select f.n, uuidv7(at - now()), uuidv7(at - now()), uuidv7(at - now()), a.id, a.channel,
    a.queue_id, firsts[1 + floor(power(random(), 1.6) * array_length(firsts, 1))::int] || ' '
      || lasts[1 + floor(power(random(), 1.6) * array_length(lasts, 1))::int],
    case when channel = 'live-chat' then 'year-' || md5(f.n::text || $1::text)
      else '62800' || lpad(f.n::text, 7, '0') end,
    case when channel <> 'live-chat' then '+62800' || lpad(f.n::text, 7, '0') end, 0, at
  from fresh f join y_accounts a on a.n = f.account`;

/** The rows of a day in the order of their foreign keys; each takes $1 organisation. */
const ROWS: readonly string[] = [
  `insert into contacts (id, organisation_id, name, created_at, updated_at)
    select p.contact, $1, case when p.phone is null and p.n % 3 = 0 then null else p.name end, d.at, d.at
    from y_day d join y_people p using (n) where d.person is null`,
  `insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle, phone, created_at)
    select p.point, $1, p.contact, p.channel, p.account, p.handle, p.phone, d.at
    from y_day d join y_people p using (n) where d.person is null`,
  `insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id, handle, created_at)
    select p.conversation, $1, p.account, p.contact, p.point, p.handle, d.at
    from y_day d join y_people p using (n) where d.person is null`,
  `create temp table y_served as select d.*, p.contact, p.conversation, p.account, p.channel, p.queue, p.name,
      p.last_seq, g.id as agent, g.site_id as site, g.team_id as team,
      d.at + d.wait_s * interval '1 second' as accepted,
      d.at + (d.wait_s + 20 + d.wait_s * 0.4) * interval '1 second' as answered_at,
      d.at + (d.wait_s + 240 + 70 * array_length(d.turns, 1)) * interval '1 second' as documented,
      d.at + (d.wait_s + 300 + 70 * array_length(d.turns, 1)) * interval '1 second' as closed
    from y_day d join y_people p using (n) left join y_agents g on g.queue_id = p.queue
      and g.n = 1 + floor(power(d.r2 * 997 - floor(d.r2 * 997), 1.3) * g.of)::int`,
  `with used as (insert into ticket_counters (organisation_id, day, used)
      select $1, (min(at) at time zone 'Asia/Jakarta')::date, count(*) from y_served having count(*) > 0
      on conflict (organisation_id, day) do update set used = ticket_counters.used + excluded.used
      returning day, used)
    insert into tickets (id, organisation_id, number, contact_id, conversation_id, category_id, subcategory_id, state,
      summary, outcome_code, site_id, queue_id, team_id, agent_id, opened_at, resolved_at, closed_at, documented_at)
    select s.ticket, $1, 'TK-' || to_char(used.day, 'YYMMDD') || '-' || lpad((used.used - count(*) over ()
        + row_number() over (order by s.at))::text, 4, '0'), s.contact, s.conversation, s.category, s.subcategory,
      'CLOSED', s.summary, s.outcome, s.site, s.queue, s.team, s.agent, s.at, s.documented, s.closed, s.documented
    from y_served s cross join used`,
  `insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium,
      ticket_id, state, site_id, queue_id, team_id, agent_id, cost_points, date_origin, queued_at, accepted_at,
      answered_at, documented_at, closed_at, outcome_code, category_id, csat_score, csat_at)
    select s.interaction, $1, s.conversation, s.contact, s.account, s.channel,
      case s.channel when 'live-chat' then 'CHAT' else 'MESSAGING' end, s.ticket, 'CLOSED', s.site, s.queue, s.team,
      s.agent, 20, s.at, s.at, s.accepted, case when s.answered then s.answered_at end, s.documented, s.closed,
      s.outcome, s.category, score, case when score is not null then s.closed end
    from y_served s cross join lateral (select case when s.answered and s.r2 * 7919 - floor(s.r2 * 7919) < 0.3
      then 5 - floor(power(s.r2 * 613 - floor(s.r2 * 613), 3) * 4)::int end as score) c`,
  `insert into segments (id, organisation_id, interaction_id, kind, queue_id, agent_id, started_at, ended_at, result)
    select uuidv7(s.at - now()), $1, s.interaction, part.kind, s.queue, case part.kind when 'AGENT' then s.agent end,
      case part.kind when 'AGENT' then s.accepted else s.at end,
      case part.kind when 'AGENT' then s.closed else s.accepted end,
      case part.kind when 'AGENT' then 'CLOSED' else 'ACCEPTED' end
    from y_served s cross join (values ('QUEUE'), ('AGENT')) part (kind)`,
  `insert into documentations (id, organisation_id, interaction_id, ticket_id, author_id, category_id, subcategory_id,
      outcome_code, summary, cross_selling_offered, created_at)
    select uuidv7(s.at - now()), $1, s.interaction, s.ticket, s.agent, s.category, s.subcategory, s.outcome, s.summary,
      s.k % 4 = 0, s.documented from y_served s where s.agent is not null and s.category is not null`,
  `create temp table y_said as select uuidv7(said - now()) as id, s.conversation, s.interaction, s.account, s.agent,
      s.last_seq + turn::int as seq, turn % 2 = 1 as inward, said as at,
      replace(replace(body, '{nama}', split_part(s.name, ' ', 1)), '{kontrak}', 'KP-' || (100000 + s.n * 37 % 900000))
        as body
    from y_served s cross join lateral unnest(s.turns) with ordinality t (body, turn)
      cross join lateral (select case when turn = 1 then s.at
        else s.answered_at + (turn - 2) * interval '65 seconds' end as said) w`,
  `insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction,
      author_kind, author_id, kind, body, status, status_at, created_at)
    select m.id, $1, m.conversation, m.interaction, m.account, m.seq, case when m.inward then 'IN' else 'OUT' end,
      case when m.inward then 'CUSTOMER' else 'AGENT' end, case when not m.inward then m.agent end, 'text', m.body,
      case when not m.inward then 'read' end, case when not m.inward then m.at + interval '20 seconds' end, m.at
    from y_said m`,
  `update conversations c set last_seq = m.seq, last_message_at = m.at, last_text = left(m.body, 200),
      last_direction = case when m.inward then 'IN' else 'OUT' end, last_inbound_at = m.inbound, version = c.version + 1
    from (select distinct on (conversation) conversation, seq, at, body, inward,
        max(at) filter (where inward) over (partition by conversation) as inbound
      from y_said order by conversation, seq desc) m where c.id = m.conversation and c.organisation_id = $1`,
  `update y_people p set last_seq = m.seq, last_at = m.at from (select distinct on (s.n) s.n, m.seq, m.at
      from y_said m join y_served s using (interaction) where $1::uuid is not null order by s.n, m.seq desc) m
    where p.n = m.n`,
];

/** One day in one transaction; gives how much was written. */
async function writeDay(client: pg.Client, organisationId: string, midnight: string, count: number): Promise<number> {
  await client.query('begin');
  try {
    await client.query(DAY_WORK, [organisationId, count, midnight]);
    await client.query(NEWCOMERS, [organisationId, words.firstNames, words.lastNames]);
    for (const sql of ROWS) await client.query(sql, sql.includes('$1') ? [organisationId] : []);
    const said = await client.query<{ n: number }>('select count(*)::int as n from y_said');
    await client.query('drop table y_day, y_served, y_said');
    await client.query('commit');
    return said.rows[0]?.n ?? 0;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** The search's rows by the search's own hand, in portions. */
async function index(db: Db, client: pg.Client): Promise<void> {
  const ids: [Kind, string][] = [
    ['contacts', 'select contact as id from y_people order by last_at'],
    ['tickets', `select t.id from tickets t join y_people p on p.conversation = t.conversation_id
      order by t.opened_at`],
    ['messages', `select m.id from messages m join y_people p on p.conversation = m.conversation_id
      order by m.created_at`]];
  for (const [kind, sql] of ids) {
    const { rows } = await client.query<{ id: string }>(sql);
    for (let at = 0; at < rows.length; at += limits.seedIndexRows) {
      await indexThings(db, kind, rows.slice(at, at + limits.seedIndexRows).map((row) => row.id));
    }
  }
}

/** How many interactions each day has; the days sum up to the wish, give or take the rounding. */
function portions(days: readonly { weekday: number }[], interactions: number): number[] {
  const weights = days.map(({ weekday }, n) => (WEEK[weekday] ?? 1) * (0.75 + 0.5 * n / days.length));
  const sum = weights.reduce((all, one) => all + one, 0);
  let owed = 0;
  return weights.map((weight) => {
    owed += interactions * weight / sum;
    const now = Math.floor(owed);
    owed -= now;
    return now;
  });
}

/**
 * Writes the year into the demo organisation, once. Throws VALIDATION_FAILED for a size out of bounds, STATE_CONFLICT
 * where there is no demo organisation or it has its year already. A year cut short by a crash stays as far as it came
 * and counts as written.
 */
export async function seedYear(db: Db, options: YearOptions): Promise<YearMade> {
  const { interactions, seed, say, days: back = YEAR_DAYS } = options;
  const fits = [interactions, back].every((wish) => Number.isInteger(wish)) && back >= 1 && back <= YEAR_DAYS
    && interactions >= back && interactions <= limits.seedInteractionsMax;
  if (!fits) {
    throw new AppError('VALIDATION_FAILED', { field: 'interactions', min: back, max: limits.seedInteractionsMax });
  }
  const client = await db.connect();
  try {
    await client.query(`set statement_timeout = 0; set synchronous_commit = off; set time zone 'UTC'`);
    const organisationId = await demoOf(client);
    await client.query(`update organisations set settings = settings || jsonb_build_object('seededYear', $2::int)
      where id = $1`, [organisationId, interactions]);
    await prepare(client, organisationId);
    await client.query('select setseed($1)', [(seed % 1_000) / 1_000]);
    const { rows: days } = await client.query<{ midnight: string; weekday: number }>(`select
        (day::timestamp at time zone 'Asia/Jakarta')::text as midnight, extract(dow from day)::int as weekday
      from (select ((app_now() at time zone 'Asia/Jakarta')::date - n) as day from generate_series(1, $1::int) n) d
      order by day`, [back]);
    const counts = portions(days, interactions);
    let messages = 0;
    for (const [n, { midnight }] of days.entries()) {
      const count = counts[n] ?? 0;
      if (count > 0) messages += await writeDay(client, organisationId, midnight, count);
      if (n % 73 === 72) say(`${Math.round((n + 1) / back * 100)}%`);
    }
    await index(db, client);
    await client.query('analyze contacts, contact_points, conversations, tickets, interactions, messages');
    const made = await client.query<{ n: number }>('select count(*)::int as n from y_people');
    return { interactions: counts.reduce((all, one) => all + one, 0), contacts: made.rows[0]?.n ?? 0, messages };
  } finally {
    await client.end();
  }
}
