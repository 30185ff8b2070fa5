/**
 * bench desk: P7, fan-out to 2,000 desks against a bare Socket.io in the same run; and from commit to the agent's
 * socket.
 */
import type { ChildProcess } from 'node:child_process';
import { migrate } from '#domain/store/migrate.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import type { ClientOrder, ClientReport } from './support/desk-clients.ts';
import type { LiveOrder, LiveReport } from './support/desk-live.ts';
import { answer, populate, start } from './support/desk-world.ts';
import type { EmitOrder } from './support/emit-orders.ts';
import { rounded, spread, type BenchOptions, type Figure } from './support/figures.ts';
import { median, percentile } from './support/load.ts';
import { freshDatabase } from './support/product.ts';

const DESKS = 2_000;
const LIVE_DESKS = 500;

const clientsDo = (child: ChildProcess, order: ClientOrder): Promise<ClientReport> => answer(child, order);
const serverDoes = (child: ChildProcess,
  order: EmitOrder): Promise<{ startedAt: number; rssBytes: number }> => answer(child, order);

/** Waits until the desks have got so many deliveries; fails after a minute: a lost event is no speed. */
async function arrived(clients: ChildProcess, count: number): Promise<ClientReport> {
  const end = performance.now() + 60_000;
  for (;;) {
    const report = await clientsDo(clients, { op: 'report' });
    if (report.deliveries >= count) return report;
    if (performance.now() > end) throw new Error(`${report.deliveries} of ${count} events arrived`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

interface Round { one: number; all: number; p50: number; p99: number; rssKiB: number }

async function burst(server: ChildProcess, clients: ChildProcess, order: EmitOrder,
  deliveries: number): Promise<number> {
  await clientsDo(clients, { op: 'reset' });
  const { startedAt } = await serverDoes(server, order);
  const report = await arrived(clients, deliveries);
  return deliveries / ((report.lastAt - startedAt) / 1_000);
}

async function round(file: string, quick: boolean): Promise<Round> {
  const server = start(file);
  const clients = start('support/desk-clients.ts');
  try {
    const { port } = await answer<{ port: number }>(server);
    const before = await serverDoes(server, { op: 'memory' });
    const cookies = Array.from({ length: DESKS }, (_, n) => `bench=${n}`);
    await clientsDo(clients, { op: 'connect', port, namespace: '/desk', cookies });
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    const after = await serverDoes(server, { op: 'memory' });
    const ones = quick ? 20_000 : 60_000;
    const alls = quick ? 20 : 60;
    await burst(server, clients, { op: 'one', count: 5_000, agents: DESKS }, 5_000);
    const one = await burst(server, clients, { op: 'one', count: ones, agents: DESKS }, ones);
    const all = await burst(server, clients, { op: 'all', count: alls }, alls * DESKS);
    await clientsDo(clients, { op: 'reset' });
    await serverDoes(server, { op: 'rate', perSecond: 5_000, seconds: quick ? 2 : 4, agents: DESKS });
    const { agesMs } = await clientsDo(clients, { op: 'report' });
    return { one, all, p50: percentile(agesMs, 50), p99: percentile(agesMs, 99),
      rssKiB: (after.rssBytes - before.rssBytes) / DESKS / 1_024 };
  } finally {
    server.disconnect();
    clients.disconnect();
  }
}

async function fanOut(options: BenchOptions): Promise<Figure[]> {
  const pairs: { product: Round; floor: Round }[] = [];
  for (let n = 0; n < (options.quick ? 2 : 5); n += 1) {
    const floor = await round('floors/socket-floor.ts', options.quick);
    pairs.push({ floor, product: await round('support/desk-fan-out.ts', options.quick) });
  }
  const figure = (name: string, unit: string, of: (round: Round) => number, wanted: string): Figure => {
    const ratios = pairs.map(({ product, floor }) => of(product) / of(floor));
    return { name, unit, value: rounded(median(pairs.map(({ product }) => of(product)))),
      ratio_to_floor: rounded(median(ratios)),
      note: `${wanted}; ratios ${spread(ratios)}` };
  };
  const latency = figure('fan_out_5k_p99', 'ms', (one) => one.p99, 'P7: <= 3 x floor');
  return [
    figure('room_of_one', 'events/s', (one) => one.one, 'P7: >= 0.6 x floor'),
    figure('broadcast', 'deliveries/s', (one) => one.all, 'P7: >= 0.8 x floor'),
    { ...latency, p50_ms: rounded(median(pairs.map(({ product }) => product.p50))), p99_ms: latency.value },
    figure('rss_per_connection', 'KiB', (one) => one.rssKiB, 'P7: <= 1.5 x floor'),
  ];
}

async function commitToSocket(options: BenchOptions): Promise<Figure[]> {
  const database = await freshDatabase(options.postgresUrl, 'bench_desk');
  await migrate(database.url);
  const world = await smallWorld(database.db);
  const cookies = await populate(database.db, world, LIVE_DESKS);
  const server = start('support/desk-live.ts', database.url);
  const clients = start('support/desk-clients.ts');
  try {
    const { port } = await answer<{ port: number }>(server);
    await clientsDo(clients, { op: 'connect', port, namespace: '/desk', cookies });
    await new Promise((resolve) => { setTimeout(resolve, 4_000); });
    const figures: Figure[] = [];
    const live = (order: Omit<LiveOrder, 'organisationId' | 'accountId'>): Promise<LiveReport> =>
      answer(server, { ...order, organisationId: world.organisationId, accountId: world.accountId });
    await live({ perSecond: 50, seconds: 2 });
    for (const perSecond of [50, 200]) {
      await clientsDo(clients, { op: 'reset' });
      const { committed } = await live({ perSecond, seconds: options.quick ? 4 : 15 });
      await new Promise((resolve) => { setTimeout(resolve, 1_000); });
      const seen = new Map((await clientsDo(clients, { op: 'report' })).firstSeen);
      const missing = committed.filter(([id]) => !seen.has(id)).length;
      if (missing > 0) throw new Error(`${missing} of ${committed.length} committed messages reached no desk`);
      const ages = committed.map(([id, at]) => Math.max(0, (seen.get(id) ?? 0) - at));
      figures.push({ name: `commit_to_socket_${perSecond}_per_s`, unit: 'ms', value: rounded(percentile(ages, 99)),
        p50_ms: rounded(percentile(ages, 50)),
        p99_ms: rounded(percentile(ages, 99)),
          note: `wanted: p99 <= 100 ms with ${LIVE_DESKS} desks of differing scopes; `
            + `${committed.length} messages, 0 missing` });
    }
    return figures;
  } finally {
    server.disconnect();
    clients.disconnect();
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    await database.drop();
  }
}

/** P7 and the way from commit to socket. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  return [...await fanOut(options), ...await commitToSocket(options)];
}
