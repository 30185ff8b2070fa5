/** npm run bench -- NAME [--quick]: runs the product and its floor interleaved and prints one JSON line a figure. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '#gateway/embedded/start.ts';
import type { BenchOptions, Figure } from './support/figures.ts';

const benches: Record<string, () => Promise<{ run(options: BenchOptions): Promise<Figure[]> }>> = {
  intake: () => import('./intake.ts'),
  desk: () => import('./desk.ts'),
  out: () => import('./out.ts'),
  lists: () => import('./lists.ts'),
  assign: () => import('./assign.ts'),
  resume: () => import('./resume.ts'),
  screen: () => import('./screen.ts'),
  whatsapp: () => import('./whatsapp.ts'),
};

const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet,
  warn: (fields: object, message: string) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  error: (fields: object, message: string) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`) };

/**
 * PostgreSQL (synchronous_commit and fsync on, as in production) and Redis of this run's own, or those of
 * the environment.
 */
async function withServers(body: (servers: { postgresUrl: string; redisUrl: string }) => Promise<void>): Promise<void> {
  const given = { postgresUrl: process.env['TEST_POSTGRES_URL'], redisUrl: process.env['TEST_REDIS_URL'] };
  if (given.postgresUrl !== undefined && given.redisUrl !== undefined) {
    await body({ postgresUrl: given.postgresUrl, redisUrl: given.redisUrl });
    return;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'sambung-bench-'));
  const own = await startEmbedded({ dataDir, postgres: true, redis: true, log });
  try {
    await body({ postgresUrl: own.databaseUrl ?? '', redisUrl: own.redisUrl ?? '' });
  } finally {
    await own.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const names = words.filter((word) => !word.startsWith('--'));
const unknown = names.find((name) => !(name in benches));
if (names.length === 0 || unknown !== undefined) {
  process.stderr.write(`npm run bench -- NAME [--quick], with NAME one of: ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
await withServers(async (servers) => {
  for (const name of names) {
    const bench = await benches[name]?.();
    for (const figure of await bench?.run({ quick, ...servers }) ?? []) {
      process.stdout.write(`${JSON.stringify({ ...figure, name: `${name}.${figure.name}` })}\n`);
    }
  }
});
process.exit(0);
