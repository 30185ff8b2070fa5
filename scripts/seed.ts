/**
 * npm run seed -- big: fills the demo company with a believable year, for those who want to see lists, search and
 * figures with something in them. Works on DATA_DIR or DATABASE_URL, beside a running server or without one.
 */
import { parseArgs } from 'node:util';
import { AppError } from '#domain/errors.ts';
import { openDb } from '#domain/store/db.ts';
import { migrate } from '#domain/store/migrate.ts';
import { seedYear } from '#domain/store/seeds/year.ts';
import type { Log } from '#domain/work.ts';
import { readConfig } from '#gateway/config.ts';
import { reachDatabase } from './reach-database.ts';

const USAGE = `npm run seed -- big [--interactions 20000] [--days 365] [--seed 42]
    writes a year of customers, talk and tickets into the demo company (SEED=demo), once; 365 to 200000 interactions,
    each with about four messages: 20,000 take a minute or two`;

const REASONS: Record<string, string> = {
  NO_DEMO: 'there is no demo company here: start once with SEED=demo',
  ALREADY_SEEDED: 'the demo company has its year already; take another DATA_DIR for a new one',
};

const say = (text: string): void => { process.stdout.write(`${text}\n`); };
const log: Log = { debug() {}, info() {}, warn(_fields, message) { process.stderr.write(`${message}\n`); },
  error() {} };

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  interactions: { type: 'string', default: '20000' }, days: { type: 'string', default: '365' },
  seed: { type: 'string', default: '42' } } });

async function big(): Promise<void> {
  const { url, release } = await reachDatabase(readConfig(process.env, []), log);
  const role = await migrate(url);
  const db = openDb({ url, applicationName: 'sambung-seed', connectionsMax: 2, role });
  try {
    const from = performance.now();
    const made = await seedYear(db, { interactions: Number(values.interactions), days: Number(values.days),
      seed: Number(values.seed), say });
    say(`${made.interactions} interactions, ${made.messages} messages, ${made.contacts} customers in `
      + `${Math.round((performance.now() - from) / 1_000)} s`);
  } finally {
    await db.close();
    await release();
  }
}

if (positionals[0] !== 'big') {
  say(USAGE);
  process.exitCode = positionals.length === 0 ? 0 : 1;
} else {
  await big().catch((error: unknown) => {
    const reason = error instanceof AppError ? REASONS[String(error.details?.['reason'])] ?? USAGE : undefined;
    process.stderr.write(`sambung: ${reason ?? (error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = 1;
  });
}
