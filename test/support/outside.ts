/**
 * A product on servers that outlive it: its own database of the run's PostgreSQL, an account, and a provider
 * that retries.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Db } from '#domain/store/db.ts';
import { secretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { temporaryDirectory } from './cluster.ts';
import { smallWorld, type SmallWorld } from './fixtures.ts';
import { openTestDb, testServers, type Teardown } from './harness.ts';

export interface Outside {
  db: Db;
  world: SmallWorld;
  /** What startProduct needs to run on these servers, as often as it likes. */
  env: Record<string, string>;
  secret: string;
}

/** A small world on a database of its own, with the signing secret of its generic account. */
export async function outsideServers(t: Teardown): Promise<Outside> {
  const { url, db } = await openTestDb(t);
  const world = await smallWorld(db);
  const masterKey = randomBytes(32).toString('base64');
  const secret = randomBytes(24).toString('hex');
  await secretStore({ db }, createVault(masterKeys([masterKey])))
    .put({ organisationId: world.organisationId, ownerKind: 'channel-account', ownerId: world.accountId }, { secret });
  const env = { DATABASE_URL: url, REDIS_URL: testServers().redisUrl, MASTER_KEY: masterKey, SEED: 'none',
    DATA_DIR: temporaryDirectory(), LOG_LEVEL: 'warn' };
  return { db, world, secret, env };
}

/** A signed post to the generic account, as docs/channels/generic.md says. */
export function signedPost(
  body: string | Uint8Array, secret: string, nowSeconds = Math.floor(Date.now() / 1000),
): RequestInit {
  const signature = createHmac('sha256', secret).update(`${nowSeconds}.`).update(body).digest('hex');
  return { method: 'POST', body: typeof body === 'string' ? body : Buffer.from(body),
    headers: { 'content-type': 'application/json', 'sambung-signature': `t=${nowSeconds},v1=${signature}` } };
}

export interface TextEvent { id: string; from: string; text: string }

/** Text messages of the generic channel, in one request. */
export function textEvents(events: readonly TextEvent[]): string {
  return JSON.stringify({ events: events.map(({ id, from, text }) => (
    { type: 'message', id, from: { id: from, name: 'Uji Coba' }, text })) });
}

/** One text message of the generic channel. */
export function textEvent(id: string, from: string, text: string): string {
  return textEvents([{ id, from, text }]);
}
