/** Two-factor sign-in, recovery codes and step-up: RA05, RS06, RS07, over the whole application. */
import t from 'tap';
import { generate } from 'otplib';
import { createPasswords } from '#gateway/security/passwords.ts';
import { limits } from '#domain/limits.ts';
import type { Answer } from '#test/support/api.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { wholeApp } from '#test/support/node.ts';
import type { Teardown } from '#test/support/harness.ts';

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
    const call = async (method: string, url: string, body?: unknown): Promise<Answer> => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await whole.stranger.call(method, url, body, { cookie, 'x-csrf-token': csrf });
      for (const line of [answer.headers['set-cookie']].flat().filter(Boolean).map(String)) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') jar.delete(name); else jar.set(name, value);
      }
      csrf = answer.body?.csrfToken ?? csrf;
      return answer;
    };
    return { jar, call, signIn: (npk: string) => call('POST', '/api/session', { npk, password: PASSWORD }) };
  };
  /** The code of a step before or after the present one: each is good once. */
  const codeOf = (secret: string, steps = 0): Promise<string> =>
    generate({ secret, epoch: Math.floor(Date.now() / 1_000) + steps * 30 });
  const types = async (): Promise<string[]> => (await db.dynamic<{ type: string }>(
    'select type from journal order by epoch, xid, id')).map((row) => row.type);
  return { ...whole, db, world, person, codeOf, types };
}

type Person = ReturnType<Awaited<ReturnType<typeof place>>['person']>;

async function enrol(one: Person, codeOf: (secret: string, steps?: number) => Promise<string>) {
  const { body: { secret } } = await one.call('POST', '/api/me/two-factor/start');
  const confirmed = await one.call('POST', '/api/me/two-factor/confirm', { code: await codeOf(secret, -1) });
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
