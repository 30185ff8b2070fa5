/** Who may hand which rights to whom: ranks and scopes (RS16), and the administrator that must always remain. */
import { AppError } from '#domain/errors.ts';
import type { Queryable } from '#domain/store/db.ts';
import { keysOf, type User } from './access.ts';
import type { Permission, ScopeKind } from './permissions.ts';

/** The only rank that may hand out its own. */
export const ADMINISTRATOR_RANK = 100;

export interface WantedGrant {
  roleId: string;
  scopeKind: ScopeKind;
  scopeId: string | null;
}

/** Throws RANK_TOO_HIGH unless the user stands above this rank; the administrator stands beside theirs. */
export function requireRank(user: User, rank: number): void {
  if (rank < user.rank || user.rank >= ADMINISTRATOR_RANK) return;
  throw new AppError('RANK_TOO_HIGH');
}

/** What `user:manage` must guarantee at any time: somebody active who may manage users over the whole organisation. */
const KEEPS: readonly Permission[] = ['user.manage', 'role.manage'];

/**
 * Throws LAST_ADMINISTRATOR if no active user of administrator rank is left who holds user and role management over the
 * organisation. Locks the organisation, so that two administrators cannot remove each other at one moment.
 */
export async function requireAdministrator(tx: Pick<Queryable, 'dynamic'>, organisationId: string): Promise<void> {
  await tx.dynamic('select 1 from organisations where id = $1 for no key update', [organisationId]);
  const [row] = await tx.dynamic<{ n: number }>(`select count(distinct u.id)::int as n from users u
    join user_roles g on g.user_id = u.id and g.organisation_id = u.organisation_id
    join roles r on r.id = g.role_id and r.organisation_id = g.organisation_id
    where u.organisation_id = $1 and u.status = 'ACTIVE' and g.scope_kind = 'organisation' and r.rank >= $2
      and r.permissions @> $3::text[]`, [organisationId, ADMINISTRATOR_RANK, [...KEEPS]]);
  if ((row?.n ?? 0) === 0) throw new AppError('LAST_ADMINISTRATOR');
}

interface PlacedRow { id: string; kind: string; site_id: string | null; branches: string[] | null }

const TABLES: Record<Exclude<ScopeKind, 'self' | 'organisation'>, string> = {
  site: `select id, 'site' as kind, id as site_id, null::uuid[] as branches from sites where organisation_id = $1 and
    id = $2`,
  team: `select id, 'team' as kind, site_id, null::uuid[] as branches from teams where organisation_id = $1 and id =
    $2`,
  queue: `select id, 'queue' as kind, site_id, null::uuid[] as branches from queues where organisation_id = $1 and id
    = $2`,
  branch: `select b.id, 'branch' as kind, null::uuid as site_id, array(select a.id from branches a where a.path @>
    b.path
    and a.organisation_id = b.organisation_id) as branches from branches b where b.organisation_id = $1 and b.id = $2`,
};

const GRANTS = `select role_id as "roleId", scope_kind as "scopeKind", scope_id as "scopeId" from user_roles
  where organisation_id = $1 and user_id = $2`;

/**
 * Throws RANK_TOO_HIGH unless each right that this person holds lies inside the scope within which the user manages
 * users: whoever may enter in their place would else reach what is not theirs to hand out (RS16).
 */
export async function requireReach(tx: Pick<Queryable, 'dynamic'>, user: User, userId: string): Promise<void> {
  for (const grant of await tx.dynamic<WantedGrant>(GRANTS, [user.organisationId, userId])) {
    await requireScope(tx, user, grant);
  }
}

/**
 * Throws unless the wanted scope exists in the organisation (VALIDATION_FAILED) and lies inside the scope within
 * which the user manages users (RANK_TOO_HIGH): nobody hands out rights over what is not theirs to manage.
 */
export async function requireScope(tx: Pick<Queryable, 'dynamic'>, user: User, grant: WantedGrant): Promise<void> {
  const keys = keysOf(user, 'user.manage');
  const everywhere = keys.has(`organisation:${user.organisationId}`);
  const { scopeKind, scopeId } = grant;
  if ((scopeKind === 'self' || scopeKind === 'organisation') !== (scopeId === null)) {
    throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'roles', code: 'scope_id' }] });
  }
  if (scopeKind === 'self') return;
  if (scopeKind === 'organisation') {
    if (!everywhere) throw new AppError('RANK_TOO_HIGH');
    return;
  }
  const [row] = await tx.dynamic<PlacedRow>(TABLES[scopeKind], [user.organisationId, scopeId]);
  if (row === undefined) throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'roles', code: 'unknown_id' }] });
  const inside = keys.has(`${scopeKind}:${row.id}`) || (row.site_id !== null && keys.has(`site:${row.site_id}`))
    || (row.branches ?? []).some((id) => keys.has(`branch:${id}`));
  if (!everywhere && !inside) throw new AppError('RANK_TOO_HIGH');
}
