/** A process that holds a data directory and its embedded servers until it is killed or told to end; for tests. */
import { acquireDataDir, DataDirInUse } from '#gateway/single-instance.ts';
import { startEmbedded } from '#gateway/embedded/start.ts';

const quiet = (): void => undefined;
const [dataDir = '', what = 'all'] = process.argv.slice(2);

const say = (line: object): void => { process.stdout.write(`${JSON.stringify(line)}\n`); };

try {
  const lock = acquireDataDir(dataDir);
  const embedded = what === 'lock' ? undefined : await startEmbedded({
    dataDir, postgres: true, redis: true, log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  say({ ...embedded?.state() });
  process.stdin.resume();
  process.stdin.once('end', () => {
    void (embedded?.stop() ?? Promise.resolve()).then(() => lock.release());
  });
} catch (error) {
  say({ refused: error instanceof DataDirInUse, message: (error as Error).message });
}
