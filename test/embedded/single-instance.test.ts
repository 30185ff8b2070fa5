/** One server per data directory: a second is refused in words, a killed one leaves nothing to clean up. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { acquireDataDir, DataDirInUse } from '#gateway/single-instance.ts';
import { dataDirectory, holder } from '#test/support/embedded.ts';

t.test('single instance: a second server on the data directory is refused and told who holds it', async (t) => {
  const dataDir = dataDirectory(t);
  const lock = acquireDataDir(dataDir);
  const second = await holder(t, dataDir, 'lock');
  t.equal(second.said.refused, true);
  t.match(second.said.message, `(pid ${process.pid})`);
  t.match(second.said.message, /sedang dipakai.*\n.*is in use.*DATA_DIR/);
  lock.release();
  const third = await holder(t, dataDir, 'lock');
  t.notOk(third.said.refused, 'a lock that was given back can be taken');
  await third.end();
});

t.test('single instance: the same process cannot take a directory twice', async (t) => {
  const dataDir = dataDirectory(t);
  const lock = acquireDataDir(dataDir);
  t.teardown(() => lock.release());
  t.throws(() => acquireDataDir(dataDir), DataDirInUse);
});

t.test('single instance: after a kill -9 the directory is free at once', async (t) => {
  const dataDir = dataDirectory(t);
  const killed = await holder(t, dataDir, 'lock');
  t.notOk(killed.said.refused);
  t.throws(() => acquireDataDir(dataDir), DataDirInUse);
  await killed.kill('SIGKILL');
  acquireDataDir(dataDir).release();
});

t.test('single instance: of ten that start at once, one gets the directory', async (t) => {
  const dataDir = dataDirectory(t);
  const all = await Promise.all(Array.from({ length: 10 }, () => holder(t, dataDir, 'lock')));
  t.equal(all.filter((one) => one.said.refused !== true).length, 1);
  await Promise.all(all.map((one) => one.kill('SIGKILL')));
});

t.test('single instance: the directory is made where it is missing, closed to others', async (t) => {
  const dataDir = join(dataDirectory(t), 'new/data');
  acquireDataDir(dataDir).release();
  const taken = join(dataDirectory(t), 'file');
  mkdirSync(join(taken, 'server.lock'), { recursive: true });
  t.throws(() => acquireDataDir(taken), 'where it cannot be locked, that is said');
});
