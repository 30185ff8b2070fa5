/** Users by NPK, their place, roles, skills and links; bounded by the rank and scope of who changes them (RS16). */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import type { JournalEntry, JournalType } from '#domain/journal/events.ts';
import { accessFilter, type User } from '#domain/people/access.ts';
import { UserEntity } from '#domain/people/entities.ts';
import { requireAdministrator, requireRank, requireReach, requireScope,
  type WantedGrant } from '#domain/people/ranks.ts';
import type { OrmTx } from '#domain/store/orm.ts';
import { idempotent } from '../security/idempotency.ts';
import { issueLink } from '../security/links.ts';
import { checkNewPassword } from '../security/passwords.ts';
import { ifMatch } from '../security/plugin.ts';
import type { Sessions } from '../security/sessions.ts';
import { requireStepUp } from '../security/step-up.ts';
import {
  atVersion, nameText, oneRow, readRoutes, record, requireOwn, type AdminParts, type Noun, type Values,
} from './crud.ts';
import { requireActive } from './place-rules.ts';

export interface UserParts extends AdminParts {
  sessions: Sessions;
}

const id = z.uuid();
const grant = z.strictObject({
  roleId: id, scopeKind: z.enum(['self', 'team', 'queue', 'site', 'branch', 'organisation']), scopeId: id.nullable(),
});
const grants = z.array(grant).max(50);
const skillLevels = z.array(z.strictObject({ skillId: id, level: z.number().int().min(1).max(5) })).max(100);
const place = { siteId: id.nullish(), branchId: id.nullish(), teamId: id.nullish() };
const status = z.enum(['ACTIVE', 'DISABLED']);
const locale = z.enum(['id', 'en']);
const capacityPoints = z.number().int().min(0).max(1_000);
const password = z.string().min(1).max(1_000);

const view = z.object({
  id, npk: z.string(), name: z.string(), status, siteId: id.nullable(), teamId: id.nullable(),
    branchId: id.nullable(), locale,
  capacityPoints: z.number(), roles: z.array(grant.extend({ code: z.string() })), skills: skillLevels,
    queueIds: z.array(id),
  passwordSet: z.boolean(), createdAt: z.string(), updatedAt: z.string(), version: z.number(),
});
const patchBody = z.strictObject({
  name: nameText.optional(), status: status.optional(), locale: locale.optional(),
    capacityPoints: capacityPoints.optional(),
  ...place, roles: grants.optional(), skills: skillLevels.optional(),
});
const createBody = patchBody.extend({ npk: z.string().regex(/^\d{4,8}$/), name: nameText,
  password: password.optional() });
export type NewUser = z.output<typeof createBody>;

/** Columns that users lack: nobody's rights over a person come from a queue or from owning them. */
const WITHOUT = ['queue_id', 'agent_id'];
const iso = (column: string): string => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const users: Noun = {
  path: 'users', noun: 'user', table: 'users', entity: UserEntity,
  columns: {
    id: 't.id', npk: 't.npk', name: 't.name', status: 't.status', siteId: 't.site_id', teamId: 't.team_id',
    branchId: 't.branch_id', locale: 't.locale', capacityPoints: 't.capacity_points',
    roles: `coalesce((select jsonb_agg(jsonb_build_object('roleId', g.role_id, 'code', r.code, 'scopeKind',
      g.scope_kind,
      'scopeId', g.scope_id) order by r.rank desc, r.code,
        g.scope_id) from user_roles g join roles r on r.id = g.role_id
      where g.user_id = t.id and g.organisation_id = t.organisation_id), '[]')`,
    skills: `coalesce((select jsonb_agg(jsonb_build_object('skillId', s.skill_id, 'level', s.level) order by s.skill_id)
      from user_skills s where s.user_id = t.id and s.organisation_id = t.organisation_id), '[]')`,
    queueIds: 'array(select m.queue_id from queue_members m where m.user_id = t.id order by 1)',
    passwordSet: 't.password_hash is not null', createdAt: iso('t.created_at'), updatedAt: iso('t.updated_at'),
    version: 't.version',
  },
  view, create: createBody, patch: patchBody, defaults: {}, sort: 't.npk', search: ['t.name', 't.npk'],
  filters: {
    status: { schema: status, column: 't.status' }, siteId: { schema: id, column: 't.site_id' },
    teamId: { schema: id, column: 't.team_id' }, branchId: { schema: id, column: 't.branch_id' },
  },
  read: 'user.read', manage: 'user.manage',
  journal: { created: 'user.created', updated: 'user.updated', subject: 'user' },
  visible: (user) => accessFilter(user, 'user.read', 't', WITHOUT),
};

async function rankOf(tx: OrmTx, organisationId: string, userId: string): Promise<number> {
  const [row] = await tx.dynamic<{ rank: number }>(`select coalesce(max(r.rank), 0) as rank from user_roles g
    join roles r on r.id = g.role_id where g.organisation_id = $1 and g.user_id = $2`, [organisationId, userId]);
  return row?.rank ?? 0;
}

/** Throws FORBIDDEN unless the person stands, as written now, where the user manages people. */
async function requireManaged(tx: OrmTx, user: User, userId: string): Promise<void> {
  const rows = await tx.dynamic(`select 1 from users t where t.id = $1 and ${accessFilter(user, 'user.manage', 't',
    WITHOUT)}`,
    [userId]);
  if (rows.length === 0) throw new AppError('FORBIDDEN');
}

async function setRoles(tx: OrmTx, user: User, userId: string, wanted: readonly WantedGrant[]): Promise<void> {
  const ids = [...new Set(wanted.map((one) => one.roleId))];
  await requireOwn(tx, user, 'roles', 'roles', ids);
  const roles = await tx.dynamic<{ rank: number }>(
    'select rank from roles where organisation_id = $1 and id = any($2::uuid[])',
    [user.organisationId, ids]);
  for (const role of roles) requireRank(user, role.rank);
  for (const one of wanted) await requireScope(tx, user, one);
  await tx.dynamic('delete from user_roles where organisation_id = $1 and user_id = $2', [user.organisationId, userId]);
  for (const one of wanted) {
    await tx.dynamic(`insert into user_roles (id, organisation_id, user_id, role_id, scope_kind, scope_id)
      values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [newId(), user.organisationId, userId, one.roleId, one.scopeKind, one.scopeId]);
  }
}

async function setSkills(tx: OrmTx, user: User, userId: string,
  skills: { skillId: string; level: number }[]): Promise<void> {
  await requireOwn(tx, user, 'skills', 'skills', skills.map((one) => one.skillId));
  await tx.dynamic('delete from user_skills where organisation_id = $1 and user_id = $2',
    [user.organisationId, userId]);
  await tx.dynamic(`insert into user_skills (organisation_id, user_id, skill_id, level)
    select $1, $2, s.skill, s.level from unnest($3::uuid[], $4::int[]) as s (skill, level)`,
  [user.organisationId, userId, skills.map((one) => one.skillId), skills.map((one) => one.level)]);
}

function entry(user: User, target: Values, type: JournalType, changed?: string[]): JournalEntry {
  return {
    type, subjectType: 'user', subjectId: String(target['id']), actor: { kind: 'USER', id: user.id },
    scope: {
      organisationId: user.organisationId, siteId: target['siteId'] as string | null,
        branchId: target['branchId'] as string | null,
      teamId: target['teamId'] as string | null,
    },
    version: target['version'] as number, ...(changed === undefined ? {} : { data: { changed } }),
  };
}

const PLACES = [['sites', 'siteId'], ['branches', 'branchId'], ['teams', 'teamId']] as const;

/** Places are of the organisation, and those newly chosen are active (J58). */
async function requirePlaces(tx: OrmTx, user: User, body: z.output<typeof patchBody>, before?: Values): Promise<void> {
  for (const [table, field] of PLACES) {
    await requireOwn(tx, user, table, field, body[field]);
    if (body[field] !== before?.[field]) await requireActive(tx, user, table, body[field]);
  }
}

/**
 * Writes a new user with roles and skills in the caller's transaction, journal row included. Throws FORBIDDEN outside
 * the places the user manages, RANK_TOO_HIGH, VALIDATION_FAILED, PLACE_INACTIVE; a known NPK is ALREADY_EXISTS.
 */
export async function insertUser(parts: AdminParts, em: EntityManager, tx: OrmTx, user: User, body: NewUser,
  hash: string | null): Promise<Values> {
  await requirePlaces(tx, user, body);
  const userId = newId();
  const now = new Date();
  em.create(UserEntity, {
    id: userId, organisationId: user.organisationId, npk: body.npk, name: body.name, passwordHash: hash,
    status: body.status ?? 'ACTIVE', siteId: body.siteId ?? null, branchId: body.branchId ?? null,
      teamId: body.teamId ?? null,
    locale: body.locale ?? 'id', capacityPoints: body.capacityPoints ?? 100, passwordChangedAt: now,
      updatedAt: now, version: 1,
  });
  await em.flush();
  await requireManaged(tx, user, userId);
  await setRoles(tx, user, userId, body.roles ?? []);
  await setSkills(tx, user, userId, body.skills ?? []);
  const made = await oneRow(tx, { ...users, visible: () => 'true' }, user, userId);
  await record(parts, tx, [entry(user, made, 'user.created')]);
  return made;
}

const SCALARS = ['name', 'status', 'locale', 'capacityPoints', 'siteId', 'branchId', 'teamId'] as const;

function comparable(list: unknown, keys: readonly string[]): string {
  return JSON.stringify((list as Values[]).map((one) => keys.map((key) => one[key])).sort());
}

function changedFields(before: Values, body: Values): string[] {
  return Object.keys(body).filter((field) => body[field] !== undefined).filter((field) => {
    if (field === 'roles') return comparable(body[field], GRANT_KEYS) !== comparable(before[field], GRANT_KEYS);
    if (field === 'skills') return comparable(body[field], SKILL_KEYS) !== comparable(before[field], SKILL_KEYS);
    return body[field] !== before[field];
  });
}
const GRANT_KEYS = ['roleId', 'scopeKind', 'scopeId'];
const SKILL_KEYS = ['skillId', 'level'];

async function changeUser(
  parts: UserParts, user: User, userId: string, version: number, body: z.output<typeof patchBody>,
): Promise<Values> {
  const after = await parts.orm.write(async (em, tx) => {
    const before = await oneRow(tx, users, user, userId);
    await requireManaged(tx, user, userId);
    requireRank(user, await rankOf(tx, user.organisationId, userId));
    if (before['version'] !== version) throw new AppError('VERSION_CONFLICT', { version: before['version'] });
    const changed = changedFields(before, body);
    if (changed.length === 0) return before;
    await requirePlaces(tx, user, body, before);
    const entity = await atVersion(em, UserEntity, user, userId, version);
    em.assign(entity, { ...Object.fromEntries(SCALARS.filter((field) => changed.includes(field)).map((field) =>
      [field, body[field]])),
      updatedAt: new Date() });
    await em.flush();
    await requireManaged(tx, user, userId);
    if (changed.includes('roles') && body.roles !== undefined) {
      await requireReach(tx, user, userId);
      await setRoles(tx, user, userId, body.roles);
    }
    if (changed.includes('skills') && body.skills !== undefined) await setSkills(tx, user, userId, body.skills);
    if (changed.includes('roles')) await parts.sessions.revokeUser(userId, 'ROLES_CHANGED', { tx });
    if (changed.includes('status') && body.status === 'DISABLED') await parts.sessions.revokeUser(userId,
      'USER_DISABLED', { tx });
    await requireAdministrator(tx, user.organisationId);
    const made = await oneRow(tx, { ...users, visible: () => 'true' }, user, userId);
    const entries = [entry(user, made, 'user.updated', changed)];
    if (changed.includes('roles')) entries.push(entry(user, made, 'user.roles-changed'));
    await record(parts, tx, entries);
    return made;
  });
  await parts.sessions.check();
  return after;
}

async function makeLink(parts: UserParts, user: User, userId: string): Promise<z.output<typeof linkView>> {
  return parts.orm.write(async (_em, tx) => {
    const person = await oneRow(tx, users, user, userId);
    await requireManaged(tx, user, userId);
    requireRank(user, await rankOf(tx, user.organisationId, userId));
    await requireReach(tx, user, userId);
    return handOut(parts, tx, user, person);
  });
}

/** A link for a person as written now, journalled; in the transaction that decided that the user may make it. */
export async function handOut(parts: AdminParts, tx: OrmTx, user: User,
  person: Values): Promise<z.output<typeof linkView>> {
  const { kind, token, expiresAt } = await issueLink(tx,
    { organisationId: user.organisationId, userId: String(person['id']), by: user.id });
  await record(parts, tx, [{ ...entry(user, person, 'user.link-made'), data: { kind } }]);
  return { kind, path: `/join#${token}`, expiresAt };
}

/** Throws STEP_UP_REQUIRED, or FORBIDDEN for a program (RA05). */
async function requireProof(parts: AdminParts, request: FastifyRequest): Promise<void> {
  if (request.session === null) throw new AppError('SIGN_IN_REQUIRED');
  await requireStepUp(parts.work, request.session);
}

async function signOutEverywhere(parts: UserParts, user: User, userId: string): Promise<void> {
  await parts.orm.write(async (_em, tx) => {
    const person = await oneRow(tx, users, user, userId);
    await requireManaged(tx, user, userId);
    requireRank(user, await rankOf(tx, user.organisationId, userId));
    await parts.sessions.revokeUser(userId, 'SIGNED_OUT_BY_ADMINISTRATOR', { tx });
    await record(parts, tx, [{ ...entry(user, person, 'user.signed-out'), data: { reason: 'ADMINISTRATOR' } }]);
  });
  await parts.sessions.check();
}

const byId = z.object({ id });
/** What an administrator hands over; whoever opens it sets the password (RS05). */
export const linkView = z.object({
  kind: z.enum(['INVITE', 'RESET']),
  /** The address on this server; the secret stands behind the `#`, so no server ever writes it down. */
  path: z.string(), expiresAt: z.string(),
});
const createdView = view.extend({
  /** Shown this once; absent where the caller gave a password, where the user is disabled, or in a repeated answer. */
  link: linkView.optional(),
});

async function createUser(parts: UserParts, user: User, body: NewUser): Promise<z.output<typeof createdView>> {
  if (body.password !== undefined) checkNewPassword(body.password, body);
  const hash = body.password === undefined ? null : await parts.sessions.passwords.hash(body.password);
  return parts.orm.write(async (em, tx) => {
    const made = await insertUser(parts, em, tx, user, body, hash) as z.output<typeof view>;
    if (hash !== null || made.status !== 'ACTIVE') return made;
    return { ...made, link: await handOut(parts, tx, user, made) };
  });
}

/** /api/users */
export function usersApi(parts: UserParts): FastifyPluginAsyncZod {
  return async (app) => {
    readRoutes(app, parts, users);

    app.post('/api/users', {
      config: { permission: 'user.manage' }, schema: { body: createBody, response: { 201: createdView } },
    }, async (request, reply) => idempotent<z.output<typeof createdView>>(parts.work, request, reply, async () => {
      const { roles = [], password: given } = request.body;
      if (roles.length > 0 || given !== undefined) await requireProof(parts, request);
      return { status: 201, body: await createUser(parts, request.user, request.body) };
    }, ({ link: _shownOnce, ...rest }) => rest));

    app.patch('/api/users/:id', {
      config: { permission: 'user.manage' }, schema: { params: byId, body: patchBody, response: { 200: view } },
    }, async (request) => {
      if (request.body.roles !== undefined) await requireProof(parts, request);
      return await changeUser(parts, request.user, request.params.id, ifMatch(request),
        request.body) as z.output<typeof view>;
    });

    app.post('/api/users/:id/link', {
      config: { permission: 'user.manage', peopleOnly: true, stepUp: true },
      schema: { params: byId, response: { 200: linkView } },
    }, async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return makeLink(parts, request.user, request.params.id);
    });

    app.post('/api/users/:id/sign-out', {
      config: { permission: 'user.manage' }, schema: { params: byId, response: { 204: z.null() } },
    }, async (request, reply) => {
      await signOutEverywhere(parts, request.user, request.params.id);
      void reply.code(204);
      return null;
    });
  };
}
