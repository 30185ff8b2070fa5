/** The process: reads the configuration, brings up the servers it needs, starts the node, and ends all with grace. */
import { writeFile } from 'node:fs/promises';
import { sqlState, isUnavailable } from '#domain/store/db.ts';
import { migrate } from '#domain/store/migrate.ts';
import { limits } from '#domain/limits.ts';
import type { Log } from '#domain/work.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { startEmbedded } from './embedded/start.ts';
import { createLog } from './logging.ts';
import { startNode } from './node.ts';
import { acquireDataDir, DataDirInUse } from './single-instance.ts';
import { welcome } from './welcome.ts';

/** A database that is still starting gets this long before the boot gives up. */
const DATABASE_PATIENCE_MS = 60_000;

async function migrateWhenReady(url: string, log: Log): Promise<string | undefined> {
  const end = performance.now() + DATABASE_PATIENCE_MS;
  for (;;) {
    try {
      return await migrate(url);
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > end) throw error;
      log.warn({ sqlState: sqlState(error) }, 'the database does not answer yet; trying again');
      await new Promise((resolve) => { setTimeout(resolve, 1_000); });
    }
  }
}

/**
 * Of several reads that were begun at once, one may fail unheard after another: where the database was away that ends
 * nothing (RF07). Whatever else nobody caught is a fault of ours and ends the process, as it would without this.
 */
function outliveOutages(log: Log): void {
  process.on('unhandledRejection', (error) => {
    if (!isUnavailable(error)) throw error;
    log.warn({ sqlState: sqlState(error) }, 'a read that nobody waits for failed: the database was away');
  });
}

async function run(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  outliveOutages(log);
  const embedded = config.databaseUrl === undefined || config.redisUrl === undefined;
  const lock = embedded ? acquireDataDir(config.dataDir) : undefined;
  const own = await startEmbedded({ dataDir: config.dataDir, postgres: config.databaseUrl === undefined,
    redis: config.redisUrl === undefined, log });
  const stopOwn = async (): Promise<void> => { await own.stop(); lock?.release(); };
  try {
    const databaseUrl = config.databaseUrl ?? own.databaseUrl ?? '';
    const databaseRole = await migrateWhenReady(databaseUrl, log);
    const redisUrl = config.redisUrl ?? own.redisUrl ?? '';
    const node = await startNode(config, { databaseUrl, redisUrl, databaseRole }, log);
    const noted = JSON.stringify({ url: node.url, pid: process.pid });
    await writeFile(`${config.dataDir}/server.json`, noted, { mode: 0o600 });
    process.stdout.write(`${welcome(config, node.url, node.seeded)}\n`);
    endOnSignal(log, async () => { await node.close(); await stopOwn(); });
  } catch (error) {
    await stopOwn();
    throw error;
  }
}

/**
 * The first signal ends with grace; npm passes Ctrl-C on a second time within a moment, so later ones change nothing.
 */
function endOnSignal(log: Log, close: () => Promise<void>): void {
  let ending = false;
  const end = (signal: string): void => {
    if (ending) return;
    ending = true;
    log.info({ signal }, 'ending');
    const late = setTimeout(() => {
      log.error({}, 'did not end in time');
      process.exit(1);
    }, limits.shutdownGraceMs * 2);
    close().then(() => { clearTimeout(late); process.exitCode = 0; process.exit(); },
      (error: unknown) => { log.error({ err: error }, 'did not end cleanly'); process.exit(1); });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(signal));
}

/** What a person reads when the start fails; the stack stays out unless nobody foresaw the fault. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return `Konfigurasi belum benar / bad configuration: ${error.message}`;
  if (error instanceof DataDirInUse) return error.message;
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') {
    return `Port ${port} di ${address} sudah dipakai program lain. Hentikan program itu, atau atur PORT lain.\n`
      + `Port ${port} on ${address} is taken by another program. Stop that program, or set another PORT.`;
  }
  return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
}

try {
  await run(readConfig());
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n\n`);
  process.exit(1);
}
