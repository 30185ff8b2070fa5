/** `npm run admin`: the first administrator, another one, key rotation and the journal's seals. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { sealNext } from '#domain/journal/seal.ts';
import { keepSealHead, keptHeads } from '#gateway/seal-heads.ts';
import { createPasswords } from '#gateway/security/passwords.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { eventually, testWork } from '#test/support/harness.ts';

t.setTimeout(120_000);

const script = path.join(import.meta.dirname, '../../scripts/admin.ts');

function run(args: string[], env: Record<string, string>, input = ''): Promise<{ code: number
  | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    child.stdin.end(input);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

t.test('admin create, rotate-keys and verify-journal work on an empty database', async (t) => {
  const work = await testWork(t);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sambung-admin-'));
  t.teardown(() => rm(dataDir, { recursive: true }));
  const env = { DATABASE_URL: work.url, DATA_DIR: dataDir, MASTER_KEY: randomBytes(32).toString('base64') };
  const first = await run(['create', '--npk', '90001', '--name', 'Ratna Dewi'], env);
  t.equal(first.code, 0, first.err);
  const password = /password: (\S{16})/.exec(first.out)?.[1] ?? '';
  const [row] = await work.db.dynamic<{ password_hash: string }>(`select password_hash from users where npk = '90001'`);
  t.ok((await createPasswords().verify(row?.password_hash, password)).ok);
  const second = await run(['create', '--npk', '90002', '--name', 'Agus Permadi', '--password-stdin'], env,
    'burung-hantu-malam-9\n');
  t.equal(second.code, 0, second.err);
  t.notOk(second.out.includes('burung-hantu'));
  t.equal((await run(['create', '--npk', '90003', '--name', 'Agus', '--password-stdin'], env, 'pendek\n')).code, 1);
  t.equal((await run(['create', '--npk', '90002', '--name', 'Agus', '--password-stdin'], env,
    'burung-hantu-malam-9\n')).code, 1);
  const rotated = await run(['rotate-keys'], env);
  t.equal(rotated.code, 0, rotated.err);
  const foreign = await run(['rotate-keys'], { ...env, MASTER_KEY: randomBytes(32).toString('base64') });
  t.match(foreign.err, /MASTER_KEY does not fit the data/);
  const verified = await run(['verify-journal'], env);
  t.equal(verified.code, 0, verified.err + verified.out);
  t.match(verified.out, 'Tidak ada segel tersimpan');
  t.equal((await run(['apa'], env)).code, 64);
  t.same((await work.db.dynamic(`select count(*)::int as n from user_roles g join roles r on r.id = g.role_id where
    r.code = 'ADMIN'`)), [{ n: 2 }]);
});

t.test('RA08 verify-journal compares with the kept heads: a journal that was cut off is not called intact',
  async (t) => {
  const work = await testWork(t);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sambung-admin-'));
  t.teardown(() => rm(dataDir, { recursive: true, force: true }));
  const env = { DATABASE_URL: work.url, DATA_DIR: dataDir, MASTER_KEY: randomBytes(32).toString('base64') };
  const vault = createVault(masterKeys([env.MASTER_KEY]));
  await work.db.transaction((tx) => appendJournal(tx, [{ type: 'interaction.queued', subjectType: 'interaction',
    subjectId: newId(), actor: { kind: 'SYSTEM' }, scope: { organisationId: newId() } }]));
  await eventually('a block', async () => await sealNext(work.db, vault) > 0);
  t.equal(await keepSealHead(work.db, dataDir), true);
  const whole = await run(['verify-journal'], env);
  t.equal(whole.code, 0, whole.err + whole.out);
  t.match(whole.out, 'Sesuai dengan 1 segel tersimpan');
  const [today = ''] = (await keptHeads(dataDir)).map(({ day }) => day);
  t.match((await run(['verify-journal', '--since', today], env)).out, ' 0 blok/blocks');
  t.equal((await run(['verify-journal', '--since', '2001-01-01'], env)).code, 1);
  for (const table of ['journal', 'journal_seal']) await work.db.dynamic(`alter table ${table} disable trigger all`);
  await work.db.dynamic('delete from journal_seal');
  await work.db.dynamic('delete from journal');
  const cut = await run(['verify-journal'], env);
  t.equal(cut.code, 2, cut.err);
  t.match(cut.out, 'BLOCK_MISSING');
});
