/** Secrets at rest: sealed in their place, rotated online, and never to be found in a dump (RA10). */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { rotateKeys } from '#gateway/security/rotation.ts';
import { secretStore } from '#gateway/security/secret-store.ts';
import { checkVault, createVault, loadMasterKeys, masterKeys } from '#gateway/security/vault.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork, type TestWork } from '#test/support/harness.ts';

const key = (): string => randomBytes(32).toString('base64');

/** Every value of every table as text and as raw bytes, as a stolen dump would show them. */
async function dump(work: TestWork): Promise<string> {
  const tables = await work.db.dynamic<{ name: string }>(`select quote_ident(table_name) as name from
    information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`);
  const parts: string[] = [];
  for (const { name } of tables) {
    const rows = await work.db.dynamic<Record<string, unknown>>(`select * from ${name}`);
    for (const row of rows) for (const value of Object.values(row)) {
      parts.push(Buffer.isBuffer(value) ? value.toString('latin1') : typeof value === 'object'
        ? JSON.stringify(value) : String(value));
    }
  }
  return parts.join('\n');
}

t.test('RA10 what is sealed opens only under its key and in its place', async (t) => {
  const [one, two] = [key(), key()];
  const vault = createVault(masterKeys([one]));
  const { keyId, sealed } = vault.seal(Buffer.from('rahasia'), 'secrets|a|sealed');
  t.equal(vault.open(keyId, sealed, 'secrets|a|sealed').toString(), 'rahasia');
  t.throws(() => vault.open(keyId, sealed, 'secrets|b|sealed'), 'another place');
  const torn = Buffer.from(sealed);
  torn[14] = (torn[14] ?? 0) ^ 1;
  t.throws(() => vault.open(keyId, torn, 'secrets|a|sealed'), 'a changed byte');
  t.throws(() => vault.open(keyId, sealed.subarray(0, 10), 'secrets|a|sealed'), 'a cut value');
  t.throws(() => createVault(masterKeys([two])).open(keyId, sealed, 'secrets|a|sealed'),
    /not among the configured keys/);
  t.notSame(vault.seal(Buffer.from('rahasia'), 'x').sealed, vault.seal(Buffer.from('rahasia'), 'x').sealed,
    'never twice the same');
  t.notSame(vault.derive('journal').key, vault.derive('visitor').key);
  t.same(vault.derive('journal').key, createVault(masterKeys([two, one])).derive('journal', keyId).key,
    'a purpose keeps its key');
});

t.test('RA10 a dump holds no secret, and a row moved to another owner does not open', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const store = secretStore(work, createVault(masterKeys([key()])));
  const canaries = Array.from({ length: 5 }, () => `kenari-${randomBytes(12).toString('hex')}`);
  const owner = { organisationId: world.organisationId, ownerKind: 'channel-account', ownerId: world.accountId };
  const other = { ...owner, ownerId: newId() };
  await store.put(owner, Object.fromEntries(canaries.map((canary, n) => [`rahasia${n}`, canary])));
  await store.put(other, { rahasia0: 'milik lain' });
  const text = await dump(work);
  for (const canary of canaries) t.notOk(text.includes(canary));
  t.same(Object.values(await store.getAll(owner)), canaries);
  await work.db.dynamic(`update secrets a set sealed = b.sealed from secrets b
    where a.owner_id = $1 and b.owner_id = $2 and a.name = 'rahasia0' and b.name = 'rahasia0'`, [other.ownerId,
      owner.ownerId]);
  await t.rejects(store.get(other, 'rahasia0'));
  await store.put(owner, { rahasia0: null, rahasia1: 'baru' });
  t.equal(await store.get(owner, 'rahasia0'), undefined);
  t.equal(await store.get(owner, 'rahasia1'), 'baru');
});

t.test('RA10 keys rotate while secrets stay readable; the old key is then no longer needed', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [old, fresh] = [key(), key()];
  const owner = { organisationId: world.organisationId, ownerKind: 'channel-account', ownerId: world.accountId };
  const before = createVault(masterKeys([old]));
  await checkVault(work.db, before);
  const values = Object.fromEntries(Array.from({ length: 230 }, (_, n) => [`nama${n}`, `nilai-${n}`]));
  await secretStore(work, before).put(owner, values);
  await t.rejects(checkVault(work.db, createVault(masterKeys([fresh]))), /does not fit the data/,
    'a foreign key does not boot');
  const both = createVault(masterKeys([fresh, old]));
  await checkVault(work.db, both);
  t.equal(await secretStore(work, both).get(owner, 'nama7'), 'nilai-7');
  const subject = newId();
  const place = `subject_keys|${subject}|sealed_key`;
  const inner = before.seal(Buffer.from('kunci subjek'), place);
  await work.db.dynamic(`insert into subject_keys (id, organisation_id, subject_id, sealed_key)
    values ($1, $2, $3, $4)`,
    [newId(), world.organisationId, subject, Buffer.concat([Buffer.from(`${inner.keyId}\0`), inner.sealed])]);
  t.same(await rotateKeys(work, both), { secrets: 230, subjectKeys: 1 });
  t.same(await rotateKeys(work, both), { secrets: 0, subjectKeys: 0 });
  const [packed] = await work.db.dynamic<{ sealed_key: Buffer }>('select sealed_key from subject_keys');
  const at = packed?.sealed_key.indexOf(0) ?? 0;
  t.equal(both.open(both.activeKeyId, packed!.sealed_key.subarray(at + 1), place).toString(), 'kunci subjek');
  const after = createVault(masterKeys([fresh]));
  await checkVault(work.db, after);
  t.same(await secretStore(work, after).getAll(owner), values);
});

t.test('RA10 master keys come from MASTER_KEY or a file that nobody else can read; weak ones are refused',
  async (t) => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sambung-keys-'));
  t.teardown(() => rm(dataDir, { recursive: true }));
  const made = await loadMasterKeys({ dataDir });
  t.equal((await stat(path.join(dataDir, 'keys'))).mode & 0o777, 0o600);
  t.equal((await loadMasterKeys({ dataDir })).active.id, made.active.id);
  t.equal(Buffer.from((await readFile(path.join(dataDir, 'keys'), 'utf8')).trim(), 'base64').length, 32);
  const [one, two] = [key(), key()];
  t.equal((await loadMasterKeys({ dataDir, masterKey: `${one}, ${two}` })).all.size, 2);
  for (const bad of ['kunci', Buffer.alloc(32).toString('base64'), Buffer.alloc(32, 'ab').toString('base64'),
    randomBytes(16).toString('base64')]) {
    await t.rejects(loadMasterKeys({ dataDir, masterKey: bad }), /32 random bytes/);
  }
  await t.rejects(loadMasterKeys({ dataDir: path.join(dataDir, 'lain'), databaseUrl: 'postgres://x' }),
    /MASTER_KEY is not set/);
});
