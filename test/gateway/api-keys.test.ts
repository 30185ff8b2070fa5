/** API keys: what they open, what they never open, and what ends them (RS06, RS16). */
import t from 'tap';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(120_000);

async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const world = await smallWorld(whole.parts.work.db);
  const admin = await whole.as(world.administrator);
  const make = (permissions: string[], days = 30) =>
    admin.call('POST', '/api/api-keys', { name: 'Gudang data', permissions, days });
  const use = (key: string, method = 'GET', url = '/api/users', body?: unknown) =>
    whole.stranger.call(method, url, body, { authorization: `Bearer ${key}` });
  return { ...whole, world, admin, make, use, db: whole.parts.work.db };
}

t.test('a key opens what it was given and nothing else, and lies in the database as a hash only', async (t) => {
  const { db, make, use } = await place(t);
  const made = await make(['user.read', 'queue.manage', 'queue.read']);
  t.equal(made.status, 201);
  const { key, id, last4 } = made.body;
  t.match(key, /^smb_[0-9a-f]{32}_[\w-]{43}$/);
  t.ok(String(key).endsWith(last4));
  t.equal((await use(key)).status, 200);
  t.equal((await use(key, 'POST', '/api/skills', { code: 'MOBIL', name: 'Mobil' })).status, 201,
    'a program sends neither Origin nor token');
  for (const [method, url] of [['GET', '/api/audit'], ['GET', '/api/api-keys'], ['POST', '/api/api-keys'],
    ['PATCH', '/api/me'], ['DELETE', '/api/session'], ['POST', '/api/session/step-up']] as const) {
    const body = method === 'PATCH' ? { locale: 'en' } : method === 'POST' ? {} : undefined;
    t.equal((await use(key, method, url, body)).status, 403, `${method} ${url}`);
  }
  t.equal((await use(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).status, 401, 'one letter off');
  const dump = JSON.stringify(await db.dynamic(`select k::text from api_keys k union all select j::text from journal j
    union all select i::text from idempotency_keys i`));
  t.notMatch(dump, String(key).slice(37));
  t.match((await db.dynamic('select last_used_at from api_keys where id = $1', [id]))[0], { last_used_at: Date });
});

t.test('RS16 nobody gives a key more than they hold themselves, nor the right to hand out rights', async (t) => {
  const { make, as, world } = await place(t);
  t.equal((await make(['interaction.handle'])).status, 403);
  t.equal((await make(['user.manage'])).status, 400);
  t.equal((await make(['user.read'], 366)).status, 400);
  const agent = await as(world.agents[0] ?? world.leader);
  t.equal((await agent.call('POST', '/api/api-keys', { name: 'x', permissions: ['queue.read'], days: 1 })).status, 403);
});

t.test('RS06 revoking, expiry, another password, other roles and a disabled user end a key within 5 s', async (t) => {
  const { db, parts, world, as, use } = await place(t);
  const { administrator } = world;
  const ends: [string, (id: string) => Promise<unknown>][] = [
    ['revoked', async (id) => (await as(administrator)).call('POST', `/api/api-keys/${id}/revoke`, {})],
    ['expired', (id) => db.dynamic(`update api_keys set expires_at = app_now() where id = $1`, [id])],
    ['password', () => parts.sessions.revokeUser(administrator.id, 'PASSWORD_CHANGED')],
    ['roles', () => parts.sessions.revokeUser(administrator.id, 'ROLES_CHANGED')],
    ['disabled', () => db.dynamic(`update users set status = 'DISABLED' where id = $1`, [administrator.id])],
  ];
  for (const [name, end] of ends) {
    const { body } = await (await as(administrator)).call('POST', '/api/api-keys',
      { name, permissions: ['user.read'], days: 1 });
    t.equal((await use(body.key)).status, 200, name);
    await end(body.id);
    await eventually(`${name}: the key is dead`, async () => (await use(body.key)).status === 401, 5_000);
  }
});
