/** The whole server as a process: up from an empty disk, through kill -9 of its parts and itself, down with grace. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { pidIn } from '#gateway/embedded/processes.ts';
import { dataDirectory } from '#test/support/embedded.ts';
import { eventually } from '#test/support/harness.ts';
import { startProduct } from '#test/support/servers.ts';

t.setTimeout(170_000);

const env = { SEED: 'empty', LOG_LEVEL: 'warn' };

t.test('product: PostgreSQL killed with -9 answers 503, then recovers without a restart of the server', async (t) => {
  const product = await startProduct(t, env);
  const status = (): Promise<number> => fetch(`${product.url}/health/ready`).then((answer) => answer.status);
  t.equal(await status(), 200);
  const pidFile = join(product.dataDir, 'postgres/data/postmaster.pid');
  for (const round of [1, 2]) {
    const pid = pidIn(pidFile) ?? 0;
    process.kill(pid, 'SIGKILL');
    await eventually(`the server to be ready again, round ${round}`, async () => (
      pidIn(pidFile) !== pid && await status() === 200), 30_000);
  }
});

t.test('product: killed with -9 and started again, it goes on with what is there', async (t) => {
  const dataDir = dataDirectory(t);
  const first = await startProduct(t, { ...env, DATA_DIR: dataDir });
  const postgres = pidIn(join(dataDir, 'postgres/data/postmaster.pid'));
  first.kill('SIGKILL');
  await first.ended;
  const second = await startProduct(t, { ...env, DATA_DIR: dataDir });
  t.equal(pidIn(join(dataDir, 'postgres/data/postmaster.pid')), postgres, 'PostgreSQL was adopted');
  await t.rejects(startProduct(t, { ...env, DATA_DIR: dataDir }), /sedang dipakai.*is in use/s, 'a second is refused');
  t.equal((await fetch(`${second.url}/health/live`)).status, 200, 'which does not trouble the first');
  await second.stop();
  t.equal(await second.ended, 0, 'SIGTERM ends it well');
  t.equal(pidIn(join(dataDir, 'postgres/data/postmaster.pid')), undefined, 'and PostgreSQL with it');
  t.equal(pidIn(join(dataDir, 'redis/redis.pid')), undefined, 'and Redis');
  t.match(readFileSync(join(dataDir, 'postgres/postgres.log'), 'utf8'), /database system is shut down\s*$/);
});

t.test('product: a taken port is refused in words, and leaves nothing running', async (t) => {
  const dataDir = dataDirectory(t);
  const other = createServer();
  await new Promise<void>((resolve) => { other.listen(0, '127.0.0.1', resolve); });
  t.teardown(() => other.close());
  const { port } = other.address() as { port: number };
  const start = startProduct(t, { ...env, DATA_DIR: dataDir, PORT: String(port) });
  await t.rejects(start, new RegExp(`Port ${port}.*sudah dipakai.*is taken.*PORT`, 's'));
  t.equal(pidIn(join(dataDir, 'postgres/data/postmaster.pid')), undefined);
});
