/** The embedded PostgreSQL and Redis: started from nothing, brought back when killed, adopted, ended in order. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import t from 'tap';
import { openDb, type Db } from '#domain/store/db.ts';
import { lives } from '#gateway/embedded/processes.ts';
import { startEmbedded } from '#gateway/embedded/start.ts';
import { dataDirectory, embedded, holder } from '#test/support/embedded.ts';
import { eventually, memoryLog, type Teardown } from '#test/support/harness.ts';

// A dozen clusters are made here; on a busy machine that takes its time.
t.setTimeout(170_000);

function poolOn(t: Teardown, url: string): Db {
  const db = openDb({ url, applicationName: 'test' });
  t.teardown(() => db.close());
  return db;
}

function redisOn(t: Teardown, url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  t.teardown(() => redis.disconnect());
  return redis;
}

t.test('embedded: an empty directory becomes a running PostgreSQL 18 and Redis, closed to others', async (t) => {
  const dataDir = dataDirectory(t);
  const servers = await embedded(t, dataDir);
  const db = poolOn(t, servers.databaseUrl ?? '');
  const facts = await db.dynamic<Record<string, string>>(`select current_setting('server_version_num') as version,
    current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
    current_setting('synchronous_commit') as commit, current_setting('listen_addresses') as addresses,
    (select datlocale from pg_database where datname = current_database()) as locale`);
  t.match(facts[0], {
    version: /^18/, encoding: 'UTF8', fsync: 'on', commit: 'on', addresses: '127.0.0.1', locale: 'C.UTF-8',
  });
  for (const extension of ['pg_trgm', 'ltree']) await db.dynamic(`create extension ${extension}`);
  const redis = redisOn(t, servers.redisUrl ?? '');
  t.same(await redis.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
  t.same(await redis.config('GET', 'appendonly'), ['appendonly', 'yes']);
  const open = new URL(servers.redisUrl ?? '');
  open.password = '';
  const stranger = redisOn(t, open.href);
  await t.rejects(stranger.ping(), /NOAUTH/);
  const wrong = new URL(servers.databaseUrl ?? '');
  wrong.password = 'wrong';
  await t.rejects(poolOn(t, wrong.href).dynamic('select 1'), { code: '28P01' });
  for (const file of ['postgres', 'postgres/password', 'redis', 'redis/redis.conf']) {
    t.equal(statSync(join(dataDir, file)).mode & 0o077, 0, `${file} is closed to other users`);
  }
  const passwords = [servers.databaseUrl, servers.redisUrl].map((url) => new URL(url ?? '').password);
  for (const pid of [servers.state().postgres?.pid, servers.state().redis?.pid]) {
    const command = process.platform === 'linux' ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
    t.notOk(passwords.some((password) => command.includes(password)), 'no password on a command line');
  }
});

t.test('RF07 embedded: PostgreSQL killed with -9 is back on its port with its data; the pool recovers', async (t) => {
  const servers = await embedded(t, dataDirectory(t), 'postgres');
  const db = poolOn(t, servers.databaseUrl ?? '');
  await db.dynamic('create table kept (n int)');
  await db.dynamic('insert into kept values (1)');
  for (const round of [1, 2]) {
    const before = servers.state().postgres?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    const after = await eventually('another PostgreSQL', () => {
      const { pid, running } = servers.state().postgres ?? {};
      return running === true && pid !== before ? pid : undefined;
    });
    t.not(after, before);
    const read = (): Promise<unknown[] | undefined> => db.dynamic('select n from kept').catch(() => undefined);
    const rows = await eventually('the pool to recover', read);
    t.same(rows, [{ n: 1 }]);
    t.equal(servers.state().postgres?.restarts, round);
  }
});

t.test('RF05 embedded: Redis killed with -9 is back on its port, its clients reconnect', async (t) => {
  const servers = await embedded(t, dataDirectory(t), 'redis');
  const redis = redisOn(t, servers.redisUrl ?? '');
  await redis.set('kept', '1');
  const isWritten = async (): Promise<boolean> => /aof_pending_bio_fsync:0/.test(await redis.info('persistence'));
  await eventually('the append-only file to be written', isWritten);
  const before = servers.state().redis?.pid ?? 0;
  process.kill(before, 'SIGKILL');
  await eventually('another Redis', () => {
    const { pid, running } = servers.state().redis ?? {};
    return running === true && pid !== before;
  });
  t.equal(await redis.get('kept'), '1');
});

t.test('embedded: servers that outlived a killed parent are adopted as they are', async (t) => {
  const dataDir = dataDirectory(t);
  const parent = await holder(t, dataDir, 'all');
  await parent.kill('SIGKILL');
  const { postgres, redis } = parent.said;
  t.ok(lives(postgres?.pid ?? 0) && lives(redis?.pid ?? 0), 'they outlive it');
  const servers = await embedded(t, dataDir);
  t.equal(servers.state().postgres?.pid, postgres?.pid);
  t.equal(servers.state().redis?.pid, redis?.pid);
  t.match(servers.state(), { postgres: { adopted: true }, redis: { adopted: true } });
  process.kill(postgres?.pid ?? 0, 'SIGKILL');
  await eventually('an adopted one to be watched too', () => servers.state().postgres?.restarts === 1);
});

t.test('embedded: pid files left by a dead server, even with a living number, are no obstacle', async (t) => {
  const dataDir = dataDirectory(t);
  const first = await startEmbedded({ dataDir, postgres: true, redis: true, log: memoryLog() });
  const { postgres, redis } = first.state();
  await first.stop();
  t.ok(await eventually('no process is left', () => !lives(postgres?.pid ?? 0) && !lives(redis?.pid ?? 0)),
    'stop() leaves no process');
  // The number belongs to this very process now; it must be neither adopted nor ended.
  const lines = [process.pid, join(dataDir, 'postgres/data'), 0, 1, '', '127.0.0.1', 0, 'ready', ''];
  writeFileSync(join(dataDir, 'postgres/data/postmaster.pid'), lines.join('\n'));
  writeFileSync(join(dataDir, 'redis/redis.pid'), `${process.pid}\n`);
  const servers = await embedded(t, dataDir);
  const fresh = { running: true, adopted: false };
  t.match(servers.state(), { postgres: fresh, redis: fresh });
});

t.test('embedded: a cluster whose making was cut off is made anew', async (t) => {
  const dataDir = dataDirectory(t);
  mkdirSync(join(dataDir, 'postgres/data.new/base'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres/data.new/PG_VERSION'), '18\n');
  const servers = await embedded(t, dataDir, 'postgres');
  t.ok(servers.state().postgres?.running);
});

t.test('RF06 embedded: an append-only file that Redis cannot read is set aside', async (t) => {
  const dataDir = dataDirectory(t);
  const first = await startEmbedded({ dataDir, postgres: false, redis: true, log: memoryLog() });
  await first.stop();
  const folder = join(dataDir, 'redis/appendonlydir');
  for (const file of readdirSync(folder)) writeFileSync(join(folder, file), 'no such file format\n'.repeat(9));
  const second = await startEmbedded({ dataDir, postgres: false, redis: true, log: memoryLog() });
  t.teardown(() => second.stop());
  t.ok(second.state().redis?.running);
  t.ok(existsSync(join(dataDir, 'redis/appendonlydir.broken')), 'the old one can still be looked at');
});

t.test('RA09 embedded: what a statement was about does not get into the log of PostgreSQL', async (t) => {
  const dataDir = dataDirectory(t);
  const servers = await embedded(t, dataDir, 'postgres');
  const db = poolOn(t, servers.databaseUrl ?? '');
  await t.rejects(db.dynamic(`select '0812-canary'::int`), { code: '22P02' });
  await t.rejects(db.dynamic('select 1 / ($1::int - $1::int), $2::text', [1, 'canary']), { code: '22012' });
  t.notMatch(readFileSync(join(dataDir, 'postgres/postgres.log'), 'utf8'), /canary/);
});

t.test('embedded: without redis-server on the PATH the message says what to install', async (t) => {
  const dataDir = dataDirectory(t);
  const path = process.env['PATH'];
  process.env['PATH'] = dataDir;
  t.teardown(() => { process.env['PATH'] = path; });
  const start = startEmbedded({ dataDir, postgres: false, redis: true, log: memoryLog() });
  await t.rejects(start, /apt-get install redis-server/);
});

const asRoot = process.getuid?.() === 0;

/** Lets `unshare` fail for this process, as it does where the machine allows no user namespaces. */
function withoutNamespaces(t: Teardown, directory: string): void {
  mkdirSync(directory);
  writeFileSync(join(directory, 'unshare'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(directory, 'unshare'), 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${directory}:${path}`;
  t.teardown(() => { process.env['PATH'] = path; });
}

t.test('embedded: root without namespaces runs PostgreSQL as another user, and changes over either way', {
  skip: asRoot ? false : 'only root has to become somebody else',
}, async (t) => {
  const dataDir = dataDirectory(t);
  const start = (): Promise<{ stop(): Promise<void>; databaseUrl?: string }> =>
    startEmbedded({ dataDir, postgres: true, redis: false, log: memoryLog() });
  const keep = async (text: string): Promise<void> => {
    const servers = await start();
    const db = openDb({ url: servers.databaseUrl ?? '', applicationName: 'test' });
    await db.dynamic('create table if not exists kept (how text)');
    await db.dynamic('insert into kept values ($1)', [text]);
    t.equal((await db.dynamic('select how from kept')).length, text === 'first' ? 1 : text === 'second' ? 2 : 3);
    await db.close();
    await servers.stop();
  };
  await keep('first');
  await t.test('without namespaces', async (t) => {
    withoutNamespaces(t, join(dataDir, 'bin'));
    await keep('second');
  });
  await keep('third');
});

/** A user that every Linux has, and a number that no user has. */
for (const [who, uid] of [['somebody who is not root', 1], ['a user without a name', 54_321]] as const) {
  const reachable = asRoot && spawnSync(process.execPath, ['--version'], { uid, gid: uid }).status === 0;
  t.test(`embedded: ${who} runs both`, {
    skip: reachable ? false : 'needs root to become another user, and a checkout that this user may read',
  }, async (t) => {
    const dataDir = dataDirectory(t);
    chownSync(dataDir, uid, uid);
    const theirs = await holder(t, dataDir, 'all', uid);
    t.match(theirs.said, { postgres: { running: true }, redis: { running: true } });
    t.equal(statSync(join(dataDir, 'postgres/data')).uid, uid);
    await theirs.end();
    // Its parent is gone before it: until init has taken note, the number of the ended process still answers.
    t.ok(await eventually('PostgreSQL is gone', () => !lives(theirs.said.postgres?.pid ?? 0)));
  });
}
