/**
 * Planted names, numbers, texts and secrets, a whole working day through the product, and then a look for them
 * everywhere.
 */
import { readdirSync } from 'node:fs';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { newId } from '#domain/ids.ts';
import { createPasswords } from '#gateway/security/passwords.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { outsideServers, signedPost, type Outside } from '#test/support/outside.ts';
import { ownRedis, startProduct, type Product } from '#test/support/servers.ts';
import {
  addLiveChat, callbackServer, openAgent, openCustomer, readyAgent, rest, sessionOf, type Agent, type Callback,
    type Cookie,
} from '#test/support/talk.ts';

t.setTimeout(400_000);

const METRICS_TOKEN = 'angka-untuk-uji-kenari';

/** What belongs to customers: may lie in their tables, and nowhere else. No word of it occurs by chance. */
const PERSONAL = {
  name: 'Zqxkanari Namawati', phone: '+6281298760551', email: 'zqxsurat.kenari@contoh.example',
  handle: 'zqx-nasabah-8817', text: 'zqxpesan rahasia nasabah', reply: 'zqxbalasan agen', note: 'zqxcatatan intern',
  summary: 'zqxringkasan tiket', comment: 'zqxkomentar nilai', file: 'zqxberkas.txt', poison: 'zqxracun',
  fault: 'zqxgagal', search: 'zqxcari',
} as const;
/** What may lie nowhere in plain. */
const SECRETS = { password: 'Zqxsandi-rahasia-4471', wrongPassword: 'Zqxsandi-salah-9932',
  channel: 'zqxkunci-kanal-55210-abcdef',
  identity: 'zqxkunci-identitas-66120-abcdef' } as const;

/** The parts of a value that would give it away, whatever stands around them. */
function tracesOf(value: string): string[] {
  return value.startsWith('+') ? [value.slice(3)] : value.split(' ').filter((word) => /zqx/i.test(word));
}

const PERSONAL_TRACES = Object.values(PERSONAL).flatMap(tracesOf);

function found(text: string, words: readonly string[]): string[] {
  const low = text.toLowerCase();
  return words.filter((word) => low.includes(word.toLowerCase()));
}

interface Day {
  outside: Outside;
  product: Product;
  redis: Redis;
  /** Every command that Redis was sent. */
  monitored: string[];
  /** Bodies of all refusals. */
  refusals: string[];
  callback: Callback;
  administrator: Cookie;
  cookie: Cookie;
  agent: Agent;
  /** Everything that the desk of a colleague who does not serve the customer was told. */
  colleague: string[];
}

async function begin(t: Teardown): Promise<Day> {
  const outside = await outsideServers(t);
  const own = await ownRedis(t);
  await addLiveChat(outside);
  const callback = await callbackServer(t, outside);
  const product = await startProduct(t, { ...outside.env, REDIS_URL: own.url, EGRESS_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'debug',
    METRICS_TOKEN, FAILPOINT: 'intake.beforeCommit:1:throw' });
  const redis = new Redis(own.url);
  const monitor = await redis.monitor();
  t.teardown(() => { monitor.disconnect(); redis.disconnect(); });
  const monitored: string[] = [];
  monitor.on('monitor', (_time: string, words: string[]) => { monitored.push(words.join(' ')); });
  const [first, second] = outside.world.agents;
  if (first === undefined || second === undefined) throw new Error('two agents were expected');
  const cookie = await sessionOf(outside.db, first);
  const other = await openAgent(t, product.url, await sessionOf(outside.db, second));
  const colleague: string[] = [];
  other.socket.onAny((...told: unknown[]) => { colleague.push(JSON.stringify(told)); });
  const agent = await readyAgent(t, product.url, cookie);
  return { outside, product, redis, monitored, refusals: [], callback, cookie, agent, colleague,
    administrator: await sessionOf(outside.db, outside.world.administrator) };
}

async function hook(day: Day, events: object[]): Promise<number> {
  const answer = await fetch(`${day.product.url}/hooks/generic/${day.outside.world.accountKey}`,
    signedPost(JSON.stringify({ events }), day.outside.secret));
  const text = await answer.text();
  if (answer.status !== 200) day.refusals.push(text);
  return answer.status;
}

/**
 * The first batch meets an unforeseen fault, whose error holds nothing; afterwards messages, an edit and a poisoned
 * one.
 */
async function genericCustomer(t: Test, day: Day): Promise<void> {
  const from = { id: PERSONAL.handle, name: PERSONAL.name, phone: PERSONAL.phone, email: PERSONAL.email };
  const event = { type: 'message', id: 'zq-1', from, text: PERSONAL.text };
  t.equal(await hook(day, [{ ...event, text: PERSONAL.fault }]), 500);
  t.equal(await hook(day, [event, { type: 'message', id: 'zq-2', from: { ...from, phone: 'bukan nomor' },
    text: PERSONAL.poison }]), 200);
  const { id, conversationId } = await day.agent.accept();
  if (conversationId === null) throw new Error('no conversation');
  t.match(await day.agent.reply(conversationId, PERSONAL.reply), { ok: true });
  t.match(await day.agent.ask('message:note', { clientId: newId(), conversationId, text: PERSONAL.note }),
    { ok: true });
  await eventually('the reply leaves', () => day.callback.ledger.some((entry) => entry.text === PERSONAL.reply),
    20_000);
  t.equal(await hook(day, [{ type: 'edit', id: 'zq-3', from, messageId: 'zq-1', text: `${PERSONAL.text} diubah` }]),
    200);
  const { url } = day.product;
  const { contactId } = day.agent.interactions.get(id) ?? { contactId: '' };
  await rest(url, day.cookie, 'GET', `/api/contacts/${contactId}`);
  await rest(url, day.cookie, 'POST', '/api/interactions/search', { view: 'mine', q: PERSONAL.search });
  const form = { categoryId: day.outside.world.categoryIds.INFORMASI, outcomeCode: 'SELESAI', summary: PERSONAL.summary,
    crossSellingOffered: false };
  t.equal((await rest(url, day.cookie, 'POST', `/api/interactions/${id}/documentation`, form)).status, 200);
  t.match((await rest(url, day.cookie, 'POST', `/api/interactions/${id}/close`)).status, 200);
  const leader = await sessionOf(day.outside.db, day.outside.world.leader);
  const { version } = (await rest(url, leader, 'GET', `/api/contacts/${contactId}`)).body as { version: number };
  t.equal((await rest(url, leader, 'PATCH', `/api/contacts/${contactId}`, { notes: PERSONAL.note },
    { 'if-match': String(version) })).status, 200);
}

async function chatCustomer(t: Test, day: Day): Promise<void> {
  const { url } = day.product;
  const customer = await openCustomer(t, url);
  const upload = new FormData();
  upload.append('file', new Blob([PERSONAL.text]), PERSONAL.file);
  const uploaded = await fetch(`${url}/api/chat/web/files`, { method: 'POST', body: upload,
    headers: { authorization: `Bearer ${customer.token ?? ''}` } });
  t.equal(uploaded.status, 201);
  const { fileId } = await uploaded.json() as { fileId: string };
  await day.agent.ask('presence:set', { presence: 'READY' });
  t.match(await customer.say(PERSONAL.text, newId(), { name: PERSONAL.name, phone: PERSONAL.phone,
    email: PERSONAL.email }, [fileId]),
    { ok: true });
  const { id, conversationId } = await day.agent.accept();
  if (conversationId === null) throw new Error('no conversation');
  customer.socket.emit('chat:typing', { typing: true });
  await day.agent.ask('conversation:look', { conversationId });
  await day.agent.ask('conversation:typing', { conversationId, typing: true });
  t.match(await day.agent.reply(conversationId, PERSONAL.reply), { ok: true });
  await eventually('the customer hears it', () => customer.heard().length > 0, 15_000);
  t.match(await customer.socket.timeout(10_000).emitWithAck('chat:end', {}), { ok: true });
  t.match(await customer.socket.timeout(10_000).emitWithAck('chat:rate', { score: 5, comment: PERSONAL.comment }),
    { ok: true });
  await rest(url, day.cookie, 'GET', `/api/files/${fileId}`);
  t.match(await customer.say('x'.repeat(20_000) + PERSONAL.text), { ok: false });
  t.ok(id);
}

/** Signing in, a new account with its secrets, and everything that can be refused while it names somebody. */
async function office(t: Test, day: Day): Promise<void> {
  const { url } = day.product;
  const { db, world } = day.outside;
  await db.dynamic('update users set password_hash = $2 where id = $1',
    [world.agents[2]?.id, await createPasswords().hash(SECRETS.password)]);
  const nobody: Cookie = { cookie: '', csrfToken: '' };
  const keep = async (answer: Promise<{ status: number; text: string }>, status: number): Promise<void> => {
    const { status: given, text } = await answer;
    t.equal(given, status, text.slice(0, 200));
    day.refusals.push(text);
  };
  const npk = world.agents[2]?.npk;
  await keep(rest(url, nobody, 'POST', '/api/session', { npk, password: SECRETS.wrongPassword }), 401);
  await keep(rest(url, nobody, 'POST', '/api/session', { npk, password: SECRETS.password, token: PERSONAL.text }), 400);
  t.equal((await rest(url, nobody, 'POST', '/api/session', { npk, password: SECRETS.password })).status, 200);
  const key = { 'idempotency-key': 'zq-akun-00000001' };
  const account = { channel: 'generic', key: 'zq-akun', name: 'Akun Kenari', secrets: { secret: SECRETS.channel } };
  t.equal((await rest(url, day.administrator, 'POST', '/api/channel-accounts', account, key)).status, 201);
  t.equal((await rest(url, day.administrator, 'POST', '/api/channel-accounts', { channel: 'live-chat', key: 'zq-chat',
    name: 'Chat Kenari', secrets: { identitySecret: SECRETS.identity } })).status, 201);
  t.equal((await rest(url, day.administrator, 'POST', '/api/users', { npk: '77123', name: 'Pegawai Baru',
    password: `${SECRETS.password}x` }, { 'idempotency-key': 'zq-orang-0000001' })).status, 201);
  await keep(rest(url, day.administrator, 'POST', '/api/users', { npk: '77123', name: PERSONAL.name,
    password: `${SECRETS.password}x` }), 409);
  await keep(rest(url, day.administrator, 'POST', '/api/channel-accounts', { ...account,
    secrets: { secret: SECRETS.channel,
    asing: SECRETS.identity } }), 400);
  await keep(rest(url, day.cookie, 'GET', `/api/contacts/${PERSONAL.search}`), 400);
  await keep(rest(url, day.cookie, 'GET', `/api/tidak-ada/${PERSONAL.search}?nama=${PERSONAL.search}`), 404);
  await keep(rest(url, day.cookie, 'PATCH', '/api/me', { locale: PERSONAL.text }), 400);
  t.match(await day.agent.ask('message:send', { clientId: newId(), conversationId: newId(), text: PERSONAL.text }),
    { ok: false });
  const torn = await fetch(`${url}/hooks/generic/${world.accountKey}`, signedPost(`{"text":"${PERSONAL.text}`,
    day.outside.secret));
  await keep(torn.text().then((text) => ({ status: torn.status, text })), 400);
  const strange = await fetch(`${url}/hooks/generic/${PERSONAL.search}`, signedPost('{}', SECRETS.channel));
  await keep(strange.text().then((text) => ({ status: strange.status, text })), 404);
}

async function redisHolds(redis: Redis): Promise<string> {
  const parts: string[] = [];
  for (const key of await redis.keys('*')) parts.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '');
  return parts.join('\n');
}

/** Every row of every table as text, bytea both as it is and in hex. */
async function tables(day: Day): Promise<Map<string, string>> {
  const { db } = day.outside;
  const names = await db.dynamic<{ name: string }>(`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'`);
  const all = new Map<string, string>();
  for (const { name } of names) {
    const rows = await db.dynamic<Record<string, unknown>>(`select * from ${name}`);
    all.set(name, rows.map((row) => JSON.stringify(row, (_key, value: unknown) => {
      const bytes = (value as { type?: string; data?: number[] } | null)?.type === 'Buffer'
        ? Buffer.from((value as { data: number[] }).data) : undefined;
      return bytes === undefined ? value : `${bytes.toString('latin1')} ${bytes.toString('hex')}`;
    })).join('\n'));
  }
  return all;
}

function inEveryDress(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'),
    encodeURIComponent(secret)];
}

t.test('RA09 RA10 RS25 a whole day with planted people and secrets leaves no trace where none may be', async (t) => {
  const day = await begin(t);
  await genericCustomer(t, day);
  await chatCustomer(t, day);
  await office(t, day);
  const metrics = await fetch(`${day.product.url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  t.equal(metrics.status, 200);
  const figures = await metrics.text();
  const kept = await redisHolds(day.redis);
  day.agent.close();
  await day.product.stop();
  const rows = await tables(day);
  const secrets = [...Object.values(SECRETS), day.outside.secret, METRICS_TOKEN, day.outside.env['MASTER_KEY'] ?? '?',
    day.cookie.cookie.slice('sambung='.length)].flatMap(inEveryDress);

  const logs = day.product.logs();
  t.ok(logs.includes('a request failed unexpectedly'), 'there is a log to look at, with an unforeseen fault in it');
  t.ok(day.monitored.length > 20, `${day.monitored.length} commands of Redis`);
  t.ok(day.refusals.length >= 10, `${day.refusals.length} refusals`);
  t.ok((rows.get('journal') ?? '').length > 5_000, 'a journal to look at');
  const places: Record<string, string> = { logs, 'commands of Redis': day.monitored.join('\n'), Redis: kept,
    'refusals': day.refusals.join('\n'), metrics: figures, journal: rows.get('journal') ?? '',
    'journal_detail': rows.get('journal_detail') ?? '', seals: rows.get('journal_seal') ?? '',
    'a colleague who does not serve the customer': day.colleague.join('\n'),
    'names of files': readdirSync(day.product.dataDir, { recursive: true }).join('\n') };
  for (const [place, text] of Object.entries(places)) {
    t.same(found(text, PERSONAL_TRACES), [], `RA09 ${place}`);
    t.same(found(text, secrets), [], `RA10 ${place}`);
  }
  for (const [table, text] of rows) t.same(found(text, secrets), [], `RA10 table ${table}`);
  const whole = [...rows.values()].join('\n');
  for (const [name, value] of Object.entries(PERSONAL)) {
    if (name === 'fault' || name === 'search') continue;
    t.ok(found(whole, tracesOf(value)).length > 0, `${name} did pass through the product`);
  }
  t.notOk(day.refusals.some((text) => /\bat .*\.ts:|select |insert |pg_|node_modules/.test(text)),
    'RS25 no stack, no SQL');
  t.ok(day.refusals.every((text) => /"requestId"/.test(text)), 'every refusal has its number');
});
