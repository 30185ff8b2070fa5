/** The door itself: content types, forged requests, odd JSON, errors that tell nothing (RS14, RS17, RS20, RS25,
  RS26). */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import t from 'tap';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { openDb } from '#domain/store/db.ts';
import { configureHttp, httpOptions, localeOf } from '#gateway/http.ts';
import { ifMatch, routesNeed } from '#gateway/security/plugin.ts';
import { originAllowed } from '#gateway/security/origin.ts';
import { meApi, sessionApi } from '#gateway/api/session.ts';
import { testApi, type Browser } from '#test/support/api.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { testWork, type Teardown, type TestWork } from '#test/support/harness.ts';

const echo: FastifyPluginAsyncZod = async (app) => {
  app.post('/echo', {
    config: { permission: 'signed-in' }, schema: { body: z.strictObject({ name: z.string().max(50),
      deep: z.unknown().optional() }) },
  }, async (request) => ({ name: request.body.name, locale: localeOf(request) }));
  app.patch('/version', { config: { permission: 'signed-in' } }, async (request) => ({ version: ifMatch(request) }));
  app.get('/broken', { config: { permission: 'signed-in' } }, async () => {
    throw new Error('select secret_column from kartu_kredit where nomor = 4111');
  });
  app.get('/sql', { config: { permission: 'signed-in' } }, async () => {
    throw Object.assign(new Error('invalid input syntax for type uuid: "0812-kenari"'),
      { code: '22P02', detail: '0812-kenari' });
  });
  app.get('/away', { config: { permission: 'signed-in' } }, async () => {
    throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  });
  app.get('/known', { config: { permission: 'signed-in' } }, async () => { throw new AppError('NO_SEAT_FREE'); });
};

interface Place { work: TestWork; world: SmallWorld; agent: Browser; stranger: Browser; app: FastifyInstance }

async function place(t: Teardown): Promise<Place> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const api = await testApi(t, { work, plugins: ({ sessions }) => [echo, sessionApi({ work, sessions }),
    meApi({ work, sessions })] });
  return { work, world, agent: await api.as(world.agents[0]!), stranger: api.stranger, app: api.app };
}

t.setTimeout(120_000);

t.test('RS14 only application/json, written as the standard writes it, is read', async (t) => {
  const { agent } = await place(t);
  const body = '{"name":"a"}';
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8',
    'application/json;charset="utf-8"']) {
    t.equal((await agent.call('POST', '/echo', body, { 'content-type': type })).status, 200, type);
  }
  for (const type of ['application/json\ta', ' application/json\t', 'Application/JSON;x',
    'application/json, text/plain', 'text/plain',
    'application/jsonx', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16',
      'multipart/form-data', '']) {
    const answer = await agent.call('POST', '/echo', body, { 'content-type': type });
    t.ok([400, 415].includes(answer.status), `${JSON.stringify(type)} ${answer.status}`);
    t.match(answer.body, { code: String, message: String, requestId: String });
  }
});

t.test('RS26 __proto__, constructor and duplicate keys do no harm', async (t) => {
  const { agent } = await place(t);
  for (const body of ['{"name":"a","__proto__":{"x":1}}', '{"name":"a","constructor":{"prototype":{"x":1}}}',
    '{"name":"a","deep":{"a":[{"__proto__":{"admin":true}}]}}', '{"name":"a","\\u005f_proto__":{"x":1}}']) {
    const answer = await agent.call('POST', '/echo', body);
    t.equal(answer.status, 400, body);
    t.equal(answer.body.code, 'VALIDATION_FAILED');
  }
  t.equal(({} as Record<string, unknown>)['x'], undefined);
  t.equal((await agent.call('POST', '/echo', '{"name":"a","name":"b"}')).body.name, 'b',
    'the last of two is the one validated');
  t.equal((await agent.get('/api/session?__proto__[x]=1')).status, 200);
  t.equal(({} as Record<string, unknown>)['x'], undefined);
});

t.test('RF23 RF24 RS15 malformed, deep, large and unknown bodies are refused with their code', async (t) => {
  const { agent } = await place(t);
  const cases: [string, number, string][] = [
    ['{"name":', 400, 'MALFORMED_JSON'], ['', 400, 'MALFORMED_JSON'], [`${'['.repeat(200)}${']'.repeat(200)}`, 400,
      'TOO_DEEP'],
    [`{"name":"${'a'.repeat(300_000)}"}`, 413, 'BODY_TOO_LARGE'], ['{"name":"a","rank":100}', 400, 'VALIDATION_FAILED'],
    ['{"name":{"$ne":1}}', 400, 'VALIDATION_FAILED'], ['{"name":["a"]}', 400, 'VALIDATION_FAILED'],
  ];
  for (const [body, status, code] of cases) {
    const answer = await agent.call('POST', '/echo', body);
    t.equal(answer.status, status, code);
    t.equal(answer.body.code, code);
  }
});

t.test('RS17 a write needs the token and our origin; null, suffix, other port and evil are refused', async (t) => {
  const { agent, stranger } = await place(t);
  const ok = { name: 'a' };
  t.equal((await agent.call('POST', '/echo', ok)).status, 200);
  t.equal((await agent.call('POST', '/echo', ok, { 'x-csrf-token': '' })).body.code, 'CSRF_FAILED');
  t.equal((await agent.call('POST', '/echo', ok,
    { 'x-csrf-token': randomBytes(32).toString('base64url') })).body.code, 'CSRF_FAILED');
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:3000.evil.example',
    'http://127.0.0.1:3001', 'https://127.0.0.1:3000',
    'http://localhost:3000', 'http://127.0.0.1:3000/']) {
    t.equal((await agent.call('POST', '/echo', ok, { origin })).body.code, 'ORIGIN_REFUSED', origin);
    const signIn = await stranger.call('POST', '/api/session', { npk: '10001', password: 'x' }, { origin });
    t.equal(signIn.body.code, 'ORIGIN_REFUSED', `sign-in from ${origin}`);
  }
  t.equal((await agent.call('POST', '/echo', ok, { origin: 'http://evil.example:80',
    host: 'evil.example:80' })).status, 403, 'rebinding');
});

t.test('RS17 the rule of origins', async (t) => {
  const https = { config: { publicUrl: 'https://cc.example' } };
  t.ok(originAllowed(https, 'https://cc.example', 'anything'));
  for (const origin of ['http://cc.example', 'https://cc.example.evil', 'https://evil-cc.example',
    'https://cc.example:8443', 'null', '']) {
    t.notOk(originAllowed(https, origin, 'cc.example'), origin);
  }
  const loopback = { config: { publicUrl: null } };
  t.ok(originAllowed(loopback, 'http://localhost:3000', 'localhost:3000'));
  t.notOk(originAllowed(loopback, 'http://localhost:3000', undefined));
  t.notOk(originAllowed(loopback, 'http://evil.example', 'evil.example'));
});

t.test('RS25 errors carry an id and nothing of the inside, in the answer and in the log', async (t) => {
  const { agent, work, stranger } = await place(t);
  const broken = await agent.get('/broken');
  t.equal(broken.status, 500);
  t.match(broken.body, { code: 'INTERNAL', requestId: /^[0-9a-f-]{36}$/ });
  t.same(Object.keys(broken.body).sort(), ['code', 'message', 'requestId']);
  t.equal(broken.headers['x-request-id'], broken.body.requestId);
  const sql = await agent.get('/sql');
  t.equal(sql.status, 500);
  t.notOk(JSON.stringify(sql.body).includes('kenari'));
  t.ok(work.log.lines.some((line) => line.includes(broken.body.requestId)), 'the log names the request');
  t.ok(work.log.lines.every((line) => !line.includes('kenari')), 'what a driver quotes is not logged');
  const away = await agent.get('/away');
  t.match(away, { status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
  t.equal(away.headers['retry-after'], '1');
  t.match(await agent.get('/known'), { status: 409, body: { code: 'NO_SEAT_FREE' } });
  t.match(await stranger.get('/tidak-ada'), { status: 404, body: { code: 'NOT_FOUND' } });
  t.match(await stranger.call('GET', '/api/session', undefined, { 'accept-language': 'en-GB,id;q=0.5' }),
    { status: 401, body: { message: /^Your session has ended/ } });
  t.match(await stranger.get('/%ff'), { status: 400, body: { code: 'BAD_REQUEST' } });
  const { headers } = broken;
  t.match(headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/);
  t.equal(headers['x-content-type-options'], 'nosniff');
  t.equal(headers['server'], undefined);
});

t.test('RF07 with the database away nobody gets in and nothing hangs', async (t) => {
  const { world } = await place(t);
  const work = await testWork(t);
  const dead = openDb({ url: 'postgres://postgres@127.0.0.1:1/none', applicationName: 'test' });
  t.teardown(() => dead.close());
  const api = await testApi(t, { work: { ...work, db: dead }, plugins: () => [echo] });
  const answer = await api.stranger.call('GET', '/known', undefined, { cookie: `sambung=${'a'.repeat(43)}` });
  t.match(answer, { status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
  t.ok(world.organisationId);
});

t.test('If-Match is read as a version, and missed or odd ones are told', async (t) => {
  const { agent } = await place(t);
  for (const [given, version] of [['3', 3], ['"3"', 3], ['W/"12"', 12]] as const) {
    t.equal((await agent.call('PATCH', '/version', {}, { 'if-match': given })).body.version, version);
  }
  t.equal((await agent.call('PATCH', '/version', {})).status, 428);
  for (const given of ['*', 'abc', '"1", "2"', '-1', '9999999999']) {
    t.equal((await agent.call('PATCH', '/version', {}, { 'if-match': given })).status, 400, given);
  }
});

t.test('RS01 an app with a route that says not what it needs does not boot', async (t) => {
  const work = await testWork(t);
  const api = await testApi(t, { work, plugins: () => [] });
  const build = async (add: (app: FastifyInstance) => Promise<void>): Promise<FastifyInstance> => {
    const app = Fastify({ ...httpOptions, logger: false });
    await configureHttp(app, { work, sessions: api.sessions, config: { publicUrl: null } });
    await add(app);
    t.teardown(() => app.close());
    return app;
  };
  const open = await build(async (app) => { app.get('/lupa', async () => 'x'); });
  await t.rejects(async () => { await open.ready(); }, /GET \/lupa/);
  const scoped = await build(async (app) => {
    await app.register(async (scope) => { routesNeed(scope, 'public'); scope.get('/umum', async () => 'x'); });
  });
  await scoped.ready();
  t.equal((await scoped.inject('/umum')).payload, 'x');
});

t.test('a flood from one session is told to wait', async (t) => {
  const { agent, app } = await place(t);
  const codes: string[] = [];
  for (let n = 0; n < 12; n += 1) {
    const answer = await agent.call('POST', '/api/me/password', { current: 'salah-sekali-ini',
      next: 'gajah-menari-di-bulan' });
    codes.push(answer.body.code);
  }
  // Guesses are slowed down before; requests as such are told to wait from the eleventh of a minute on.
  t.ok(codes.every((code) => ['SIGN_IN_FAILED', 'LOGIN_LOCKED', 'TOO_MANY_REQUESTS'].includes(code)), codes.join());
  t.ok(codes.includes('TOO_MANY_REQUESTS'));
  t.ok(app);
});
