/** The door for other systems, on the real product: bad input, floods, doubles, and what is under it going away. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request, type OutgoingHttpHeaders } from 'node:http';
import t from 'tap';
import { limits } from '#domain/limits.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { outsideServers, signedPost, textEvent, type Outside } from '#test/support/outside.ts';
import { faultProxy } from '#test/support/proxy.ts';
import { ownRedis, startProduct, type Product } from '#test/support/servers.ts';
import { rest, sessionOf } from '#test/support/talk.ts';

t.setTimeout(400_000);

interface Said { status: number; body: { code?: string; message?: string; requestId?: string; stored?: number;
  duplicates?: number; quarantined?: number }; tookMs: number }

async function post(url: string, init: RequestInit): Promise<Said> {
  const from = performance.now();
  // A connection of its own each: one that rested for some seconds may be closed just as it is used again.
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000),
    headers: { ...init.headers as Record<string, string>, connection: 'close' } });
  const body = await answer.json() as Said['body'];
  return { status: answer.status, body, tookMs: Math.round(performance.now() - from) };
}

async function messagesIn(outside: Outside): Promise<number> {
  return (await outside.db.dynamic<{ n: number }>('select count(*)::int as n from messages'))[0]?.n ?? -1;
}

/** A request whose headers are sent as they are written here. */
function strange(url: string, body: string, headers: OutgoingHttpHeaders): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => { text += part.toString(); });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

function nested(depth: number): string {
  return `{"type":"message","id":"d","from":"x","text":"x","extra":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

t.test('RS12 RS14 RF23 bad input is refused with a code, a message and a request number, and nothing is stored',
  async (t) => {
  const outside = await outsideServers(t);
  const { url } = await startProduct(t, outside.env);
  const hook = `${url}/hooks/generic/${outside.world.accountKey}`;
  const good = textEvent('a', 'n-1', 'halo');
  const signed = (body: string): RequestInit => signedPost(body, outside.secret);
  const now = Math.floor(Date.now() / 1000);
  const cases: [string, string, RequestInit, number, string][] = [
    ['no signature', hook, { method: 'POST', body: good, headers: { 'content-type': 'application/json' } }, 401,
      'SIGNATURE_MISSING'],
    ['wrong secret', hook, signedPost(good, 'rahasia-lain'), 401, 'SIGNATURE_WRONG'],
    ['a byte changed', hook, { ...signed(good), body: good.replace('halo', 'hale') }, 401, 'SIGNATURE_WRONG'],
    ['too old', hook, signedPost(good, outside.secret, now - limits.hookToleranceSeconds - 30), 401,
      'SIGNATURE_EXPIRED'],
    ['too new', hook, signedPost(good, outside.secret, now + limits.hookToleranceSeconds + 30), 401,
      'SIGNATURE_EXPIRED'],
    ['unknown account', `${url}/hooks/generic/tidak-ada`, signed(good), 404, 'CHANNEL_ACCOUNT_UNKNOWN'],
    ['unknown channel', `${url}/hooks/merpati/${outside.world.accountKey}`, signed(good), 404,
      'CHANNEL_ACCOUNT_UNKNOWN'],
    ['a channel without hooks', `${url}/hooks/live-chat/web`, signed(good), 404, 'CHANNEL_ACCOUNT_UNKNOWN'],
    ['a prototype', `${url}/hooks/__proto__/constructor`, signed(good), 404, 'CHANNEL_ACCOUNT_UNKNOWN'],
    ['an account that cannot be decoded', `${url}/hooks/generic/%E0%A4%A`, signed(good), 400, 'BAD_REQUEST'],
    ['GET', hook, { method: 'GET' }, 404, 'NOT_FOUND'],
    ['too large', hook, signed(' '.repeat(limits.hookBodyBytes + 1)), 413, 'BODY_TOO_LARGE'],
    ['no JSON', hook, signed('{"events":['), 400, 'MALFORMED_JSON'],
    ['nothing', hook, signed(''), 400, 'MALFORMED_JSON'],
    ['not an object', hook, signed('"halo"'), 400, 'VALIDATION_FAILED'],
    ['too many events', hook, signed(JSON.stringify({ events: Array.from({ length: 101 }, () => ({})) })), 400,
      'VALIDATION_FAILED'],
    ['too deep', hook, signed(nested(70)), 400, 'TOO_DEEP'],
    ['far too deep', hook, signed(nested(200_000)), 400, 'TOO_DEEP'],
  ];
  for (const [name, address, init, status, code] of cases) {
    const said = await post(address, init);
    t.match({ status: said.status, ...said.body }, { status, code, message: /.{10}/, requestId: /^[0-9a-f-]{36}$/ },
      name);
  }
  const english = await fetch(hook, { method: 'POST', body: good,
    headers: { 'content-type': 'application/json', 'accept-language': 'en' } });
  t.match(await english.json(), { message: /signature/ }, 'in the language that was asked for');

  const signature = `t=${now},v1=${createHmac('sha256', outside.secret).update(`${now}.`).update(good).digest('hex')}`;
  const length = Buffer.byteLength(good);
  for (const type of ['application/json\ta', 'Application/JSON;x', 'application/json, text/html',
    'application/json;charset=utf-16',
    '\u00a0application/json', 'text', '']) {
    const said = await strange(hook, good, { 'content-type': type, 'sambung-signature': signature,
      'content-length': length });
    t.ok([400, 415].includes(said.status), `content-type ${JSON.stringify(type)}: ${said.status}`);
    t.match(JSON.parse(said.text), { code: String, message: String, requestId: String });
  }
  const untyped = await strange(hook, good, { 'sambung-signature': signature, 'content-length': length });
  t.ok([400, 415].includes(untyped.status), `no content-type: ${untyped.status}`);
  for (const encoding of ['gzip', 'br', 'deflate', 'gzip, identity']) {
    const said = await strange(hook, good, { 'content-type': 'application/json', 'sambung-signature': signature,
      'content-encoding': encoding, 'content-length': length });
    t.equal(said.status, 415, `RF26 content-encoding ${encoding}`);
  }
  t.equal(await messagesIn(outside), 0, 'nothing of all that was stored');
  t.match(await post(hook, signed(good)), { status: 200, body: { stored: 1 } }, 'and a good one is');
});

t.test('RI8 one poisoned event of a batch of 100 goes to quarantine alone; the administrator sees it and replays it',
  async (t) => {
  const outside = await outsideServers(t);
  const { url } = await startProduct(t, outside.env);
  const hook = `${url}/hooks/generic/${outside.world.accountKey}`;
  const events: object[] = Array.from({ length: 100 }, (_, n) => ({ type: 'message', id: `b-${n}`,
    from: { id: `n-${n % 9}` }, text: `#${n}` }));
  events[41] = { type: 'message', id: 'b-41', from: { id: 'n-5' }, text: '' };
  t.match(await post(hook, signedPost(JSON.stringify({ events }), outside.secret)),
    { status: 200, body: { stored: 99, duplicates: 0, quarantined: 1 } });
  t.equal(await messagesIn(outside), 99);
  t.match(await post(hook, signedPost(JSON.stringify({ events }), outside.secret)),
    { status: 200, body: { stored: 0, duplicates: 100 } }, 'the provider sends again: nothing new');

  const administrator = await sessionOf(outside.db, outside.world.administrator);
  const agent = await sessionOf(outside.db, outside.world.agents[0] ?? outside.world.leader);
  t.equal((await rest(url, agent, 'GET', '/api/quarantine')).status, 403);
  const { items } = (await rest(url, administrator, 'GET',
    '/api/quarantine')).body as { items: { id: string; reasonCode: string }[] };
  t.match(items, [{ reasonCode: 'FIELD_MISSING', state: 'QUARANTINED', channel: 'generic' }]);
  t.equal(items.length, 1);
  const one = `/api/quarantine/${items[0]?.id ?? ''}`;
  t.match((await rest(url, administrator, 'GET', one)).body, { raw: /b-41/ });
  t.match(await rest(url, administrator, 'POST', `${one}/replay`), { status: 409, body: { code: 'STATE_CONFLICT' } },
    'it is as unreadable as before');
  // Somebody mends what it was kept for: the bytes are right now.
  await outside.db.dynamic(`update inbound_events set raw = $2 where id = $1`, [items[0]?.id,
    Buffer.from(JSON.stringify({ type: 'message', id: 'b-41', from: { id: 'n-5' }, text: '#41' }))]);
  t.match(await rest(url, administrator, 'POST', `${one}/replay`), { status: 200, body: { outcome: 'stored' } });
  t.match(await rest(url, administrator, 'POST', `${one}/replay`), { status: 409 }, 'once');
  t.equal(await messagesIn(outside), 100);
  t.same((await rest(url, administrator, 'GET', '/api/quarantine')).body.items, []);
});

function rssBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Posts `bytes` bytes and stops writing once there is an answer; 0 where the connection was cut without one. */
function flood(url: string, bytes: number, chunked: boolean): Promise<number> {
  const piece = Buffer.alloc(65_536, 0x20);
  return new Promise((resolve) => {
    let done = false;
    const end = (status: number): void => { done = true; resolve(status); };
    const sending = request(url, { method: 'POST', agent: false,
      headers: { 'content-type': 'application/json', ...(chunked ? {} : { 'content-length': bytes }) } },
    (answer) => { end(answer.statusCode ?? 0); answer.resume(); sending.destroy(); });
    sending.on('error', () => end(0));
    let left = bytes;
    const write = (): void => {
      while (!done && left > 0) {
        left -= piece.length;
        if (!sending.write(piece)) { sending.once('drain', write); return; }
      }
      if (!done) sending.end();
    };
    write();
  });
}

t.test('RF24 twenty posts of 100 MB at once are refused with 413, and the server does not grow', async (t) => {
  const outside = await outsideServers(t);
  const product = await startProduct(t, outside.env);
  const hook = `${product.url}/hooks/generic/${outside.world.accountKey}`;
  // Once before, so that what is loaded at the first use does not count.
  t.ok([413, 0].includes(await flood(hook, 4 * 1_048_576, false)));
  const before = rssBytes(product.pid);
  let highest = before;
  const watch = setInterval(() => { highest = Math.max(highest, rssBytes(product.pid)); }, 5);
  const statuses = await Promise.all(Array.from({ length: 20 }, (_, n) => flood(hook, 100 * 1_048_576, n % 2 === 0)));
  clearInterval(watch);
  const grown = Math.round((highest - before) / 1_048_576);
  t.comment(`grew by ${grown} MB, answers ${statuses.join(' ')}`);
  t.ok(grown < 50, `grew by ${grown} MB`);
  // The server closes what it does not read; TCP may then drop the answer together with what was still under way. How
  // many are told is its to say (nine of twenty on a quick machine), but who asks again is told.
  t.same(statuses.filter((status) => status !== 413 && status !== 0), [], 'none was taken');
  let told = statuses.includes(413);
  for (let n = 0; n < 20 && !told; n += 1) told = await flood(hook, 4 * 1_048_576, false) === 413;
  t.ok(told, `told why: ${statuses.join(' ')}`);
  t.match(await post(hook, signedPost(textEvent('f', 'n-1', 'masih hidup'), outside.secret)), { status: 200 });
});

t.test('RF12 the same event ten times at once on two servers is one row, and every answer says so', async (t) => {
  const outside = await outsideServers(t);
  const { DATA_DIR: _shared, ...env } = outside.env;
  const products = await Promise.all([1, 2].map(() => startProduct(t, env)));
  for (let round = 0; round < 5; round += 1) {
    const body = textEvent(`d-${round}`, `n-${round}`, `pesan ${round}`);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) =>
      post(`${products[n % 2]?.url ?? ''}/hooks/generic/${outside.world.accountKey}`, signedPost(body,
        outside.secret))));
    t.same(answers.map((answer) => answer.status), Array.from({ length: 10 }, () => 200));
    t.equal(answers.reduce((sum, answer) => sum + (answer.body.stored ?? 0), 0), 1);
    t.equal(answers.reduce((sum, answer) => sum + (answer.body.duplicates ?? 0), 0), 9);
  }
  const [rows] = await outside.db.dynamic(`select
    (select count(*)::int from messages where direction = 'IN') as messages,
    (select count(*)::int from inbound_events) as events, (select count(*)::int from interactions) as interactions,
    (select count(*)::int from tickets) as tickets,
    (select count(*)::int from journal where type = 'message.received') as told`);
  t.same(rows, { messages: 5, events: 5, interactions: 5, tickets: 5, told: 5 });
});

/** Posts until one is taken again; gives how long that took. */
async function recovery(hook: string, secret: string, id: string): Promise<number> {
  const from = performance.now();
  await eventually('intake takes again', async () =>
    (await post(hook, signedPost(textEvent(id, 'n-1', id), secret)).catch(() => undefined))?.status === 200, 30_000);
  return Math.round(performance.now() - from);
}

t.test('RF07 RF08 PostgreSQL away: 503 and nothing acknowledged; back: it goes on by itself', async (t) => {
  const outside = await outsideServers(t);
  const proxy = await faultProxy(t, { port: Number(new URL(outside.env['DATABASE_URL'] ?? '').port) });
  const product = await startProduct(t, { ...outside.env, DATABASE_URL: proxy.url(outside.env['DATABASE_URL'] ?? '') });
  const hook = `${product.url}/hooks/generic/${outside.world.accountKey}`;
  const say = (id: string): Promise<Said> => post(hook, signedPost(textEvent(id, 'n-1', id), outside.secret));
  t.match(await say('first'), { status: 200 });
  const acknowledged = ['first'];
  for (const [name, away, withinMs] of [
    ['refused', () => { proxy.set({ refuse: true }); proxy.reset(); }, 4_000],
    ['reset while it works', () => { proxy.reset(); proxy.set({ cutAfterBytes: 200 }); }, 4_000],
    ['silent', () => proxy.set({ blackhole: true }), 3_000],
  ] as const) {
    away();
    const said = await Promise.all([1, 2, 3].map((n) => say(`${name}-${n}`)));
    t.comment(`${name}: answered after ${said.map((one) => one.tookMs).join(', ')} ms`);
    for (const one of said) {
      t.match({ status: one.status, ...one.body }, { status: 503, code: 'DATABASE_UNAVAILABLE', requestId: String },
        name);
      t.ok(one.tookMs < withinMs, `${name}: ${one.tookMs} ms`);
    }
    t.equal((await fetch(`${product.url}/health/live`)).status, 200, `${name}: alive`);
    t.equal((await fetch(`${product.url}/health/ready`)).status, 503, `${name}: not ready`);
    proxy.set({});
    proxy.reset();
    const tookMs = await recovery(hook, outside.secret, `after-${name}`);
    acknowledged.push(`after-${name}`);
    t.ok(tookMs < 10_000, `${name}: back after ${tookMs} ms`);
    await eventually('ready again', async () => (await fetch(`${product.url}/health/ready`)).status === 200, 15_000);
  }
  const stored = await outside.db.dynamic<{ body: string }>(`select body from messages where direction = 'IN'`);
  for (const id of acknowledged) t.equal(stored.filter((row) => row.body === id).length, 1, id);
  t.equal(new Set(stored.map((row) => row.body)).size, stored.length, 'nothing twice');
});

async function onRedisOfItsOwn(t: Teardown): Promise<{ outside: Outside; product: Product; redisUrl: string;
  proxy: Awaited<ReturnType<typeof faultProxy>>; say: (id: string) => Promise<Said> }> {
  const outside = await outsideServers(t);
  const redis = await ownRedis(t);
  const proxy = await faultProxy(t, { port: redis.port });
  const product = await startProduct(t, { ...outside.env, REDIS_URL: proxy.url(redis.url) });
  const hook = `${product.url}/hooks/generic/${outside.world.accountKey}`;
  return { outside, product, proxy, redisUrl: redis.url,
    say: (id) => post(hook, signedPost(textEvent(id, `n-${id}`, id), outside.secret)) };
}

t.test('RF05 RF06 Redis away, silent or emptied: intake goes on at its pace, and all is as before afterwards',
  async (t) => {
  const { outside, product, proxy, redisUrl, say } = await onRedisOfItsOwn(t);
  const { Redis } = await import('ioredis');
  const direct = new Redis(redisUrl);
  t.teardown(() => direct.disconnect());
  const ask = (path: string): Promise<Response> =>
    fetch(`${product.url}${path}`, { headers: { connection: 'close' } });
  const state = async (): Promise<string> => (await (await ask('/health/ready')).json() as { status: string }).status;
  let n = 0;
  for (const [name, away, seen] of [
    ['silent', () => proxy.set({ blackhole: true }), false],
    ['reset', () => { proxy.set({}); proxy.reset(); }, false],
    ['refused', () => { proxy.set({ refuse: true }); proxy.reset(); }, true],
    ['flushed', async () => { await direct.flushall(); }, false],
    ['read-only', async () => { await direct.config('SET', 'min-replicas-to-write', '3'); }, false],
    ['full', async () => { await direct.config('SET', 'maxmemory', '1'); }, false],
  ] as const) {
    await eventually('Redis is there', async () => await state() === 'ready', 20_000);
    await away();
    if (seen) await eventually('it is noticed', async () => await state() === 'degraded');
    const said = await Promise.all(Array.from({ length: 10 }, () => say(String(n += 1))));
    t.same(said.map((one) => one.status), Array.from({ length: 10 }, () => 200), name);
    const slowest = Math.max(...said.map((one) => one.tookMs));
    t.ok(slowest < 4_000, `${name}: ${slowest} ms`);
    proxy.set({});
    await direct.config('SET', 'min-replicas-to-write', '0');
    await direct.config('SET', 'maxmemory', '0');
  }
  t.equal(await messagesIn(outside), n);
  t.equal((await ask('/health/live')).status, 200);
});
