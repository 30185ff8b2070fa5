/** Agents as people see them: presence and capacity. */
import { ofOrganisation, statement, type Queryable } from '#domain/store/db.ts';
import { accessFilter, type Placed, type User } from '#domain/people/access.ts';
import { decodePage, encodePage, pageSize, type Page } from '#domain/pages.ts';

export type PresenceWord = 'READY' | 'BUSY' | 'BREAK' | 'WRAP_UP' | 'OFFLINE';

/** The same shape as the desk's agentView. */
export interface AgentSeen {
  userId: string; npk: string; name: string; siteId: string | null; teamId: string | null; presence: PresenceWord;
  reasonCode: string | null; since: string; wrapUpUntil: string | null; capacityPoints: number; usedPoints: number;
  vanished: boolean; version: number;
}

interface Stored {
  id: string; organisation_id: string; npk: string; name: string; site_id: string | null; team_id: string | null;
  branch_ids: string[] | null; presence: PresenceWord | null; reason_code: string | null; since: Date;
  wrap_up_until: Date | null; capacity_points: number; used_points: number | null; vanished: boolean;
    version: number | null;
}

const SELECT = `select p.id, p.organisation_id, p.npk, p.name, p.site_id, p.team_id, s.presence, s.reason_code,
    coalesce(s.since, p.created_at) as since, s.wrap_up_until, coalesce(s.capacity_points, p.capacity_points) as
      capacity_points,
    s.used_points, s.vanished_at is not null as vanished, s.version,
    case when p.branch_id is not null then (select array_agg(above.id) from branches here
      join branches above on above.path @> here.path where here.id = p.branch_id) end as branch_ids
  from (select u.*, u.id as agent_id, null::uuid as queue_id from users u) p left join agent_states s
    on s.user_id = p.id`;

const byIds = statement('agents.seen', `${SELECT}
  where ${ofOrganisation('p.organisation_id')} and p.id = any($2::uuid[])`);

function seen(row: Stored): AgentSeen {
  return {
    userId: row.id, npk: row.npk, name: row.name, siteId: row.site_id, teamId: row.team_id,
    presence: row.presence ?? 'OFFLINE', reasonCode: row.reason_code, since: row.since.toISOString(),
    wrapUpUntil: row.wrap_up_until === null ? null : row.wrap_up_until.toISOString(),
      capacityPoints: row.capacity_points,
    usedPoints: row.used_points ?? 0, vanished: row.vanished, version: row.version ?? 0,
  };
}

/** Agents by id with where they stand; a user without a state yet is OFFLINE with version 0. */
export async function agentFacts(
  db: Queryable, organisationId: string, ids: readonly string[],
): Promise<{ view: AgentSeen; place: Placed }[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<Stored>(byIds, [organisationId, ids]);
  return rows.map((row) => ({
    view: seen(row),
    place: {
      organisationId: row.organisation_id, siteId: row.site_id, teamId: row.team_id, agentId: row.id,
      branchIds: row.branch_ids ?? [],
    },
  }));
}

/** SQL over users (alias with agent_id and queue_id): the user themself, and whom presence.read shows. */
function presenceFilter(user: User, alias: string): string {
  return `(${alias}.organisation_id = '${user.organisationId}' and (${alias}.id = '${user.id}'
    or ${accessFilter(user, 'presence.read', alias, ['queue_id'])}))`;
}

export interface AgentQuery {
  user: User;
  /** Only who is not OFFLINE. */
  present?: boolean | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/** A page of agents (users who may handle interactions), by NPK. */
export async function agentViews(db: Queryable, query: AgentQuery): Promise<Page<AgentSeen>> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const where = [presenceFilter(query.user, 'p'), "p.status = 'ACTIVE'", `exists (select 1 from user_roles ur
    join roles r on r.id = ur.role_id where ur.user_id = p.id and 'interaction.handle' = any(r.permissions))`];
  if (query.present === true) where.push("coalesce(s.presence, 'OFFLINE') <> 'OFFLINE'");
  if (query.cursor !== undefined) where.push(`p.npk > ${bind(decodePage(query.cursor, 1)[0])}`);
  const size = pageSize(query.limit);
  const rows = await db.dynamic<Stored>(`${SELECT} where ${where.join(' and ')} order by p.npk
    limit ${bind(size + 1)}`, values);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return {
    items: items.map(seen), nextCursor: rows.length > size && last !== undefined ? encodePage([last.npk]) : null,
  };
}
