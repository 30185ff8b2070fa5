/**
 * P8: the one road out against bull alone; queued rows to stored statuses, replies end to end, and how soon one is
 * picked up.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { OutboundMessage, SendOutcome } from '#domain/channels/words.ts';
import type { User } from '#domain/people/access.ts';
import { newId } from '#domain/ids.ts';
import { openDb, statement } from '#domain/store/db.ts';
import { migrate } from '#domain/store/migrate.ts';
import type { Work } from '#domain/work.ts';
import { queueReply, startOutbound, type Outbound } from '#routing/outbound.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { localWake, memoryLog } from '#test/support/harness.ts';
import { rounded, type BenchOptions, type Figure } from './support/figures.ts';
import { atRate, bullPickup, bullThroughput, percentile, type Pickup } from './floors/bull-floor.ts';

const ACCOUNTS = 16;
const CONVERSATIONS = 4_000;
const RATE = 500;

interface Bench { work: Work; world: SmallWorld; agent: User; conversations: string[]; redisUrl: string }

/** 16 accounts with 250 conversations each, all owned by one agent. */
async function seed(work: Work, world: SmallWorld, agent: User): Promise<string[]> {
  const { db } = work;
  await db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id)
    select gen_random_uuid(), $1, 'generic', 'ukur-' || n, 'Ukur', $2 from generate_series(1, ${ACCOUNTS}) n`,
  [world.organisationId, world.queueId]);
  await db.dynamic(`with a as (select id, row_number() over () - 1 as n from channel_accounts where key like 'ukur-%'),
      k as (select gen_random_uuid() as contact_id, gen_random_uuid() as point_id, gen_random_uuid() as conversation_id,
        gen_random_uuid() as ticket_id, g, (select id from a where a.n = g % ${ACCOUNTS}) as account_id
        from generate_series(1, ${CONVERSATIONS}) g),
      c as (insert into contacts (id, organisation_id, name) select contact_id, $1, 'Nasabah ' || g from k),
      p as (insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
        select point_id, $1, contact_id, 'generic', account_id, 'h' || g from k),
      v as (insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id,
        handle, last_inbound_at)
        select conversation_id, $1, account_id, contact_id, point_id, 'h' || g, app_now() from k),
      t as (insert into tickets (id, organisation_id, number, contact_id, conversation_id, opened_at)
        select ticket_id, $1, 'TK-' || g, contact_id, conversation_id, app_now() from k)
    insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium,
      ticket_id,
      state, cost_points, date_origin, agent_id, queue_id)
    select gen_random_uuid(), $1, conversation_id, contact_id, account_id, 'generic', 'CHAT', ticket_id, 'PICKED_UP', 1,
      app_now(), $2, $3 from k`, [world.organisationId, agent.id, world.queueId]);
  await db.dynamic('vacuum analyze');
  return (await db.dynamic<{ id: string }>('select id from conversations')).map((row) => row.id);
}

/** Queues one message in each of `count` conversations, set-based, as a blast will. */
async function queueMany({ work }: Bench, count: number): Promise<void> {
  await work.db.dynamic(`with c as (update conversations set last_seq = last_seq + 1 where id in
      (select id from conversations order by id limit $1) returning *)
    insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction,
      author_kind,
      kind, body, client_id, status, status_at, due_at, created_at)
    select gen_random_uuid(), c.organisation_id, c.id, i.id, c.channel_account_id, c.last_seq, 'OUT', 'SYSTEM', 'text',
      'Yth. Bapak/Ibu, angsuran Anda jatuh tempo besok.', gen_random_uuid(), 'queued', app_now(), app_now(), app_now()
    from c join interactions i on i.conversation_id = c.id`, [count]);
  await work.db.dynamic('vacuum analyze messages');
}

function start({ work }: Bench, send: (message: OutboundMessage) => Promise<SendOutcome>): Outbound {
  return startOutbound(work, { nodeId: newId(), sender: () => send,
    channelFacts: () => ({ sendsPerSecond: 1_000_000, deduplicates: false }) });
}

function taken(message: OutboundMessage): SendOutcome {
  return { kind: 'sent', providerMessageId: message.clientId };
}

async function allStored({ work }: Bench): Promise<void> {
  for (;;) {
    const [row] = await work.db.dynamic<{ open: boolean }>(`select exists (select from messages
      where status in ('queued', 'sending')) as open`);
    if (row?.open === false) return;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

/** Messages a second from queued rows to stored statuses. */
async function queuePart(bench: Bench, count: number): Promise<number> {
  await queueMany(bench, count);
  const clients = new Set<string>();
  const from = performance.now();
  const outbound = start(bench, async (message) => { clients.add(message.clientId); return taken(message); });
  await allStored(bench);
  const seconds = (performance.now() - from) / 1_000;
  await outbound.stop();
  if (clients.size !== count) throw new Error(`${clients.size} of ${count} were sent`);
  return count / seconds;
}

/** Replies a second from 32 agents' clicks at once to stored statuses. */
async function wholeRoad(bench: Bench, count: number): Promise<number> {
  const outbound = start(bench, async (message) => taken(message));
  const from = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: 32 }, async () => {
    while (next < count) {
      const conversationId = bench.conversations[(next += 1) % CONVERSATIONS] ?? '';
      await queueReply(bench.work, { user: bench.agent, conversationId, clientId: randomUUID(),
        text: 'Baik, kami cek.' });
    }
  }));
  await allStored(bench);
  const seconds = (performance.now() - from) / 1_000;
  await outbound.stop();
  return count / seconds;
}

const addRow = statement('bench.add', `
with c as (update conversations set last_seq = last_seq + 1 where id = $1 returning *)
insert into messages (id, organisation_id, conversation_id, channel_account_id, seq, direction, author_kind, kind, body,
  client_id, status, status_at, due_at, created_at)
select $2, c.organisation_id, c.id, c.channel_account_id, c.last_seq, 'OUT', 'SYSTEM', 'text', 'Baik, kami cek.', $2,
  'queued', now(), now(), now() from c returning channel_account_id as account`);

/** From the commit of a message row to the call of its sender, at 500 rows a second: the part that bull's pickup is. */
async function pickup(bench: Bench, count: number): Promise<Pickup> {
  const calledAt = new Map<string, number>();
  const committedAt = new Map<string, number>();
  const outbound = start(bench, async (message) => {
    calledAt.set(message.clientId, performance.now());
    return taken(message);
  });
  await atRate(RATE, count, async (k) => {
    const id = randomUUID();
    const conversationId = bench.conversations[(k * 7) % CONVERSATIONS];
    const row = await bench.work.db.one<{ account: string }>(addRow, [conversationId, id]);
    committedAt.set(id, performance.now());
    bench.work.wake.hint(`outbound:${row?.account}`);
  });
  await allStored(bench);
  await outbound.stop();
  const waits = [...committedAt].map(([id, at]) => Math.max(0, (calledAt.get(id) ?? Infinity) - at));
  return { p50Ms: percentile(waits, 0.5), p99Ms: percentile(waits, 0.99) };
}

async function withBench<T>(postgresUrl: string, redisUrl: string, body: (bench: Bench) =>
  Promise<T>): Promise<T> {
  const name = `bench_out_${process.pid}`;
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  const db = openDb({ url: url.href, applicationName: 'bench' });
  try {
    const work: Work = { db, log: memoryLog(), wake: localWake() };
    const world = await smallWorld(db);
    const agent = world.agents[0] as User;
    return await body({ work, world, agent, conversations: await seed(work, world, agent), redisUrl });
  } finally {
    await db.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function range(ratios: readonly number[]): string {
  return `ratios ${ratios.map((one) => one.toFixed(2)).join(' ')}`;
}

/** Runs product and floor in turn; ratios are per round, and their median and range are given. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const rounds = options.quick ? 2 : 5;
  const count = options.quick ? 2_000 : CONVERSATIONS;
  const replies = options.quick ? 1_000 : 2_500;
  return withBench(options.postgresUrl, options.redisUrl, async (bench) => {
    const floor: number[] = [];
    const queue: number[] = [];
    const whole: number[] = [];
    const floorPickups: Pickup[] = [];
    const pickups: Pickup[] = [];
    await queuePart(bench, 500);
    await bullThroughput(bench.redisUrl, 500);
    for (let round = 0; round < rounds; round += 1) {
      floor.push(await bullThroughput(bench.redisUrl, count * 2));
      queue.push(await queuePart(bench, count));
      whole.push(await wholeRoad(bench, replies));
      floorPickups.push(await bullPickup(bench.redisUrl, RATE, replies));
      pickups.push(await pickup(bench, replies));
    }
    const queueRatios = queue.map((value, n) => value / (floor[n] ?? 1));
    const wholeRatios = whole.map((value, n) => value / (floor[n] ?? 1));
    const pickupRatios = pickups.map((value, n) => value.p99Ms / (floorPickups[n]?.p99Ms ?? 1));
    const of = (all: readonly Pickup[]): { p50_ms: number; p99_ms: number } =>
      ({ p50_ms: rounded(median(all.map((one) => one.p50Ms))), p99_ms: rounded(median(all.map((one) => one.p99Ms))) });
    return [
      { name: 'queue', unit: 'messages/s', value: rounded(median(queue)), ratio_to_floor: rounded(median(queueRatios)),
        note: `queued row to stored status, ${ACCOUNTS} accounts; wanted >= 0.5 x bull; ${range(queueRatios)}` },
      { name: 'replies', unit: 'messages/s', value: rounded(median(whole)),
        ratio_to_floor: rounded(median(wholeRatios)),
        note: `32 agents at once, each reply a transaction of its own, to stored status; ${range(wholeRatios)}` },
      { name: 'pickup', unit: 'ms', value: of(pickups).p99_ms, ...of(pickups),
        ratio_to_floor: rounded(median(pickupRatios)),
        note: `commit to sender at ${RATE}/s; wanted p99 <= 5 x bull; ${range(pickupRatios)}` },
      { name: 'floor.bull', unit: 'jobs/s', value: rounded(median(floor)), ...of(floorPickups),
        note: 'add + process; p50 and p99: pickup at the same rate' },
    ];
  });
}
