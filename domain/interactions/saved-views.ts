/** Saved views: a user's own named filters, each with its count by the very conditions of its list. */
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { sqlState, statement, type Db, type Queryable } from '#domain/store/db.ts';
import { filterJoins, type InteractionFilter } from './filters.ts';
import { conditions } from './queries.ts';

/** A list and what it is narrowed to. */
export interface ViewDefinition {
  view: 'mine' | 'queues' | 'all';
  state: 'open' | 'closed';
  filter: InteractionFilter;
}

export interface SavedView extends ViewDefinition {
  id: string; name: string; sort: number; version: number;
  /** Rows of the list now, up to limits.viewCountMax. */
  count: number;
}

interface Stored { id: string; name: string; filter: ViewDefinition; sort: number; version: number }

const ofUser = statement('saved-views.of-user', `select id, name, filter, sort, version from saved_views
  where organisation_id = $1 and user_id = $2 order by sort, lower(name), id`);
const insert = statement('saved-views.insert', `insert into saved_views
    (id, organisation_id, user_id, name, filter, sort)
  select $1, $2, $3, $4, $5::jsonb, coalesce((select max(sort) + 1 from saved_views where organisation_id = $2
    and user_id = $3), 0)
  where (select count(*) from saved_views where organisation_id = $2 and user_id = $3) < $6 returning id`);
const change = statement('saved-views.change', `update saved_views set name = coalesce($4, name),
  filter = coalesce($5::jsonb, filter), sort = coalesce($6, sort), version = version + 1
  where organisation_id = $1 and user_id = $2 and id = $3 and version = $7 returning id`);
const one = statement('saved-views.one', `select version from saved_views
  where organisation_id = $1 and user_id = $2 and id = $3`);
const remove = statement('saved-views.remove', `delete from saved_views
  where organisation_id = $1 and user_id = $2 and id = $3 returning id`);

async function countSome(db: Queryable, user: User, views: readonly ViewDefinition[]): Promise<number[]> {
  if (views.length === 0) return [];
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const counts = views.map((view) => `(select count(*)::int from (select from interactions i
    ${filterJoins(view.filter)}
    where ${conditions({ user, ...view }, bind).join(' and ')} limit ${limits.viewCountMax}) rows)`);
  const [row] = await db.dynamic<{ counts: number[] }>(`select array[${counts.join(', ')}] as counts`, values);
  return row?.counts ?? [];
}

/** How many rows each definition's list holds for the user, up to limits.viewCountMax each; two statements at once. */
export async function countViews(db: Queryable, user: User, views: readonly ViewDefinition[]): Promise<number[]> {
  const half = Math.ceil(views.length / 2);
  const counts = await Promise.all([views.slice(0, half), views.slice(half)].map((some) => countSome(db, user, some)));
  return counts.flat();
}

/** The user's views in their order, with counts. */
export async function savedViews(db: Queryable, user: User): Promise<SavedView[]> {
  const rows = await db.rows<Stored>(ofUser, [user.organisationId, user.id]);
  const counts = await countViews(db, user, rows.map((row) => row.filter));
  return rows.map(({ filter, ...row }, n) => ({ ...row, ...filter, count: counts[n] ?? 0 }));
}

async function named<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (sqlState(error) === '23505') throw new AppError('ALREADY_EXISTS');
    throw error;
  }
}

/** Keeps a view. Throws ALREADY_EXISTS for a name the user has, LIMIT_REACHED beyond limits.savedViewsMax. */
export async function saveView(db: Db, user: User, name: string, definition: ViewDefinition): Promise<SavedView> {
  const id = newId();
  const made = await named(() => db.one(insert, [id, user.organisationId, user.id, name, JSON.stringify(definition),
    limits.savedViewsMax]));
  if (made === undefined) throw new AppError('LIMIT_REACHED', { max: limits.savedViewsMax });
  return ownView(db, user, id);
}

async function ownView(db: Queryable, user: User, id: string): Promise<SavedView> {
  const found = (await savedViews(db, user)).find((view) => view.id === id);
  if (found === undefined) throw new AppError('NOT_FOUND');
  return found;
}

/** Changes name, filter or place. Throws NOT_FOUND, VERSION_CONFLICT, ALREADY_EXISTS. */
export async function changeView(db: Db, user: User, id: string, ifVersion: number,
  given: { name?: string | undefined; definition?: ViewDefinition | undefined; sort?: number | undefined },
): Promise<SavedView> {
  const definition = given.definition === undefined ? null : JSON.stringify(given.definition);
  const changed = await named(() => db.one(change,
    [user.organisationId, user.id, id, given.name ?? null, definition, given.sort ?? null, ifVersion]));
  if (changed !== undefined) return ownView(db, user, id);
  const row = await db.one<{ version: number }>(one, [user.organisationId, user.id, id]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  throw new AppError('VERSION_CONFLICT', { version: row.version });
}

/** Forgets a view. Throws NOT_FOUND. */
export async function removeView(db: Db, user: User, id: string): Promise<void> {
  if (await db.one(remove, [user.organisationId, user.id, id]) === undefined) throw new AppError('NOT_FOUND');
}
