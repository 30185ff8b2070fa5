/** Signing in, sessions and their end: RS07, RS24, RA01-RA04. */
import t from 'tap';
import { sessionApi, meApi } from '#gateway/api/session.ts';
import { npkHash } from '#gateway/security/guesses.ts';
import { createPasswords } from '#gateway/security/passwords.ts';
import { createSessions } from '#gateway/security/sessions.ts';
import { errorMessage } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { testApi, type TestApi } from '#test/support/api.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';

t.setTimeout(120_000);

const PASSWORD = 'kuda-nil-terbang-7';
const passwords = createPasswords();
let sharedHash: Promise<string> | undefined;

async function place(t: Teardown): Promise<{ work: TestWork; world: SmallWorld; api: TestApi }> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  sharedHash ??= passwords.hash(PASSWORD);
  await work.db.dynamic('update users set password_hash = $1', [await sharedHash]);
  const api = await testApi(t, { work, plugins: ({ sessions }) => [sessionApi({ work, sessions }),
    meApi({ work, sessions })] });
  return { work, world, api };
}

function signIn(api: TestApi, npk: string, password: string, headers: Record<string, string> = {}) {
  return api.stranger.call('POST', '/api/session', { npk, password }, headers);
}

function cookiesOf(answer: { headers: Record<string, unknown> }): string[] {
  return [answer.headers['set-cookie']].flat().filter((one) => one !== undefined).map(String);
}

t.test('RA01 hashes are argon2id with m=19456, t=2, p=1', async (t) => {
  const hash = await passwords.hash(PASSWORD);
  t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  t.same(await passwords.verify(hash, PASSWORD), { ok: true, outdated: false });
  t.same((await passwords.verify(hash, `${PASSWORD}x`)).ok, false);
  t.same((await passwords.verify(null, 'nobody has this password')).ok, false, 'the dummy opens nothing');
  t.same((await passwords.verify(hash, 'x'.repeat(10_000))).ok, false);
});

t.test('RA02 signing in sets an HttpOnly cookie whose hash alone is stored, and the session works', async (t) => {
  const { work, api } = await place(t);
  const answer = await signIn(api, '10001', PASSWORD);
  t.equal(answer.status, 200);
  t.equal(answer.body.user.npk, '10001');
  t.ok(answer.body.permissions.includes('interaction.handle'));
  const cookie = cookiesOf(answer).find((one) => one.startsWith('sambung=')) ?? '';
  t.match(cookie, /; Path=\/; HttpOnly; SameSite=Lax$/);
  const id = /^sambung=([^;]+)/.exec(cookie)?.[1] ?? '';
  t.equal(Buffer.from(id, 'base64url').length, 32);
  const rows = await work.db.dynamic<{ text: string }>('select s::text as text from sessions s');
  t.equal(rows.length, 1);
  t.notMatch(rows[0]?.text, id);
  const again = await api.stranger.call('GET', '/api/session', undefined, { cookie: `sambung=${id}` });
  t.equal(again.status, 200);
  t.equal(again.body.csrfToken, answer.body.csrfToken);
});

t.test('RA02 over https the cookie is __Host-, Secure, and no other name is read', async (t) => {
  const { work } = await place(t);
  const sessions = createSessions(work, { secure: true });
  t.teardown(() => sessions.close());
  const api = await testApi(t, { work, sessions, publicUrl: 'https://cc.example',
    plugins: () => [sessionApi({ work, sessions })] });
  const answer = await signIn(api, '10001', PASSWORD, { origin: 'https://cc.example' });
  t.equal(answer.status, 200);
  const cookie = cookiesOf(answer).find((one) => one.startsWith('__Host-sambung=')) ?? '';
  t.match(cookie, /; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const id = /=([^;]+)/.exec(cookie)?.[1];
  t.equal((await api.stranger.call('GET', '/api/session', undefined, { cookie: `sambung=${id}` })).status, 401);
  t.equal((await api.stranger.call('GET', '/api/session', undefined, { cookie: `__Host-sambung=${id}` })).status, 200);
});

t.test('RS07 a planted cookie is never taken over and ends at the sign-in', async (t) => {
  const { api, world } = await place(t);
  const planted = await api.as(world.agents[1]!);
  const answer = await signIn(api, '10001', PASSWORD, { cookie: planted.cookie });
  t.equal(answer.status, 200);
  t.ok(cookiesOf(answer).every((one) => !one.startsWith(planted.cookie)), 'a new id');
  t.equal((await planted.get('/api/session')).status, 401, 'the planted one is dead');
  const invented = `sambung=${'A'.repeat(43)}`;
  t.equal((await api.stranger.call('GET', '/api/session', undefined, { cookie: invented })).status, 401);
  const twice = await api.as(world.agents[0]!);
  t.equal((await api.stranger.call('GET', '/api/session', undefined,
    { cookie: `${twice.cookie}; ${invented}` })).status, 401);
});

t.test('RS24 unknown user, wrong password and disabled user get the same answer', async (t) => {
  const { work, api } = await place(t);
  await work.db.dynamic(`update users set status = 'DISABLED' where npk = '10002'`);
  const answers = [
    await signIn(api, '10001', 'salah-salah-salah'), await signIn(api, '55555', PASSWORD),
      await signIn(api, '10002', PASSWORD),
  ];
  for (const answer of answers) {
    t.equal(answer.status, 401);
    t.same({ ...answer.body, requestId: '' }, { code: 'SIGN_IN_FAILED', message: errorMessage('SIGN_IN_FAILED', 'id'),
      requestId: '' });
  }
  t.ok(work.log.lines.every((line) => !line.includes('10001') && !line.includes('salah')), 'nothing of it in the log');
});

t.test('RA04 five failures lock the account for that address; a known device and other addresses still get in',
  async (t) => {
  const { work, api } = await place(t);
  const first = await signIn(api, '10001', PASSWORD);
  const device = cookiesOf(first).find((one) => one.startsWith('sambung-device='))?.split(';')[0] ?? '';
  for (let n = 0; n < 5; n += 1) t.equal((await signIn(api, '10001', 'salah-salah-salah')).status, 401);
  const locked = await signIn(api, '10001', PASSWORD);
  t.equal(locked.status, 429);
  t.equal(locked.body.code, 'LOGIN_LOCKED');
  t.ok(locked.body.details.retryAfterSeconds >= 14);
  t.equal((await signIn(api, '10001', PASSWORD, { cookie: device })).status, 200, 'the known device gets in');
  t.equal((await signIn(api, '10002', PASSWORD)).status, 200, 'others from there get in');
  await work.db.dynamic(`update app_clock set offset_ms = 16000`);
  t.equal((await signIn(api, '10001', 'salah-salah-salah')).status, 401, 'after the delay one more try');
  const longer = await signIn(api, '10001', PASSWORD);
  t.ok(longer.body.details.retryAfterSeconds > 16, 'the delay grows');
  await work.db.dynamic(`update app_clock set offset_ms = 120000`);
  t.equal((await signIn(api, '10001', PASSWORD)).status, 200);
});

t.test('RA04 attempts at the same moment cannot pass the limit together', async (t) => {
  const { api } = await place(t);
  const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(api, '10003', 'salah-salah-salah')));
  t.equal(answers.filter((one) => one.status === 401).length, 5);
  t.equal(answers.filter((one) => one.status === 429).length, 7);
});

t.test('RA04 fifty failures an hour close an address, but not to known devices', async (t) => {
  const { work, api } = await place(t);
  const device = cookiesOf(await signIn(api, '10001',
    PASSWORD)).find((one) => one.startsWith('sambung-device='))?.split(';')[0] ?? '';
  await work.db.dynamic(`insert into login_failures (npk_hash, ip) select decode(md5(n::text), 'hex'), '127.0.0.1'
    from generate_series(1, 50) n`);
  t.equal((await signIn(api, '10002', PASSWORD)).status, 429);
  t.equal((await signIn(api, '10001', PASSWORD, { cookie: device })).status, 200);
});

t.test('RA04 guesses at one account from a hundred addresses close it to strangers, but not to known devices',
  async (t) => {
  const { work, api } = await place(t);
  const device = cookiesOf(await signIn(api, '10001',
    PASSWORD)).find((one) => one.startsWith('sambung-device='))?.split(';')[0] ?? '';
  await work.db.dynamic(`insert into login_failures (npk_hash, ip) select $1, '198.51.100.' || n
    from generate_series(1, $2::int) n`, [npkHash('10001'), limits.loginFailuresPerAccountHourMax - 1]);
  t.equal((await signIn(api, '10001', 'salah-salah-salah')).status, 401, 'the last one');
  const locked = await signIn(api, '10001', PASSWORD);
  t.equal(locked.status, 429);
  t.equal(locked.body.details.retryAfterSeconds, 3_600);
  t.equal((await signIn(api, '10002', PASSWORD)).status, 200, 'another account does not suffer');
  t.equal((await signIn(api, '10001', PASSWORD, { cookie: device })).status, 200);
  await work.db.dynamic('update app_clock set offset_ms = 3601000');
  t.equal((await signIn(api, '10001', PASSWORD)).status, 200, 'an hour later it is open again');
});

t.test('RA03 a sign-out on one node reaches the listeners of another within the check, without any hint', async (t) => {
  const { work, world, api } = await place(t);
  const far = createSessions({ ...work, wake: { hint() {}, on: () => () => undefined } });
  t.teardown(() => far.close());
  const gone: string[] = [];
  far.onRevoked((revocation) => { gone.push(revocation.code); });
  const agent = await api.as(world.agents[0]!);
  t.ok(await far.verify(agent.cookie));
  t.equal((await agent.call('DELETE', '/api/session')).status, 204);
  await eventually('the far node hears of it', () => gone.length > 0, 5_000);
  t.same(gone, ['SIGNED_OUT']);
  t.equal(await far.verify(agent.cookie), undefined);
  const journal = await work.db.dynamic(`select data from journal where type = 'user.signed-out'`);
  t.same(journal, [{ data: { reason: 'SIGNED_OUT' } }]);
});

t.test('RA02 a session ends when idle for 30 minutes and after 12 hours however busy', async (t) => {
  const { work, world, api } = await place(t);
  const idle = await api.as(world.agents[0]!);
  const codes: string[] = [];
  api.sessions.onRevoked((revocation) => { codes.push(revocation.code); });
  t.equal((await idle.get('/api/session')).status, 200);
  await work.db.dynamic(`update sessions set seen_at = app_now() - interval '31 minutes'`);
  await api.sessions.check();
  t.same(codes, ['SESSION_EXPIRED']);
  t.equal((await idle.get('/api/session')).status, 401);
  const old = await api.as(world.agents[0]!);
  await work.db.dynamic(`update sessions set expires_at = app_now() - interval '1 second' where revoked_at is null`);
  t.equal((await old.get('/api/session')).status, 401);
});

t.test('RA03 a disabled user and a changed password end every session; a change of rights is told', async (t) => {
  const { work, world, api } = await place(t);
  const [one, two] = [await api.as(world.agents[0]!), await api.as(world.agents[0]!)];
  const changed: string[] = [];
  api.sessions.onUserChanged((id) => { changed.push(id); });
  t.equal((await one.get('/api/session')).status, 200);
  t.equal((await two.get('/api/session')).status, 200);
  await work.db.dynamic(`delete from queue_members where user_id = $1`, [world.agents[0]!.id]);
  await work.db.dynamic(`update users set version = version + 1 where id = $1`, [world.agents[0]!.id]);
  await api.sessions.check();
  t.same(changed, [world.agents[0]!.id]);
  t.same((await one.get('/api/session')).body.user.queueIds, [], 'the next request has the new rights');
  const answer = await one.call('POST', '/api/me/password', { current: PASSWORD, next: 'gajah-menari-di-bulan' });
  t.equal(answer.status, 204);
  t.equal((await one.get('/api/session')).status, 401);
  t.equal((await two.get('/api/session')).status, 401);
  t.equal((await signIn(api, '10001', 'gajah-menari-di-bulan')).status, 200);
  const three = await api.as(world.agents[1]!);
  t.equal((await three.get('/api/session')).status, 200);
  await work.db.dynamic(`update users set status = 'DISABLED', version = version + 1 where npk = '10002'`);
  await api.sessions.check();
  t.equal((await three.get('/api/session')).status, 401);
});

t.test('RA01 weak passwords are refused with a reason and never told back', async (t) => {
  const { world, api } = await place(t);
  const agent = await api.as(world.agents[0]!);
  const reasons: Record<string, string> = {
    pendek: 'PASSWORD_TOO_SHORT', passwordpassword: 'PASSWORD_COMMON', 'Bismillah-123456': 'PASSWORD_COMMON',
      aaaaaaaaaaaaaa: 'PASSWORD_TOO_SIMPLE',
    'pengguna10001!': 'PASSWORD_OWN_NAME', [`${'panjang-'.repeat(20)}`]: 'PASSWORD_TOO_LONG',
  };
  for (const [next, code] of Object.entries(reasons)) {
    const answer = await agent.call('POST', '/api/me/password', { current: PASSWORD, next });
    t.equal(answer.status, 400);
    t.same(answer.body.details.issues, [{ path: 'password', code }], code);
    t.notOk(JSON.stringify(answer.body).includes(next));
  }
});
