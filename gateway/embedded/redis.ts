/** The machine's redis-server with its data under ours: starts, finds and ends it. Loopback and password only. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { limits } from '#domain/limits.ts';
import { freePort, pidIn, runsIn, signal, waitUntil } from './processes.ts';
import type { Service } from './supervisor.ts';

export interface RedisOptions {
  /** Holds the append-only file, the configuration with its password, the port and the log. */
  directory: string;
  /** The program, looked up on the PATH; a test may name another. */
  binary?: string;
}

export interface RedisService extends Service {
  /** Where it is reached, password included. */
  url(): string;
}

const NOT_FOUND = 'redis-server could not be run. Install it (Debian, Ubuntu: apt-get install redis-server; macOS: '
  + 'brew install redis), or set REDIS_URL to a Redis that runs elsewhere.';

/**
 * Redis holds nothing that PostgreSQL could not give back, so one second of it may be lost (everysec); but it must
 * never drop a key by itself (noeviction), for bull's jobs would go with it. The password stays off the command line.
 */
function configuration(directory: string, port: number, password: string): string {
  return [
    'bind 127.0.0.1', `port ${port}`, 'protected-mode yes', `requirepass ${password}`, 'daemonize no', 'supervised no',
    `dir "${directory}"`, `pidfile "${join(directory, 'redis.pid')}"`, 'save ""', 'appendonly yes',
    'appendfsync everysec', 'maxmemory 268435456', 'maxmemory-policy noeviction', 'tcp-keepalive 60',
    'loglevel notice', 'logfile ""', '',
  ].join('\n');
}

/** Asks PING with the password; true only where this directory's own server answers. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect({ host: '127.0.0.1', port });
    const done = (good: boolean): void => {
      socket.destroy();
      resolve(good);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (/^-/m.test(heard)) done(false);
      else if (heard.includes('+PONG')) done(true);
    });
    socket.write(`AUTH ${password}\r\nPING\r\n`);
  });
}

function savedPassword(file: string): string | undefined {
  return existsSync(file) ? /^requirepass (\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

function savedPort(file: string): number | undefined {
  return existsSync(file) ? Number(/^port (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1]) || undefined : undefined;
}

function openLog(file: string): number {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 8 * 1_048_576) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** Shutdown with the file written; then force. */
async function end(pid: number, directory: string): Promise<void> {
  signal(pid, 'SIGCONT');
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    signal(pid, name);
    if (await waitUntil(() => !runsIn(pid, 'redis-server', directory), limits.embeddedEndMs)) return;
  }
}

/** The keeper's view of the Redis in `directory`. Nothing happens until it is kept. */
export function redisService(options: RedisOptions): RedisService {
  const { directory } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const configurationFile = join(directory, 'redis.conf');
  const pidFile = join(directory, 'redis.pid');
  const logFile = join(directory, 'redis.log');
  const binary = options.binary ?? 'redis-server';
  const password = savedPassword(configurationFile) ?? randomBytes(24).toString('hex');
  let port = savedPort(configurationFile) ?? 0;
  const find = (): number | undefined => {
    const pid = pidIn(pidFile);
    return pid !== undefined && runsIn(pid, 'redis-server', directory) ? pid : undefined;
  };
  return {
    name: 'redis',
    url: () => `redis://:${password}@127.0.0.1:${port}`,
    find,
    async prepare(running) {
      if (running !== undefined) return;
      port = await freePort(port || undefined);
      writeFileSync(configurationFile, configuration(directory, port, password), { mode: 0o600 });
    },
    adoptable: () => existsSync(configurationFile)
      && readFileSync(configurationFile, 'utf8') === configuration(directory, port, password),
    async launch() {
      rmSync(pidFile, { force: true });
      const log = openLog(logFile);
      const child = spawn(binary, [configurationFile], { cwd: directory, detached: true, stdio: ['ignore', log, log] });
      closeSync(log);
      child.on('error', () => undefined);
      child.unref();
      if (child.pid === undefined) throw new Error(NOT_FOUND);
      return child.pid;
    },
    ready: async () => find() !== undefined && await answers(port, password),
    end: (pid) => end(pid, directory),
    lastWords: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(-12).join('\n') : ''),
    mend(failures) {
      // A file that Redis cannot read any more is set aside: everything in it can be had from PostgreSQL again (RF06).
      const broken = join(directory, 'appendonlydir');
      if (failures !== 3 || !existsSync(broken)) return;
      rmSync(`${broken}.broken`, { recursive: true, force: true });
      renameSync(broken, `${broken}.broken`);
    },
  };
}
