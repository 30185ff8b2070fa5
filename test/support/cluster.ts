/** A PostgreSQL and a Redis of a test's or a run's own, out of the binaries that the product itself runs on. */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lives, pidIn, runsIn, signal } from '#gateway/embedded/processes.ts';
import { postgresService } from '#gateway/embedded/postgres.ts';
import { redisService } from '#gateway/embedded/redis.ts';
import type { Service } from '#gateway/embedded/supervisor.ts';

export interface OwnServer {
  url: string;
  pid: number;
  port: number;
  directory: string;
  /** Sends a signal to the server's process: SIGKILL, SIGSTOP, SIGCONT ... */
  signal(name: NodeJS.Signals): void;
  /** Starts it again on its port after it was killed; waits until it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

async function bringUp(service: Service): Promise<number> {
  const pid = await service.launch();
  const end = performance.now() + 60_000;
  while (!await service.ready()) {
    if (performance.now() > end) throw new Error(`${service.name} does not come up:\n${service.lastWords()}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  return pid;
}

async function own(service: Service & { url(): string }, directory: string): Promise<OwnServer> {
  await service.prepare(undefined);
  const server: OwnServer = {
    pid: await bringUp(service),
    url: service.url(),
    port: Number(new URL(service.url()).port),
    directory,
    signal(name) { process.kill(server.pid, name); },
    async restart() { server.pid = await bringUp(service); },
    async stop() {
      const pid = service.find();
      if (pid !== undefined) await service.end(pid);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return server;
}

const PREFIX = 'sambung-test-';

/** A directory of this process's own under the system's temporary one; not readable by others. */
export function temporaryDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`)));
}

/** Ends the servers and removes the directories of test processes that were killed before they could. */
export function sweepTemporaryDirectories(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || lives(Number(owner))) continue;
    const directory = realpathSync(join(tmpdir(), name));
    for (const [program, folder, pidFile] of [
      ['postgres', 'data', 'postmaster.pid'], ['postgres', 'postgres/data', 'postmaster.pid'],
      ['redis-server', '.', 'redis.pid'], ['redis-server', 'redis', 'redis.pid'],
    ] as const) {
      const pid = pidIn(join(directory, folder, pidFile));
      if (pid !== undefined && runsIn(pid, program, join(directory, folder))) signal(pid, 'SIGKILL');
    }
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A cluster of one's own, as durable as the product's unless `overrides` say otherwise. The caller stops it. */
export async function startPostgres(overrides: Record<string, string> = {}): Promise<OwnServer> {
  const directory = temporaryDirectory();
  return await own(postgresService({ directory, overrides }), directory);
}

/** A Redis of one's own. The caller stops it. */
export async function startRedis(): Promise<OwnServer> {
  const directory = temporaryDirectory();
  return await own(redisService({ directory }), directory);
}
