/**
 * The live figures of today, one definition each (INV9): what waits, who is there, what was answered and how quickly.
 */
import type { Queryable } from '#domain/store/db.ts';
import { accessFilter, type User } from '#domain/people/access.ts';

/** Share of a whole, or null where there is no whole. */
export interface Share { part: number; whole: number; ratio: number | null }

export interface LiveMetrics {
  at: string;
  queues: { queueId: string; name: string; tier: number; waiting: number; longestWaitS: number | null }[];
  agents: Record<'READY' | 'BUSY' | 'BREAK' | 'WRAP_UP' | 'OFFLINE', number>;
  /** Case In of today (B16): interactions whose customer wrote today, out-of-topic ones apart. */
  caseIn: number;
  outOfTopic: number;
  /** Answered by an agent, of those that are answered or over (abandoned counts as not answered). */
  answered: Share;
  abandoned: number;
  /** First answers within the upper bound of the category's target (B11, B12); those without target (B10) stay out. */
  withinTarget: Share;
  /** The data are of today in each interaction's site. */
  day: 'site';
}

function share(part: number, whole: number): Share {
  return { part, whole, ratio: whole === 0 ? null : part / whole };
}

/** Today, in the zone of the site (Jakarta's where there is none). */
export const TODAY = `i.date_origin >= date_trunc('day', app_now() at time zone coalesce(s.time_zone, 'Asia/Jakarta'))
  at time zone coalesce(s.time_zone, 'Asia/Jakarta')`;

/**
 * The number of seconds to the first answer, against the bound that the category (before one is known: INFORMASI) sets.
 */
const TARGET = `coalesce(k.target_max_s, case when k.id is null then b7.target_max_s end)`;

async function day(db: Queryable, user: User) {
  const [row] = await db.dynamic<{
    case_in: number; out_of_topic: number; answered: number; abandoned: number; over: number; targeted: number;
      within: number;
  }>(`select
      (count(*) filter (where i.state <> 'OOT_COMPLETE'))::int as case_in,
      (count(*) filter (where i.state = 'OOT_COMPLETE'))::int as out_of_topic,
      (count(*) filter (where i.state <> 'OOT_COMPLETE' and i.answered_at is not null))::int as answered,
      (count(*) filter (where i.state = 'CLOSED' and i.answered_at is null))::int as abandoned,
      (count(*) filter (where i.state <> 'OOT_COMPLETE' and (i.answered_at is not null
        or i.state = 'CLOSED')))::int as over,
      (count(*) filter (where i.state <> 'OOT_COMPLETE' and i.answered_at is not null
        and ${TARGET} is not null))::int as targeted,
      (count(*) filter (where i.state <> 'OOT_COMPLETE'
        and extract(epoch from i.answered_at - i.date_origin) <= ${TARGET}))::int as within
    from interactions i left join sites s on s.id = i.site_id left join categories k on k.id = i.category_id
    left join categories b7 on b7.organisation_id = i.organisation_id and b7.code = 'INFORMASI'
    where i.organisation_id = $1 and i.date_origin > app_now() - interval '2 days' and ${TODAY}
      and ${accessFilter(user, 'metrics.read', 'i')}`, [user.organisationId]);
  return row ?? { case_in: 0, out_of_topic: 0, answered: 0, abandoned: 0, over: 0, targeted: 0, within: 0 };
}

async function waiting(db: Queryable, user: User): Promise<LiveMetrics['queues']> {
  const rows = await db.dynamic<{ id: string; name: string; tier: number; waiting: number; longest: number | null }>(`
    select q.id, q.name, q.tier, count(i.id)::int as waiting,
      floor(extract(epoch from app_now() - min(i.waiting_since)))::int as longest
    from (select queues.*, id as queue_id from queues) q left join interactions i on i.queue_id = q.id
      and i.state = 'QUEUED'
      and i.organisation_id = q.organisation_id and ${accessFilter(user, 'metrics.read', 'i')}
    where q.organisation_id = $1 and q.active
      and (${accessFilter(user, 'metrics.read', 'q', ['team_id', 'agent_id', 'branch_id'])} or i.id is not null)
    group by q.id, q.name, q.tier order by q.tier, q.name limit 200`, [user.organisationId]);
  return rows.map((row) => ({ queueId: row.id, name: row.name, tier: row.tier, waiting: row.waiting,
    longestWaitS: row.longest }));
}

async function presence(db: Queryable, user: User): Promise<LiveMetrics['agents']> {
  const rows = await db.dynamic<{ presence: keyof LiveMetrics['agents']; n: number }>(`
    select coalesce(s.presence, 'OFFLINE') as presence, count(*)::int as n
    from (select u.*, u.id as agent_id from users u) p left join agent_states s on s.user_id = p.id
    where p.organisation_id = $1 and p.status = 'ACTIVE' and ${accessFilter(user, 'metrics.read', 'p', ['queue_id'])}
      and exists (select 1 from user_roles ur join roles r on r.id = ur.role_id
        where ur.user_id = p.id and 'interaction.handle' = any(r.permissions))
    group by 1`, [user.organisationId]);
  const found = { READY: 0, BUSY: 0, BREAK: 0, WRAP_UP: 0, OFFLINE: 0 };
  for (const row of rows) found[row.presence] = row.n;
  return found;
}

/** The figures of what the user's metrics.read shows. */
export async function liveMetrics(db: Queryable, user: User): Promise<LiveMetrics> {
  const [today, queues, agents, clock] = await Promise.all([
    day(db, user), waiting(db, user), presence(db, user), db.dynamic<{ now: Date }>('select app_now() as now'),
  ]);
  return {
    at: (clock[0]?.now ?? new Date(0)).toISOString(), queues, agents, caseIn: today.case_in,
      outOfTopic: today.out_of_topic,
    answered: share(today.answered, today.over), abandoned: today.abandoned,
    withinTarget: share(today.within, today.targeted), day: 'site',
  };
}
