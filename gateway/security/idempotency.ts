/** Idempotency-Key: a create that is sent twice happens once, and the second answer is the first one. */
import { createHmac, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#domain/errors.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The keys that requests are hashed under, the active one first. */
    idempotencyKeys: readonly Uint8Array[];
  }
}

/** The part of the vault that this file needs. */
export interface IdempotencyVault {
  readonly activeKeyId: string;
  readonly keyIds: readonly string[];
  derive(purpose: string, keyId?: string): { key: Uint8Array };
}

/**
 * The keys for `app.idempotencyKeys`: a short body could be guessed from a plain hash in a stolen table. Keys before a
 * rotation are kept, so that a request repeated over it is still the same one. Without a vault: a key of this process.
 */
export function idempotencyKeys(vault: IdempotencyVault | undefined): Uint8Array[] {
  if (vault === undefined) return [randomBytes(32)];
  const ids = [vault.activeKeyId, ...vault.keyIds.filter((id) => id !== vault.activeKeyId)];
  return ids.map((id) => vault.derive('idempotency', id).key);
}

export interface Answer<T> {
  status: number;
  body: T;
}

const claim = statement('idempotency.claim', `insert into idempotency_keys (organisation_id, user_id, key, request_hash)
  values ($1, $2, $3, $4) on conflict (organisation_id, user_id, key) do update set created_at = app_now()
    where idempotency_keys.status is null and idempotency_keys.request_hash = excluded.request_hash
      and idempotency_keys.created_at < app_now() - interval '1 minute' returning 1 as mine`);
const find = statement('idempotency.find', `select request_hash, status, body from idempotency_keys
  where organisation_id = $1 and user_id = $2 and key = $3`);
const finish = statement('idempotency.finish', `update idempotency_keys set status = $4, body = $5
  where organisation_id = $1 and user_id = $2 and key = $3`);
const release = statement('idempotency.release', `delete from idempotency_keys
  where organisation_id = $1 and user_id = $2 and key = $3 and status is null`);

interface Found { request_hash: Buffer; status: number | null; body: unknown }

/**
 * Runs the handler once per user and Idempotency-Key (kept a day) and sends its answer; without the header it simply
 * runs. The same key with another request: IDEMPOTENCY_MISMATCH; while the first still runs: STATE_CONFLICT. What
 * must not be kept at rest (a secret shown once) is taken out by `keep`; a replayed answer lacks it. A failed
 * handler frees the key.
 */
export async function idempotent<T extends object>(
  work: Work, request: FastifyRequest, reply: FastifyReply, handler: () => Promise<Answer<T>>,
  keep: (body: T) => T = (body) => body,
): Promise<T> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) {
    const answer = await handler();
    void reply.code(answer.status);
    return answer.body;
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{8,100}$/.test(key)) {
    throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'Idempotency-Key', code: 'invalid_key' }] });
  }
  const { user } = request;
  const owner = [user.organisationId, user.id, key];
  const [hash, ...older] = request.server.idempotencyKeys.map((secret) => createHmac('sha256', secret)
    .update(`${request.method} ${request.url}\n`).update(JSON.stringify(request.body ?? null)).digest());
  if (hash === undefined) throw new Error('app.idempotencyKeys is empty');
  const claimed = await work.db.rows(claim, [...owner, hash]);
  if (claimed.length === 0) {
    const found = await work.db.one<Found>(find, owner);
    if (found === undefined) throw new AppError('STATE_CONFLICT');
    if (![hash, ...older].some((one) => one.equals(found.request_hash))) throw new AppError('IDEMPOTENCY_MISMATCH');
    if (found.status === null) throw new AppError('STATE_CONFLICT');
    void reply.code(found.status).header('idempotency-replayed', 'true');
    return found.body as T;
  }
  const answer = await handler().catch(async (error: unknown) => {
    await work.db.rows(release, owner).catch(() => undefined);
    throw error;
  });
  await work.db.rows(finish, [...owner, answer.status, JSON.stringify(keep(answer.body))]);
  void reply.code(answer.status);
  return answer.body;
}
