/** Exports: who may take what away, masked or not, bounded, journalled, and read back by a program (RS22, RA05). */
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { readSafeCell } from '#domain/exports/csv.ts';
import { exportRows } from '#domain/exports/queries.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { addUser } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(180_000);

async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const { work } = whole.parts;
  const { db } = work;
  const world = await smallWorld(db);
  await db.dynamic('update queues set site_id = $1 where id = $2', [world.siteId, world.queueId]);
  const role = (npk: string, code: string, scope?: { kind: string; id: string | null }) =>
    addUser({ work, world }, npk, code, scope);
  const manager = await whole.as(await role('80501', 'OPERATION_MANAGER'));
  const [days] = await db.dynamic<{ from: string; to: string }>(`select
    to_char(app_now() at time zone 'Asia/Jakarta' - interval '1 day', 'YYYY-MM-DD') as from,
    to_char(app_now() at time zone 'Asia/Jakarta' + interval '1 day', 'YYYY-MM-DD') as to`);
  if (days === undefined) throw new Error('no day');
  const take = async (kind: string, more: object = {}, by: Browser = manager) =>
    by.call('POST', '/api/exports', { kind, ...days, ...more });
  const read = (file: unknown, delimiter = ';'): Record<string, string>[] =>
    (parse(String(file), { bom: true, columns: true, delimiter }) as Record<string, string>[]).map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, readSafeCell(cell)])));
  const events = () => db.dynamic<{ type: string; data: Record<string, unknown> }>(`select type, data from journal
    where type like 'export.%' order by epoch, xid, id`);
  return { ...whole, db, world, role, manager, days, take, read, events };
}

t.test('RS22 customers cannot make a formula of their names, and the file is one that Excel reads', async (t) => {
  const { db, as, world, role, take, read } = await place(t);
  const names = ['=1+1', `=cmd|' /C calc'!A0`, '+6281', '@SUM(A1)', 'Budi; "Bas"\nSantoso', '\uFEFF=1'];
  for (const name of names) await openInteraction(db, world, { name });
  const answer = await take('tickets');
  t.equal(answer.status, 200);
  t.match(answer.headers, { 'content-type': 'text/csv; charset=utf-8', 'cache-control': 'no-store',
    'content-disposition': /^attachment; filename="tickets-[\d-]+\.csv"$/ });
  t.ok(String(answer.body).startsWith('\uFEFF'), 'a byte order mark');
  for (const line of String(answer.body).split('\r\n')) t.notMatch(line, /(^|;|")[=+@]/, 'no cell begins a formula');
  t.same(read(answer.body).map((row) => row['nasabah']), names.toReversed());
  t.match(Object.keys(read(answer.body)[0] ?? {}), ['nomor', 'status', 'nasabah']);
  t.same(read((await take('tickets', { separator: 'comma' })).body, ',').length, names.length);
  const foreign = await role('80511', 'OPERATION_MANAGER');
  await db.dynamic(`update users set locale = 'en' where id = $1`, [foreign.id]);
  t.ok('opened (Asia/Jakarta)' in (read((await take('tickets', {}, await as(foreign))).body)[0] ?? {}));
});

t.test('RA09 what is masked stays masked, unless the user may unmask and says why; nobody else gets it', async (t) => {
  const { db, as, world, role, take, read, events } = await place(t);
  await openInteraction(db, world, { name: 'Sari', handle: '+6281234567567' });
  await db.dynamic(`update contacts set email = 'sari.wulan@contoh.id'`);
  await db.dynamic(`update contact_points set phone = '+6281234567567'`);
  const masked = read((await take('contacts')).body)[0];
  t.match(masked, { 'nama': 'Sari', 'e-mail': 's****n@contoh.id', 'telepon': '0812****567',
    'alamat': 'generic 0812****567' });
  t.equal(read((await take('interactions')).body)[0]?.['alamat'], '0812****567');
  t.equal((await take('contacts', { unmaskReasonCode: 'TIDAK_ADA' })).status, 400);
  await db.dynamic(`insert into reasons (id, organisation_id, kind, code, label_id, label_en, active, sort, version)
    values ($1, $2, 'UNMASK', 'AUDIT', 'Audit', 'Audit', true, 1, 1) on conflict do nothing`,
  [newId(), world.organisationId]);
  const open = read((await take('contacts', { unmaskReasonCode: 'AUDIT' })).body)[0];
  t.match(open, { 'e-mail': 'sari.wulan@contoh.id', telepon: '+6281234567567', alamat: 'generic +6281234567567' });
  const blind = await role('80502', 'OPERATION_MANAGER');
  await db.dynamic(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions)
    values ($1, $2, 'PENGAMBIL', 'P', 'P', 5, '{data.export,contact.read}')`, [newId(), world.organisationId]);
  await db.dynamic(`update user_roles set role_id = (select id from roles where code = 'PENGAMBIL')
    where user_id = $1`, [blind.id]);
  const browser = await as(blind);
  t.equal((await take('contacts', { unmaskReasonCode: 'AUDIT' }, browser)).status, 403);
  t.match(read((await take('contacts', {}, browser)).body)[0], { telepon: '0812****567' });
  t.equal((await take('tickets', {}, browser)).status, 403, 'exporting gives no right to read');
  t.equal((await take('audit', {}, browser)).status, 403);
  const started = (await events()).filter((event) => event.type === 'export.started');
  t.match(started.map(({ data }) => data['unmasked']), [false, false, true, false]);
  t.notMatch(JSON.stringify(await events()), /Sari|sari|0812|6281/, 'the journal holds no personal data');
});

t.test('RS01 RA06 an export holds what its user may see and export, of their place and organisation alone',
  async (t) => {
  const { db, as, world, role, take, read } = await place(t);
  const here = await openInteraction(db, world, { name: 'Di Sini' });
  const other = newId();
  await db.dynamic(`insert into sites (id, organisation_id, code, name, time_zone)
    values ($1, $2, 'YGY', 'Yogya', 'Asia/Jakarta')`, [other, world.organisationId]);
  const there = await openInteraction(db, world, { name: 'Di Sana' });
  for (const table of ['tickets', 'interactions']) {
    await db.dynamic(`update ${table} set site_id = $1 where conversation_id = $2`, [other, there.conversationId]);
  }
  const local = await as(await role('80503', 'OPERATION_MANAGER', { kind: 'site', id: world.siteId }));
  for (const [kind, column] of [['tickets', 'nomor'], ['interactions', 'tiket']] as const) {
    const all = read((await take(kind)).body).map((row) => row[column]).sort();
    t.same(all, [here.ticketNumber, there.ticketNumber].sort());
    t.same(read((await take(kind, {}, local)).body).map((row) => row[column]), [here.ticketNumber], kind);
  }
  t.same(read((await take('contacts', {}, local)).body).map((row) => row['nama']), ['Di Sini']);
  for (const user of [world.agents[0]!, world.leader]) {
    t.equal((await take('tickets', {}, await as(user))).status, 403);
  }
  const admin = await as(world.administrator);
  t.equal((await take('tickets', {}, admin)).status, 403, 'administration is no right to customers');
  const trail = read((await take('audit', {}, admin)).body);
  t.ok(trail.some((row) => row['kejadian'] === 'export.started'), 'the trail tells of the exports themselves');
});

t.test('RA05 RA08 a step-up, a believable period, a place in the line, and two rows of the journal', async (t) => {
  const { db, world, take, manager, days, events, app } = await place(t);
  await openInteraction(db, world, {});
  t.equal((await take('tickets', { from: days.to, to: days.from })).status, 400);
  t.equal((await take('tickets', { from: '2020-01-01' })).status, 400, 'more than a year');
  t.equal((await take('semua')).status, 400);
  t.equal((await take('tickets', { path: '/etc/passwd' })).status, 400);
  await db.dynamic(`update sessions set created_at = created_at - interval '6 minutes'`);
  t.equal((await take('tickets')).body.code, 'STEP_UP_REQUIRED');
  t.same(await events(), [], 'nothing left');
  await db.dynamic('update sessions set stepped_up_at = app_now()');
  t.equal((await take('tickets')).status, 200);
  const [started, ended] = await eventually('both rows', async () => {
    const rows = await events();
    return rows.length === 2 ? rows : undefined;
  });
  t.match(started, { type: 'export.started', data: { kind: 'tickets', ...days, unmasked: false } });
  t.match(ended, { type: 'export.ended', data: { rows: 1, complete: true, exportId: started?.data['exportId'] } });
  const many = await Promise.all(Array.from({ length: limits.exportsAtOnce + 2 }, () => take('tickets')));
  t.ok(many.every(({ status }) => [200, 429, 503].includes(status)));
  t.equal((await manager.call('GET', '/api/exports')).status, 404);
  t.ok(app);
});

t.test('a file is read page by page, newest first, without a gap, and ends at its bound', async (t) => {
  const { db, world, parts, role } = await place(t);
  const first = await openInteraction(db, world, {});
  await db.dynamic(`insert into tickets (id, organisation_id, number, contact_id, conversation_id, queue_id, site_id,
      opened_at)
    select gen_random_uuid(), organisation_id, 'TK-X-' || n, contact_id, conversation_id, queue_id, site_id,
      app_now() - (n / 10) * interval '1 second'
    from tickets, generate_series(1, 2500) as n where id = $1`, [first.ticketId]);
  const user = await parts.sessions.userById((await role('80504', 'OPERATION_MANAGER')).id);
  if (user === undefined) throw new Error('no user');
  const query = { kind: 'tickets', user, from: '2020-01-01', to: '2099-01-01', zone: 'Asia/Jakarta',
    unmask: false } as const;
  const pages: (string | number | null)[][][] = [];
  for await (const page of exportRows(db, query)) pages.push(page);
  t.same(pages.map((page) => page.length), [1_000, 1_000, 501]);
  t.equal(new Set(pages.flat().map(([number]) => number)).size, 2_501);
  t.ok(limits.exportRowsMax <= 100_000 && limits.exportDaysMax <= 366);
});
