/** Seals what must not lie open in the database: AES-256-GCM under a master key that never enters it (RA10). */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { statement, type Db } from '#domain/store/db.ts';

export interface MasterKey {
  /** First 12 hex digits of a hash of the key: names it without telling anything about it. */
  id: string;
  key: Buffer;
}

/** The first key seals; all of them open (rotation). */
export interface MasterKeys {
  active: MasterKey;
  all: ReadonlyMap<string, MasterKey>;
}

export interface Vault {
  /** The key that new secrets are sealed under. */
  readonly activeKeyId: string;
  readonly keyIds: readonly string[];
  /** Seals under the active key. `aad` binds the value to its place: `table|row|column`; elsewhere it does not open. */
  seal(plain: Uint8Array, aad: string): { keyId: string; sealed: Buffer };
  /** Throws if the key is not held, the bytes were changed, or they stand in another place. */
  open(keyId: string, sealed: Uint8Array, aad: string): Buffer;
  /**
   * A key of 32 bytes for one purpose (journal seals, visitor tokens), derived from the active or a named master
   * key.
   */
  derive(purpose: string, keyId?: string): { keyId: string; key: Buffer };
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

function masterKey(encoded: string, where: string): MasterKey {
  const key = Buffer.from(encoded, 'base64');
  if (key.length !== KEY_BYTES || new Set(key).size < 8) {
    throw new Error(`${where} must hold 32 random bytes in base64 (openssl rand -base64 32); several are parted by
      commas`);
  }
  return { id: createHash('sha256').update('sambung master key').update(key).digest('hex').slice(0, 12), key };
}

/**
 * Reads keys from their base64 texts, the active one first. Throws, without showing a key, if one is not 32 random
 * bytes.
 */
export function masterKeys(encoded: readonly string[], where = 'MASTER_KEY'): MasterKeys {
  const keys = encoded.map((one) => one.trim()).filter((one) => one !== '').map((one) => masterKey(one, where));
  const active = keys[0];
  if (active === undefined) throw new Error(`${where} holds no key`);
  return { active, all: new Map(keys.map((one) => [one.id, one])) };
}

/** The part of gateway/config.ts that keys come from. */
export interface MasterKeySource {
  masterKey?: string | undefined;
  dataDir: string;
  /** Unset: embedded mode. Only where the product keeps its own data may it make a key of its own. */
  databaseUrl?: string | undefined;
}

/** MASTER_KEY if it is set; else the file DATA_DIR/keys (0600), which is made on the first start of embedded mode. */
export async function loadMasterKeys(source: MasterKeySource): Promise<MasterKeys> {
  if (source.masterKey !== undefined && source.masterKey !== '') return masterKeys(source.masterKey.split(','));
  const file = path.join(source.dataDir, 'keys');
  const found = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found !== undefined) {
    await chmod(file, 0o600).catch(() => undefined);
    return masterKeys(found.split(/[\n,]/), file);
  }
  if (source.databaseUrl !== undefined) {
    throw new Error('MASTER_KEY is not set: 32 random bytes in base64 (openssl rand -base64 32)');
  }
  await mkdir(source.dataDir, { recursive: true });
  const made = randomBytes(KEY_BYTES).toString('base64');
  await writeFile(file, `${made}\n`, { mode: 0o600, flag: 'wx' });
  return masterKeys([made], file);
}

/** A vault over these keys. Pure apart from the randomness of its nonces. */
export function createVault(keys: MasterKeys): Vault {
  const keyOf = (id: string): MasterKey => {
    const found = keys.all.get(id);
    if (found === undefined) throw new Error(`master key ${id} is not among the configured keys`);
    return found;
  };
  return {
    activeKeyId: keys.active.id,
    keyIds: [...keys.all.keys()],
    seal(plain, aad) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keys.active.key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(aad));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return { keyId: keys.active.id, sealed: Buffer.concat([iv, body, cipher.getAuthTag()]) };
    },
    open(keyId, sealed, aad) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < IV_BYTES + TAG_BYTES) throw new Error('a sealed value is too short');
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', keyOf(keyId).key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(aad));
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const body = bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]);
    },
    derive(purpose, keyId = keys.active.id) {
      const key = hkdfSync('sha256', keyOf(keyId).key, Buffer.alloc(0), `sambung ${purpose}`, KEY_BYTES);
      return { keyId, key: Buffer.from(key) };
    },
  };
}

const readChecks = statement('vault.checks', 'select key_id, sealed from vault_checks');
const writeCheck = statement('vault.writeCheck', `insert into vault_checks (key_id, sealed) values ($1, $2)
  on conflict (key_id) do nothing`);
const usedKeys = statement('vault.usedKeys', 'select distinct key_id from secrets');
const CHECK = 'sambung vault check';

/**
 * Refuses a boot whose keys do not fit the data (RA10). `vault_checks` names every key that something may still be
 * sealed under: each must be held and open its check value; rotation takes the old ones out. On an empty database it
 * leaves the check value of the active key.
 */
export async function checkVault(db: Db, vault: Vault): Promise<void> {
  const checks = await db.rows<{ key_id: string; sealed: Buffer }>(readChecks);
  const held = new Set(vault.keyIds);
  for (const { key_id: keyId, sealed } of checks.filter((one) => held.has(one.key_id))) {
    vault.open(keyId, sealed, `vault_checks|${keyId}|sealed`);
  }
  const used = (await db.rows<{ key_id: string }>(usedKeys)).map((row) => row.key_id);
  const missing = [...used, ...checks.map((one) => one.key_id)].find((id) => !held.has(id));
  if (missing !== undefined) {
    throw new Error(`MASTER_KEY does not fit the data: something was sealed under key ${missing}. Configure that key
      too `
      + '(after the new one, parted by a comma), then run `npm run admin -- rotate-keys`.');
  }
  if (!checks.some((one) => one.key_id === vault.activeKeyId)) {
    const { keyId, sealed } = vault.seal(Buffer.from(CHECK), `vault_checks|${vault.activeKeyId}|sealed`);
    await db.rows(writeCheck, [keyId, sealed]);
  }
}
