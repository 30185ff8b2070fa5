/** `npm run admin`: the first administrator, another one, key rotation and the journal's seals. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { createPasswords } from '#gateway/security/passwords.ts';
import { testWork } from '#test/support/harness.ts';

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
  t.equal((await run(['apa'], env)).code, 64);
  t.same((await work.db.dynamic(`select count(*)::int as n from user_roles g join roles r on r.id = g.role_id where
    r.code = 'ADMIN'`)), [{ n: 2 }]);
});
