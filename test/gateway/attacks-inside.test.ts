/** What somebody who is inside already could have taken: guesses behind a stolen session, rights of a site over all. */
import t from 'tap';
import { generate, generateSecret } from 'otplib';
import { limits } from '#domain/limits.ts';
import { newId } from '#domain/ids.ts';
import { createPasswords } from '#gateway/security/passwords.ts';
import { addUser } from '#test/support/admin-world.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import type { Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(180_000);
const PASSWORD = 'kuda-nil-terbang-7';

async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const { work, secrets } = whole.parts;
  const world = await smallWorld(work.db);
  const role = (npk: string, code: string, scope?: { kind: string; id: string | null }) =>
    addUser({ work, world }, npk, code, scope);
  return { ...whole, db: work.db, secrets, world, role };
}

t.test('RA04 RA05 a stolen session guesses no faster at the code or the password than a stranger at the door',
  async (t) => {
  const { db, as, world, secrets } = await place(t);
  await db.dynamic('update users set password_hash = $1', [await createPasswords().hash(PASSWORD)]);
  const person = { organisationId: world.organisationId, ownerKind: 'user', ownerId: world.leader.id };
  const secret = generateSecret();
  await secrets.put(person, { totp: secret });
  await db.dynamic(`insert into two_factors (organisation_id, user_id, confirmed_at) values ($1, $2, app_now())`,
    [world.organisationId, world.leader.id]);
  const thief = await as(world.leader);
  const code = await generate({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 });
  for (let n = 0; n < limits.loginFailuresMax; n += 1) {
    t.equal((await thief.call('POST', '/api/session/step-up', { code: '000000' })).body.code, 'CODE_WRONG');
  }
  // As after many more of them: the wait has grown to its most, so that no slow machine sits it out.
  const grow = () => db.dynamic(`insert into login_failures (npk_hash, ip, at)
    select npk_hash, ip, at from login_failures, generate_series(1, 3)`);
  await grow();
  t.equal((await thief.call('POST', '/api/session/step-up', { code })).body.code, 'LOGIN_LOCKED',
    'the right one comes too late as well');
  const owner = await as(world.leader);
  t.equal((await owner.call('POST', '/api/session/step-up', { code })).status, 204,
    'the owner, in a session of their own, is not locked out');

  const other = await as(world.agents[0]!);
  for (let n = 0; n < limits.loginFailuresMax; n += 1) {
    t.equal((await other.call('POST', '/api/me/password',
      { current: `tebakan ke-${n}`, next: 'gajah-kecil-menari-9' })).body.code, 'SIGN_IN_FAILED');
  }
  await grow();
  t.equal((await other.call('POST', '/api/me/password', { current: PASSWORD, next: 'gajah-kecil-menari-9' }))
    .body.code, 'LOGIN_LOCKED');
});

t.test('RS16 what reaches the whole organisation is not held within one site', async (t) => {
  const { db, as, world, role } = await place(t);
  const local = await as(await role('80601', 'OPERATION_MANAGER', { kind: 'site', id: world.siteId }));
  const whole = await as(await role('80602', 'OPERATION_MANAGER'));
  const refused: [string, string, unknown][] = [
    ['PUT', '/api/retention-rules/MESSAGES', { days: 1 }], ['POST', '/api/retention-runs', undefined],
    ['GET', '/api/legal-holds', undefined], ['GET', '/api/quarantine', undefined],
  ];
  for (const [method, url, body] of refused) {
    t.equal((await local.call(method, url, body)).status, 403, `${method} ${url}`);
  }
  t.equal((await local.get('/api/subject-requests')).status, 403, 'nor the requests of customers elsewhere');
  t.equal((await whole.get('/api/legal-holds')).status, 200);
  t.equal((await whole.get('/api/subject-requests')).status, 200);
  const rules = (await local.get('/api/session')).body.permissions as string[];
  t.ok(rules.includes('user.manage') && !rules.includes('retention.manage'));
  await db.dynamic(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions)
    values ($1, $2, 'PENGAMAN', 'P', 'P', 50, '{security.manage,webhook.manage}')`, [newId(), world.organisationId]);
  const guard = await role('50601', 'AGENT', { kind: 'site', id: world.siteId });
  await db.dynamic(`update user_roles set role_id = (select id from roles where code = 'PENGAMAN')
    where user_id = $1`, [guard.id]);
  const inSite = await as(guard);
  t.equal((await inSite.get('/api/security-settings')).status, 403);
  t.equal((await inSite.get('/api/webhooks')).status, 403);
});

t.test('RS16 nobody enters in the place of somebody whose rights reach further than theirs to hand out', async (t) => {
  const { as, world, role } = await place(t);
  const local = await as(await role('80603', 'OPERATION_MANAGER', { kind: 'site', id: world.siteId }));
  const whole = await as(await role('80604', 'OPERATION_MANAGER'));
  const [wide, near] = [await role('30601', 'QC'), await role('30602', 'AGENT')];
  const refused: [string, string, unknown][] = [['POST', `/api/users/${wide.id}/link`, {}],
    ['DELETE', `/api/users/${wide.id}/two-factor`, undefined], ['PATCH', `/api/users/${wide.id}`, { roles: [] }]];
  for (const [method, url, body] of refused) {
    t.match(await local.call(method, url, body, { 'if-match': '1' }),
      { status: 403, body: { code: 'RANK_TOO_HIGH' } }, `${method} ${url}`);
  }
  t.equal((await local.call('POST', `/api/users/${near.id}/link`, {})).status, 200);
  t.equal((await whole.call('POST', `/api/users/${wide.id}/link`, {})).status, 200);
});

t.test('RS16 who is no administrator names nobody that could vouch for the administrator', async (t) => {
  const { db, as, world, role } = await place(t);
  await db.dynamic(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions, default_scope)
    values ($1, $2, 'PENGAMAN', 'P', 'P', 50, '{security.manage}', 'organisation')`, [newId(), world.organisationId]);
  const officer = await role('50602', 'ADMIN');
  await db.dynamic(`update user_roles set role_id = (select id from roles where code = 'PENGAMAN')
    where user_id = $1`, [officer.id]);
  const provider = { name: 'Palsu', issuer: 'https://idp.contoh.id', clientId: 'sambung', clientSecret: 'rahasia',
    secondStepDone: true };
  const browser = await as(officer);
  t.equal((await browser.get('/api/identity-providers')).status, 200, 'looking is allowed');
  t.equal((await browser.call('POST', '/api/identity-providers', provider)).body.code, 'RANK_TOO_HIGH');
  const admin = await as(world.administrator);
  const made = await admin.call('POST', '/api/identity-providers', { ...provider, name: 'Benar' });
  t.equal(made.status, 201);
  t.equal((await browser.call('PATCH', `/api/identity-providers/${made.body.id}`, { issuer: 'https://lain.contoh.id' },
    { 'if-match': '1' })).body.code, 'RANK_TOO_HIGH');
});

t.test('RA08 RA09 the bytes of a quarantined event are a customer\'s: shown after a step-up, and written down',
  async (t) => {
  const { db, as, world } = await place(t);
  const eventId = newId();
  await db.dynamic(`insert into inbound_events (id, organisation_id, channel_account_id, dedup_hash, kind,
      state, raw, received_at, reason_code) values ($1, $2, $3, '\\x01', 'unreadable', 'QUARANTINED',
      convert_to('dari +6281234567890', 'UTF8'), app_now(), 'NOT_JSON')`,
  [eventId, world.organisationId, world.accountId]);
  const admin = await as(world.administrator);
  t.match((await admin.get(`/api/quarantine/${eventId}`)).body.raw, '+6281234567890');
  const seen = await db.dynamic<{ n: number }>(`select count(*)::int as n from journal where type = 'event.viewed'
    and subject_id = $1 and actor_id = $2`, [eventId, world.administrator.id]);
  t.equal(seen[0]?.n, 1);
  await db.dynamic(`update sessions set created_at = created_at - interval '6 minutes'`);
  t.equal((await admin.get(`/api/quarantine/${eventId}`)).body.code, 'STEP_UP_REQUIRED');
});
