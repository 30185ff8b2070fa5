/** The database that commands of the terminal work on, whether a server runs beside them or not. */
import type { Log } from '#domain/work.ts';
import type { Config } from '#gateway/config.ts';
import { postgresService } from '#gateway/embedded/postgres.ts';
import { startEmbedded } from '#gateway/embedded/start.ts';
import { acquireDataDir, DataDirInUse } from '#gateway/single-instance.ts';

/**
 * The database of the configuration: an outside one, the running server's embedded one, or that one started for a
 * moment.
 */
export async function reachDatabase(config: Config, log: Log): Promise<{ url: string; release: () => Promise<void> }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, release: async () => undefined };
  try {
    const lock = acquireDataDir(config.dataDir);
    const own = await startEmbedded({ dataDir: config.dataDir, postgres: true, redis: false, log });
    return { url: own.databaseUrl ?? '', release: async () => { await own.stop(); lock.release(); } };
  } catch (error) {
    if (!(error instanceof DataDirInUse)) throw error;
    return { url: postgresService({ directory: `${config.dataDir}/postgres` }).url(), release: async () => undefined };
  }
}
