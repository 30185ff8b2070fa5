/**
 * bench lists: inbox, saved view, contact, ticket and message search over a year's work, by HTTP, against the smallest
 * route that reads a page. The database is kept on a server that was given, and used again by the next run.
 */
import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import Fastify from 'fastify';
import pg from 'pg';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { openDb, type Db } from '#domain/store/db.ts';
import { migrate } from '#domain/store/migrate.ts';
import { indexThings } from '#domain/search/documents.ts';
import type { Work } from '#domain/work.ts';
import { createBlobStore } from '#gateway/blob-store.ts';
import { readingApis } from '#gateway/api/reading.ts';
import { configureHttp, httpOptions } from '#gateway/http.ts';
import { createSessions } from '#gateway/security/sessions.ts';
import { hashId, randomToken } from '#gateway/security/tokens.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { localWake, memoryLog } from '#test/support/harness.ts';
import { addListFloor } from './floors/list-floor.ts';
import { cpuMicros } from './support/cpu.ts';
import { rounded, type BenchOptions, type Figure } from './support/figures.ts';
import { askOnce, type Asked } from './support/http-client.ts';
import { percentile } from './support/load.ts';
import { seedMany, type Scale } from './support/many.ts';

const FULL: Scale = { conversations: 1_000_000, messagesEach: 5 };
const QUICK: Scale = { conversations: 100_000, messagesEach: 5 };
/** Sessions a user, so that no rate limit stands between the bench and the lists. */
const SESSIONS = 400;

interface Person { npk: string; cookies: { cookie: string; token: string }[] }
interface Case { name: string; note: string; wantedMs: number; person: Person; request(i: number): Asked }
/** CPU time of this process and of the database's backends so far, in ms; a busy machine does not stretch it. */
type CpuSoFar = () => Promise<number>;

async function addPeople(client: pg.Client, world: SmallWorld): Promise<void> {
  const site = newId();
  await client.query(`insert into sites (id, organisation_id, code, name, time_zone)
    values ($1, $2, 'JOG', 'Yogyakarta', 'Asia/Jakarta')`, [site, world.organisationId]);
  await client.query(`insert into queues (id, organisation_id, code, name, tier, site_id)
    select gen_random_uuid(), $1, 'ANTREAN-' || n, 'Antrean ' || n, 1, case when n > 3 then $2::uuid else $3::uuid end
    from generate_series(1, 7) n`, [world.organisationId, site, world.siteId]);
  await client.query(`insert into users (id, organisation_id, npk, name, site_id, team_id)
    select gen_random_uuid(), $1, (10000 + n)::text, 'Agen ' || n, case when n <= 50 then $2::uuid else $3::uuid end, $4
    from generate_series(4, 100) n`, [world.organisationId, world.siteId, site, world.teamId]);
  await client.query(`insert into users (id, organisation_id, npk, name, site_id)
    values ($1, $2, '80001', 'Manajer', $3)`,
  [newId(), world.organisationId, world.siteId]);
  await client.query(`insert into user_roles (id, organisation_id, user_id, role_id, scope_kind)
    select gen_random_uuid(), $1, u.id, r.id, r.default_scope from users u join roles r on r.organisation_id = $1
      and r.code = case u.npk when '80001' then 'OPERATION_MANAGER' else 'AGENT' end
    where u.npk = '80001' or u.npk between '10004' and '10100'`, [world.organisationId]);
  await client.query(`insert into queue_members (organisation_id, queue_id, user_id) select $1, q.id, u.id
    from users u cross join queues q where u.npk between '10001' and '10100' and q.tier = 1 on conflict do nothing`,
  [world.organisationId]);
  await client.query(`insert into user_roles (id, organisation_id, user_id, role_id, scope_kind, scope_id)
    select gen_random_uuid(), $1, m.user_id, r.id, 'queue', m.queue_id from queue_members m join roles r
      on r.code = 'QUEUE_VIEW' on conflict do nothing`, [world.organisationId]);
}

const say = (what: string): void => { process.stderr.write(`lists: ${what}\n`); };

/** The database of this size: made once on a server that stays, so that a second run starts at once. */
async function bigDatabase(postgresUrl: string, scale: Scale): Promise<{ url: string; organisationId: string }> {
  const name = `bench_lists_${scale.conversations}`;
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const whole = await admin.query(`select from pg_database d join pg_shdescription s on s.objoid = d.oid
    where d.datname = $1 and s.description = 'whole'`, [name]);
  if (whole.rowCount === 0) {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name}`);
    await migrate(url.href);
    const db = openDb({ url: url.href, applicationName: 'bench', connectionsMax: 1 });
    const world = await smallWorld(db);
    await db.close();
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await addPeople(client, world);
    await client.end();
    await seedMany(url.href, world, scale, say);
    await admin.query(`comment on database ${name} is 'whole'`);
  } else {
    await migrate(url.href);
  }
  await admin.end();
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const found = await client.query<{ id: string }>(`select id from organisations where code = 'UJI'`);
  await client.end();
  return { url: url.href, organisationId: found.rows[0]?.id ?? '' };
}

async function signIn(db: Db, npk: string, cookieName: string): Promise<Person> {
  const cookies: Person['cookies'] = [];
  for (let n = 0; n < SESSIONS; n += 1) {
    const [id, token] = [randomToken(), randomToken()];
    await db.dynamic(`insert into sessions (id_hash, organisation_id, user_id, csrf_token, expires_at)
      select $1, organisation_id, id, $3, app_now() + interval '2 hours' from users where npk = $2`,
    [hashId(id), npk, token]);
    cookies.push({ cookie: `${cookieName}=${id}`, token });
  }
  return { npk, cookies };
}

const narrowed = (filter: object): string => `filter=${encodeURIComponent(JSON.stringify(filter))}`;
const savedView = `/api/interactions?view=all&${narrowed({ tier: 1, late: true })}`;
const closedView = `/api/interactions?view=all&state=closed&${narrowed({ channels: ['telegram'], tier: 1 })}`;
/** The views whose counts a desk keeps true. */
const counted = [{ view: 'all', state: 'open', filter: { tier: 1, late: true } },
  { view: 'queues', state: 'open', filter: { channels: ['telegram'] } },
  { view: 'mine', state: 'open', filter: { unread: true } }, { view: 'all', state: 'open', filter: { awaiting: true } },
  { view: 'all', state: 'closed', filter: { channels: ['live-chat'] } }];
const typed = ['bu', 'bud', 'budi', 'budi s', 'budi san', 'santoso', 'rahmawati', 'zulkifli hut', 'siti', 'a1',
  'dewi w', 'budu santso', 'zulkfli', 'sitorus', '0812', '567'];
const numbers = ['TK-26', '261', '0417', '0417 2', '260903', 'halimah', 'nainggolan rina', 'angsuran', 'telepon budi'];
const sentences = ['an', 'angs', 'angsuran', 'angsuran saya', 'bayar', 'denda pelunasan', 'klaim asuransi', 'kg', 'kab',
  'telepon petugas', 'sandi', '4217', 'slip gaji ktp', 'proses setuju', 'tidakadayangbegini'];

function ask(groups: string[], from: readonly string[]): (i: number) => Asked {
  return (i) => ({ method: 'POST', path: '/api/search', body: { q: from[i % from.length], groups, limit: 5 } });
}

function get(path: string): () => Asked {
  return () => ({ method: 'GET', path });
}

function casesOf(agent: Person, leader: Person, manager: Person): Case[] {
  const cases: Case[] = [];
  const add = (name: string, person: Person, wantedMs: number, note: string, request: Case['request']): void => {
    cases.push({ name, person, wantedMs, note, request });
  };
  for (const [who, person] of [['agent', agent], ['leader', leader], ['manager', manager]] as const) {
    add(`inbox.mine.${who}`, person, 50, 'own open work', get('/api/interactions?view=mine'));
    add(`inbox.queues.${who}`, person, 50, 'what waits', get('/api/interactions?view=queues'));
    add(`inbox.all.${who}`, person, 50, 'all open work', get('/api/interactions?view=all'));
    add(`inbox.closed.${who}`, person, 50, 'all closed work', get('/api/interactions?view=all&state=closed'));
    add(`inbox.mine-closed.${who}`, person, 50, 'own closed work', get('/api/interactions?view=mine&state=closed'));
    add(`view.rows.${who}`, person, 50, 'a saved view: tier 1 and late', get(savedView));
    add(`view.closed.${who}`, person, 50, 'a saved view of closed work', get(closedView));
    add(`view.counts.${who}`, person, 50, 'the counts of five saved views',
      () => ({ method: 'POST', path: '/api/views/counts', body: { views: counted } }));
    add(`inbox.counts.${who}`, person, 50, 'the figures on the tabs', get('/api/interactions/counts'));
    add(`tickets.${who}`, person, 50, 'newest tickets', get('/api/tickets'));
    add(`tickets.open.${who}`, person, 50, 'newest open tickets', get('/api/tickets?limit=50&state=open'));
    add(`tickets.closed.${who}`, person, 50, 'newest closed tickets', get('/api/tickets?limit=50&state=closed'));
    add(`tickets.followed.${who}`, person, 50, 'followed tickets', get('/api/tickets?limit=50&followed=true'));
    add(`contacts.${who}`, person, 50, 'newest contacts', get('/api/contacts'));
    add(`search.contacts.${who}`, person, 50, 'names and numbers while typing', ask(['contacts'], typed));
    add(`search.tickets.${who}`, person, 50, 'numbers, names, summaries', ask(['tickets'], numbers));
    add(`search.messages.${who}`, person, 300, 'newest 1,000 hits', ask(['messages'], sentences));
    add(`search.all.${who}`, person, 300, 'all four groups',
      ask(['contacts', 'tickets', 'messages', 'files'], [...typed, ...sentences]));
  }
  return cases;
}

async function once(base: string, person: Person | undefined, i: number, asked: Asked): Promise<void> {
  const session = person?.cookies[i % SESSIONS];
  await askOnce(base, asked, { origin: base,
    ...(session === undefined ? {} : { cookie: session.cookie, 'x-csrf-token': session.token }) });
}

/** So many at once reach every connection of the pool: each plans a list when it first sees it. */
const AT_ONCE = limits.databaseConnectionsMax + 2;

/** `askers` people ask one question after the other for so long; ms each. Every connection has seen it before. */
async function measured(base: string, one: Pick<Case, 'request'> & { person?: Person }, askers: number,
  seconds: number): Promise<number[]> {
  for (let n = 0; n < 3; n += 1) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) =>
      once(base, one.person, i, one.request(n * AT_ONCE + i))));
  }
  const times: number[] = [];
  let next = 0;
  const end = performance.now() + seconds * 1_000;
  await Promise.all(Array.from({ length: askers }, async () => {
    while (performance.now() < end) {
      const i = next;
      next += 1;
      const from = performance.now();
      await once(base, one.person, i, one.request(i));
      times.push(performance.now() - from);
    }
  }));
  return times;
}

function cpuOf(db: Db): CpuSoFar {
  // A backend that the pool has let go meanwhile keeps what it had used when it was last seen.
  const seen = new Map<number, number>();
  return async () => {
    const backends = await db.dynamic<{ pid: number }>(`select pid from pg_stat_activity where datname =
      current_database() and backend_type = 'client backend'`);
    const { user, system } = process.cpuUsage();
    for (const { pid } of backends) seen.set(pid, cpuMicros(pid));
    return ([...seen.values()].reduce((sum, micros) => sum + micros, 0) + user + system) / 1_000;
  };
}

/** PostgreSQL's CPU for writing the words of a message behind the journal; its floor inserts words that are ready. */
async function indexing(db: Db, count: number): Promise<Figure> {
  const own = openDb({ url: db.pool.options.connectionString ?? '', applicationName: 'bench', connectionsMax: 1 });
  const pid = (await own.dynamic<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid ?? 0;
  const newest = await own.dynamic<{ id: string }>(`select id from search_messages
    order by organisation_id desc, at desc, id desc limit $1`, [count]);
  const ids = newest.map((row) => row.id).reverse();
  await own.dynamic('create temp table kept as select * from search_messages where id = any($1::uuid[])', [ids]);
  await own.dynamic('delete from search_messages where id = any($1::uuid[])', [ids]);
  const before = cpuMicros(pid);
  await own.dynamic('insert into search_messages select * from kept');
  const floor = (cpuMicros(pid) - before) / ids.length;
  await own.dynamic('delete from search_messages where id = any($1::uuid[])', [ids]);
  const from = cpuMicros(pid);
  for (let at = 0; at < ids.length; at += limits.searchIndexRowsMax) {
    await indexThings(own, 'messages', ids.slice(at, at + limits.searchIndexRowsMax));
  }
  const value = (cpuMicros(pid) - from) / ids.length;
  await own.close();
  return { name: 'index.message', unit: 'us', value: rounded(value), ratio_to_floor: rounded(value / floor),
    note: `CPU of PostgreSQL a message; the floor inserts words that are ready, ${rounded(floor)} us` };
}

async function serve(work: Work, organisationId: string): Promise<{ base: string; cookieName: string;
  close(): Promise<void> }> {
  const sessions = createSessions(work);
  const app = Fastify({ ...httpOptions, logger: false });
  await configureHttp(app, { work, sessions, config: { publicUrl: null } });
  const vault = createVault(masterKeys([randomBytes(32).toString('base64')]));
  for (const plugin of readingApis({ work, vault, blobs: createBlobStore('.') })) {
    await app.withTypeProvider<ZodTypeProvider>().register(plugin);
  }
  addListFloor(app, work.db, organisationId);
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  return { base, cookieName: sessions.cookieName, async close() { await app.close(); await sessions.close(); } };
}

/** Measures every list; the ratio is to the floor's p50 in the same minute. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const scale = options.quick ? QUICK : FULL;
  const { url, organisationId } = await bigDatabase(options.postgresUrl, scale);
  const db = openDb({ url, applicationName: 'bench' });
  say(`load average ${loadavg().map((one) => one.toFixed(1)).join(' ')} on ${cpus().length} cores`);
  const work: Work = { db, log: memoryLog(), wake: localWake() };
  const server = await serve(work, organisationId);
  try {
    const [agent, leader, manager] = await Promise.all(['10010', '20001', '80001'].map((npk) =>
      signIn(db, npk, server.cookieName)));
    if (agent === undefined || leader === undefined || manager === undefined) throw new Error('nobody signed in');
    const figures: Figure[] = [await indexing(db, options.quick ? 2_000 : 10_000)];
    const cpu = cpuOf(db);
    const size = `${scale.conversations} conversations, ${scale.conversations * scale.messagesEach} messages`;
    for (const one of casesOf(agent, leader, manager)) {
      const seconds = options.quick ? 2 : 5;
      const floor = percentile(await measured(server.base, { request: get('/floor') }, 1, 1), 50);
      const before = await cpu();
      const times = await measured(server.base, one, 1, seconds);
      const cpuMs = rounded((await cpu() - before) / (times.length + 3 * AT_ONCE));
      const two = await measured(server.base, one, 2, seconds);
      const [p50, p99] = [percentile(times, 50), percentile(times, 99)];
      const note = `${one.note}; wanted p99 <= ${one.wantedMs} ms; two asking at once: p50 ${
        rounded(percentile(two, 50))}, p99 ${rounded(percentile(two, 99))}; CPU ${cpuMs} ms, client too; ${size}`;
      figures.push({ name: one.name, unit: 'ms', value: rounded(p99), p50_ms: rounded(p50), p99_ms: rounded(p99),
        ratio_to_floor: rounded(p50 / floor), note });
      say(`${one.name}: p50 ${rounded(p50)}, p99 ${rounded(p99)}, two at once ${rounded(percentile(two, 50))}, ${
        rounded(percentile(two, 99))}; CPU ${cpuMs} ms, floor's p50 ${rounded(floor)}`);
    }
    return figures;
  } finally {
    await server.close();
    await db.close();
  }
}
