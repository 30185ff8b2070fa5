/**
 * A minute of load while Redis, PostgreSQL and the server are killed by turns; then the ledgers are compared
 * (RF04-RF07).
 */
import { createHash, randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import t from 'tap';
import { openDb, type Db } from '#domain/store/db.ts';
import { pidIn } from '#gateway/embedded/processes.ts';
import { postgresService } from '#gateway/embedded/postgres.ts';
import { redisService } from '#gateway/embedded/redis.ts';
import { temporaryDirectory } from '#test/support/cluster.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { signedPost, textEvent } from '#test/support/outside.ts';
import { startProduct, type Product } from '#test/support/servers.ts';
import {
  ledgerServer, openAgent, openCustomer, pace, rest, type Agent, type Callback, type Cookie, type Customer,
} from '#test/support/talk.ts';

t.setTimeout(600_000);

const SECONDS = Number(process.env['FAULTS_SECONDS'] ?? 60);
const SEED = Number(process.env['FAULTS_SEED'] ?? randomInt(1_000_000));
const PASSWORD = 'rahasia-uji-coba-26';
const SECRET = `kunci-uji-${SEED}-abcdefghijkl`;
const CHATS = 10;
/** Each sends one message a second: twenty a second in all. */
const SYSTEMS = 20;
const KEY = 'uji-faults';

/** A small seeded generator (mulberry32), so that a run's faults can be had again. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The client UUID of a reply: the same for the same message, whoever writes it and however often. */
function clientIdOf(messageId: string): string {
  const hex = createHash('sha256').update(messageId).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Run {
  product: Product;
  dataDir: string;
  env: Record<string, string>;
  url: string;
  callback: Callback;
  cookies: Cookie[];
  /** Texts that were acknowledged, by conversation partner, in the order in which they were. */
  acknowledged: Map<string, string[]>;
  /** Replies that the desk acknowledged: client id to text. */
  replied: Map<string, string>;
  refused: string[];
  /** The last post that a hook answered with 200: when it began and when it was answered. */
  served: { from: number; at: number };
  loading: boolean;
  answering: boolean;
}

async function signIn(url: string, npk: string): Promise<Cookie> {
  const answer = await fetch(`${url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ npk, password: PASSWORD }) });
  const { csrfToken } = await answer.json() as { csrfToken: string };
  return { cookie: answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; '), csrfToken };
}

/** The demo house with a generic account whose secret we know, and two agents with room for everybody. */
async function begin(t: Teardown): Promise<Run> {
  const dataDir = temporaryDirectory();
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const env = { DATA_DIR: dataDir, SEED: 'demo', DEMO_PASSWORD: PASSWORD, EGRESS_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'warn' };
  const product = await startProduct(t, env);
  const { url } = product;
  const callback = await ledgerServer(t);
  const administrator = await signIn(url, '90001');
  const queues = (await rest(url, administrator, 'GET',
    '/api/queues?limit=200')).body as { items: { id: string; code: string }[] };
  const made = await rest(url, administrator, 'POST', '/api/channel-accounts', { channel: 'generic', key: KEY,
    name: 'Uji',
    queueId: queues.items.find((queue) => queue.code === 'KANAL_LAIN')?.id, secrets: { secret: SECRET },
    settings: { callbackUrl: callback.url } });
  if (made.status !== 201) throw new Error(made.text);
  const cookies: Cookie[] = [];
  for (const npk of ['10001', '10002']) {
    const { items } = (await rest(url, administrator, 'GET',
      `/api/users?q=${npk}`)).body as { items: { id: string; version: number }[] };
    const changed = await rest(url, administrator, 'PATCH', `/api/users/${items[0]?.id ?? ''}`,
      { capacityPoints: 1_000 },
      { 'if-match': String(items[0]?.version) });
    if (changed.status !== 200) throw new Error(changed.text);
    cookies.push(await signIn(url, npk));
  }
  return { product, dataDir, env: { ...env, PORT: new URL(url).port }, url, callback, cookies, acknowledged: new Map(),
    replied: new Map(), refused: [], served: { from: 0, at: 0 }, loading: true, answering: true };
}

function acknowledge(run: Run, who: string, text: string): void {
  run.acknowledged.set(who, [...run.acknowledged.get(who) ?? [], text]);
}

/** As a provider does: one after the other, each again until it is taken. */
async function system(run: Run, number: number): Promise<void> {
  const who = `g${number}`;
  for (let n = 0; run.loading; n += 1) {
    const due = performance.now() + 1_000;
    const text = `#${SEED}-${who}-${n}`;
    let from = 0;
    for (;;) {
      from = performance.now();
      const answer = await fetch(`${run.url}/hooks/generic/${KEY}`, { ...signedPost(textEvent(`${who}-${n}`,
        `${SEED}-${who}`, text), SECRET),
        signal: AbortSignal.timeout(15_000) }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status === 200) break;
      if (answer !== undefined && answer.status < 429) run.refused.push(`${answer.status} at the hook`);
      await pace(100);
    }
    run.served = { from, at: performance.now() };
    acknowledge(run, who, text);
    await pace(Math.max(0, due - performance.now()));
  }
}

/** As the widget does: the same client id until it is acknowledged. */
async function chat(run: Run, number: number, customer: Customer): Promise<void> {
  const who = `c${number}`;
  for (let n = 0; run.loading; n += 1) {
    const text = `#${SEED}-${who}-${n}`;
    const clientId = clientIdOf(text);
    while (!(await customer.say(text, clientId).catch(() => undefined))?.ok) await pace(200);
    acknowledge(run, who, text);
    await pace(2_000);
  }
}

async function answerOne(run: Run, agent: Agent, message: { id: string; text: string | null },
  conversationId: string): Promise<void> {
  const clientId = clientIdOf(message.id);
  const text = `re ${message.text ?? ''}`;
  while (run.answering) {
    const answer = await agent.reply(conversationId, text, clientId).catch(() => undefined);
    if (answer?.ok) { run.replied.set(clientId, text); return; }
    const code = answer === undefined ? '' : answer.code;
    if (['NOT_FOUND', 'FORBIDDEN', 'INTERACTION_CLOSED', 'VALIDATION_FAILED', 'STATE_CONFLICT'].includes(code)) {
      run.refused.push(`${code} at the desk`);
      return;
    }
    await pace(200);
  }
}

/**
 * Stays READY, takes every offer, answers every chat message and every fourth of a system, in order per
 * conversation.
 */
async function agentWorks(run: Run, agent: Agent, cookie: Cookie): Promise<void> {
  const seen = new Map<string, number>();
  while (run.answering) {
    await pace(150);
    if (!agent.socket.connected) continue;
    if (agent.presence !== 'READY') await agent.ask('presence:set', { presence: 'READY' }).catch(() => undefined);
    for (const { id } of agent.offers.values()) {
      await agent.ask('offer:accept', { offerId: id }).catch(() => undefined);
      agent.offers.delete(id);
    }
    const mine = [...agent.interactions.values()].filter((view) => view.conversationId !== null
      && view.agentName !== null && !view.masked);
    await Promise.all(mine.map(async ({ conversationId }) => {
      const id = conversationId ?? '';
      const page = await rest(run.url, cookie, 'GET',
        `/api/conversations/${id}/messages?limit=200&after=${seen.get(id) ?? 0}`).catch(() => undefined);
      if (page?.status !== 200) return;
      const { items } = page.body as { items: { id: string; seq: number; direction: string; text: string | null }[] };
      for (const message of items) {
        const wanted = message.direction === 'IN' && /-c\d+-\d+$|-[048]$/.test(message.text ?? '');
        if (wanted) await answerOne(run, agent, message, id);
        seen.set(id, message.seq);
      }
    }));
  }
}

/** How long nobody was served from the fault on, in seconds. */
async function recovery(run: Run, from: number): Promise<number> {
  await eventually('the hooks serve again', () => run.served.from > from, 60_000);
  return Math.round((run.served.at - from) / 100) / 10;
}

/** Five faults spread over the run, each at a moment that the seed says. */
async function nemesis(t: Teardown, run: Run): Promise<string[]> {
  const random = generator(SEED);
  const told: string[] = [];
  const slot = (SECONDS * 1_000) / 6;
  const kill = (file: string): void => { process.kill(pidIn(join(run.dataDir, file)) ?? 0, 'SIGKILL'); };
  const faults: [string, () => Promise<void>][] = [
    ['redis', async () => {
      const redis = new Redis(redisService({ directory: join(run.dataDir, 'redis') }).url());
      await redis.flushall();
      redis.disconnect();
      kill('redis/redis.pid');
    }],
    ['postgres', async () => kill('postgres/data/postmaster.pid')],
    ['server', async () => {
      run.product.kill('SIGKILL');
      await run.product.ended;
      run.product = await startProduct(t, run.env);
    }],
    ['postgres', async () => kill('postgres/data/postmaster.pid')],
    ['server', async () => {
      run.product.kill('SIGKILL');
      await run.product.ended;
      run.product = await startProduct(t, run.env);
    }],
  ];
  for (const [name, strike] of faults) {
    await pace(slot * (0.5 + random() * 0.4));
    const from = performance.now();
    await strike();
    told.push(`${name} ${await recovery(run, from)}s`);
  }
  return told;
}

interface Verdict { stored: number; lost: number; duplicate: number; reordered: number; gaps: number }

async function verdictOf(run: Run, db: Db): Promise<Verdict> {
  const rows = await db.dynamic<{ body: string; conversation_id: string; seq: number }>(`
    select body, conversation_id, seq from messages
    where direction = 'IN' and body like $1 order by conversation_id, seq`, [`#${SEED}-%`]);
  const counts = new Map<string, number>();
  const last = new Map<string, number>();
  let reordered = 0;
  for (const { body, conversation_id: conversation } of rows) {
    counts.set(body, (counts.get(body) ?? 0) + 1);
    const n = Number(body.split('-').at(-1));
    if (n < (last.get(conversation) ?? -1)) reordered += 1;
    last.set(conversation, n);
  }
  const wanted = [...run.acknowledged.values()].flat();
  const [gaps] = await db.dynamic<{ n: number }>(`select count(*)::int as n from (select conversation_id from messages
    group by 1 having count(*) <> max(seq)) x`);
  return { stored: rows.length, lost: wanted.filter((text) => !counts.has(text)).length,
    duplicate: [...counts.values()].filter((n) => n > 1).length, reordered, gaps: gaps?.n ?? -1 };
}

function inOrder(texts: readonly string[]): boolean {
  const numbers = texts.map((text) => Number(text.split('-').at(-1)));
  return numbers.every((n, at) => at === 0 || n > (numbers[at - 1] ?? 0));
}

interface Out { statuses: Record<string, number>; lost: string[]; twice: string[]; disordered: string[] }

/** Replies: acknowledged ones against what the callback and the customers' screens hold. */
async function repliesOf(run: Run, db: Db, customers: readonly Customer[]): Promise<Out> {
  const rows = await db.dynamic<{ client_id: string; status: string }>(`select m.client_id, m.status
    from messages m where m.direction = 'OUT'`);
  const status = new Map(rows.map((row) => [row.client_id, row]));
  const statuses: Record<string, number> = {};
  for (const { status: one } of rows) statuses[one] = (statuses[one] ?? 0) + 1;
  const arrived = new Map<string, number>();
  for (const { clientId } of run.callback.ledger) arrived.set(clientId, (arrived.get(clientId) ?? 0) + 1);
  const heard = customers.map((customer) => customer.heard());
  for (const text of heard.flat()) arrived.set(text, (arrived.get(text) ?? 0) + 1);
  const times = (clientId: string, text: string): number => arrived.get(clientId) ?? arrived.get(text) ?? 0;
  const partners = new Map<string, string[]>();
  for (const { to, text } of run.callback.ledger) partners.set(to, [...partners.get(to) ?? [], text]);
  return {
    statuses,
    lost: [...run.replied].filter(([id, text]) => status.get(id) === undefined
      || (times(id, text) === 0 && status.get(id)?.status !== 'unknown')).map(([, text]) => text),
    twice: [...arrived].filter(([, n]) => n > 1).map(([id]) => id),
    disordered: [...heard, ...partners.values()].filter((texts) => !inOrder(texts)).map((texts) => texts.join(' ')),
  };
}

function ownDb(t: Teardown, run: Run): Db {
  const service = postgresService({ directory: join(run.dataDir, 'postgres') });
  service.find();
  const db = openDb({ url: service.url(), applicationName: 'checker' });
  t.teardown(() => db.close());
  return db;
}

t.test(`RF04 RF05 RF06 RF07 ${SECONDS} s of load and faults: nothing lost, doubled or out of order`, async (t) => {
  t.comment(`seed=${SEED}`);
  const run = await begin(t);
  t.teardown(() => { run.loading = false; run.answering = false; });
  const customers = await Promise.all(Array.from({ length: CHATS }, () => openCustomer(t, run.url)));
  const agents = await Promise.all(run.cookies.map((cookie) => openAgent(t, run.url, cookie)));
  const work = agents.map((agent, n) => agentWorks(run, agent, run.cookies[n] ?? { cookie: '', csrfToken: '' }));
  const load = [...customers.map((customer, n) => chat(run, n, customer)), ...Array.from({ length: SYSTEMS }, (_,
    n) => system(run, n))];
  const started = performance.now();
  const faults = await nemesis(t, run).catch((error: unknown) => {
    t.comment(run.refused.slice(0, 5).join(', '), run.product.logs().slice(-3_000));
    throw error;
  });
  await pace(Math.max(0, SECONDS * 1_000 - (performance.now() - started)));
  run.loading = false;
  await Promise.all(load);

  const db = ownDb(t, run);
  const sent = [...run.acknowledged.values()].flat().length;
  const chats = [...run.acknowledged].filter(([who]) => who.startsWith('c')).flatMap(([, texts]) => texts);
  await eventually('every chat message is answered', () => {
    const answered = new Set(run.replied.values());
    return chats.every((text) => answered.has(`re ${text}`));
  }, 90_000);
  run.answering = false;
  await Promise.all(work);
  await eventually('nothing is on its way any more', async () => (await db.dynamic<{ n: number }>(
    `select count(*)::int as n from messages where status in ('queued', 'sending')`))[0]?.n === 0, 90_000);
  await eventually('the screens have caught up', async () => {
    const { lost } = await repliesOf(run, db, customers);
    return lost.length === 0;
  }, 30_000).catch(() => undefined);
  const verdict = await verdictOf(run, db);
  const out = await repliesOf(run, db, customers);
  t.comment(Object.entries({ seed: SEED, sent, ...verdict, replies: run.replied.size, repliesLost: out.lost.length,
    repliesTwice: out.twice.length, unknown: out.statuses['unknown'] ?? 0, recovery: faults.join(' · ') })
    .map(([name, value]) => `${name}=${value}`).join(' '));
  t.match(verdict, { lost: 0, duplicate: 0, reordered: 0, gaps: 0 });
  t.ok(sent > SECONDS * 5, `${sent} messages under load`);
  t.same(out.lost, [], 'every acknowledged reply arrived, or says that nobody knows');
  t.same(out.twice, [], 'no reply twice');
  t.same(out.disordered, [], 'replies in order');
  t.notOk(out.statuses['failed'], 'no reply given up');
  t.same(run.refused, [], 'nothing was refused');
});
