/**
 * bench desk: P7, fan-out to 2,000 desks against a bare Socket.io in the same run; and from commit to the agent's
 * socket.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { newId } from '#domain/ids.ts';
import { migrate } from '#domain/store/migrate.ts';
import type { Db } from '#domain/store/db.ts';
import { hashId } from '#gateway/security/tokens.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import type { ClientOrder, ClientReport } from './support/desk-clients.ts';
import type { LiveOrder, LiveReport } from './support/desk-live.ts';
import type { EmitOrder } from './support/emit-orders.ts';
import { rounded, spread, type BenchOptions, type Figure } from './support/figures.ts';
import { median, percentile } from './support/load.ts';
import { freshDatabase } from './support/product.ts';

const DESKS = 2_000;
const LIVE_DESKS = 500;

function start(file: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--expose-gc'] });
}

function answer<T>(child: ChildProcess, order?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => { child.off('exit', ended); resolve(message as T); });
    if (order !== undefined) child.send(order);
  });
}

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
  const clients = start('./support/desk-clients.ts');
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
    const floor = await round('./floors/socket-floor.ts', options.quick);
    pairs.push({ floor, product: await round('./support/desk-fan-out.ts', options.quick) });
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

const PEOPLE = `insert into users (id, organisation_id, npk, name, site_id, team_id)
  select id, $1, (30000 + n)::text, 'Agen ' || n, $2, $3 from jsonb_to_recordset($4) as p (id uuid, n int)`;
/** Four of five are agents of one of ten queues; the rest read a team, a site, or the organisation. */
const ROLES = `insert into user_roles (id, organisation_id, user_id, role_id, scope_kind, scope_id)
  select gen_random_uuid(), $1, p.id, r.id, case when p.n % 25 = 24 then 'organisation' when p.n % 5 = 4 then 'site'
    else 'self' end,
    case when p.n % 5 = 4 and p.n % 25 <> 24 then $2::uuid end
  from jsonb_to_recordset($3) as p (id uuid, n int)
  join roles r on r.organisation_id = $1 and r.code = case when p.n % 5 = 4 then 'TEAM_LEADER' else 'AGENT' end`;
const MEMBERS = `insert into queue_members (organisation_id, queue_id, user_id)
  select $1, ($2::uuid[])[1 + p.n % 10], p.id from jsonb_to_recordset($3) as p (id uuid, n int) where p.n % 5 <> 4`;
const THREADS = `with person as (select n, gen_random_uuid() as contact, gen_random_uuid() as point, gen_random_uuid()
  as conversation,
      gen_random_uuid() as ticket, gen_random_uuid() as interaction, ($5::uuid[])[1 + n % 10] as queue,
      ($6::uuid[])[1 + n % array_length($6::uuid[], 1)] as agent from generate_series(0, 999) n),
    c as (insert into contacts (id, organisation_id, name) select contact, $1::uuid, 'Nasabah ' || n from person),
    p as (insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
      select point, $1::uuid, contact, 'generic', $2::uuid, 'n-' || n from person),
    v as (insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id,
      handle) select conversation, $1::uuid, $2::uuid, contact, point, 'n-' || n from person),
    t as (insert into tickets (id, organisation_id, number, contact_id, conversation_id, queue_id, site_id, opened_at)
      select ticket, $1::uuid, 'TK-' || n, contact, conversation, queue, $3::uuid, now() from person)
  insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium,
    ticket_id, state, queue_id,
    site_id, team_id, agent_id, cost_points, date_origin, queued_at, waiting_since)
  select interaction, $1::uuid, conversation, contact, $2::uuid, 'generic', 'MESSAGING', ticket, case when n % 4 = 0
    then 'QUEUED' else 'IN_SERVICE' end,
    queue, $3::uuid, $4::uuid, case when n % 4 <> 0 then agent end, 20, now(), now(), now() from person`;

/** 500 users of differing scopes with a session each, ten queues, 1,000 conversations. Gives their cookies. */
async function populate(db: Db, world: SmallWorld): Promise<string[]> {
  const people = JSON.stringify(Array.from({ length: LIVE_DESKS }, (_, n) => ({ id: newId(), n })));
  const list = JSON.parse(people) as { id: string; n: number }[];
  const queues = Array.from({ length: 10 }, newId);
  for (const [n, id] of queues.entries()) {
    await db.dynamic(`insert into queues (id, organisation_id, code, name, tier, site_id)
      values ($1, $2, $3, $3, 1, $4)`, [id, world.organisationId, `ANTRE_${n}`, world.siteId]);
  }
  await db.dynamic(PEOPLE, [world.organisationId, world.siteId, world.teamId, people]);
  await db.dynamic(ROLES, [world.organisationId, world.siteId, people]);
  await db.dynamic(MEMBERS, [world.organisationId, queues, people]);
  const agents = list.filter(({ n }) => n % 5 !== 4).map(({ id }) => id);
  await db.dynamic(THREADS, [world.organisationId, world.accountId, world.siteId, world.teamId, queues, agents]);
  const ids = list.map(() => randomBytes(32).toString('base64url'));
  await db.dynamic(`insert into sessions (id_hash, organisation_id, user_id, csrf_token, expires_at)
    select decode(hash, 'hex'), $1, id, 'x', app_now() + interval '1 hour'
      from unnest($2::text[], $3::uuid[]) as s (hash, id)`,
  [world.organisationId, ids.map((id) => hashId(id).toString('hex')), list.map(({ id }) => id)]);
  await db.dynamic('vacuum analyze');
  return ids.map((id) => `sambung=${id}`);
}

async function commitToSocket(options: BenchOptions): Promise<Figure[]> {
  const database = await freshDatabase(options.postgresUrl, 'bench_desk');
  await migrate(database.url);
  const world = await smallWorld(database.db);
  const cookies = await populate(database.db, world);
  const server = start('./support/desk-live.ts', database.url);
  const clients = start('./support/desk-clients.ts');
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
