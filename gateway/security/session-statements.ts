/** The SQL of sign-in: sessions, users with their rights, and the counting of failures. */
import { statement } from '#domain/store/db.ts';
import type { User } from '#domain/people/access.ts';
import { permissions, wholeOnly, type Permission, type ScopeKind } from '#domain/people/permissions.ts';

/** A user as the statement gives it: roles with their scopes, and the queues they are a member of. */
export interface UserRow {
  id: string;
  organisation_id: string;
  npk: string;
  name: string;
  locale: 'id' | 'en';
  status: 'ACTIVE' | 'DISABLED';
  site_id: string | null;
  branch_id: string | null;
  team_id: string | null;
  version: number;
  password_hash: string | null;
  roles: { code: string; rank: number; permissions: string[]; kind: ScopeKind; scope: string | null }[];
  queue_ids: string[];
}

const userColumns = `u.id, u.organisation_id, u.npk, u.name, u.locale, u.status, u.site_id, u.branch_id, u.team_id,
  u.version,
  u.password_hash,
  coalesce((select jsonb_agg(jsonb_build_object('code', r.code, 'rank', r.rank, 'permissions', to_jsonb(r.permissions),
      'kind', g.scope_kind, 'scope', g.scope_id) order by r.rank desc, r.code)
    from user_roles g join roles r on r.id = g.role_id and r.organisation_id = g.organisation_id
    where g.user_id = u.id and g.organisation_id = u.organisation_id), '[]') as roles,
  coalesce((select array_agg(m.queue_id order by m.queue_id) from queue_members m
    where m.user_id = u.id and m.organisation_id = u.organisation_id), '{}') as queue_ids`;

export const userByNpk = statement('user.byNpk', `select ${userColumns} from users u where u.npk = $1`);
export const userById = statement('user.byId', `select ${userColumns} from users u where u.id = $1`);

/** A session that lives: not revoked, neither idle nor old, its user active. $2 idle minutes. */
const alive = `s.revoked_at is null and s.expires_at > app_now() and s.seen_at > app_now() - $2 * interval '1 minute'
  and u.status = 'ACTIVE'`;

/** $1 hashes: those of them that live. */
export const sessionsWithUsers = statement('session.withUsers', `select ${userColumns}, s.csrf_token,
    encode(s.id_hash, 'hex') as id_hash, s.seen_at < app_now() - interval '1 minute' as stale
  from sessions s join users u on u.id = s.user_id and u.organisation_id = s.organisation_id
  where s.id_hash = any($1::bytea[]) and ${alive}`);

export const touchSession = statement('session.touch', `update sessions set seen_at = app_now()
  where id_hash = any($1::bytea[]) and revoked_at is null and seen_at < app_now() - interval '1 minute'`);

/** Of the sessions a node holds: those that live no longer, with the reason. */
export const deadSessions = statement('session.dead', `select h.hash as id_hash, s.user_id,
    case when s.id_hash is null then 'SESSION_UNKNOWN' when s.revoked_at is not null then coalesce(s.revoke_reason,
      'REVOKED')
      when u.status <> 'ACTIVE' then 'USER_DISABLED' else 'SESSION_EXPIRED' end as code
  from unnest($1::bytea[]) as h (hash) left join sessions s on s.id_hash = h.hash left join users u on u.id = s.user_id
  where s.id_hash is null or not (${alive})`);

/** Versions of the users a node serves: a change of rights raises the version in the same transaction. */
export const userVersions = statement('user.versions',
  'select id, version from users where id = any($1::uuid[])');

/**
 * Only while the password that was given ($8) is still the user's: a reset either waits for this row and revokes it, or
 * came first and leaves nothing to insert (RS06).
 */
export const insertSession = statement('session.insert', `insert into sessions
    (id_hash, organisation_id, user_id, csrf_token, ip, user_agent, expires_at, method, second_factor,
      stepped_up_at)
  select $1, u.organisation_id, u.id, $4, $5, $6, app_now() + $7 * interval '1 hour', $9, $10,
    case when $11::timestamptz is not null then least($11, app_now()) end from users u
  where u.id = $3 and u.organisation_id = $2 and u.status = 'ACTIVE' and u.password_hash is not distinct from $8
  for share of u
  returning user_id`);

export const revokeSession = statement('session.revoke', `update sessions set revoked_at = app_now(), revoke_reason = $2
  where id_hash = $1 and revoked_at is null returning user_id, organisation_id`);

/** A changed password, role or status voids every second step under way (RS06). */
export const dropSteps = statement('sign-in-step.drop', 'delete from sign_in_steps where user_id = $1');

/** Revokes every session of a user but, where given, one. */
export const revokeSessionsOfUser = statement('session.revokeOfUser', `update sessions
  set revoked_at = app_now(), revoke_reason = $2 where user_id = $1 and revoked_at is null
    and ($3::bytea is null or id_hash <> $3) returning id_hash`);

/** One attempt at a time per account and place; the rest wait here for a few milliseconds (RA04). */
export const lockAttempts = statement('login.lock',
  `select pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex') || $2, 7))`);
export const countAttempts = statement('login.count', `select
    (select count(*)::int from login_failures where npk_hash = $1 and ip = $2
      and at > app_now() - $3 * interval '1 minute') as recent,
    (select extract(epoch from app_now() - max(at))::float8 from login_failures
      where npk_hash = $1 and ip = $2) as last_age_s,
    (select count(*)::int from login_failures where ip = $2 and at > app_now() - interval '1 hour') as of_ip,
    (select count(*)::int from login_failures where npk_hash = $1
      and at > app_now() - interval '1 hour') as of_account`);
export const noteAttempt = statement('login.note',
  'insert into login_failures (npk_hash, ip, at) values ($1, $2, app_now())');
export const forgetAttempts = statement('login.forget',
  'delete from login_failures where npk_hash = $1 and ip = $2');

export const knownDevice = statement('device.known', `select d.user_id from known_devices d
  join users u on u.id = d.user_id where u.npk = $1 and d.device_hash = $2`);
export const keepDevice = statement('device.keep', `insert into known_devices (organisation_id, user_id, device_hash)
  values ($1, $2, $3) on conflict (organisation_id, user_id, device_hash) do update set seen_at = app_now()`);

export const rehash = statement('user.rehash',
  'update users set password_hash = $2 where id = $1 and password_hash = $3');

/** Old rows of sign-in, a bounded number a time. */
export const cleanings = [
  statement('login.clean', `delete from login_failures where ctid in
    (select ctid from login_failures where at < app_now() - interval '1 day' limit 1000)`),
  statement('sign-in-step.clean', `delete from sign_in_steps where ctid in
    (select ctid from sign_in_steps where expires_at < app_now() - interval '1 hour' limit 1000)`),
  statement('session.clean', `delete from sessions where id_hash in
    (select id_hash from sessions where expires_at < app_now() - interval '30 days' limit 1000)`),
  statement('idempotency.clean', `delete from idempotency_keys where ctid in
    (select ctid from idempotency_keys where created_at < app_now() - interval '1 day' limit 1000)`),
  statement('device.clean', `delete from known_devices where ctid in
    (select ctid from known_devices where seen_at < app_now() - interval '180 days' limit 1000)`),
];

/** The user as rights see it. A member of a queue sees what waits there (the right of QUEUE_VIEW, once per queue). */
export function userOf(row: UserRow): User {
  const grants: User['grants'][number][] = [];
  for (const role of row.roles) {
    for (const permission of role.permissions) {
      if (!(permission in permissions)) continue;
      if (role.kind !== 'organisation' && wholeOnly.has(permission as Permission)) continue;
      grants.push({ permission: permission as Permission, scopeKind: role.kind, scopeId: role.scope });
    }
  }
  for (const queueId of row.queue_ids) {
    grants.push({ permission: 'interaction.read-waiting', scopeKind: 'queue', scopeId: queueId });
  }
  return {
    id: row.id, organisationId: row.organisation_id, npk: row.npk, name: row.name, locale: row.locale,
    siteId: row.site_id, branchId: row.branch_id, teamId: row.team_id,
      rank: Math.max(0, ...row.roles.map((role) => role.rank)),
    roles: [...new Set(row.roles.map((role) => role.code))], queueIds: row.queue_ids, grants,
  };
}
