/**
 * API keys: how a program acts as a user, with a part of that user's rights. The secret is shown once and kept as a
 * hash; the key dies with the user's password, roles or status (RS06).
 */
import { createHash } from 'node:crypto';
import { limits } from '#domain/limits.ts';
import { isId } from '#domain/ids.ts';
import type { Permission } from '#domain/people/permissions.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { userById, userOf, type UserRow } from './session-statements.ts';
import type { Session } from './sessions.ts';
import { ID_CHARS, randomToken, sameText } from './tokens.ts';

const findKey = statement('api-key.find', `select id, organisation_id, user_id, key_hash, permissions from api_keys
  where id = $1 and revoked_at is null and expires_at > app_now()`);
/** A minute's grain: a program that calls a hundred times a second must not write as often. */
const touchKey = statement('api-key.touch', `update api_keys set last_used_at = app_now() where id = $1
  and (last_used_at is null or last_used_at < app_now() - interval '1 minute')`);

/** $1 the user, $2 why. */
export const revokeKeysOfUser = statement('api-key.revoke-of-user', `update api_keys
  set revoked_at = app_now(), revoke_reason = $2 where user_id = $1 and revoked_at is null`);

/** What a key begins with, so that people and scanners of leaks know it at sight. */
export const KEY_PREFIX = 'smb_';
const SHAPE = new RegExp(`^Bearer ${KEY_PREFIX}([0-9a-f]{32})_([A-Za-z0-9_-]{${ID_CHARS}})$`);

/** sha256 of the secret half: it is 256 random bits, so nothing slower is needed. */
export function keyHash(secret: string): Buffer {
  return createHash('sha256').update(`api-key ${secret}`).digest();
}

/** A new secret for the key of this id: the whole text, its hash, and the four characters a list may show. */
export function makeKey(id: string): { key: string; hash: Buffer; last4: string } {
  const secret = randomToken();
  return { key: `${KEY_PREFIX}${id.replaceAll('-', '')}_${secret}`, hash: keyHash(secret), last4: secret.slice(-4) };
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

interface KeyRow { id: string; organisation_id: string; user_id: string; key_hash: Buffer; permissions: string[] }
interface Kept { session: Session; hash: string; readAt: number }

export interface Keyring {
  verify(header: string): Promise<Session | undefined>;
}

const KEPT_MAX = 1_000;

/** One process's view of the keys: what it read is believed for limits.sessionCheckMs (RS06). */
export function createKeyring(work: Pick<Work, 'db'>): Keyring {
  const kept = new Map<string, Kept>();
  const load = async (id: string, secret: string): Promise<Session | undefined> => {
    const row = await work.db.one<KeyRow>(findKey, [id]);
    if (row === undefined || !row.key_hash.equals(keyHash(secret))) return undefined;
    const owner = await work.db.one<UserRow>(userById, [row.user_id]);
    if (owner?.status !== 'ACTIVE') return undefined;
    const user = userOf(owner);
    const allowed = new Set<Permission>(row.permissions as Permission[]);
    const session: Session = { user: { ...user, grants: user.grants.filter((one) => allowed.has(one.permission)) },
      sessionId: `key-${id}`, csrfToken: '', apiKeyId: id };
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(id, { session, hash: keyHash(secret).toString('hex'), readAt: performance.now() });
    await work.db.rows(touchKey, [id]);
    return session;
  };
  return {
    async verify(header) {
      const [, hex = '', secret = ''] = SHAPE.exec(header) ?? [];
      const id = uuidOf(hex);
      if (!isId(id)) return undefined;
      const found = kept.get(id);
      if (found !== undefined && performance.now() - found.readAt < limits.sessionCheckMs) {
        return sameText(found.hash, keyHash(secret).toString('hex')) ? found.session : undefined;
      }
      kept.delete(id);
      return load(id, secret);
    },
  };
}
