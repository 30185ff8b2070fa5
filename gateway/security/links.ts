/**
 * Links by which people set their own password: 256 random bits, kept as a hash, good for one use and for a short time;
 * a newer one voids those before it (RS05).
 */
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import { userById, type UserRow } from './session-statements.ts';
import { hashId, ID_CHARS, randomToken } from './tokens.ts';

/** INVITE: no password was ever set. RESET: another one is to be set. */
export type LinkKind = 'INVITE' | 'RESET';

/** Why a link opens nothing. */
export type LinkFault = 'UNKNOWN' | 'USED' | 'EXPIRED' | 'REPLACED';

const lockPerson = statement('link.person', `select status, password_hash is null as fresh from users
  where organisation_id = $1 and id = $2 for update`);
const insertLink = statement('link.insert', `insert into user_links
    (id_hash, organisation_id, user_id, kind, created_by, expires_at)
  values ($1, $2, $3, $4, $5, app_now() + $6 * interval '1 minute')
  returning to_char(expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as expires_at`);
const findLink = statement('link.find', `select user_id, kind, expires_at, used_at is not null as used,
    void_at is not null as replaced, expires_at <= app_now() as expired from user_links where id_hash = $1`);
const spendLink = statement('link.spend', `update user_links set used_at = app_now()
  where id_hash = $1 and used_at is null and void_at is null and expires_at > app_now() returning user_id`);

/** Ends what still waits for this user: a newer link, another password, a disabled account. */
export const voidLinks = statement('link.void', `update user_links set void_at = app_now()
  where user_id = $1 and used_at is null and void_at is null`);
/** A link that is long over says nothing any more; journal rows tell that there was one. */
export const cleanLinks = statement('link.clean', `delete from user_links where ctid in
  (select ctid from user_links where expires_at < app_now() - interval '30 days' limit 1000)`);

export interface IssuedLink {
  kind: LinkKind;
  /** The secret; it exists nowhere else. */
  token: string;
  expiresAt: string;
}

/**
 * A new link for the user, in the caller's transaction; those before it are void. Throws NOT_FOUND, and STATE_CONFLICT
 * for a disabled user.
 */
export async function issueLink(tx: Pick<Tx, 'rows' | 'one'>, person: { organisationId: string; userId: string;
  by: string }): Promise<IssuedLink> {
  const { organisationId, userId, by } = person;
  const row = await tx.one<{ status: string; fresh: boolean }>(lockPerson, [organisationId, userId]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  if (row.status !== 'ACTIVE') throw new AppError('STATE_CONFLICT');
  const kind: LinkKind = row.fresh ? 'INVITE' : 'RESET';
  await tx.rows(voidLinks, [userId]);
  const token = randomToken();
  const minutes = kind === 'INVITE' ? limits.inviteLinkHours * 60 : limits.resetLinkMinutes;
  const made = await tx.one<{ expires_at: string }>(insertLink,
    [hashId(token), organisationId, userId, kind, by, minutes]);
  return { kind, token, expiresAt: made?.expires_at ?? '' };
}

export interface OpenLink { kind: LinkKind; row: UserRow; expiresAt: Date }

interface LinkRow { user_id: string; kind: LinkKind; expires_at: Date; used: boolean; replaced: boolean;
  expired: boolean }

function faultOf(row: LinkRow | undefined): LinkFault | undefined {
  if (row === undefined) return 'UNKNOWN';
  if (row.used) return 'USED';
  if (row.replaced) return 'REPLACED';
  return row.expired ? 'EXPIRED' : undefined;
}

/**
 * Whose link this is. Throws LINK_INVALID {reason: LinkFault}; the reason is told only to who holds the whole secret.
 */
export async function openLink(db: Pick<Queryable, 'one'>, token: string): Promise<OpenLink> {
  const link = token.length === ID_CHARS ? await db.one<LinkRow>(findLink, [hashId(token)]) : undefined;
  const fault = faultOf(link);
  if (link === undefined || fault !== undefined) throw new AppError('LINK_INVALID', { reason: fault });
  const row = await db.one<UserRow>(userById, [link.user_id]);
  if (row?.status !== 'ACTIVE') throw new AppError('LINK_INVALID', { reason: 'REPLACED' });
  return { kind: link.kind, row, expiresAt: link.expires_at };
}

/** Uses the link up; of two at once one comes too late. Throws LINK_INVALID. */
export async function useLink(tx: Pick<Tx, 'rows'>, token: string): Promise<void> {
  const used = await tx.rows(spendLink, [hashId(token)]);
  if (used.length === 0) throw new AppError('LINK_INVALID', { reason: 'USED' });
}
