/**
 * bench intake: P1 throughput, P2 event latency, P4 correctness (with kill -9), P5 overload, P6 CPU;
 * floors in the same run.
 */
import { spawn } from 'node:child_process';
import type { Db } from '#domain/store/db.ts';
import { cpuMicros, cpuMicrosOfTree, residentMiB } from './support/cpu.ts';
import { rounded, spread, type BenchOptions, type Figure } from './support/figures.ts';
import { closedLoop, median, openLoop, percentile, prepared, type LoadResult } from './support/load.ts';
import { freshDatabase, seedCustomers, startProduct, type Product } from './support/product.ts';
import { signIn, subscribe, type Subscriber } from './support/subscriber.ts';
import { floorRequest, productRequest, senderOf } from './support/workload.ts';

const CONNECTIONS = 64;
const CUSTOMERS = 10_000;
/** What is claimed is the steady state: before about ten seconds the product still pays for compiling its code. */
const WARM_SECONDS = 12;
/** How many requests are made ready before the clock runs. */
const FLOOR_PER_SECOND_MAX = 9_000;
const PRODUCT_PER_SECOND_MAX = 5_000;

interface Round { perSecond: number; serverMicros: number; postgresMicros: number; p50: number; p99: number }

async function postmaster(db: Db): Promise<number> {
  const [row] = await db.dynamic<{ directory: string }>("select current_setting('data_directory') as directory");
  const { readFile } = await import('node:fs/promises');
  return Number((await readFile(`${row?.directory}/postmaster.pid`, 'utf8')).split('\n')[0]);
}

async function measured(pid: number, postgres: number, load: () => Promise<LoadResult>): Promise<Round> {
  const server = cpuMicros(pid);
  const database = cpuMicrosOfTree(postgres);
  const result = await load();
  if (result.failed > 0) throw new Error(`${result.failed} requests failed`);
  return { perSecond: result.accepted / result.seconds, serverMicros: (cpuMicros(pid) - server) / result.accepted,
    postgresMicros: (cpuMicrosOfTree(postgres) - database) / result.accepted,
    p50: percentile(result.latenciesMs, 50), p99: percentile(result.latenciesMs, 99) };
}

async function floorRound(
  options: BenchOptions, mode: string, run: number, seconds: number,
): Promise<Round & { latency: Round }> {
  const database = await freshDatabase(options.postgresUrl, 'bench_floor');
  const child = spawn(process.execPath, ['bench/floors/inbound-server.ts', mode, database.url],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await new Promise<number>((resolve) => {
      child.stdout.once('data', (chunk) => resolve(JSON.parse(String(chunk)).port));
    });
    const target = { host: '127.0.0.1', port };
    const make = (i: number): Buffer => floorRequest(run, i);
    const pid = child.pid ?? 0;
    const postgres = await postmaster(database.db);
    const ready = prepared(make, 1_000_000, FLOOR_PER_SECOND_MAX * seconds);
    await closedLoop(target, make, { connections: CONNECTIONS, seconds: WARM_SECONDS, from: 0 });
    const closed = await measured(pid, postgres,
      () => closedLoop(target, ready, { connections: CONNECTIONS, seconds, from: 1_000_000 }));
    const rate = mode === 'tx' ? 200 : 1_000;
    const later = prepared(make, 2_000_000, rate * 3);
    const latency = await measured(pid, postgres,
      () => openLoop(target, later, { connections: CONNECTIONS, rate, seconds: 3, from: 2_000_000 }));
    return { ...closed, latency };
  } finally {
    child.kill('SIGKILL');
    await database.drop();
  }
}

async function everywhere(db: Db, world: Product['world']): Promise<void> {
  await db.dynamic("update user_roles set scope_kind = 'organisation', scope_id = null where user_id = $1",
    [world.leader.id]);
  await seedCustomers(db, world, CUSTOMERS);
}

function startBenchProduct(options: BenchOptions): Promise<Product> {
  return startProduct({ ...options, name: 'bench_product', prepare: everywhere });
}

interface Latency { eventP50: number; eventP99: number; ackP99: number }

async function eventLatency(
  product: Product, subscriber: Subscriber, run: number, rate: number, seconds: number,
): Promise<Latency> {
  const intended = new Map<string, number>();
  const make = prepared((i) => productRequest(product.world.accountKey, product.secret, run, i), 3_000_000,
    rate * seconds);
  const load = await openLoop({ host: '127.0.0.1', port: product.port }, make,
    { connections: CONNECTIONS, rate, seconds, from: 3_000_000,
      intended: (i, at) => { intended.set(`#${run}-${senderOf(run, i)}-${i}`, at); } });
  await settle(() => [...intended.keys()].every((mark) => subscriber.arrivals.has(mark)));
  const arrival = (mark: string): number => subscriber.arrivals.get(mark)?.atMs ?? Number.POSITIVE_INFINITY;
  const delays = [...intended].map(([mark, at]) => arrival(mark) - at);
  const ackP99 = percentile(load.latenciesMs, 99);
  return { eventP50: percentile(delays, 50), eventP99: percentile(delays, 99), ackP99 };
}

async function settle(done: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (await done()) return true;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return false;
}

/**
 * What P4 forbids, counted in the database and at the subscriber: lost, double, misfiled, out of order, events missing.
 */
async function faults(
  product: Product, subscriber: Subscriber, run: number, acked: ReadonlySet<number>,
): Promise<Record<string, number>> {
  const { db } = product.database;
  const rows = await db.dynamic<{ mark: string; handle: string; seq: number; conversation_id: string }>(`
    select split_part(m.body, ' ', 1) as mark, p.handle, m.seq, m.conversation_id from messages m
    join conversations c on c.id = m.conversation_id join contact_points p on p.id = c.contact_point_id
    where m.body like '#${run}-%' order by m.conversation_id, m.seq`);
  const stored = new Map<number, number>();
  let misfiled = 0;
  let gaps = 0;
  for (const row of rows) {
    const [, from, i] = /^#\d+-(\d+)-(\d+)$/.exec(row.mark) ?? [];
    stored.set(Number(i), (stored.get(Number(i)) ?? 0) + 1);
    if (from !== row.handle) misfiled += 1;
  }
  const holes = await db.dynamic<{ n: string }>(`select count(*) as n from (
    select conversation_id from messages group by 1 having count(*) <> max(seq)) x`);
  gaps += Number(holes[0]?.n);
  const lost = [...acked].filter((i) => !stored.has(i)).length;
  const twice = [...stored.values()].filter((times) => times > 1).length;
  const unseen = [...acked].filter((i) => !subscriber.arrivals.has(`#${run}-${senderOf(run, i)}-${i}`)).length;
  return { lost, twice, misfiled, gaps, unseen };
}

async function correctness(options: BenchOptions, product: Product, subscriber: Subscriber): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [n, rate] of [50, 500, 1_000].entries()) {
    const run = 40 + n;
    const acked = new Set<number>();
    const seconds = options.quick ? 3 : 8;
    const make = (i: number): Buffer => {
      acked.add(i);
      return productRequest(product.world.accountKey, product.secret, run, i);
    };
    const load = await openLoop({ host: '127.0.0.1', port: product.port }, make,
      { connections: CONNECTIONS, rate, seconds, from: 0 });
    await settle(async () => (await faults(product, subscriber, run, acked))['unseen'] === 0, 5_000);
    const found = await faults(product, subscriber, run, acked);
    const sum = Object.values(found).reduce((total, value) => total + value, load.failed + load.refused);
    figures.push({ name: `P4.faults_at_${rate}`, unit: 'messages', value: sum,
      note: JSON.stringify({ sent: load.sent, ...found }) });
  }
  return figures;
}

/** kill -9 in the middle of 500/s: every acknowledged message is stored, and a desk that comes back sees each once. */
async function killed(options: BenchOptions, product: Product): Promise<Figure> {
  const run = 50;
  const acked = new Set<number>();
  const url = `http://127.0.0.1:${product.port}/hooks/generic/${product.world.accountKey}`;
  let stop = false;
  let next = 0;
  const workers = Array.from({ length: 16 }, async () => {
    while (!stop) {
      const i = next;
      next += 1;
      const bytes = productRequest(product.world.accountKey, product.secret, run, i).toString();
      const [head = '', body = ''] = bytes.split('\r\n\r\n');
      const signature = /sambung-signature: (.+)\r\n/.exec(`${head}\r\n`)?.[1] ?? '';
      const headers = { 'content-type': 'application/json', 'sambung-signature': signature };
      const answer = await fetch(url, { method: 'POST', body, headers }).catch(() => undefined);
      if (answer?.status === 200) acked.add(i);
      await new Promise((resolve) => { setTimeout(resolve, answer === undefined ? 100 : 20); });
    }
  });
  await new Promise((resolve) => { setTimeout(resolve, options.quick ? 1_500 : 3_000); });
  await product.restart();
  await new Promise((resolve) => { setTimeout(resolve, 1_500); });
  stop = true;
  await Promise.all(workers);
  const { cookie } = await signIn(product.port, product.world.leader.npk, product.password);
  const desk = await subscribe(product.port, cookie);
  const found = await faults(product, desk, run, acked);
  desk.close();
  const { lost = 0, twice = 0, misfiled = 0, gaps = 0 } = found;
  return { name: 'P4.faults_after_kill', unit: 'messages', value: lost + twice + misfiled + gaps,
    note: JSON.stringify({ acked: acked.size, lost, twice, misfiled, gaps }) };
}

async function overload(options: BenchOptions, product: Product, capacity: number): Promise<Figure[]> {
  const target = { host: '127.0.0.1', port: product.port };
  const make = (i: number): Buffer => productRequest(product.world.accountKey, product.secret, 60, i);
  const before = residentMiB(product.pid);
  const rate = Math.min(capacity * 2, 12_000);
  const seconds = options.quick ? 8 : 30;
  const load = await openLoop(target, prepared(make, 0, Math.ceil(rate * seconds)),
    { connections: 2_500, rate, seconds, from: 0 });
  const after = residentMiB(product.pid);
  await new Promise((resolve) => { setTimeout(resolve, 2_000); });
  const calm = await openLoop(target, make, { connections: CONNECTIONS, rate: 200, seconds: 3, from: 9_000_000 });
  return [
    { name: 'P5.accepted_p99', unit: 'ms', value: rounded(percentile(load.latenciesMs, 99)),
      note: JSON.stringify({ offered: Math.round(capacity * 2), sent: load.sent, accepted: load.accepted,
        refused: load.refused, failed: load.failed }) },
    { name: 'P5.memory_growth', unit: 'MiB', value: rounded(after - before) },
    { name: 'P5.p99_after_5s', unit: 'ms', value: rounded(percentile(calm.latenciesMs, 99)) },
  ];
}

function ratios(name: string, ours: readonly Round[], floor: readonly Round[]): Figure {
  const each = ours.map((round, n) => round.perSecond / (floor[n]?.perSecond ?? Number.NaN));
  return { name, unit: 'messages/s', value: rounded(median(ours.map((round) => round.perSecond))),
    ratio_to_floor: rounded(median(each)),
    note: `per round ${spread(each)}; floor ${rounded(median(floor.map((round) => round.perSecond)))}/s` };
}

function eventFigure(latencies: readonly Latency[], floor: readonly { latency: Round }[]): Figure {
  const each = latencies.map((one, n) => one.eventP99 / (floor[n]?.latency.p99 ?? Number.NaN));
  const p99 = rounded(median(latencies.map((one) => one.eventP99)));
  const floorAck = rounded(median(floor.map((one) => one.latency.p99)));
  const ownAck = rounded(median(latencies.map((one) => one.ackP99)));
  return { name: 'P2.event_at_1000', unit: 'ms', value: p99,
    p50_ms: rounded(median(latencies.map((one) => one.eventP50))), p99_ms: p99, ratio_to_floor: rounded(median(each)),
    note: `per round ${spread(each)}; floor's ack p99 ${floorAck} ms; own ack p99 ${ownAck} ms` };
}

function cpuFigure(
  name: string, ours: readonly Round[], floor: readonly Round[], micros: (round: Round) => number,
): Figure {
  const each = ours.map((one, n) => {
    const base = floor[n];
    return micros(one) / (base === undefined ? Number.NaN : micros(base));
  });
  return { name, unit: 'us/message', value: rounded(median(ours.map(micros))), ratio_to_floor: rounded(median(each)) };
}

/** Runs all; the product is started anew for every round, as the floors are. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const rounds = options.quick ? 2 : 5;
  const seconds = options.quick ? 3 : 6;
  const batch: (Round & { latency: Round })[] = [];
  const tx: Round[] = [];
  const ours: Round[] = [];
  const latencies: Latency[] = [];
  const figures: Figure[] = [];
  for (let round = 0; round < rounds; round += 1) {
    batch.push(await floorRound(options, 'batch_w0', round, seconds));
    const product = await startBenchProduct(options);
    try {
      const { cookie } = await signIn(product.port, product.world.leader.npk, product.password);
      const target = { host: '127.0.0.1', port: product.port };
      const make = (i: number): Buffer => productRequest(product.world.accountKey, product.secret, round, i);
      const postgres = await postmaster(product.database.db);
      const ready = prepared(make, 1_000_000, PRODUCT_PER_SECOND_MAX * seconds);
      await closedLoop(target, make, { connections: CONNECTIONS, seconds: WARM_SECONDS, from: 0 });
      ours.push(await measured(product.pid, postgres,
        () => closedLoop(target, ready, { connections: CONNECTIONS, seconds, from: 1_000_000 })));
      const subscriber = await subscribe(product.port, cookie);
      latencies.push(await eventLatency(product, subscriber, round, 1_000, 3));
      if (round === rounds - 1) {
        figures.push(...await correctness(options, product, subscriber));
        figures.push(...await overload(options, product, median(ours.map((one) => one.perSecond))));
        figures.push(await killed(options, product));
      }
      subscriber.close();
    } finally {
      await product.stop();
    }
    tx.push(await floorRound(options, 'tx', round, seconds));
  }
  return [
    ratios('P1.vs_batch_w0', ours, batch), ratios('P1.vs_tx', ours, tx), eventFigure(latencies, batch),
    cpuFigure('P6.server_cpu', ours, batch, (one) => one.serverMicros),
    cpuFigure('P6.postgres_cpu', ours, batch, (one) => one.postgresMicros),
    ...figures,
  ];
}
