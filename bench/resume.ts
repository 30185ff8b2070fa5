/**
 * bench resume: 2,000 desks of differing scopes that come back at once with their cursors, against a bare Socket.io
 * that the same clients connect to in the same run.
 */
import { migrate } from '#domain/store/migrate.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { answer, populate, start } from './support/desk-world.ts';
import type { LiveOrder, LiveReport } from './support/desk-live.ts';
import { rounded, spread, type BenchOptions, type Figure } from './support/figures.ts';
import { median } from './support/load.ts';
import { freshDatabase } from './support/product.ts';
import type { ResumeOrder, ResumeReport } from './support/resume-clients.ts';

const DESKS = 2_000;
/** What happens while they are away: some seconds of a busy day. */
const MISSED_PER_SECOND = 25;
const MISSED_SECONDS = 4;

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => { setTimeout(resolve, ms); });
}

async function bare(): Promise<number> {
  const server = start('floors/resume-floor.ts');
  const clients = start('support/resume-clients.ts');
  try {
    const { port } = await answer<{ port: number }>(server);
    const cookies = Array.from({ length: DESKS }, (_, n) => `bench=${n}`);
    await answer<ResumeReport>(clients, { op: 'connect', port, cookies } satisfies ResumeOrder);
    await answer<ResumeReport>(clients, { op: 'drop' } satisfies ResumeOrder);
    await pause(500);
    return (await answer<ResumeReport>(clients, { op: 'reconnect', port } satisfies ResumeOrder)).ms;
  } finally {
    server.disconnect();
    clients.disconnect();
  }
}

/** The last thing that happens before they come back; every desk is told of it. */
async function mark(db: Db, organisationId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await appendJournal(tx, [{ type: 'configuration.updated', subjectType: 'skill', subjectId: newId(),
      actor: { kind: 'SYSTEM' }, scope: { organisationId }, data: { noun: 'skills', changed: [] } }]);
  });
}

interface Product { reconnect(): Promise<ResumeReport>; firstMs: number; stop(): Promise<void> }

async function startDesks(options: BenchOptions): Promise<Product> {
  const database = await freshDatabase(options.postgresUrl, 'bench_resume');
  await migrate(database.url);
  const world = await smallWorld(database.db);
  const cookies = await populate(database.db, world, DESKS);
  const server = start('support/desk-live.ts', database.url);
  const clients = start('support/resume-clients.ts');
  const { port } = await answer<{ port: number }>(server);
  const first = await answer<ResumeReport>(clients, { op: 'connect', port, cookies } satisfies ResumeOrder);
  return {
    firstMs: first.ms,
    async reconnect() {
      await answer<ResumeReport>(clients, { op: 'drop' } satisfies ResumeOrder);
      await answer<LiveReport>(server, { perSecond: MISSED_PER_SECOND, seconds: MISSED_SECONDS,
        organisationId: world.organisationId, accountId: world.accountId } satisfies LiveOrder);
      await mark(database.db, world.organisationId);
      await pause(1_000);
      return answer<ResumeReport>(clients, { op: 'reconnect', port } satisfies ResumeOrder);
    },
    async stop() {
      server.disconnect();
      clients.disconnect();
      await pause(300);
      await database.drop();
    },
  };
}

/** How long all need to have caught up, against how long a bare server needs to have them connected. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const product = await startDesks(options);
  const ours: ResumeReport[] = [];
  const floor: number[] = [];
  try {
    for (let n = 0; n < (options.quick ? 2 : 5); n += 1) {
      floor.push(await bare());
      ours.push(await product.reconnect());
    }
  } finally {
    await product.stop();
  }
  const each = ours.map((one, n) => one.ms / (floor[n] ?? Number.NaN));
  return [
    { name: 'resume_2000', unit: 'ms', value: rounded(median(ours.map((one) => one.ms))),
      ratio_to_floor: rounded(median(each)),
      note: `wanted <= 2 x; ratios ${spread(each)}; floor ${rounded(median(floor))} ms; ${
        MISSED_PER_SECOND * MISSED_SECONDS} messages missed; resumed ${ours.map((one) => one.resumed).join(' ')}` },
    { name: 'first_2000', unit: 'ms', value: rounded(product.firstMs),
      note: 'all at once without a cursor: snapshots' },
  ];
}
