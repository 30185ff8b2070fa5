/** Signing in through an identity provider that speaks the protocol over a socket; and its forgeries. */
import t from 'tap';
import { buildApp } from '#gateway/app.ts';
import { fakeProvider, type Script } from '#test/fakes/oidc/provider.ts';
import { browsersOf } from '#test/support/api.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import type { Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(120_000);

async function place(t: Teardown, allow = ['127.0.0.1']) {
  const { parts } = await wholeApp(t);
  const { db } = parts.work;
  const world = await smallWorld(db);
  const app = await buildApp({ ...parts, config: { ...parts.config, egressAllow: allow } });
  await app.ready();
  t.teardown(() => app.close());
  const { as, stranger } = browsersOf(app, parts.work, parts.sessions);
  const provider = await fakeProvider(t);
  const admin = await as(world.administrator);
  const made = await admin.call('POST', '/api/identity-providers', { name: 'Kantor', issuer: provider.issuer,
    clientId: provider.clientId, clientSecret: provider.clientSecret });
  /** Walks as a browser does: start, the provider's page, back. Gives the last answer and the cookies then held. */
  const walk = async (script: Partial<Script>, change: (url: URL) => void = () => undefined,
    proves?: string) => {
    Object.assign(provider.script, { lie: undefined, signedInSecondsAgo: undefined }, script);
    const query = proves === undefined ? '' : '?proof=true';
    const start = await stranger.get(`/api/session/oidc/${made.body.id}/start${query}`);
    if (start.status !== 303) return { to: '', start, cookies: '' };
    const cookie = String(start.headers['set-cookie']).split(';')[0] ?? '';
    const there = await fetch(String(start.headers['location']), { redirect: 'manual' });
    const back = new URL(there.headers.get('location') ?? '');
    change(back);
    const end = await stranger.call('GET', `${back.pathname}${back.search}`, undefined,
      { cookie: [cookie, proves ?? ''].join('; ') });
    const cookies = [end.headers['set-cookie']].flat().filter(Boolean).map((line) => String(line).split(';')[0])
      .filter((line) => line?.endsWith('=') === false).join('; ');
    return { to: String(end.headers['location']), start, cookies, back, cookie };
  };
  return { db, world, admin, as, stranger, provider, made, walk };
}

t.test('a user whom the provider vouches for is in, known by the subject from then on', async (t) => {
  const { db, made, stranger, walk, provider } = await place(t);
  t.equal(made.status, 201);
  t.notMatch(JSON.stringify(made.body), provider.clientSecret, 'the secret never comes back');
  t.same((await stranger.get('/api/session/providers')).body.items, [{ id: made.body.id, name: 'Kantor' }]);
  const first = await walk({ sub: 'orang-1', claims: { npk: '10001' } });
  t.equal(first.to, '/');
  const session = await stranger.call('GET', '/api/session', undefined, { cookie: first.cookies });
  t.equal(session.body.user.npk, '10001');
  t.equal((await walk({ sub: 'orang-1', claims: { npk: '90001' } })).to, '/');
  const [row] = await db.dynamic<{ n: number }>(`select count(distinct user_id)::int as n from sessions
    where method = 'OIDC'`);
  t.equal(row?.n, 1, 'a changed claim does not make somebody another user');
  t.match(await db.dynamic(`select data from journal where type = 'user.signed-in' limit 1`),
    [{ data: { method: 'OIDC' } }]);
  t.notMatch(JSON.stringify(await db.dynamic(`select i::text from user_identities i`)), 'orang-1');
});

t.test('what does not fit ends at the page of signing in, and nobody is in', async (t) => {
  const { db, walk, world } = await place(t);
  await db.dynamic(`update users set status = 'DISABLED' where id = $1`, [world.leader.id]);
  const [{ npk: disabled = '' } = {}] = await db.dynamic<{ npk: string }>('select npk from users where id = $1',
    [world.leader.id]);
  const right = { npk: '10001' };
  for (const [name, script] of [
    ['nobody of ours', { claims: { npk: '77777' } }], ['no claim', { claims: {} }],
    ['no text', { claims: { npk: 10_001 } }], ['disabled', { claims: { npk: disabled } }],
    ...(['audience', 'nonce', 'issuer', 'signature', 'expired', 'no-token'] as const)
      .map((lie) => [lie, { claims: right, lie }] as const),
  ] as const) {
    t.match(await walk({ sub: `x-${name}`, ...script }), { to: '/?signIn=PROVIDER_FAILED', cookies: '' }, name);
  }
  t.equal((await walk({ sub: 'orang-1', claims: right }, (url) => { url.searchParams.set('state', 'lain'); })).to,
    '/?signIn=PROVIDER_FAILED', 'another state');
  t.equal((await walk({ sub: 'orang-1', claims: right })).to, '/');
  t.equal((await walk({ sub: 'orang-2', claims: right })).to, '/?signIn=PROVIDER_FAILED',
    'a second subject of one user');
  t.equal((await db.dynamic(`select 1 from sessions where method = 'OIDC'`)).length, 1);
});

t.test('a callback without the cookie of its start, or used twice, opens nothing', async (t) => {
  const { stranger, walk } = await place(t);
  const { back, cookie } = await walk({ sub: 'orang-1', claims: { npk: '10001' } });
  const path = `${back?.pathname}${back?.search}`;
  t.equal((await stranger.get(path)).headers['location'], '/?signIn=PROVIDER_FAILED');
  t.equal((await stranger.call('GET', path, undefined, { cookie: cookie ?? '' })).headers['location'],
    '/?signIn=PROVIDER_FAILED');
  t.equal((await stranger.call('GET', path, undefined, { cookie: 'sambung-oidc=x.y' })).headers['location'],
    '/?signIn=PROVIDER_FAILED');
});

t.test('RA05 the second step follows, unless the provider did it; RS10 the provider is called by EGRESS_ALLOW only',
  async (t) => {
  const { db, admin, made, walk } = await place(t);
  await db.dynamic(`update organisations set settings = settings || '{"twoFactor": "EVERYBODY"}'`);
  const script = { sub: 'orang-1', claims: { npk: '10001' } };
  const held = await walk(script);
  t.equal(held.to, '/?step=enrol');
  t.match(held.cookies, /^sambung-step=[\w-]{43}$/);
  const trusted = await admin.call('PATCH', `/api/identity-providers/${made.body.id}`, { secondStepDone: true },
    { 'if-match': '1' });
  t.equal(trusted.status, 200);
  t.equal((await walk(script)).to, '/');
  const closed = await place(t, []);
  const refused = await closed.walk(script);
  t.match(refused.start, { status: 401, body: { code: 'PROVIDER_FAILED' } });
  t.same(closed.provider.asked, []);
  for (const issuer of ['http://10.0.0.1/', 'ftp://x.example', 'x']) {
    t.equal((await admin.call('PATCH', `/api/identity-providers/${made.body.id}`, { issuer },
      { 'if-match': '2' })).status, 400, issuer);
  }
});

t.test('RA05 a silent single sign-on proves nothing; the provider is asked to ask again, and must say that it did',
  async (t) => {
  const { db, stranger, walk } = await place(t);
  await db.dynamic(`update users set password_hash = null where npk in ('10001', '10002')`);
  const script = { sub: 'orang-1', claims: { npk: '10001' } };
  const enter = async (more: Partial<Script>) => {
    const { cookies } = await walk({ ...script, ...more });
    const { body } = await stranger.call('GET', '/api/session', undefined, { cookie: cookies });
    return { cookies, reach: () => stranger.call('POST', '/api/me/two-factor/start', undefined,
      { cookie: cookies, 'x-csrf-token': body.csrfToken, origin: 'http://127.0.0.1:3000' }) };
  };
  const refused = { status: 403, body: { code: 'STEP_UP_REQUIRED', details: { method: 'sign-in' } } };
  const silent = await enter({ signedInSecondsAgo: 3_600 });
  t.match(await silent.reach(), refused, 'an old sign-in at the provider');
  t.match(await (await enter({ lie: 'no-auth-time' })).reach(), refused, 'a provider that does not say when');
  t.equal((await (await enter({ signedInSecondsAgo: 5 })).reach()).status, 200, 'who was asked just now');
  const { cookies, reach } = await enter({});
  const prove = async (more: Partial<Script>) => (await walk({ ...script, ...more }, undefined, cookies)).to;
  for (const lie of ['silent', 'no-auth-time'] as const) {
    t.equal(await prove({ lie }), '/?stepUp=PROVIDER_NOT_FRESH', lie);
  }
  t.equal(await prove({ sub: 'orang-2', claims: { npk: '10002' } }), '/?stepUp=PROVIDER_FAILED', 'somebody else');
  t.equal((await walk(script, undefined, 'x=y')).to, '/?stepUp=PROVIDER_FAILED', 'nobody is in');
  t.match(await reach(), refused);
  t.equal(await prove({}), '/?stepUp=done');
  t.equal((await reach()).status, 200);
  t.match(await db.dynamic(`select data from journal where type = 'user.stepped-up'`),
    [{ data: { method: 'provider' } }]);
  await db.dynamic(`update sessions set stepped_up_at = stepped_up_at - interval '6 minutes'`);
  t.match(await reach(), refused, 'and it does not hold for ever');
});
