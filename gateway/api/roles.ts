/** Roles as permission sets: nobody makes one that reaches their own rank or holds what they do not hold (RS16). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { keysOf, type User } from '#domain/people/access.ts';
import { RoleEntity } from '#domain/people/entities.ts';
import { ADMINISTRATOR_RANK, requireAdministrator, requireRank } from '#domain/people/ranks.ts';
import { permissions, type Permission } from '#domain/people/permissions.ts';
import type { OrmTx } from '#domain/store/orm.ts';
import { endUnenrolled } from '../security/unenrolled.ts';
import {
  codeText, nameText, queryBoolean, readRoutes, rightsChanged, writeRoutes, type Noun,
} from './crud.ts';
import type { UserParts } from './users.ts';

const id = z.uuid();
const scopeKind = z.enum(['self', 'team', 'queue', 'site', 'branch', 'organisation']);
const permission = z.enum(Object.keys(permissions) as [Permission, ...Permission[]]);
const permissionSet = z.array(permission).max(100).refine((list) => new Set(list).size === list.length, 'unique');
const rank = z.number().int().min(0).max(100);

/** Whoever is not the administrator can only hand on what they hold over the whole organisation themselves. */
function requireHeld(user: User, wanted: readonly Permission[]): void {
  if (user.rank >= ADMINISTRATOR_RANK) return;
  const all = `organisation:${user.organisationId}`;
  const missing = wanted.filter((one) => !keysOf(user, one).has(all));
  if (missing.length > 0) throw new AppError('RANK_TOO_HIGH', { permissions: missing });
}

/** `endWithout` ends sessions that a role with more rights now asks an authenticator of (RA05). */
const rolesWith = (endWithout: (tx: OrmTx, user: User) => Promise<unknown>): Noun => ({
  path: 'roles', noun: 'role', table: 'roles', entity: RoleEntity,
  columns: {
    id: 't.id', code: 't.code', nameId: 't.name_id', nameEn: 't.name_en', rank: 't.rank', permissions: 't.permissions',
    defaultScope: 't.default_scope', builtIn: 't.built_in', version: 't.version',
  },
  view: z.object({
    id, code: z.string(), nameId: z.string(), nameEn: z.string(), rank: z.number(), permissions: z.array(z.string()),
    defaultScope: scopeKind, builtIn: z.boolean(), version: z.number(),
  }),
  create: z.strictObject({
    code: codeText, nameId: nameText, nameEn: nameText, rank, permissions: permissionSet,
      defaultScope: scopeKind.optional(),
  }),
  patch: z.strictObject({
    nameId: nameText, nameEn: nameText, rank, permissions: permissionSet, defaultScope: scopeKind,
  }).partial(),
  defaults: { defaultScope: 'self', builtIn: false }, sort: `lpad((100 - t.rank)::text, 3, '0') || t.code`,
  search: ['t.name_id', 't.name_en', 't.code'], filters: { builtIn: { schema: queryBoolean, column: 't.built_in' } },
  read: 'user.read', manage: 'role.manage', careful: true,
  journal: { created: 'role.created', updated: 'role.updated', subject: 'role' },
  async check(_tx, user, values, before) {
    if (before !== undefined) requireRank(user, before['rank'] as number);
    requireRank(user, values['rank'] as number);
    const had = new Set(before?.['permissions'] as Permission[] | undefined);
    requireHeld(user, (values['permissions'] as Permission[]).filter((one) => !had.has(one)));
    if (before?.['builtIn'] === true && before['rank'] !== values['rank']) {
      throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'rank', code: 'built_in' }] });
    }
  },
  async after(tx, user, roleId) {
    const holders = await tx.dynamic<{ user_id: string }>(
      'select distinct user_id from user_roles where organisation_id = $1 and role_id = $2',
        [user.organisationId, roleId]);
    await rightsChanged(tx, user.organisationId, holders.map((row) => row.user_id));
    await endWithout(tx, user);
    await requireAdministrator(tx, user.organisationId);
  },
});

/** /api/roles */
export function rolesApi(parts: UserParts): FastifyPluginAsyncZod {
  const roles = rolesWith((tx, { organisationId }) => endUnenrolled(tx,
    { organisationId, exemptsDemo: parts.sessions.exemptsDemo }));
  return async (app) => { readRoutes(app, parts, roles); writeRoutes(app, parts, roles); };
}
