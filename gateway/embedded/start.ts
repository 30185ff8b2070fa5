/** The embedded servers as one thing: PostgreSQL and Redis under the data directory, kept alive until stop(). */
import { mkdirSync, realpathSync } from 'node:fs';
import type { Log } from '#domain/work.ts';
import { postgresService } from './postgres.ts';
import { redisService } from './redis.ts';
import { keep, type Keeper, type Service, type ServiceState } from './supervisor.ts';

export interface EmbeddedOptions {
  /** Everything they own lies under here (0700). The caller holds it by acquireDataDir. */
  dataDir: string;
  postgres: boolean;
  redis: boolean;
  log: Log;
}

export interface Embedded {
  /** Set where `postgres` was asked for. Holds a password: never log it. */
  databaseUrl?: string;
  /** Set where `redis` was asked for. Holds a password: never log it. */
  redisUrl?: string;
  /** Ends both in order. Call it last, after the pools are closed. */
  stop(): Promise<void>;
  state(): { postgres?: ServiceState; redis?: ServiceState };
}

/**
 * Starts what is asked for, or adopts what a killed server left running on this directory, and gives their addresses as
 * soon as both answer. One that dies is back within 10 s on the same port, so pools recover by themselves. Throws, with
 * the server's last words, where one does not come up.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(options.dataDir);
  const postgres = options.postgres ? postgresService({ directory: `${dataDir}/postgres` }) : undefined;
  const redis = options.redis ? redisService({ directory: `${dataDir}/redis` }) : undefined;
  const start = async (service: Service | undefined): Promise<Keeper | undefined> => (
    service === undefined ? undefined : await keep(service, options.log));
  const started = await Promise.allSettled([start(postgres), start(redis)]);
  const [postgresKeeper, redisKeeper] = started.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
  const failed = started.find((one) => one.status === 'rejected');
  const stop = async (): Promise<void> => {
    await Promise.all([postgresKeeper?.stop() ?? Promise.resolve(), redisKeeper?.stop() ?? Promise.resolve()]);
  };
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    ...(postgres === undefined ? {} : { databaseUrl: postgres.url() }),
    ...(redis === undefined ? {} : { redisUrl: redis.url() }),
    stop,
    state: () => ({
      ...(postgresKeeper === undefined ? {} : { postgres: postgresKeeper.state() }),
      ...(redisKeeper === undefined ? {} : { redis: redisKeeper.state() }),
    }),
  };
}
