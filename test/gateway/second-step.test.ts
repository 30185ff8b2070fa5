/** Two-factor sign-in, recovery codes and step-up: RA05, RS06, RS07, over the whole application. */
import t from 'tap';
import { generate } from 'otplib';
import { createPasswords } from '#gateway/security/passwords.ts';
import { limits } from '#domain/limits.ts';
import { secondStepOf } from '#gateway/security/second-step.ts';
import { userByNpk, type UserRow } from '#gateway/security/session-statements.ts';
import type { Answer } from '#test/support/api.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { wholeApp } from '#test/support/node.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';

t.setTimeout(120_000);
const PASSWORD = 'kuda-nil-terbang-7';
const hashed = createPasswords().hash(PASSWORD);

/** A browser that keeps cookies, as a person's does. */
async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const { db } = whole.parts.work;
  const world = await smallWorld(db);
  await db.dynamic('update users set password_hash = $1', [await hashed]);
  const person = () => {
    const jar = new Map<string, string>();
    let csrf = '';
    const call = async (method: string, url: string, body?: unknown, more = {}): Promise<Answer> => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await whole.stranger.call(method, url, body, { cookie, 'x-csrf-token': csrf, ...more });
      for (const line of [answer.headers['set-cookie']].flat().filter(Boolean).map(String)) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') jar.delete(name); else jar.set(name, value);
      }
      csrf = answer.body?.csrfToken ?? csrf;
      return answer;
    };
    return { jar, call, signIn: (npk: string) => call('POST', '/api/session', { npk, password: PASSWORD }) };
  };
  /** The code of the step after this one, or of this one: each is good once, and a slow machine makes neither late. */
  const codeOf = (secret: string, steps: 0 | 1 = 1): Promise<string> =>
    generate({ secret, epoch: Math.floor(Date.now() / 1_000) + steps * 30 });
  const types = async (): Promise<string[]> => (await db.dynamic<{ type: string }>(
    'select type from journal order by epoch, xid, id')).map((row) => row.type);
  return { ...whole, db, world, person, codeOf, types };
}

type Person = ReturnType<Awaited<ReturnType<typeof place>>['person']>;

async function enrol(one: Person, codeOf: (secret: string, steps?: 0 | 1) => Promise<string>) {
  const { body: { secret } } = await one.call('POST', '/api/me/two-factor/start');
  const confirmed = await one.call('POST', '/api/me/two-factor/confirm', { code: await codeOf(secret, 0) });
  return { secret: String(secret), codes: confirmed.body.recoveryCodes as string[] };
}

t.test('RA05 RS07 with an authenticator the password opens nothing, each code opens one session', async (t) => {
  const { db, person, codeOf, types } = await place(t);
  const first = person();
  t.equal((await first.signIn('10001')).status, 200);
  const { secret, codes } = await enrol(first, codeOf);
  t.equal(codes.length, limits.recoveryCodes);
  t.match((await first.call('GET', '/api/me/two-factor')).body, { enabled: true, codesLeft: 10, required: false });

  const second = person();
  t.same((await second.signIn('10001')).body, { next: 'totp' });
  t.notOk(second.jar.has('sambung'), 'no session yet');
  t.equal((await second.call('GET', '/api/session')).status, 401);
  const wrong = await second.call('POST', '/api/session/second-step', { code: '000000' });
  t.match([wrong.status, wrong.body.code], [401, 'CODE_WRONG']);
  const code = await codeOf(secret);
  const third = person();
  await third.signIn('10001');
  const answers = await Promise.all([second, third].map((one) =>
    one.call('POST', '/api/session/second-step', { code })));
  t.same(answers.map((one) => one.status).sort(), [200, 401], 'the same code opened one of two');
  const inside = answers[0]?.status === 200 ? second : third;
  t.equal((await inside.call('GET', '/api/session')).body.user.npk, '10001');
  t.notOk(inside.jar.has('sambung-step'), 'the step is over');
  t.ok((await types()).includes('user.two-factor-enabled'));

  const dump = JSON.stringify(await db.dynamic(`select t::text from two_factors t union all
    select c::text from recovery_codes c union all select s::text from secrets s union all
    select p::text from sign_in_steps p`));
  for (const plain of [secret, ...codes]) t.notMatch(dump, plain, 'nothing lies open');
});

t.test('RA05 a recovery code works once, and a step allows few tries', async (t) => {
  const { person, codeOf, types } = await place(t);
  const first = person();
  await first.signIn('10001');
  const { codes, secret } = await enrol(first, codeOf);
  const [code = ''] = codes;
  const pass = async (given: string): Promise<number> => {
    const one = person();
    await one.signIn('10001');
    return (await one.call('POST', '/api/session/second-step', { code: given })).status;
  };
  t.equal(await pass(code.toUpperCase().replace('-', ' ')), 200);
  t.equal(await pass(code), 401);
  t.ok((await types()).includes('user.recovery-code-used'));
  const guesser = person();
  await guesser.signIn('10001');
  for (let n = 0; n < limits.secondStepAttemptsMax; n += 1) {
    t.equal((await guesser.call('POST', '/api/session/second-step', { code: '000000' })).body.code, 'CODE_WRONG');
  }
  const late = await guesser.call('POST', '/api/session/second-step', { code: await codeOf(secret) });
  t.equal(late.body.code, 'STEP_EXPIRED', 'the right code comes too late');
});

t.test('RA05 the rule of the organisation makes privileged users set up an authenticator first', async (t) => {
  const { db, person, codeOf } = await place(t);
  await db.dynamic(`update organisations set settings = settings || '{"twoFactor": "PRIVILEGED"}'`);
  const agent = person();
  t.equal((await agent.signIn('10001')).body.user.npk, '10001', 'an agent need not');
  const admin = person();
  t.same((await admin.signIn('90001')).body, { next: 'enrol' });
  t.equal((await admin.call('POST', '/api/session/second-step', { code: '123456' })).body.code, 'STEP_EXPIRED');
  const { body } = await admin.call('POST', '/api/session/enrol');
  t.match(body.uri, /^otpauth:\/\/totp\/Sambung/);
  const done = await admin.call('POST', '/api/session/enrol/confirm', { code: await codeOf(body.secret) });
  t.equal(done.status, 200);
  t.equal(done.body.recoveryCodes.length, 10);
  t.equal((await admin.call('GET', '/api/session')).status, 200);
  t.equal((await admin.call('DELETE', '/api/me/two-factor')).body.code, 'TWO_FACTOR_REQUIRED');
});

t.test('RA05 only invented people on a start for this machine alone go without: the rule of a real company holds',
  async (t) => {
  const { db, parts, person, world } = await place(t);
  const real = { exemptsDemo: false };
  const rowOf = async (npk: string) => {
    const row = await db.one<UserRow>(userByNpk, [npk]);
    if (row === undefined) throw new Error(npk);
    return row;
  };
  const next = async (npk: string, given = real) => secondStepOf(parts.work, await rowOf(npk), given.exemptsDemo);
  for (const stored of [null, 'OPTIONAL', 'PRIVILEGED']) {
    await db.dynamic(`update organisations set settings = settings - 'twoFactor'
      || coalesce(jsonb_build_object('twoFactor', $1::text), '{}')`, [stored]);
    t.equal(await next(world.administrator.npk), 'enrol', `${stored}: the administrator, on a start for others`);
    t.equal(await next(world.leader.npk), 'enrol', `${stored}: who looks behind masks`);
    t.equal(await next('10001'), undefined, `${stored}: an agent need not`);
  }
  await db.dynamic(`update organisations set settings = '{"demo": true}'`);
  t.equal(await next(world.administrator.npk, { exemptsDemo: true }), undefined, 'the demo on this machine');
  await db.dynamic(`update organisations set settings = '{"twoFactor": "OPTIONAL"}'`);
  t.same((await person().signIn(world.administrator.npk)).body, { next: 'enrol' }, 'a company is no demo anywhere');
});

t.test('RA05 by permission, not by name: one more right asks for an authenticator, and ends the session without',
  async (t) => {
  const { db, as, world, person, codeOf } = await place(t);
  await db.dynamic(`update organisations set settings = '{}'`);
  const agent = person();
  t.equal((await agent.signIn('10001')).status, 200);
  const other = person();
  await other.signIn('10002');
  await enrol(other, codeOf);
  const admin = await as(world.administrator);
  const { body: { items } } = await admin.get('/api/roles');
  const role = items.find((one: { code: string }) => one.code === 'AGENT');
  const changed = await admin.call('PATCH', `/api/roles/${role.id}`,
    { permissions: [...role.permissions, 'data.export'] }, { 'if-match': String(role.version) });
  t.equal(changed.status, 200, JSON.stringify(changed.body));
  t.equal(await eventually('the session ended', async () => {
    const { status } = await agent.call('GET', '/api/session');
    return status === 401 ? status : undefined;
  }), 401);
  t.equal((await other.call('GET', '/api/session')).status, 200, 'who has an authenticator goes on');
  t.same((await agent.signIn('10001')).body, { next: 'enrol' });
});

t.test('RA05 rights are handed out only by who proved themselves lately, and never by a program', async (t) => {
  const { db, person, world } = await place(t);
  const admin = person();
  await admin.signIn(world.administrator.npk);
  const { body: { items } } = await admin.call('GET', '/api/roles');
  await db.dynamic(`update sessions set created_at = created_at - interval '6 minutes'`);
  const roles = [{ roleId: items.find((one: { code: string }) => one.code === 'AGENT').id, scopeKind: 'self',
    scopeId: null }];
  const agent = `/api/users/${world.agents[0]!.id}`;
  const calls: [string, string, unknown][] = [
    ['PATCH', agent, { roles }], ['POST', '/api/users', { npk: '55501', name: 'Uji', roles }],
    ['POST', '/api/roles', { code: 'BARU', nameId: 'B', nameEn: 'B', rank: 1, permissions: [] }],
    ['PATCH', `/api/roles/${items.at(-1).id}`, { nameId: 'B' }], ['POST', `${agent}/link`, {}],
    ['POST', '/api/users/import', { csv: 'npk;nama', lines: [2] }],
    ['POST', '/api/channel-accounts', { channel: 'generic', key: 'baru', name: 'Baru', secrets: {} }],
    ['PATCH', `/api/channel-accounts/${world.accountId}`, { regenerate: ['secret'] }],
    ['POST', `/api/channel-accounts/${world.accountId}/session/wishes`, { kind: 'PAIR_QR' }],
  ];
  for (const [method, url, body] of calls) {
    const answer = await admin.call(method, url, body, { 'if-match': '1' });
    t.equal(answer.body?.code, 'STEP_UP_REQUIRED', `${method} ${url}`);
  }
  t.equal((await admin.call('PATCH', agent, { name: 'Uji' }, { 'if-match': '1' })).status, 200, 'a name needs none');
});

t.test('RA05 where a credential goes is changed by who proved themselves lately, never by a program, and written down',
  async (t) => {
  const { db, person, as, stranger, world } = await place(t);
  const admin = person();
  await admin.signIn(world.administrator.npk);
  const made = await admin.call('POST', '/api/channel-accounts', { channel: 'telegram', key: 'bot', name: 'Bot',
    settings: { mode: 'polling' }, secrets: { token: `123456:${'ABC-DEF'.repeat(5)}` } });
  t.equal(made.status, 201);
  const key = await (await as(world.administrator)).call('POST', '/api/api-keys', { name: 'Program',
    permissions: ['channel.manage', 'channel.read'], days: 1 });
  await db.dynamic(`update sessions set created_at = created_at - interval '6 minutes'`);
  const path = `/api/channel-accounts/${made.body.id}`;
  const elsewhere = { settings: { mode: 'polling', apiRoot: 'https://bot.lain.example' } };
  const patch = (body: object, version: number) => admin.call('PATCH', path, body, { 'if-match': String(version) });
  const program = (body: object, version: number) => stranger.call('PATCH', path, body,
    { 'if-match': String(version), authorization: `Bearer ${key.body.key}` });
  t.match(await patch(elsewhere, 1), { status: 403, body: { code: 'STEP_UP_REQUIRED' } });
  t.match(await program(elsewhere, 1), { status: 403, body: { code: 'FORBIDDEN' } });
  t.match(await patch(elsewhere, 7), { status: 409, body: { code: 'VERSION_CONFLICT' } });
  t.equal((await program({ settings: { mode: 'webhook' } }, 1)).status, 200, 'a program may change what else there is');
  t.equal((await patch({ name: 'Bot kami', settings: { mode: 'polling', apiRoot: '' } }, 2)).status, 200,
    'an empty address is no address');
  t.equal((await admin.call('POST', '/api/session/step-up', { password: PASSWORD })).status, 204);
  t.equal((await patch(elsewhere, 3)).status, 200);
  t.match(await program({ settings: { mode: 'polling' } }, 4), { status: 403 }, 'nor may it be taken away');
  t.match(await db.dynamic(`select data from journal where type = 'channel-account.updated' order by id desc limit 1`),
    [{ data: { changed: ['settings', 'address:apiRoot'] } }]);
});

t.test('RS06 a password reset voids a second step under way', async (t) => {
  const { db, person, codeOf, parts } = await place(t);
  const first = person();
  await first.signIn('10001');
  const { secret } = await enrol(first, codeOf);
  const waiting = person();
  await waiting.signIn('10001');
  const [row] = await db.dynamic<{ id: string }>(`select id from users where npk = '10001'`);
  await parts.sessions.revokeUser(row?.id ?? '', 'PASSWORD_CHANGED');
  const answer = await waiting.call('POST', '/api/session/second-step', { code: await codeOf(secret) });
  t.equal(answer.body.code, 'STEP_EXPIRED');
});

t.test('RA05 what reaches far asks again who one is once the sign-in is five minutes old', async (t) => {
  const { db, person, codeOf, types } = await place(t);
  const one = person();
  await one.signIn('10001');
  const older = () => db.dynamic(`update sessions set created_at = created_at - interval '6 minutes',
    stepped_up_at = stepped_up_at - interval '6 minutes'`);
  await older();
  const refused = await one.call('POST', '/api/me/two-factor/start');
  t.match(refused, { status: 403, body: { code: 'STEP_UP_REQUIRED', details: { method: 'password' } } });
  t.equal((await one.call('POST', '/api/session/step-up', { password: 'salah sekali ini' })).status, 401);
  t.equal((await one.call('POST', '/api/session/step-up', { password: PASSWORD })).status, 204);
  const { secret } = await enrol(one, codeOf);
  await older();
  const again = await one.call('POST', '/api/me/two-factor/recovery-codes');
  t.equal(again.body.details.method, 'code', 'with an authenticator, its code');
  t.equal((await one.call('POST', '/api/session/step-up', { password: PASSWORD })).body.code, 'CODE_WRONG');
  t.equal((await one.call('POST', '/api/session/step-up', { code: await codeOf(secret) })).status, 204);
  t.equal((await one.call('POST', '/api/me/two-factor/recovery-codes')).body.recoveryCodes.length, 10);
  t.equal((await types()).filter((type) => type === 'user.stepped-up').length, 2);
});

t.test('an administrator takes off a lost authenticator, and the sessions of the user end', async (t) => {
  const { db, person, codeOf } = await place(t);
  const one = person();
  await one.signIn('10001');
  await enrol(one, codeOf);
  const [row] = await db.dynamic<{ id: string }>(`select id from users where npk = '10001'`);
  const admin = person();
  await admin.signIn('90001');
  t.equal((await one.call('DELETE', `/api/users/${row?.id}/two-factor`)).status, 403);
  t.equal((await admin.call('DELETE', `/api/users/${row?.id}/two-factor`)).status, 204);
  t.equal((await one.call('GET', '/api/session')).status, 401);
  t.equal((await person().signIn('10001')).body.user.npk, '10001');
});
