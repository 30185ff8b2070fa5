/**
 * The tree of branches: head office > region > area > branch, kept as ltree paths, so that a right within a branch
 * reaches all below it (A1, A33, RA06). It belongs to the whole organisation: a right within a part changes nothing.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { BranchEntity } from '#domain/people/entities.ts';
import { branchKinds, mayStandUnder, type BranchKind } from '#domain/people/tree.ts';
import type { User } from '#domain/people/access.ts';
import type { OrmTx } from '#domain/store/orm.ts';
import {
  codeText, nameText, queryBoolean, readRoutes, requireOwn, rightsChanged, writeRoutes, type AdminParts, type Noun,
} from './crud.ts';
import { requireActive, requireEmpty } from './place-rules.ts';

const id = z.uuid();
const kind = z.enum(branchKinds);

interface Place { id: string; kind: BranchKind; path: string }

async function placeOf(tx: OrmTx, user: User, branchId: string): Promise<Place | undefined> {
  const [row] = await tx.dynamic<Place>(`select id, kind, path::text as path from branches
    where organisation_id = $1 and id = $2`, [user.organisationId, branchId]);
  return row;
}

/**
 * Puts the branch, and all below it, under the parent. Locks the organisation first, so that two moves cannot make a
 * ring. Throws TREE_WRONG where its kind does not fit there or the parent stands below it.
 */
async function putUnder(tx: OrmTx, user: User, branchId: string, parentId: string | null): Promise<void> {
  await tx.dynamic('select 1 from organisations where id = $1 for no key update', [user.organisationId]);
  const own = await placeOf(tx, user, branchId);
  const parent = parentId === null ? undefined : await placeOf(tx, user, parentId);
  if (own === undefined) throw new AppError('NOT_FOUND');
  const below = parent !== undefined && own.path !== '' && `${parent.path}.`.startsWith(`${own.path}.`);
  if (below || !mayStandUnder(own.kind, parent?.kind ?? null)) throw new AppError('TREE_WRONG');
  await tx.dynamic('update branches set parent_id = $3 where organisation_id = $1 and id = $2',
    [user.organisationId, branchId, parentId]);
  if (own.path === '') {
    await tx.dynamic('update branches set path = $3::ltree || code where organisation_id = $1 and id = $2',
      [user.organisationId, branchId, parent?.path ?? '']);
    return;
  }
  await tx.dynamic(`update branches set path = $3::ltree || subpath(path, nlevel($2::ltree) - 1)
    where organisation_id = $1 and path <@ $2::ltree`, [user.organisationId, own.path, parent?.path ?? '']);
  // Whoever holds rights over a branch may now hold them over others: every node reads them anew.
  const holders = await tx.dynamic<{ user_id: string }>(`select distinct user_id from user_roles
    where organisation_id = $1 and scope_kind = 'branch'`, [user.organisationId]);
  await rightsChanged(tx, user.organisationId, holders.map((row) => row.user_id));
}

const branches: Noun = {
  path: 'branches', noun: 'branch', table: 'branches', entity: BranchEntity,
  columns: {
    id: 't.id', parentId: 't.parent_id', code: 't.code', name: 't.name', kind: 't.kind', active: 't.active',
    calendarId: 't.calendar_id', depth: 'nlevel(t.path) - 1',
    users: `(select count(*)::int from users u where u.branch_id = t.id and u.status = 'ACTIVE')`, version: 't.version',
  },
  view: z.object({
    id, parentId: id.nullable(), code: z.string(), name: z.string(), kind, active: z.boolean(),
    calendarId: id.nullable(),
    /** 0 at the head office; lists come in the order of the tree. */
    depth: z.number(),
    /** Active people who belong to this very unit. */
    users: z.number(), version: z.number(),
  }),
  create: z.strictObject({
    parentId: id.nullable(), code: codeText, name: nameText, kind, calendarId: id.nullish(),
  }),
  patch: z.strictObject({ parentId: id.nullable(), name: nameText, active: z.boolean(), calendarId: id.nullable() })
    .partial(),
  defaults: { calendarId: null, active: true }, sort: 't.path::text collate "C"', search: ['t.name', 't.code'],
  filters: {
    kind: { schema: kind, column: 't.kind' }, active: { schema: queryBoolean, column: 't.active' },
    parentId: { schema: id, column: 't.parent_id' },
  },
  read: 'queue.read', manage: 'user.manage',
  journal: { created: 'configuration.created', updated: 'configuration.updated', subject: 'branch' },
  links: ['parentId'],
  async check(tx, user, values, before) {
    await requireOwn(tx, user, 'branches', 'parentId', values['parentId']);
    await requireOwn(tx, user, 'calendars', 'calendarId', values['calendarId']);
    if (values['parentId'] !== before?.['parentId'] || (values['active'] === true && before?.['active'] === false)) {
      await requireActive(tx, user, 'branches', values['parentId']);
    }
    if (before?.['active'] === true && values['active'] === false) await requireEmpty(tx, user, 'branch', before['id']);
  },
  async link(tx, user, branchId, values) {
    if (values['parentId'] !== undefined) await putUnder(tx, user, branchId, values['parentId'] as string | null);
  },
};

/** /api/branches */
export function branchesApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, branches); writeRoutes(app, parts, branches); };
}
