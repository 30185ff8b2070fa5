/** PostgreSQL 18 out of the installed packages: makes its cluster, starts, finds and ends it. Loopback, by password. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { limits } from '#domain/limits.ts';
import { ensureOwner, postgresBinaries, runAs } from './postgres-binaries.ts';
import { allRunningIn, freePort, pidIn, runsIn, signal, waitUntil } from './processes.ts';
import type { Service } from './supervisor.ts';

const USER = 'sambung';
const MEBIBYTE = 1_048_576;

export interface PostgresOptions {
  /** Holds the cluster (data/), its password, its port and its log. */
  directory: string;
  /** Settings over ours, as `name: value`. Tests only: what the product needs stands in `settings` below. */
  overrides?: Record<string, string>;
}

export interface PostgresService extends Service {
  /** Where it is reached, password included. */
  url(): string;
}

/** What the product asks of its PostgreSQL; each value that is not PostgreSQL's own has its reason. */
function settings(port: number): Record<string, string> {
  const sharedMiB = Math.min(1_024, Math.max(128, Math.floor(totalmem() / MEBIBYTE / 8)));
  return {
    port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '',
    max_connections: '100', shared_buffers: `${sharedMiB}MB`, effective_cache_size: `${sharedMiB * 3}MB`,
    // An acknowledged message survives a power cut (INV1).
    fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on',
    // Bounds the log that has to be replayed after a kill -9, so that it is back within 10 s.
    max_wal_size: '512MB', checkpoint_timeout: '5min',
    // Before replaying it makes sure of all files: by one call where the system has it (0.5 s instead of 2.5 s).
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    // Small machines, short statements: planning for parallel work and compiling cost more than they bring.
    jit: 'off', max_parallel_workers_per_gather: availableParallelism() > 2 ? '2' : '0',
    timezone: 'UTC', log_timezone: 'UTC', lc_messages: 'C',
    // Errors of statements may quote what a customer wrote; only the server's own state goes to the log (RA09).
    log_min_messages: 'log', log_min_error_statement: 'panic', log_error_verbosity: 'terse', log_checkpoints: 'off',
  };
}

/** The file's first line, or a fresh secret put into it (0600). */
function secretIn(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** A log that grew over 8 MiB makes room for a new one; one older is kept. */
function openLog(file: string): number {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 8 * MEBIBYTE) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** Makes the cluster where there is none; a cut-off attempt leaves only data.new, which is thrown away. */
async function makeCluster(directory: string, binaries: string, passwordFile: string): Promise<void> {
  const data = join(directory, 'data');
  if (existsSync(data)) {
    const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (version === '18') return;
    throw new Error(`${data} was made by PostgreSQL ${version}, this release runs 18: move the data or set DATA_DIR.`);
  }
  const fresh = join(directory, 'data.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  const { prefix, owner } = runAs(binaries, directory);
  ensureOwner(fresh, owner);
  const [command = '', ...rest] = [
    ...prefix, join(binaries, 'initdb'), '-D', fresh, '-U', USER, '--encoding=UTF8', '--locale-provider=builtin',
    '--locale=C.UTF-8', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--data-checksums',
  ];
  await promisify(execFile)(command, rest, { cwd: directory }).catch((error: Error & { stderr?: string }) => {
    throw new Error(`initdb failed: ${error.stderr || error.message}`);
  });
  renameSync(fresh, data);
}

async function makeDatabase(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres') });
  await admin.connect();
  try {
    const found = await admin.query('select from pg_database where datname = $1', [USER]);
    if (found.rowCount === 0) await admin.query(`create database ${USER}`);
  } finally {
    await admin.end();
  }
}

/** Fast shutdown (sessions are cut, all is written); then immediate; then force. */
async function end(pid: number, data: string): Promise<void> {
  const gone = (): boolean => !runsIn(pid, 'postgres', data);
  signal(pid, 'SIGCONT');
  for (const name of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signal(pid, name);
    if (await waitUntil(gone, limits.embeddedEndMs)) return;
  }
}

/**
 * Readies the way for a start: sessions of a server that was killed hold its memory until they notice, and a pid file
 * whose number belongs to some other process by now would make PostgreSQL refuse.
 */
async function clearRemains(data: string): Promise<void> {
  const remains = allRunningIn('postgres', data);
  for (const pid of remains) signal(pid, 'SIGQUIT');
  if (!await waitUntil(() => remains.every((pid) => !runsIn(pid, 'postgres', data)), 1_000)) {
    for (const pid of remains) signal(pid, 'SIGKILL');
    await waitUntil(() => remains.every((pid) => !runsIn(pid, 'postgres', data)), 1_000);
  }
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** The keeper's view of the PostgreSQL in `directory`. Nothing happens until it is kept. */
export function postgresService(options: PostgresOptions): PostgresService {
  const { directory } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const data = join(directory, 'data');
  const pidFile = join(data, 'postmaster.pid');
  const logFile = join(directory, 'postgres.log');
  const portFile = join(directory, 'port');
  const argumentsFile = join(directory, 'arguments.json');
  const passwordFile = join(directory, 'password');
  const password = secretIn(passwordFile);
  const binaries = postgresBinaries();
  let port = Number.parseInt(existsSync(portFile) ? readFileSync(portFile, 'utf8') : '', 10) || 0;

  const url = (): string => `postgres://${USER}:${password}@127.0.0.1:${port}/${USER}`;
  const find = (): number | undefined => {
    const pid = pidIn(pidFile);
    return pid !== undefined && runsIn(pid, 'postgres', data) ? pid : undefined;
  };
  const commandLine = (): string[] => {
    const all = Object.entries({ ...settings(port), ...options.overrides });
    return [join(binaries, 'postgres'), '-D', data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  };
  let databaseMade = false;
  return {
    name: 'postgres',
    url,
    find,
    async prepare(running) {
      await makeCluster(directory, binaries, passwordFile);
      if (running !== undefined) return;
      port = await freePort(port || undefined);
      writeFileSync(portFile, `${port}\n`);
    },
    adoptable: () => existsSync(argumentsFile) && readFileSync(argumentsFile, 'utf8') === JSON.stringify(commandLine()),
    async launch() {
      await clearRemains(data);
      const { prefix, owner } = runAs(binaries, data);
      ensureOwner(data, owner);
      const [command = '', ...rest] = [...prefix, ...commandLine()];
      const log = openLog(logFile);
      const child = spawn(command, rest, { cwd: data, detached: true, stdio: ['ignore', log, log] });
      closeSync(log);
      child.on('error', () => undefined);
      child.unref();
      if (child.pid === undefined) throw new Error(`${command} could not be run`);
      writeFileSync(argumentsFile, JSON.stringify(commandLine()));
      return child.pid;
    },
    async ready() {
      const status = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() : undefined;
      if (status !== 'ready' || find() === undefined) return false;
      if (databaseMade) return true;
      databaseMade = await makeDatabase(url()).then(() => true, () => false);
      return databaseMade;
    },
    end: (pid) => end(pid, data),
    lastWords: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(-12).join('\n') : ''),
  };
}
