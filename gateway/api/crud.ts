/**
 * What the administration of every noun has in common: lists, one, create and change, bound to the organisation
 * (INV10).
 */
import type { EntityName } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalEntry, JournalType, Scope, SubjectType } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { containsPattern, decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { can, type User } from '#domain/people/access.ts';
import type { Permission } from '#domain/people/permissions.ts';
import type { Queryable } from '#domain/store/db.ts';
import type { AdminEntity, Orm, OrmTx } from '#domain/store/orm.ts';
import type { Work } from '#domain/work.ts';
import { idempotent } from '../security/idempotency.ts';
import { ifMatch } from '../security/plugin.ts';

export type Values = Record<string, unknown>;

export interface AdminParts {
  work: Work;
  orm: Orm;
}

/** One noun of the administration: its table, its shape outside, and the rules of its writing. */
export interface Noun {
  /** Plural, as in the address: /api/<path>. */
  path: string;
  /** In the journal of nouns without types of their own. */
  noun: string;
  table: string;
  /** Any entity: its fields are those of `columns`, checked by the zod shapes. */
  entity: AdminEntity;
  /** Field outside -> SQL over alias t. */
  columns: Readonly<Record<string, string>>;
  view: z.ZodType<Values>;
  create: z.ZodType<Values>;
  patch: z.ZodType<Values>;
  /** What create fills in where the body is silent. */
  defaults: Values;
  /** SQL text expression of the order of lists. */
  sort: string;
  /** Columns in which `q` is looked for. */
  search: readonly string[];
  /** Query parameters with the column that must equal them. */
  filters: Readonly<Record<string, { schema: z.ZodType<unknown>; column: string }>>;
  read: Permission;
  manage: Permission;
  /** Writing asks who it is once more (RA05). */
  careful?: boolean;
  journal: { created: JournalType; updated: JournalType; subject: SubjectType };
  /** Where a row stands, for the right to change it; by default in the whole organisation. */
  place?: (values: Values) => Partial<Scope>;
  /** Fields that are rows of other tables, written by `link`. */
  links?: readonly string[];
  /** Refuses what may not be written: foreign ids (RS02), ranks (RS16). `before` is undefined for a new row. */
  check?: (tx: OrmTx, user: User, values: Values, before: Values | undefined) => Promise<void>;
  link?: (tx: OrmTx, user: User, id: string, values: Values) => Promise<void>;
  /** After everything is written, in the same transaction: whose rights changed, what must not have happened. */
  after?: (tx: OrmTx, user: User, id: string) => Promise<void>;
  /** The rows a user may see, as SQL over t beyond the organisation; `false` for none. */
  visible?: (user: User) => string;
}

/** `true` or `false` of a query string. */
export const queryBoolean = z.enum(['true', 'false']).transform((word) => word === 'true');

/** Codes as people type them: capitals, digits, underscore. */
export const codeText = z.string().regex(/^[A-Z0-9][A-Z0-9_]{1,63}$/);
/** A name in one line: whole characters, no control signs; all else stays as it was typed (RF20-RF22). */
export const nameText = z.string().trim().min(1).max(limits.nameChars)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'one line of text');

export const pageQuery = {
  q: z.string().trim().max(100).optional(), cursor: z.string().max(2_000).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageItemsMax).optional(),
};

/** The shape of a page of these items. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

function selectList(noun: Pick<Noun, 'columns'>): string {
  return Object.entries(noun.columns).map(([field, sql]) => `${sql} as "${field}"`).join(', ');
}

/** The WHERE of what the user may see of the noun; $1 is the organisation. */
function seen(noun: Noun, user: User): string {
  return `t.organisation_id = $1 and (${noun.visible?.(user) ?? 'true'})`;
}

export interface ListQuery { q?: string | undefined; cursor?: string | undefined; limit?: number
  | undefined; [filter: string]: unknown }

/** A page of the noun, in its order, of what the user may see. */
export async function listRows(db: Queryable, noun: Noun, user: User, query: ListQuery) {
  const size = pageSize(query.limit);
  const values: unknown[] = [user.organisationId];
  const where = [seen(noun, user)];
  if (query.q !== undefined && query.q !== '') {
    values.push(containsPattern(query.q));
    where.push(`(${noun.search.map((column) => `${column} ilike $${values.length}`).join(' or ')})`);
  }
  for (const [name, { column }] of Object.entries(noun.filters)) {
    if (query[name] === undefined) continue;
    values.push(query[name]);
    where.push(`${column} = $${values.length}`);
  }
  if (query.cursor !== undefined) {
    const [sort, id] = decodePage(query.cursor, 2);
    values.push(String(sort), String(id));
    where.push(`(${noun.sort}, t.id::text) > ($${values.length - 1}, $${values.length})`);
  }
  const rows = await db.dynamic<Values>(`select ${selectList(noun)}, ${noun.sort} as "sort key" from ${noun.table} t
    where ${where.join(' and ')} order by ${noun.sort}, t.id::text limit ${size + 1}`, values);
  const last = rows[size - 1];
  return {
    items: rows.slice(0, size).map(({ 'sort key': _sort, ...row }) => row),
    nextCursor: rows.length > size && last !== undefined ? encodePage([String(last['sort key']), String(last['id'])])
      : null,
  };
}

/**
 * One row the user may see. Throws NOT_FOUND otherwise: no difference between what is not and what is not for them
 * (RS01).
 */
export async function oneRow(db: Queryable, noun: Noun, user: User, id: string): Promise<Values> {
  const [row] = await db.dynamic<Values>(
    `select ${selectList(noun)} from ${noun.table} t where ${seen(noun, user)} and t.id = $2`,
      [user.organisationId, id]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  return row;
}

/** Throws unless every id belongs to the user's organisation (RS02). Null and undefined pass. */
export async function requireOwn(tx: Pick<OrmTx, 'dynamic'>, user: User, table: string, field: string,
  ids: unknown): Promise<void> {
  const wanted = [...new Set([ids].flat().filter((id) => id !== null && id !== undefined))];
  if (wanted.length === 0) return;
  const [row] = await tx.dynamic<{ n: number }>(`select count(*)::int as n from ${table} where organisation_id = $1
    and id = any($2::uuid[])`, [user.organisationId, wanted]);
  if (row?.n !== wanted.length) throw new AppError('VALIDATION_FAILED',
    { issues: [{ path: field, code: 'unknown_id' }] });
}

/** Raises the version of these users, so that every node reads their rights anew within 5 s (RA03). */
export async function rightsChanged(tx: Pick<OrmTx, 'dynamic'>, organisationId: string,
  userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx.dynamic(`update users set version = version + 1, updated_at = app_now()
    where organisation_id = $1 and id = any($2::uuid[])`, [organisationId, userIds]);
}

/** Writes the entries and wakes the tail after the commit. */
export async function record(parts: AdminParts, tx: OrmTx, entries: readonly JournalEntry[]): Promise<void> {
  await appendJournal(tx, entries);
  tx.afterCommit(() => { parts.work.wake.hint('journal'); parts.work.wake.hint('sessions'); });
}

/** One of several entities, where which one is only known when it runs: the zod shapes of the noun check its fields. */
function entityOf(noun: Noun): EntityName<object> {
  return noun.entity as unknown as EntityName<object>;
}

function mayManage(noun: Noun, user: User, values: Values): void {
  if (!can(user, noun.manage,
    { organisationId: user.organisationId, ...noun.place?.(values) })) throw new AppError('FORBIDDEN');
}

function entryOf(noun: Noun, user: User, id: string, version: number, changed?: string[]): JournalEntry {
  return {
    type: changed === undefined ? noun.journal.created : noun.journal.updated, subjectType: noun.journal.subject,
      subjectId: id,
    actor: { kind: 'USER', id: user.id }, scope: { organisationId: user.organisationId }, version,
    data: { noun: noun.noun, ...(changed === undefined ? {} : { changed }) },
  };
}

function withoutLinks(noun: Noun, values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([field]) => noun.links?.includes(field) !== true));
}

/** Makes a row. Throws FORBIDDEN, VALIDATION_FAILED, ALREADY_EXISTS. */
export async function createRow(parts: AdminParts, noun: Noun, user: User, body: Values): Promise<Values> {
  return parts.orm.write(async (em, tx) => {
    const values: Values = { ...noun.defaults, ...body };
    mayManage(noun, user, values);
    await noun.check?.(tx, user, values, undefined);
    const id = newId();
    em.create(entityOf(noun), { ...withoutLinks(noun, values), id, organisationId: user.organisationId,
      version: 1 } as never);
    await em.flush();
    await noun.link?.(tx, user, id, values);
    await noun.after?.(tx, user, id);
    await record(parts, tx, [entryOf(noun, user, id, 1)]);
    return oneRow(tx, { ...noun, visible: () => 'true' }, user, id);
  });
}

/**
 * Changes a row at the version given. Throws NOT_FOUND, FORBIDDEN, VERSION_CONFLICT, VALIDATION_FAILED,
 * ALREADY_EXISTS.
 */
export async function changeRow(parts: AdminParts, noun: Noun, user: User, id: string, version: number,
  body: Values): Promise<Values> {
  return parts.orm.write(async (em, tx) => {
    const before = await oneRow(tx, noun, user, id);
    if (before['version'] !== version) throw new AppError('VERSION_CONFLICT', { version: before['version'] });
    mayManage(noun, user, before);
    mayManage(noun, user, { ...before, ...body });
    await noun.check?.(tx, user, { ...before, ...body }, before);
    const changed = Object.keys(body).filter((field) => JSON.stringify(body[field]) !== JSON.stringify(before[field]));
    if (changed.length === 0) return before;
    const fields = withoutLinks(noun, Object.fromEntries(changed.map((field) => [field, body[field]])));
    if (Object.keys(fields).length > 0) {
      const entity = await atVersion(em, entityOf(noun), user, id, version);
      em.assign(entity, fields as never);
      await em.flush();
    } else {
      await bump(tx, noun, user, id, version);
    }
    await noun.link?.(tx, user, id, Object.fromEntries(changed.map((field) => [field, body[field]])));
    await noun.after?.(tx, user, id);
    await record(parts, tx, [entryOf(noun, user, id, version + 1, changed)]);
    return oneRow(tx, { ...noun, visible: () => 'true' }, user, id);
  });
}

/** The entity at this version. Throws VERSION_CONFLICT if it moved between the reading and now. */
export async function atVersion<T extends object>(
  em: EntityManager, entity: EntityName<T>, user: User, id: string, version: number,
): Promise<T> {
  const found = await em.findOne(entity, { id, organisationId: user.organisationId, version } as never);
  if (found === null) throw new AppError('VERSION_CONFLICT');
  return found as T;
}

async function bump(tx: OrmTx, noun: Noun, user: User, id: string, version: number): Promise<void> {
  const rows = await tx.dynamic(`update ${noun.table} set version = version + 1
    where organisation_id = $1 and id = $2 and version = $3 returning id`, [user.organisationId, id, version]);
  if (rows.length === 0) throw new AppError('VERSION_CONFLICT');
}

const byId = z.object({ id: z.uuid() });

/** GET /api/<path> and GET /api/<path>/:id. */
export function readRoutes(plain: FastifyInstance, parts: AdminParts, noun: Noun): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const filters = Object.fromEntries(Object.entries(noun.filters).map(([name, { schema }]) => [name,
    schema.optional()]));
  const config = { permission: noun.read };
  app.get(`/api/${noun.path}`, {
    config, schema: { querystring: z.strictObject({ ...pageQuery, ...filters }), response: { 200: pageOf(noun.view) } },
  }, async (request) => listRows(parts.work.db, noun, request.user, request.query as ListQuery));
  app.get(`/api/${noun.path}/:id`, {
    config, schema: { params: byId, response: { 200: noun.view } },
  }, async (request) => oneRow(parts.work.db, noun, request.user, request.params.id));
}

/** POST /api/<path> (Idempotency-Key) and PATCH /api/<path>/:id (If-Match). */
export function writeRoutes(plain: FastifyInstance, parts: AdminParts, noun: Noun): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const config = { permission: noun.manage, ...(noun.careful === true ? { stepUp: true } : {}) };
  app.post(`/api/${noun.path}`, {
    config, schema: { body: noun.create, response: { 201: noun.view } },
  }, async (request, reply) => idempotent(parts.work, request, reply, async () =>
    ({ status: 201, body: await createRow(parts, noun, request.user, request.body) })));
  app.patch(`/api/${noun.path}/:id`, {
    config, schema: { params: byId, body: noun.patch, response: { 200: noun.view } },
  }, async (request: FastifyRequest) => {
    const { id } = request.params as { id: string };
    return changeRow(parts, noun, request.user, id, ifMatch(request), request.body as Values);
  });
}
