/** What must hold before a place is closed down, and before somebody is put into one (J53, J58). */
import { AppError } from '#domain/errors.ts';
import type { User } from '#domain/people/access.ts';
import type { OrmTx } from '#domain/store/orm.ts';

type PlaceTable = 'sites' | 'branches' | 'teams' | 'calendars';

/** Throws PLACE_INACTIVE if one of the ids is that of a place that was deactivated. Null and undefined pass. */
export async function requireActive(tx: Pick<OrmTx, 'dynamic'>, user: User, table: PlaceTable,
  id: unknown): Promise<void> {
  if (id === null || id === undefined) return;
  const rows = await tx.dynamic(`select 1 from ${table} where organisation_id = $1 and id = $2 and not active`,
    [user.organisationId, id]);
  if (rows.length > 0) throw new AppError('PLACE_INACTIVE');
}

const INSIDE = {
  site: `select (select count(*) from users where organisation_id = $1 and site_id = $2 and status = 'ACTIVE')::int
      as users,
    (select count(*) from teams where organisation_id = $1 and site_id = $2 and active)::int as teams,
    (select count(*) from seats where organisation_id = $1 and site_id = $2 and active)::int as seats,
    (select count(*) from queues where organisation_id = $1 and site_id = $2 and active)::int as queues`,
  branch: `select (select count(*) from users where organisation_id = $1 and branch_id = $2 and status = 'ACTIVE')::int
      as users,
    (select count(*) from branches where organisation_id = $1 and parent_id = $2 and active)::int as units`,
  team: `select (select count(*) from users where organisation_id = $1 and team_id = $2 and status = 'ACTIVE')::int
      as users`,
  calendar: `select (select count(*) from sites where organisation_id = $1 and calendar_id = $2 and active)::int
      as sites,
    (select count(*) from queues where organisation_id = $1 and calendar_id = $2 and active)::int as queues,
    (select count(*) from branches where organisation_id = $1 and calendar_id = $2 and active)::int as units`,
} as const;

/**
 * Throws PLACE_NOT_EMPTY with how many of what still stand in it: nobody loses their place silently. Locks nothing;
 * whoever comes in at the same moment stands in a closed place, which the check of the set-up then shows.
 */
export async function requireEmpty(tx: Pick<OrmTx, 'dynamic'>, user: User, kind: keyof typeof INSIDE,
  id: unknown): Promise<void> {
  const [counts] = await tx.dynamic<Record<string, number>>(INSIDE[kind], [user.organisationId, id]);
  const inside = Object.entries(counts ?? {}).filter(([, count]) => count > 0);
  if (inside.length > 0) throw new AppError('PLACE_NOT_EMPTY', Object.fromEntries(inside));
}
