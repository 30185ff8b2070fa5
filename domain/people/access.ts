/**
 * Rights, in one definition: a user holds permissions within scopes, a resource stands in scopes, and both speak in the
 * same keys (`site:<id>`, `agent:<id>` ...). `can` compares keys, `accessFilter` turns the same keys into SQL, and the
 * desk's fan-out looks sockets up by them; so lists, details, events and counts cannot disagree (RA06, RS19).
 */
import { isId } from '#domain/ids.ts';
import type { Scope } from '#domain/journal/events.ts';
import type { Permission, ScopeKind } from './permissions.ts';

export interface Grant {
  permission: Permission;
  scopeKind: ScopeKind;
  /** Null for self and organisation. */
  scopeId: string | null;
}

/** A signed-in user with what they may do; loaded by gateway/security, refreshed within limits.sessionCheckMs. */
export interface User {
  id: string;
  organisationId: string;
  npk: string;
  name: string;
  locale: 'id' | 'en';
  siteId: string | null;
  branchId: string | null;
  teamId: string | null;
  /** The highest rank of their roles: nobody grants a rank equal to or above their own (RS16). */
  rank: number;
  roles: readonly string[];
  queueIds: readonly string[];
  grants: readonly Grant[];
}

/** A resource may stand in a branch; `branchIds` are that branch and all above it. */
export interface Placed extends Scope {
  branchIds?: readonly string[];
}

function grantKey(user: User, grant: Grant): string {
  if (grant.scopeKind === 'self') return `agent:${user.id}`;
  if (grant.scopeKind === 'organisation') return `organisation:${user.organisationId}`;
  return `${grant.scopeKind}:${grant.scopeId}`;
}

/** The keys within which the user may do this; empty if nowhere. */
export function keysOf(user: User, action: Permission): Set<string> {
  const keys = new Set<string>();
  for (const grant of user.grants) if (grant.permission === action) keys.add(grantKey(user, grant));
  return keys;
}

/** The keys under which a resource (or an event about it) can be found. */
export function keysOfResource(resource: Placed): string[] {
  const keys = [`organisation:${resource.organisationId}`];
  if (resource.siteId) keys.push(`site:${resource.siteId}`);
  if (resource.queueId) keys.push(`queue:${resource.queueId}`);
  if (resource.teamId) keys.push(`team:${resource.teamId}`);
  if (resource.agentId) keys.push(`agent:${resource.agentId}`);
  for (const id of resource.branchIds ?? (resource.branchId ? [resource.branchId] : [])) keys.push(`branch:${id}`);
  return keys;
}

/** True if the user may do this to the resource; without one, true if they may do it anywhere. Default: no. */
export function can(user: User, action: Permission, resource?: Placed): boolean {
  const keys = keysOf(user, action);
  if (resource === undefined) return keys.size > 0;
  if (resource.organisationId !== user.organisationId) return false;
  return keysOfResource(resource).some((key) => keys.has(key));
}

/**
 * True if the user may take waiting work out of a queue that allows it: its members, and who holds interaction.pick
 * where the work stands.
 */
export function mayPick(user: User, place: Placed,
  isMember = user.queueIds.includes(place.queueId ?? '')): boolean {
  return isMember ? can(user, 'interaction.handle') : can(user, 'interaction.pick', place);
}

export interface SqlFilter {
  /** A boolean SQL expression; `false` where the user may see nothing. Ids are checked, never taken from a request. */
  sql: string;
}

const COLUMNS: Record<Exclude<ScopeKind, 'organisation' | 'branch'>, string> = {
  self: 'agent_id', team: 'team_id', queue: 'queue_id', site: 'site_id',
};

function ids(keys: Iterable<string>, kind: string): string[] {
  const found: string[] = [];
  for (const key of keys) {
    const [name, id = ''] = key.split(':');
    if (name === kind && isId(id)) found.push(`'${id}'`);
  }
  return found;
}

/**
 * The same right as a WHERE expression over a table or alias with the columns organisation_id, site_id, branch_id,
 * queue_id, team_id, agent_id (name those that are missing in `without`). Always bound to the user's
 * organisation (INV10).
 */
export function accessFilter(user: User, action: Permission, alias: string, without: readonly string[] = []): string {
  const keys = keysOf(user, action);
  const own = `${alias}.organisation_id = '${user.organisationId}'`;
  if (!isId(user.organisationId) || keys.size === 0) return 'false';
  if (keys.has(`organisation:${user.organisationId}`)) return own;
  const parts: string[] = [];
  for (const [kind, column] of Object.entries(COLUMNS)) {
    const found = ids(keys, kind === 'self' ? 'agent' : kind);
    if (found.length > 0 && !without.includes(column)) parts.push(`${alias}.${column} in (${found.join(', ')})`);
  }
  const branches = ids(keys, 'branch');
  if (branches.length > 0 && !without.includes('branch_id')) {
    parts.push(`${alias}.branch_id in (
      select below.id from branches above join branches below on below.path <@ above.path
      where above.id in (${branches.join(', ')}))`);
  }
  return parts.length === 0 ? 'false' : `(${own} and (${parts.join(' or ')}))`;
}
