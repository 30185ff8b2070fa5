/** What one agent finished today, by the definitions of the messages' handling time (architecture: times). */
import { statement, type Queryable } from '#domain/store/db.ts';
import type { User } from '#domain/people/access.ts';

export interface AgentToday {
  closed: number;
  /** Mean seconds from accepted to documented, less what it was put aside; null before the first. */
  handlingS: number | null;
}

const ofAgent = statement('metrics.agent-today', `
  select count(*) filter (where i.closed_at is not null)::int as closed,
    round(avg(extract(epoch from i.documented_at - i.accepted_at) - i.snoozed_s))::int as handling_s
  from (select date_trunc('day', app_now() at time zone zone) at time zone zone as start
      from (select coalesce((select time_zone from sites where id = $3), 'Asia/Jakarta') as zone) site) today
    cross join lateral (
      select * from interactions c where c.organisation_id = $1 and c.agent_id = $2 and c.closed_at >= today.start
        and c.state in ('CLOSED', 'OOT_COMPLETE')
      union all select * from interactions o where o.organisation_id = $1 and o.agent_id = $2
        and o.documented_at >= today.start and o.state not in ('CLOSED', 'OOT_COMPLETE')) i
  where i.state <> 'OOT_COMPLETE'`);

/** The agent's own day, in the zone of their site. */
export async function agentToday(db: Queryable, user: User): Promise<AgentToday> {
  const row = await db.one<{ closed: number; handling_s: number | null }>(ofAgent,
    [user.organisationId, user.id, user.siteId]);
  return { closed: row?.closed ?? 0, handlingS: row?.handling_s ?? null };
}
