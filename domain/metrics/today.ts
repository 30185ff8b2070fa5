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
  from interactions i left join sites s on s.id = $3
  where i.organisation_id = $1 and i.agent_id = $2 and i.state <> 'OOT_COMPLETE'
    and coalesce(i.closed_at, i.documented_at) >= date_trunc('day', app_now() at time zone coalesce(s.time_zone,
      'Asia/Jakarta'))
      at time zone coalesce(s.time_zone, 'Asia/Jakarta')`);

/** The agent's own day, in the zone of their site. */
export async function agentToday(db: Queryable, user: User): Promise<AgentToday> {
  const row = await db.one<{ closed: number; handling_s: number | null }>(ofAgent,
    [user.organisationId, user.id, user.siteId]);
  return { closed: row?.closed ?? 0, handlingS: row?.handling_s ?? null };
}
