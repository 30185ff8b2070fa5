/** Lists for who sees only what hangs on work of their own: read from that work, not from everybody's newest rows. */
import { keysOf, type User } from '#domain/people/access.ts';
import type { Permission } from '#domain/people/permissions.ts';
import { statement, type Queryable } from '#domain/store/db.ts';

/** True where `actions` and reading interactions show the user nothing beyond interactions of their own. */
export function seesOnlyOwn(user: User, actions: readonly Permission[]): boolean {
  const own = `agent:${user.id}`;
  return keysOf(user, 'interaction.read').has(own) && [...actions, 'interaction.read' as const].every((action) =>
    [...keysOf(user, action)].every((key) => key === own));
}

const edge = statement('own-work.edge', `select closed_at from interactions
  where organisation_id = $1 and agent_id = $2 and state in ('CLOSED', 'OOT_COMPLETE')
  order by closed_at desc offset $3::int limit 1`);

/** Own closed interactions that are looked at for one row of the list at first; more where those show too few. */
const WORK_PER_ROW = 4;

/**
 * A page of things that are older than the work on them: `read` gives the page among what work open or closed since a
 * moment touches (null: all of it). What older work touches is older still, so a page that ends after that moment is
 * the page. `at` is the time the list is sorted by, newest first; one row more than `size` says that others follow.
 */
export async function pageOfOwn<T>(db: Queryable, user: User, size: number, at: (row: T) => Date,
  read: (since: Date | null) => Promise<T[]>): Promise<T[]> {
  for (let work = size * WORK_PER_ROW; ; work *= 8) {
    const since = (await db.one<{ closed_at: Date }>(edge, [user.organisationId, user.id, work]))?.closed_at ?? null;
    const rows = await read(since);
    const last = rows[size];
    if (since === null || (last !== undefined && at(last).getTime() > since.getTime())) return rows;
  }
}

/** SQL: a column of the user's own interactions: those open, and those closed since a moment or, without it, all. */
export function ownWork(column: 'ticket_id' | 'contact_id', user: string, organisation: string,
  since?: string): string {
  const own = `select ${column} from interactions where organisation_id = ${organisation} and agent_id = ${user}`;
  return `${own} and state not in ('CLOSED', 'OOT_COMPLETE') union ${own} and state in ('CLOSED', 'OOT_COMPLETE')${
    since === undefined ? '' : ` and closed_at >= ${since}::timestamptz`}`;
}
