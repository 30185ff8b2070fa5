/** The places of the organisation: the tree of branches, sites, teams, seats, calendars (A1, A5-A9, J49-J53, J58). */
import t from 'tap';
import fc from 'fast-check';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { addUser, adminWorld } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';

t.setTimeout(120_000);

interface Unit { id: string; parentId: string | null; code: string; kind: string; depth: number; version: number }

async function plant(admin: Browser, code: string, kind: string, parentId: string | null): Promise<Unit> {
  const answer = await admin.call('POST', '/api/branches', { code, kind, parentId, name: `Unit ${code}` });
  if (answer.status !== 201) throw new Error(`${code}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function move(admin: Browser, unitId: string, body: Record<string, unknown>) {
  const { version } = (await admin.get(`/api/branches/${unitId}`)).body;
  return admin.call('PATCH', `/api/branches/${unitId}`, body, { 'if-match': String(version) });
}

t.test('A1 a tree of branches is built, listed in its order, and moved with all that is below', async (t) => {
  const { api, world, work } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const head = await plant(admin, '10000', 'HEAD_OFFICE', null);
  const west = await plant(admin, '11000', 'REGION', head.id);
  const east = await plant(admin, '12000', 'REGION', head.id);
  const area = await plant(admin, '11100', 'AREA', west.id);
  const branch = await plant(admin, '11110', 'BRANCH', area.id);
  const order = async (): Promise<string[]> =>
    (await admin.get('/api/branches?limit=200')).body.items.map((unit: Unit) => `${unit.depth} ${unit.code}`);
  t.same(await order(), ['0 10000', '1 11000', '2 11100', '3 11110', '1 12000']);
  t.equal((await move(admin, area.id, { parentId: east.id })).status, 200);
  t.same(await order(), ['0 10000', '1 11000', '1 12000', '2 11100', '3 11110']);
  const [row] = await work.db.dynamic<{ path: string }>('select path::text as path from branches where id = $1',
    [branch.id]);
  t.equal(row?.path, '10000.12000.11100.11110');
  t.equal((await admin.get('/api/branches?q=11110')).body.items.length, 1);
  t.equal((await admin.get(`/api/branches?parentId=${east.id}`)).body.items.length, 1);
});

t.test('A1 nothing stands under itself, under a lower kind, or outside a head office', async (t) => {
  const { api, world, foreign } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const head = await plant(admin, 'PUSAT', 'HEAD_OFFICE', null);
  const region = await plant(admin, 'WIL', 'REGION', head.id);
  const area = await plant(admin, 'AREA', 'AREA', region.id);
  t.equal((await move(admin, region.id, { parentId: area.id })).body.code, 'TREE_WRONG', 'below itself');
  t.equal((await move(admin, region.id, { parentId: region.id })).body.code, 'TREE_WRONG', 'itself');
  t.equal((await move(admin, area.id, { parentId: null })).body.code, 'TREE_WRONG', 'an area at the top');
  t.equal((await admin.call('POST', '/api/branches', { code: 'LAIN2', kind: 'REGION', parentId: area.id,
    name: 'Terbalik' })).body.code, 'TREE_WRONG', 'a region under an area');
  t.equal((await move(admin, area.id, { parentId: foreign.branchId })).status, 400, 'RS02 another organisation');
  t.equal((await admin.call('POST', '/api/branches', { code: 'PUSAT', kind: 'REGION', parentId: head.id,
    name: 'Kembar' })).body.code, 'ALREADY_EXISTS');
  t.equal((await admin.call('PATCH', `/api/branches/${area.id}`, { kind: 'REGION' }, { 'if-match': '1' })).status, 400,
    'the kind stays');
});

t.test('RA06 after any moves each path is that of the parents, and no ring was made', async (t) => {
  const { api, world, work } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const head = await plant(admin, 'H', 'HEAD_OFFICE', null).catch(() => plant(admin, 'HO', 'HEAD_OFFICE', null));
  const ids = [head.id];
  const kinds = ['REGION', 'REGION', 'REGION', 'AREA', 'AREA', 'BRANCH', 'BRANCH', 'BRANCH'];
  for (const [n, kind] of kinds.entries()) ids.push((await plant(admin, `U${n}0`, kind, head.id)).id);
  const pair = fc.tuple(fc.nat({ max: ids.length - 1 }), fc.nat({ max: ids.length - 1 }));
  await fc.assert(fc.asyncProperty(fc.array(pair, { maxLength: 6 }), async (moves) => {
    await Promise.all(moves.map(([a, b]) => move(admin, ids[a] ?? '', { parentId: ids[b] ?? '' })));
    const [wrong] = await work.db.dynamic<{ n: number }>(`with recursive down as (
        select id, code::text as path from branches where organisation_id = $1 and parent_id is null
        union all select b.id, d.path || '.' || b.code from branches b join down d on b.parent_id = d.id)
      select count(*)::int as n from branches b left join down d on d.id = b.id
      where b.organisation_id = $1 and b.path::text is distinct from d.path`, [world.organisationId]);
    return wrong?.n === 0;
  }), { numRuns: 25 });
});

t.test('RA06 a move takes the sight of those whose right lies in the branch with it', async (t) => {
  const place = await adminWorld(t);
  const { api, world } = place;
  const admin = await api.as(world.administrator);
  const head = await plant(admin, 'HO', 'HEAD_OFFICE', null);
  const [west, east] = [await plant(admin, 'BARAT', 'REGION', head.id), await plant(admin, 'TIMUR', 'REGION', head.id)];
  const branch = await plant(admin, 'CAB', 'BRANCH', west.id);
  const clerk = await addUser(place, '10888', 'AGENT', undefined, { siteId: null, branchId: branch.id });
  const chief = await api.as(await addUser(place, '20888', 'TEAM_LEADER', { kind: 'branch', id: west.id },
    { siteId: null, branchId: west.id }));
  t.equal((await chief.get(`/api/users/${clerk.id}`)).status, 200);
  t.equal((await move(admin, branch.id, { parentId: east.id })).status, 200);
  t.equal((await chief.get(`/api/users/${clerk.id}`)).status, 404);
  t.equal((await chief.call('PATCH', `/api/branches/${branch.id}`, { name: 'X' }, { 'if-match': '2' })).status, 403);
});

t.test('J53 J58 a place is never deleted: it is closed down once it is empty, and takes nobody after', async (t) => {
  const place = await adminWorld(t);
  const { api, world } = place;
  const admin = await api.as(world.administrator);
  const change = async (path: string, body: unknown) => {
    const { version } = (await admin.get(path)).body;
    return admin.call('PATCH', path, body, { 'if-match': String(version) });
  };
  const full = await change(`/api/sites/${world.siteId}`, { active: false });
  t.equal(full.body.code, 'PLACE_NOT_EMPTY');
  t.match(full.body.details, { users: 5, teams: 1 });
  t.equal((await change(`/api/teams/${world.teamId}`, { active: false })).body.code, 'PLACE_NOT_EMPTY');
  const site = await admin.call('POST', '/api/sites', { code: 'MKS', name: 'Makassar', timeZone: 'Asia/Makassar' });
  const team = await admin.call('POST', '/api/teams', { siteId: site.body.id, name: 'Tim Makassar' });
  t.equal((await change(`/api/sites/${site.body.id}`, { active: false })).body.code, 'PLACE_NOT_EMPTY');
  t.equal((await change(`/api/teams/${team.body.id}`, { active: false })).status, 200);
  t.equal((await change(`/api/sites/${site.body.id}`, { active: false })).status, 200);
  t.equal((await change(`/api/teams/${team.body.id}`, { active: true })).body.code, 'PLACE_INACTIVE');
  for (const body of [{ siteId: site.body.id }, { teamId: team.body.id }]) {
    t.equal((await change(`/api/users/${world.agents[0]!.id}`, body)).body.code, 'PLACE_INACTIVE');
    t.equal((await admin.call('POST', '/api/users', { npk: '55001', name: 'Baru', ...body })).body.code,
      'PLACE_INACTIVE');
  }
  t.equal((await admin.call('POST', '/api/seats', { siteId: site.body.id, application: 'OMNI', label: 'M-1' })).body
    .code, 'PLACE_INACTIVE');
  t.equal((await admin.get('/api/sites?active=true')).body.items.length, 1);
  t.equal((await admin.call('DELETE', `/api/sites/${site.body.id}`)).status, 404, 'there is no such route');
});

t.test('J49 J50 calendars and holidays are kept, and a place says whether it is open now', async (t) => {
  const place = await adminWorld(t);
  const { api, world, work } = place;
  const admin = await api.as(world.administrator);
  const weekly = Array.from({ length: 7 }, () => [[0, 1_440]]);
  const made = await admin.call('POST', '/api/calendars',
    { code: 'LAYANAN', name: 'Jam layanan', timeZone: 'Asia/Jakarta', weekly });
  t.equal(made.status, 201);
  t.same(made.body.weekly, weekly);
  const path = `/api/sites/${world.siteId}`;
  const { version } = (await admin.get(path)).body;
  t.equal((await admin.call('PATCH', path, { calendarId: made.body.id }, { 'if-match': String(version) })).status, 200);
  const queue = await admin.call('POST', '/api/queues', { code: 'JAM', name: 'Ikut site', tier: 1,
    siteId: world.siteId });
  t.equal(queue.status, 201);
  const open = await admin.get('/api/opening-hours');
  t.same(open.body.items.map((each: { kind: string; own: boolean; open: boolean; until: null }) =>
    [each.kind, each.own, each.open, each.until]), [['site', true, true, null], ['queue', false, true, null],
    ['calendar', true, true, null]]);
  const [today] = await work.db.dynamic<{ day: string }>(
    `select to_char(app_now() at time zone 'Asia/Jakarta', 'YYYY-MM-DD') as day`);
  const holiday = { day: today?.day, name: 'Libur bersama' };
  t.equal((await admin.call('POST', '/api/holidays', holiday)).status, 201);
  t.equal((await admin.call('POST', '/api/holidays', holiday)).body.code, 'ALREADY_EXISTS');
  t.notOk((await admin.get('/api/opening-hours')).body.items[0].open);
  const own = await admin.call('POST', '/api/holidays', { ...holiday, calendarId: made.body.id, spans: [[0, 1_440]] });
  t.equal(own.status, 201);
  t.ok((await admin.get('/api/opening-hours')).body.items[0].open, 'the own day stands before the one for all');
  t.equal((await admin.call('PATCH', `/api/calendars/${made.body.id}`, { active: false }, { 'if-match': '1' })).body
    .code, 'PLACE_NOT_EMPTY');
  t.equal((await admin.get(`/api/holidays?calendarId=${made.body.id}`)).body.items.length, 1);
});

t.test('calendars with wrong hours, zones or weeks are refused', async (t) => {
  const { api, world, foreign } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const good = { code: 'UJI', name: 'Uji', timeZone: 'Asia/Jakarta', weekly: Array.from({ length: 7 }, () => []) };
  const week = (spans: unknown) => ({ ...good, weekly: [spans, [], [], [], [], [], []] });
  const many = Array.from({ length: limits.calendarSpansPerDayMax + 1 }, (_, n) => [n * 60, n * 60 + 30]);
  for (const body of [{ ...good, timeZone: 'WIB' }, { ...good, weekly: [] }, week([[600, 540]]), week([[0, 1_441]]),
    week([[0, 60], [30, 90]]), week([[0]]), week(many), week([['8', '9']]), { ...good, code: 'kecil' }]) {
    t.equal((await admin.call('POST', '/api/calendars', body)).status, 400, JSON.stringify(body));
  }
  for (const body of [{ day: '2026-02-30', name: 'X' }, { day: '25-12-2026', name: 'X' }, { day: '2026-12-25' },
    { day: '2026-12-25', name: 'X', calendarId: foreign.calendarId }, { day: '2026-12-25', name: 'X',
      calendarId: newId() }]) {
    t.equal((await admin.call('POST', '/api/holidays', body)).status, 400, JSON.stringify(body));
  }
});

t.test('RF19 a create that is sent twice makes one place, and the second answer is the first', async (t) => {
  const { api, world, work } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const body = { code: 'SBY', name: 'Surabaya', timeZone: 'Asia/Jakarta' };
  const key = { 'idempotency-key': newId() };
  const [one, two] = [await admin.call('POST', '/api/sites', body, key),
    await admin.call('POST', '/api/sites', body, key)];
  t.equal(one.status, 201);
  t.same(two.body, one.body);
  const rows = await work.db.dynamic('select 1 from sites where organisation_id = $1 and code = $2',
    [world.organisationId, 'SBY']);
  t.equal(rows.length, 1);
});

t.test('RF20 RF21 RF22 names are kept as typed; control signs and broken text are refused, never a 500', async (t) => {
  const { api, world } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const make = (name: string, n: number) => admin.call('POST', '/api/skills', { code: `UJI_${n}`, name });
  const kept = ['\u202Eterbalik', 'Nama\u200Btanpa lebar', '👩‍👩‍👧‍👦 keluarga', `a${'\u0301'.repeat(150)}`,
    '<b>tebal</b>', '=1+1', "'; drop table users; --", 'x'.repeat(200)];
  for (const [n, name] of kept.entries()) {
    const made = await make(name, n);
    t.equal(made.status, 201, JSON.stringify(name.slice(0, 30)));
    t.equal(made.body.name, name);
  }
  const refused = ['a\0b', 'baris\nbaru', '\u001b[31mmerah', '\ud800', ' ', '', 'x'.repeat(201)];
  for (const [n, name] of refused.entries()) {
    t.equal((await make(name, 50 + n)).status, 400, JSON.stringify(name.slice(0, 30)));
  }
});
