/** What the tests of the embedded servers share: a data directory, a process that holds it, and looks at pids. */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startEmbedded, type Embedded } from '#gateway/embedded/start.ts';
import type { ServiceState } from '#gateway/embedded/supervisor.ts';
import { temporaryDirectory } from './cluster.ts';
import { memoryLog, type Teardown } from './harness.ts';
import { endLeftovers, spawnNode } from './servers.ts';

/** A new data directory; at the end of the test what still runs on it is ended and it is removed. */
export function dataDirectory(t: Teardown): string {
  const directory = temporaryDirectory();
  t.teardown(async () => {
    await endLeftovers(directory);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** The embedded servers on the directory, both or one of them, ended with the test. */
export async function embedded(t: Teardown, dataDir: string, only?: 'postgres' | 'redis'): Promise<Embedded> {
  const started = await startEmbedded({
    dataDir, postgres: only !== 'redis', redis: only !== 'postgres', log: memoryLog(),
  });
  t.teardown(() => started.stop());
  return started;
}

export interface Holder {
  said: { postgres?: ServiceState; redis?: ServiceState; refused?: boolean; message?: string };
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Tells it to end in order and waits. */
  end(): Promise<void>;
}

const program = fileURLToPath(new URL('./embedded-child.ts', import.meta.url));

/**
 * Another process that takes the directory (and with `all`, runs the servers on it), as another user if `uid` is given.
 * Resolves with what it said first.
 */
export async function holder(t: Teardown, dataDir: string, what: 'all' | 'lock', uid?: number): Promise<Holder> {
  const child = spawnNode([program, dataDir, what], {
    stdio: ['pipe', 'pipe', 'inherit'], ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => resolve()); });
  t.teardown(() => child.kill('SIGKILL'));
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('no pipes to the process');
  const first = await new Promise<string>((resolve) => {
    createInterface({ input: stdout }).once('line', resolve).once('close', () => resolve('{}'));
  });
  return {
    said: JSON.parse(first) as Holder['said'],
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
    async end() {
      stdin.end();
      await ended;
    },
  };
}
