/** Invitations and resets: RS05, and what ends with them: RS06. Over the whole application, with real passwords. */
import t from 'tap';
import { generate } from 'otplib';
import { limits } from '#domain/limits.ts';
import { createPasswords } from '#gateway/security/passwords.ts';
import { hashId } from '#gateway/security/tokens.ts';
import { addUser } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(180_000);
const OLD = 'kuda-nil-terbang-7';
const NEW = 'gajah-kecil-menari-9';

async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const { work } = whole.parts;
  const world = await smallWorld(work.db);
  const admin = await whole.as(world.administrator);
  const fresh = (npk: string, role = 'AGENT') => addUser({ work, world }, npk, role);
  const linkOf = async (id: string, by: Browser = admin): Promise<{ kind: string; token: string }> => {
    const { status, body } = await by.call('POST', `/api/users/${id}/link`, {});
    if (status !== 200) throw new Error(`${status} ${body.code}`);
    return { kind: body.kind, token: String(body.path).slice('/join#'.length) };
  };
  const look = (token: string) => whole.stranger.call('POST', '/api/join/look', { token });
  const join = (token: string, password = NEW) => whole.stranger.call('POST', '/api/join', { token, password });
  const reasonOf = async (token: string): Promise<string | undefined> => (await look(token)).body.details?.reason;
  const signIn = (npk: string, password = NEW) => whole.stranger.call('POST', '/api/session', { npk, password });
  return { ...whole, db: work.db, world, admin, fresh, linkOf, look, join, reasonOf, signIn };
}

t.test('RS05 a link is 256 random bits, kept as a hash, and said nowhere else', async (t) => {
  const { db, fresh, linkOf, look, lines } = await place(t);
  const person = await fresh('10501');
  const tokens = new Set<string>();
  for (let n = 0; n < 20; n += 1) tokens.add((await linkOf(person.id)).token);
  t.equal(tokens.size, 20);
  for (const token of tokens) {
    t.match(token, /^[\w-]{43}$/);
    t.equal(Buffer.from(token, 'base64url').length, 32);
  }
  const last = [...tokens].at(-1) ?? '';
  const stored = await db.dynamic<{ hash: Buffer }>('select id_hash as hash from user_links where void_at is null');
  t.same(stored.map((row) => row.hash), [hashId(last)], 'one is live');
  t.match((await look(last)).body, { kind: 'INVITE', npk: '10501', next: null });
  const dump = JSON.stringify(await db.dynamic(`select l::text from user_links l union all select j::text from journal j
    union all select k::text from idempotency_keys k`)) + lines.join('\n');
  for (const token of tokens) t.notOk(dump.includes(token), 'nothing lies open');
});

t.test('RS05 a link works once, the newest alone, and for so long', async (t) => {
  const { db, fresh, linkOf, join, reasonOf, signIn } = await place(t);
  const person = await fresh('10502');
  const first = await linkOf(person.id);
  const second = await linkOf(person.id);
  t.equal(await reasonOf(first.token), 'REPLACED');
  t.equal((await join(first.token)).body.details.reason, 'REPLACED');
  t.equal((await join(second.token, 'pendek')).status, 400, 'a bad password uses nothing up');
  const both = await Promise.all([join(second.token), join(second.token, 'lain-sekali-kata-ini-8')]);
  t.same(both.map((answer) => answer.status).sort(), [200, 401], 'of two at once one sets the password');
  t.equal(await reasonOf(second.token), 'USED');
  const word = both[0]?.status === 200 ? NEW : 'lain-sekali-kata-ini-8';
  t.equal((await signIn('10502', word)).status, 200);
  for (const guess of ['x', 'a'.repeat(43), '', '../../etc', first.token.slice(0, -1)]) {
    t.not((await join(guess)).status, 200, guess.slice(0, 10));
  }
  const reset = await linkOf(person.id);
  t.equal(reset.kind, 'RESET');
  const lives = await db.dynamic<{ kind: string; minutes: number }>(`select kind,
    round(extract(epoch from expires_at - created_at) / 60)::int as minutes from user_links order by created_at`);
  t.ok(lives.every(({ kind, minutes }) => minutes === (kind === 'INVITE' ? limits.inviteLinkHours * 60
    : limits.resetLinkMinutes)));
  t.ok(limits.inviteLinkHours <= 72 && limits.resetLinkMinutes <= 30);
  await db.dynamic(`update user_links set expires_at = app_now() - interval '1 second' where kind = 'RESET'`);
  t.equal(await reasonOf(reset.token), 'EXPIRED');
  t.equal((await join(reset.token)).body.details.reason, 'EXPIRED');
});

t.test('RS06 a reset ends every session, key, step and older link of the user, elsewhere too', async (t) => {
  const { db, parts, as, world, linkOf, join, signIn, reasonOf } = await place(t);
  await db.dynamic(`update users set password_hash = $1 where npk = '10001'`, [await createPasswords().hash(OLD)]);
  const agent = world.agents[0]!;
  const inside = await as(agent);
  t.equal((await inside.get('/api/session')).status, 200);
  const codes: string[] = [];
  parts.sessions.onRevoked(({ code }) => { codes.push(code); });
  const reset = await linkOf(agent.id);
  t.equal((await signIn('10001', OLD)).status, 200, 'until it is used, the old password is the password');
  t.equal((await join(reset.token)).status, 200);
  await eventually('the sessions ended', () => codes.length > 0 || undefined);
  t.ok(codes.every((code) => code === 'PASSWORD_CHANGED'));
  t.equal((await inside.get('/api/session')).status, 401);
  t.equal((await signIn('10001', OLD)).status, 401);
  t.equal((await signIn('10001')).status, 200);

  const waiting = await linkOf(agent.id);
  const own = await as(agent);
  t.equal((await own.call('POST', '/api/me/password', { current: NEW, next: OLD })).status, 204);
  t.equal(await reasonOf(waiting.token), 'REPLACED', 'the user set another one meanwhile');
  const disabled = await linkOf(agent.id);
  await db.dynamic(`update users set status = 'DISABLED' where id = $1`, [agent.id]);
  t.equal(await reasonOf(disabled.token), 'REPLACED', 'nobody comes in by a link of a closed account');
  t.equal((await join(disabled.token)).status, 401);
});

t.test('RA05 a link never passes the second step: whoever needs an authenticator sets one up, or shows its code',
  async (t) => {
  const { app, db, fresh, linkOf, join, look } = await place(t);
  await db.dynamic(`update organisations set settings = '{}'`);
  const lead = await fresh('20501', 'TEAM_LEADER');
  const first = await linkOf(lead.id);
  t.equal((await look(first.token)).body.next, 'enrol');
  const joined = await join(first.token);
  t.same(joined.body, { next: 'enrol' });
  const step = /sambung-step=[\w-]+/.exec(String(joined.headers['set-cookie']))?.[0] ?? '';
  const post = async (url: string, payload: object) => {
    const answer = await app.inject({ method: 'POST', url, payload, headers: { cookie: step } });
    return { status: answer.statusCode, body: answer.json() };
  };
  const { body: { secret } } = await post('/api/session/enrol', {});
  const epoch = () => Math.floor(Date.now() / 1_000);
  const confirmed = await post('/api/session/enrol/confirm', { code: await generate({ secret, epoch: epoch() }) });
  t.equal(confirmed.status, 200);
  t.equal(confirmed.body.user.npk, '20501');
  const reset = await linkOf(lead.id);
  t.equal((await look(reset.token)).body.next, 'totp');
  const again = await join(reset.token, OLD);
  t.same(again.body, { next: 'totp' });
  t.notMatch(String(again.headers['set-cookie']), /sambung=/, 'the link alone opens no session');
});

t.test('RS16 nobody makes a link for who stands as high as they, nor outside their place', async (t) => {
  const { as, db, world, fresh, linkOf, parts } = await place(t);
  const leader = await fresh('20502', 'TEAM_LEADER');
  const manager = await as(await fresh('80501', 'OPERATION_MANAGER'));
  t.equal((await linkOf(leader.id, manager)).kind, 'INVITE');
  const peer = await fresh('80502', 'OPERATION_MANAGER');
  for (const id of [peer.id, world.administrator.id]) {
    const answer = await manager.call('POST', `/api/users/${id}/link`, {});
    t.equal(answer.body.code, 'RANK_TOO_HIGH');
  }
  const agent = await as(world.agents[0]!);
  t.equal((await agent.call('POST', `/api/users/${leader.id}/link`, {})).status, 403);
  await db.dynamic(`update users set status = 'DISABLED' where id = $1`, [leader.id]);
  t.equal((await (await as(world.administrator)).call('POST', `/api/users/${leader.id}/link`, {})).status, 409);
  const types = await db.dynamic<{ type: string }>(`select type from journal where type = 'user.link-made'`);
  t.equal(types.length, 1, 'journalled, and the refused ones made nothing');
  t.ok(parts.sessions);
});
