/**
 * Who may do what: the matrix over all administrative routes, ids in bodies, ranks and scopes (RS01, RS02, RS15,
 * RS16).
 */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { seededRoles } from '#domain/people/permissions.ts';
import { routeTable } from '#gateway/security/plugin.ts';
import { addUser, adminWorld, type AdminWorld } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';
import { rightsMatrix } from '#test/support/matrix.ts';

t.setTimeout(120_000);

const TABLES = ['users', 'user_roles', 'user_skills', 'roles', 'queues', 'queue_members', 'queue_skills', 'skills',
  'sites', 'teams',
  'seats', 'branches', 'calendars', 'holidays', 'categories', 'reasons', 'channel_accounts', 'secrets', 'opt_outs',
  'journal'];

/** Whose foreign row is tried on a noun's routes. */
const FOREIGN: Record<string, keyof AdminWorld['foreign']> = {
  users: 'userId', roles: 'roleId', queues: 'queueId', skills: 'skillId', sites: 'siteId', teams: 'teamId',
    seats: 'seatId',
  categories: 'categoryId', reasons: 'reasonId', 'channel-accounts': 'accountId', branches: 'branchId',
  calendars: 'calendarId', holidays: 'holidayId',
};

/** Everything that administration could have written, as one text. */
async function everything(place: AdminWorld, tables = TABLES): Promise<string> {
  const parts = [];
  for (const table of tables) {
    const rows = await place.work.db.dynamic<{ text: string
      | null }>(`select string_agg(r::text, ' ' order by r::text) as text from ${table} r`);
    parts.push(rows[0]?.text ?? '');
  }
  return parts.join('\n');
}

async function roleIds(admin: Browser): Promise<Map<string, string>> {
  const roles = (await admin.get('/api/roles')).body.items as { id: string; code: string }[];
  return new Map(roles.map((role) => [role.code, role.id]));
}

t.test('RS01 every route, every role: 401 without a session, 403 without the permission, 404 for what is not theirs',
  async (t) => {
  const place = await adminWorld(t);
  const browsers = new Map<string, Browser>();
  for (const [n, role] of seededRoles.entries()) {
    const scope = role.scope === 'queue' ? { kind: 'queue', id: place.world.queueId } : undefined;
    browsers.set(role.code, await place.api.as(await addUser(place, String(60_000 + n), role.code, scope)));
  }
  const before = await everything(place);
  const { foreign } = place;
  const result = await rightsMatrix({
    api: place.api, browsers, foreignIds: ({ url }) => [foreign[FOREIGN[url.split('/')[2] ?? ''] ?? 'userId']],
    bodies: { 'PATCH /api/me': { locale: 'id' } },
    skip: (route) => route.url === '/api/session' && route.method === 'DELETE',
  });
  t.same(result.violations, []);
  t.ok(result.requests > 700, `${result.requests} requests`);
  t.equal(await everything(place), before, 'and nothing was written');
  t.ok(routeTable(place.api.app).every((route) => route.permission !== undefined));
});

t.test('RS01 lists never show another organisation', async (t) => {
  const { api, world, foreign } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const lists = routeTable(api.app).filter((route) => route.method === 'GET' && !route.url.includes(':'));
  for (const { url } of lists) {
    const text = JSON.stringify((await admin.get(url)).body);
    for (const [name, id] of Object.entries(foreign)) t.notOk(text.includes(id), `${url} ${name}`);
  }
});

t.test('RS01 a leader of one site sees and counts people of that site alone; another team and branch are 404',
  async (t) => {
  const place = await adminWorld(t);
  const { work, world, api } = place;
  const other = newId();
  await work.db.dynamic(`insert into sites (id, organisation_id, code, name, time_zone) values ($1, $2, 'YGY',
    'Yogya', 'Asia/Jakarta')`,
    [other, world.organisationId]);
  const stranger = await addUser(place, '10777', 'AGENT', undefined, { siteId: other });
  const leader = await api.as(world.leader);
  t.equal((await leader.get(`/api/users/${stranger.id}`)).status, 404);
  t.equal((await leader.get(`/api/users/${world.agents[0]!.id}`)).status, 200);
  const seen = (await leader.get('/api/users?limit=200')).body.items as { id: string; siteId: string }[];
  t.ok(seen.length >= 5 && seen.every((user) => user.siteId === world.siteId));
  t.same((await leader.get(`/api/users?siteId=${other}`)).body.items, []);
});

t.test('RS02 an id of another organisation in any field of a body is refused and nothing is written', async (t) => {
  const place = await adminWorld(t);
  const { api, world, foreign } = place;
  const admin = await api.as(world.administrator);
  const agentRole = (await roleIds(admin)).get('AGENT');
  const user = { npk: '55555', name: 'Uji Silang' };
  const grant = (kind: string, id: string): unknown => ({ ...user, roles: [{ roleId: agentRole, scopeKind: kind,
    scopeId: id }] });
  const agent = world.agents[0]!.id;
  const attempts: [string, string, unknown][] = [
    ['POST', '/api/users', { ...user, siteId: foreign.siteId }], ['POST', '/api/users',
      { ...user, teamId: foreign.teamId }],
    ['POST', '/api/users', { ...user, branchId: foreign.branchId }],
    ['POST', '/api/users', { ...user, roles: [{ roleId: foreign.roleId, scopeKind: 'self', scopeId: null }] }],
    ['POST', '/api/users', grant('site', foreign.siteId)], ['POST', '/api/users', grant('team', foreign.teamId)],
    ['POST', '/api/users', grant('queue', foreign.queueId)], ['POST', '/api/users', grant('branch', foreign.branchId)],
    ['POST', '/api/users', { ...user, skills: [{ skillId: foreign.skillId, level: 3 }] }],
    ['PATCH', `/api/users/${agent}`, { siteId: foreign.siteId }], ['PATCH', `/api/users/${agent}`,
      { teamId: foreign.teamId }],
    ['POST', '/api/queues', { code: 'Q', name: 'Q', tier: 1, siteId: foreign.siteId }],
    ['POST', '/api/queues', { code: 'QQ', name: 'Q', tier: 1, skillIds: [foreign.skillId] }],
    ['POST', '/api/queues', { code: 'QQ', name: 'Q', tier: 1, memberIds: [foreign.userId] }],
    ['PATCH', `/api/queues/${world.queueId}`, { memberIds: [foreign.userId] }],
    ['POST', '/api/teams', { siteId: foreign.siteId, name: 'Tim' }],
    ['POST', '/api/teams', { siteId: world.siteId, name: 'Tim', leaderId: foreign.userId }],
    ['POST', '/api/seats', { siteId: foreign.siteId, application: 'OMNI', label: 'X-1' }],
    ['POST', '/api/sites', { code: 'XXX', name: 'X', timeZone: 'Asia/Jakarta', calendarId: foreign.calendarId }],
    ['PATCH', `/api/queues/${world.queueId}`, { calendarId: foreign.calendarId }],
    ['POST', '/api/branches', { code: 'XXX', name: 'X', kind: 'REGION', parentId: foreign.branchId }],
    ['POST', '/api/branches', { code: 'XXX', name: 'X', kind: 'HEAD_OFFICE', parentId: null,
      calendarId: foreign.calendarId }],
    ['POST', '/api/holidays', { day: '2026-12-25', name: 'X', calendarId: foreign.calendarId }],
    ['POST', '/api/categories', { code: 'XX', nameId: 'X', nameEn: 'X', parentId: foreign.categoryId }],
    ['POST', '/api/channel-accounts', { channel: 'generic', key: 'xx', name: 'X', queueId: foreign.queueId }],
    ['PATCH', `/api/channel-accounts/${world.accountId}`, { queueId: foreign.queueId }],
  ];
  const before = await everything(place);
  for (const [method, url, body] of attempts) {
    const answer = await admin.call(method, url, body, { 'if-match': '1' });
    t.ok([400, 403, 404].includes(answer.status),
      `${method} ${url} ${JSON.stringify(Object.keys(body as object))} ${answer.status}`);
  }
  t.equal(await everything(place), before);
});

t.test('RS15 nobody binds what is not theirs to set: rank, organisation, id, version, hash, built-in', async (t) => {
  const place = await adminWorld(t);
  const admin = await place.api.as(place.world.administrator);
  const agent = await place.api.as(place.world.agents[0]!);
  const before = await everything(place);
  for (const extra of [{ organisationId: place.foreign.organisationId }, { id: newId() }, { version: 9 },
    { passwordHash: 'x' }, { rank: 100 }]) {
    t.equal((await admin.call('POST', '/api/users', { npk: '55555', name: 'Uji', ...extra })).status, 400);
    t.equal((await admin.call('PATCH', `/api/users/${place.world.agents[0]!.id}`, { name: 'Uji', ...extra },
      { 'if-match': '1' })).status, 400);
  }
  t.equal((await admin.call('POST', '/api/roles', { code: 'UJI', nameId: 'U', nameEn: 'U', rank: 1, permissions: [],
    builtIn: true })).status, 400);
  for (const own of [{ locale: 'en', roles: [] }, { locale: 'en', name: 'Bos' }, { locale: 'en', rank: 100 }]) {
    t.equal((await agent.call('PATCH', '/api/me', own)).status, 400);
  }
  t.equal(await everything(place), before);
});

t.test('RS16 for every pair of roles: only a lower one can be granted, by the administrator also their own',
  async (t) => {
  const place = await adminWorld(t);
  const { api, world } = place;
  const ids = await roleIds(await api.as(world.administrator));
  const target = await addUser(place, '10888', 'AGENT');
  for (const [n, actor] of seededRoles.entries()) {
    const scope = actor.scope === 'queue' ? { kind: 'queue', id: world.queueId } : undefined;
    const who = await addUser(place, String(61_000 + n), actor.code, scope);
    const browser = await api.as(who);
    const holds = actor.permissions.includes('user.manage');
    for (const wanted of holds ? seededRoles : seededRoles.slice(-1)) {
      const [row] = await place.work.db.dynamic<{ version: number }>('select version from users where id = $1',
        [target.id]);
      const scopeId = { queue: world.queueId, site: world.siteId }[wanted.scope as string] ?? null;
      const roles = [{ roleId: ids.get(wanted.code), scopeKind: wanted.scope, scopeId }];
      const answer = await browser.call('PATCH', `/api/users/${target.id}`, { roles },
        { 'if-match': String(row?.version) });
      const expected = holds && (wanted.rank < actor.rank || actor.rank === 100) ? 200 : 403;
      t.equal(answer.status, expected, `${actor.code} grants ${wanted.code}`);
      await place.work.db.dynamic(`update user_roles set role_id = $2, scope_kind = 'self', scope_id = null where
        user_id = $1`,
        [target.id, ids.get('AGENT')]);
    }
    const self = await browser.call('PATCH', `/api/users/${who.id}`,
      { roles: [{ roleId: ids.get('ADMIN'), scopeKind: 'organisation', scopeId: null }] }, { 'if-match': '1' });
    if (actor.rank < 100) t.not(self.status, 200, `${actor.code} cannot promote themselves`);
  }
});

t.test('RS16 a manager of one site grants, moves and touches nothing outside it', async (t) => {
  const place = await adminWorld(t);
  const { api, world, work } = place;
  const ids = await roleIds(await api.as(world.administrator));
  const other = newId();
  await work.db.dynamic(`insert into sites (id, organisation_id, code, name, time_zone) values ($1, $2, 'YGY',
    'Yogya', 'Asia/Jakarta')`,
    [other, world.organisationId]);
  const manager = await api.as(await addUser(place, '81001', 'OPERATION_MANAGER', { kind: 'site', id: world.siteId }));
  const outside = await addUser(place, '10777', 'AGENT', undefined, { siteId: other });
  const inside = world.agents[0]!.id;
  const change = (id: string, body: unknown): ReturnType<Browser['call']> => manager.call('PATCH',
    `/api/users/${id}`, body, { 'if-match': '1' });
  t.equal((await change(outside.id, { name: 'Uji' })).status, 404);
  t.equal((await change(inside, { siteId: other })).status, 403, 'moving a person away');
  const role = (kind: string, id: string | null): unknown => ({ roles: [{ roleId: ids.get('TEAM_LEADER'),
    scopeKind: kind, scopeId: id }] });
  t.equal((await change(inside, role('organisation', null))).body.code, 'RANK_TOO_HIGH');
  t.equal((await change(inside, role('site', other))).body.code, 'RANK_TOO_HIGH');
  t.equal((await manager.call('POST', '/api/users', { npk: '55555', name: 'Uji', siteId: other })).status, 403);
  t.equal((await manager.call('POST', '/api/sites', { code: 'BARU', name: 'Baru',
    timeZone: 'Asia/Jakarta' })).status, 403);
  t.equal((await manager.call('POST', '/api/queues', { code: 'BARU', name: 'Baru', tier: 1 })).status, 403,
    'a queue of the whole organisation');
  t.equal((await manager.call('POST', '/api/queues', { code: 'BARU', name: 'Baru', tier: 1,
    siteId: world.siteId })).status, 201);
  t.equal((await change(inside, role('site', world.siteId))).status, 200);
});

t.test('RS16 roles: nobody makes or edits one of their own rank, nor puts in what they do not hold', async (t) => {
  const place = await adminWorld(t);
  const admin = await place.api.as(place.world.administrator);
  const manager = await place.api.as(await addUser(place, '81001', 'OPERATION_MANAGER'));
  const role = (extra: object): object => ({ code: 'BARU', nameId: 'Baru', nameEn: 'New', rank: 20,
    permissions: ['queue.read'], ...extra });
  t.equal((await manager.call('POST', '/api/roles', role({ rank: 70 }))).body.code, 'RANK_TOO_HIGH');
  t.equal((await manager.call('POST', '/api/roles', role({ permissions: ['channel.manage'] }))).body.code,
    'RANK_TOO_HIGH');
  t.equal((await manager.call('POST', '/api/roles', role({ permissions: ['tidak.ada'] }))).status, 400);
  const made = await manager.call('POST', '/api/roles', role({}));
  t.equal(made.status, 201);
  t.equal((await manager.call('PATCH', `/api/roles/${made.body.id}`, { rank: 90 }, { 'if-match': '1' })).body.code,
    'RANK_TOO_HIGH');
  const ids = await roleIds(admin);
  t.equal((await manager.call('PATCH', `/api/roles/${ids.get('ADMIN')}`, { permissions: [] },
    { 'if-match': '1' })).body.code, 'RANK_TOO_HIGH');
  const emptied = await admin.call('PATCH', `/api/roles/${ids.get('ADMIN')}`, { permissions: ['user.read'] },
    { 'if-match': '1' });
  t.equal(emptied.body.code, 'LAST_ADMINISTRATOR');
});

t.test('RS16 the last administrator stays, even if two remove each other at one moment', async (t) => {
  const place = await adminWorld(t);
  const { api, world } = place;
  const one = await api.as(world.administrator);
  const path = `/api/users/${world.administrator.id}`;
  t.equal((await one.call('PATCH', path, { status: 'DISABLED' }, { 'if-match': '1' })).body.code, 'LAST_ADMINISTRATOR');
  t.equal((await one.call('PATCH', path, { roles: [] }, { 'if-match': '1' })).body.code, 'LAST_ADMINISTRATOR');
  const second = await addUser(place, '90002', 'ADMIN');
  const two = await api.as(second);
  const answers = await Promise.all([
    one.call('PATCH', `/api/users/${second.id}`, { status: 'DISABLED' }, { 'if-match': '1' }),
    two.call('PATCH', path, { status: 'DISABLED' }, { 'if-match': '1' }),
  ]);
  t.equal(answers.filter((answer) => answer.status === 200).length, 1,
    JSON.stringify(answers.map((answer) => answer.body.code)));
});

t.test('RS06 a change of roles and a disabling end the sessions of that person at once', async (t) => {
  const place = await adminWorld(t);
  const { api, world } = place;
  const admin = await api.as(world.administrator);
  const agent = await api.as(world.agents[0]!);
  const codes: string[] = [];
  api.sessions.onRevoked((revocation) => { codes.push(revocation.code); });
  t.equal((await agent.get('/api/session')).status, 200);
  const answer = await admin.call('PATCH', `/api/users/${world.agents[0]!.id}`, { roles: [] }, { 'if-match': '1' });
  t.equal(answer.status, 200);
  t.equal((await agent.get('/api/session')).status, 401);
  const again = await api.as(world.agents[0]!);
  t.same((await again.get('/api/session')).body.permissions, ['interaction.read-waiting'],
    'what a member of a queue sees');
  await admin.call('POST', `/api/users/${world.agents[0]!.id}/sign-out`);
  t.equal((await again.get('/api/session')).status, 401);
  const third = await api.as(world.agents[1]!);
  t.equal((await third.get('/api/session')).status, 200);
  await admin.call('PATCH', `/api/users/${world.agents[1]!.id}`, { status: 'DISABLED' }, { 'if-match': '1' });
  t.equal((await third.get('/api/session')).status, 401);
  t.same(codes, ['ROLES_CHANGED', 'SIGNED_OUT_BY_ADMINISTRATOR', 'USER_DISABLED']);
});
