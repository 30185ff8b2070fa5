/** Users from a CSV file: every error of every line named first, then made in portions, within the same bounds. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { addUser, adminWorld, type AdminWorld } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';

t.setTimeout(120_000);

interface Line { line: number; npk: string; state: string; issues: { column: string; code: string }[] }

async function preview(browser: Browser, csv: string): Promise<Line[]> {
  const answer = await browser.call('POST', '/api/users/import/preview', { csv });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body.items;
}

async function names(place: AdminWorld): Promise<{ site: string; team: string }> {
  const [row] = await place.work.db.dynamic<{ site: string; team: string }>(`select s.code as site, t.name as team
    from sites s join teams t on t.site_id = s.id where s.id = $1`, [place.world.siteId]);
  if (row === undefined) throw new Error('no site');
  return row;
}

t.test('the preview names every error of every line, and writes nothing', async (t) => {
  const place = await adminWorld(t);
  const admin = await place.api.as(place.world.administrator);
  const { site, team } = await names(place);
  const csv = ['\uFEFFNPK;Nama;Site;Tim;Cabang;Peran;Keahlian;Kapasitas;Bahasa',
    `70001;Sari Wulan;${site};${team};;AGENT;;100;id`,
    `70002;"Budi ""Bas""; Santoso, S.E.";${site.toLowerCase()};;;agent | queue_view;;;`,
    `12;;Entah;Tim Entah;99999;RAJA;EMAS;1,5;fr`,
    `70001;Kembar;${site};;;AGENT;;;`,
    `${place.world.agents[0]!.npk};Sudah Ada;${site};;;AGENT;;;`,
    ';;;;;;;;', '70003;Ayu\u0007;;;;TEAM_LEADER;;;'].join('\r\n');
  const lines = await preview(admin, csv);
  t.same(lines.map(({ npk, state, issues }) =>
    [npk, state, issues.map((one) => `${one.column} ${one.code}`).join(', ')]), [
    ['70001', 'NEW', ''],
    ['70002', 'WRONG', 'roles no_place'],
    ['12', 'WRONG', 'npk not_npk, name required, capacity not_capacity, locale unknown, team unknown, site unknown, '
      + 'branch unknown, roles unknown, skills unknown'],
    ['70001', 'WRONG', 'npk twice'],
    [place.world.agents[0]!.npk, 'EXISTS', ''],
    ['70003', 'WRONG', 'name not_name, roles no_place'],
  ]);
  const [count] = await place.work.db.dynamic<{ n: number }>('select count(*)::int as n from users', []);
  t.equal(count?.n, 6, 'nobody was made');
});

t.test('lines that are right are made with invitations shown once, journalled, and able to sign in', async (t) => {
  const place = await adminWorld(t);
  const { api, work, world } = place;
  const admin = await api.as(world.administrator);
  const { site, team } = await names(place);
  const csv = ['npk,nama,site,tim,peran', ...Array.from({ length: 5 }, (_, n) =>
    `7100${n},Orang ${n},${site},${team},AGENT`), '71009,,,,'].join('\n');
  const lines = (await preview(admin, csv)).filter((line) => line.state === 'NEW').map((line) => line.line);
  t.same(lines, [2, 3, 4, 5, 6]);
  const key = { 'idempotency-key': newId() };
  const made = await admin.call('POST', '/api/users/import', { csv, lines }, key);
  t.equal(made.status, 201);
  const paths = new Set(made.body.items.map((item: { link: { path: string } }) => item.link.path));
  t.equal(paths.size, 5);
  t.ok([...paths].every((path) => /^\/join#[\w-]{43}$/.test(String(path))));
  const again = await admin.call('POST', '/api/users/import', { csv, lines }, key);
  t.equal(again.body.items.length, 5, 'RF19 the second sending makes nobody');
  t.notOk(again.body.items[0].link, 'and hands out no invitation again');
  const first = made.body.items[0];
  t.equal((await api.stranger.call('POST', '/api/join', { token: first.link.path.slice(6),
    password: 'kuda-nil-terbang-7' })).status, 200);
  const [person] = (await admin.get('/api/users?q=71000')).body.items;
  t.match(person, { siteId: world.siteId, teamId: world.teamId, roles: [{ code: 'AGENT', scopeKind: 'self' }] });
  const [row] = await work.db.dynamic<{ n: number }>(`select count(*)::int as n from journal
    where type = 'user.created' and actor_id = $1`, [world.administrator.id]);
  t.equal(row?.n, 5);
  const stale = await admin.call('POST', '/api/users/import', { csv, lines: [2, 7] });
  t.equal(stale.status, 400);
  t.same(stale.body.details.issues.map((one: { path: string }) => one.path), ['line.2', 'line.7']);
});

t.test('RS16 a file gives nobody more than its giver holds, nor a place that is not theirs', async (t) => {
  const place = await adminWorld(t);
  const { api, world, work } = place;
  const { site } = await names(place);
  const manager = await api.as(await addUser(place, '80009', 'OPERATION_MANAGER'));
  const csv = `npk,nama,site,peran\n72001,Naik Pangkat,${site},ADMIN\n72002,Setara,${site},OPERATION_MANAGER\n`
    + `72003,Biasa,${site},AGENT\n`;
  t.same((await preview(manager, csv)).map((line) => [line.state, line.issues[0]?.code]),
    [['WRONG', 'not_yours'], ['WRONG', 'not_yours'], ['NEW', undefined]]);
  t.equal((await manager.call('POST', '/api/users/import', { csv, lines: [2] })).status, 400);
  const other = newId();
  await work.db.dynamic(`insert into sites (id, organisation_id, code, name, time_zone) values ($1, $2, 'YGY', 'Yogya',
    'Asia/Jakarta')`, [other, world.organisationId]);
  const local = await api.as(await addUser(place, '80010', 'OPERATION_MANAGER', { kind: 'site', id: world.siteId }));
  const lines = await preview(local, `npk,nama,site,peran\n72004,Di sini,${site},AGENT\n72005,Di sana,YGY,AGENT\n`);
  t.same(lines.map((line) => [line.state, line.issues[0]?.code]), [['NEW', undefined], ['WRONG', 'not_yours']]);
  const agent = await api.as(world.agents[0]!);
  t.equal((await agent.call('POST', '/api/users/import/preview', { csv })).status, 403);
});

t.test('RS16 a column of queues puts newcomers into those whose members the giver may change', async (t) => {
  const place = await adminWorld(t);
  const { api, world, work } = place;
  const { site } = await names(place);
  const [one, two] = [newId(), newId()];
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier, site_id, active) values
    ($1, $4, 'JKT', 'Kartu; Kredit', 1, $3, true), ($2, $4, 'SATU', 'Sama', 1, null, true),
    (gen_random_uuid(), $4, 'DUA', 'Sama', 1, null, true), (gen_random_uuid(), $4, 'MATI', 'Mati', 1, $3, false)`,
  [one, two, world.siteId, world.organisationId]);
  const csv = ['npk,nama,site,peran,Antrean', `73001,Semua,${site},AGENT,layanan umum; SATU|jkt ; umum`,
    `73002,Rancu,${site},AGENT,Sama|Entah|UMUM`, `73003,Mati,${site},AGENT,MATI`, `73004,Tanpa,${site},AGENT,`,
    `73005,Satu,${site},AGENT,JKT`].join('\n');
  const said = async (browser: Browser) => (await preview(browser, csv)).map((line) =>
    line.issues.map((issue) => Object.values(issue).join(' ')).join(', '));
  const admin = await api.as(world.administrator);
  t.same(await said(admin), ['', 'queues several sama, queues unknown entah', 'queues unknown mati', '', '']);

  const local = await api.as(await addUser(place, '80010', 'OPERATION_MANAGER', { kind: 'site', id: world.siteId }));
  t.same(await said(local), ['queues not_yours layanan umum, queues not_yours satu, queues not_yours umum',
    'queues several sama, queues unknown entah, queues not_yours umum', 'queues unknown mati', '', ''],
  'a queue of no site is not one of theirs');
  t.equal((await local.call('POST', '/api/users/import', { csv, lines: [2] })).status, 400);
  t.equal((await local.call('POST', '/api/users/import', { csv, lines: [6] })).status, 201);

  const before = (await admin.get(`/api/queues/${one}`)).body;
  t.equal((await admin.call('POST', '/api/users/import', { csv, lines: [2, 5] })).status, 201);
  const queuesOf = async (npk: string) => (await admin.get(`/api/users?q=${npk}`)).body.items[0].queueIds as string[];
  t.strictSame((await queuesOf('73001')).toSorted(), [one, two, world.queueId].toSorted());
  t.strictSame(await queuesOf('73004'), []);
  t.strictSame(await queuesOf('73005'), [one], 'who was there stays');
  const stale = await admin.call('PATCH', `/api/queues/${one}`, { memberIds: before.memberIds },
    { 'if-match': String(before.version) });
  t.equal(stale.body.code, 'VERSION_CONFLICT', 'a form opened before takes nobody out again');
  const told = await work.db.dynamic<{ subject_id: string; data: unknown }>(`select subject_id, data from journal
    where type = 'queue.updated' and subject_id = $1`, [one]);
  t.match(told, [{ data: { changed: ['memberIds'] } }, { data: { changed: ['memberIds'] } }]);
});

t.test('a file that is no CSV, has no header, or is too long, is refused in words', async (t) => {
  const place = await adminWorld(t);
  const admin = await place.api.as(place.world.administrator);
  const call = (csv: string) => admin.call('POST', '/api/users/import/preview', { csv });
  t.equal((await call('npk,nama\n1,"tanpa akhir')).body.code, 'CSV_UNREADABLE');
  t.equal((await call('10001,Sari\n10002,Budi')).body.code, 'CSV_UNREADABLE');
  t.equal((await call('PK\u0003\u0004\0\0')).body.code, 'CSV_UNREADABLE');
  t.equal((await call('')).status, 400);
  t.equal((await call('x'.repeat(limits.importChars + 1))).status, 400);
  const many = ['npk,nama', ...Array.from({ length: limits.importRowsMax + 1 }, (_, n) => `${10_000 + n},A`)];
  t.equal((await call(many.join('\n'))).body.code, 'VALIDATION_FAILED');
  t.same(await preview(admin, 'npk,nama'), [], 'a header alone holds nobody');
  t.equal((await admin.call('POST', '/api/users/import', { csv: 'npk,nama\n70001,A', lines: [2, 2] })).status, 400);
});
