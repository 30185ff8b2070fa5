/** Servers that a test may hurt: a PostgreSQL, a Redis and the whole product, each a real process of the test's own. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgresService } from '#gateway/embedded/postgres.ts';
import { redisService } from '#gateway/embedded/redis.ts';
import { startPostgres, startRedis, temporaryDirectory, type OwnServer } from './cluster.ts';
import { eventually, type Teardown } from './harness.ts';

export type { OwnServer } from './cluster.ts';

/** A PostgreSQL of this test's own, to kill, stop (SIGSTOP) and restart. Durable as the product's. */
export async function ownPostgres(t: Teardown, overrides?: Record<string, string>): Promise<OwnServer> {
  const server = await startPostgres(overrides);
  t.teardown(() => server.stop());
  return server;
}

/** A Redis of this test's own, to kill, flush, stop (SIGSTOP) and restart. */
export async function ownRedis(t: Teardown): Promise<OwnServer> {
  const server = await startRedis();
  t.teardown(() => server.stop());
  return server;
}

export interface Product {
  /** Where it listens, as it wrote into DATA_DIR/server.json. */
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal's name, once the process is gone. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Ends it in order (SIGTERM) and waits; SIGKILL after 30 s. */
  stop(): Promise<void>;
  /** What it wrote to stdout and stderr so far. */
  logs(): string;
}

// A process that ends by itself closes every handle first. After connections were cut in the middle of 100 MB that was
// seen to spin for ever (uv_run under CleanupHandles, Node 24.21); ended by a call it closes nothing and is gone.
process.on('exit', () => { process.exit(); });

const main = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));

function addressOf(dataDir: string, pid: number): string | undefined {
  const file = join(dataDir, 'server.json');
  if (!existsSync(file)) return undefined;
  try {
    const info = JSON.parse(readFileSync(file, 'utf8')) as { url?: string; pid?: number };
    return info.pid === pid ? info.url : undefined;
  } catch {
    return undefined;
  }
}

async function isReady(url: string): Promise<boolean> {
  const asked = fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
  return await asked.then((answer) => answer.ok, () => false);
}

/**
 * A Node program as it runs without us: tap puts its own loaders into every child through NODE_OPTIONS, and they slow
 * the start, change what a signal does and want to write where another user may not.
 */
export function spawnNode(args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, ...args], options);
}

/** Ends the embedded servers that a killed product left running on its data directory. */
export async function endLeftovers(dataDir: string): Promise<void> {
  for (const [folder, make] of [['postgres', postgresService], ['redis', redisService]] as const) {
    const directory = join(dataDir, folder);
    if (!existsSync(directory)) continue;
    const service = make({ directory });
    const pid = service.find();
    if (pid !== undefined) await service.end(pid);
  }
}

/**
 * Starts the real server process and waits until /health/ready says yes. Its port is free, its DATA_DIR new (unless
 * `env` names one, which then is kept after the test, for a second start), all else as `env` and `args` say. What a
 * killed server left running (embedded ones) ends with the test.
 */
export async function startProduct(
  t: Teardown, env: Record<string, string> = {}, args: readonly string[] = [],
): Promise<Product> {
  const dataDir = env['DATA_DIR'] ?? temporaryDirectory();
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child = spawnNode([main, ...args], {
    env: { PATH, HOME, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: resolve(NODE_COMPILE_CACHE) }),
      HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 0));
  });
  let running = true;
  void ended.then(() => { running = false; });
  const stop = async (): Promise<void> => {
    if (running) child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(force);
  };
  t.teardown(async () => {
    await stop();
    await endLeftovers(dataDir);
    if (env['DATA_DIR'] === undefined) rmSync(dataDir, { recursive: true, force: true });
  });
  const pid = child.pid ?? 0;
  const url = await eventually('the server to be ready', async () => {
    if (!running) throw new Error(`the server ended before it was ready:\n${output}`);
    const address = addressOf(dataDir, pid);
    return address !== undefined && await isReady(address) ? address : undefined;
  }, 60_000);
  return { url, pid, dataDir, kill: (signal) => void child.kill(signal), ended, stop, logs: () => output };
}
