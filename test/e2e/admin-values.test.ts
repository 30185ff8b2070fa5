/** What administrators type into the forms of the settings, in a real browser: kept as typed, or refused in words. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { isAbsent } from '#test/support/browser.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);

t.test('a number out of bounds stays as typed, is marked, and is not saved', async (t) => {
  const scene = await deskScene(t);
  const { world, work } = scene;
  const { page, faults } = await deskPage(scene, world.administrator, '/admin/retention');
  const days = page.getByLabel('Isi pesan');
  await days.fill('0');
  await page.keyboard.press('Tab');
  await page.getByText('Isi angka 1 sampai 36.500.').waitFor();
  t.match(await days.inputValue(), /^0/, 'no other number has taken its place');
  t.equal(await page.getByRole('button', { name: 'Simpan aturan' }).getAttribute('aria-disabled'), 'true');
  await days.fill('-5');
  await page.keyboard.press('Tab');
  t.match(await days.inputValue(), /^-5/, 'the minus is kept');
  t.equal(await page.getByRole('button', { name: 'Simpan aturan' }).getAttribute('aria-disabled'), 'true');

  await page.goto(`${scene.product.url}/admin/queues/${world.queueId}`);
  const form = page.getByRole('dialog');
  await form.getByLabel('Prioritas').fill('99');
  await form.getByLabel('Batas waktu tawaran').fill('1');
  await page.keyboard.press('Control+Enter');
  await form.getByText('Isi angka 0 sampai 9.').waitFor();
  await form.getByText('Isi angka 5 sampai 600.').waitFor();
  t.equal(await form.getByLabel('Prioritas').inputValue(), '99');
  t.match(await form.getByLabel('Batas waktu tawaran').inputValue(), /^1\b/);
  t.equal(await form.getByLabel('Prioritas').getAttribute('aria-invalid'), 'true');
  await form.getByLabel('Prioritas').fill('7');
  await form.getByLabel('Batas waktu tawaran').fill('20');
  await page.keyboard.press('Control+Enter');
  t.ok(await isAbsent(form), 'what lies within its bounds is saved');
  await eventually('it is stored', async () => {
    const [row] = await work.db.dynamic<{ priority: number }>('select priority from queues where id = $1',
      [world.queueId]);
    return row?.priority === 7;
  });
  t.same(faults, []);
});

t.test('the line that sums up what is wrong calls fields by their labels', async (t) => {
  const scene = await deskScene(t);
  const { page, faults } = await deskPage(scene, scene.world.administrator, '/admin/calendars/new');
  const form = page.getByRole('dialog');
  await form.getByLabel('Kode').fill('MALAM');
  await form.getByLabel('Nama').fill('Jam malam');
  await form.getByLabel('Senin').fill('22-06');
  await page.keyboard.press('Control+Enter');
  await form.getByText('Perbaiki isian: Senin', { exact: true }).waitFor();

  await page.goto(`${scene.product.url}/admin/channel-accounts/new`);
  await form.getByRole('combobox', { name: 'Kanal' }).click();
  await page.getByRole('option', { name: 'Telegram' }).click();
  await form.getByLabel('Nama dalam alamat web').fill('bot-uji');
  await form.getByRole('textbox', { name: 'Nama', exact: true }).fill('Bot uji');
  await page.keyboard.press('Control+Enter');
  await form.getByText('Perbaiki isian: Token bot', { exact: true }).waitFor();

  t.equal(await form.getByLabel('Cara menerima pesan').first().inputValue(), 'Polling (di mana saja)', 'the default');
  t.ok(await isAbsent(form.getByText('Rahasia webhook')), 'nothing of a webhook where there is none');
  await form.getByRole('button', { name: 'Isi', exact: true }).click();
  await form.getByLabel('Token bot').first().fill('bukan token');
  await form.getByLabel('Daftar perintah').fill('start: Mulai, tanpa titik dua');
  await page.keyboard.press('Control+Enter');
  await form.getByText(/^Bukan token bot/).waitFor();
  await form.getByText(/^“tanpa titik dua” bukan perintah/).waitFor();
  await form.getByLabel('Token bot').first().fill(`700000001:${'A'.repeat(35)}`);
  await form.getByLabel('Daftar perintah').fill('start: Mulai');
  await form.getByLabel('Alamat Bot API sendiri').fill('http://127.0.0.1:9');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog', { name: 'Akun Bot uji' }).waitFor();
  t.ok(await isAbsent(page.getByText('Salin ke sistem pengirim')), 'nothing has to be copied');
  t.ok(await isAbsent(form.getByText('Akun menerima dan mengirim pesan.')), 'it was never connected');
  t.same(faults, []);
});

t.test('the audit trail tells keys and codes in words, and a span from its beginning', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const actor = { kind: 'USER', id: world.administrator.id } as const;
  const row = (type: JournalEntry['type'], subjectType: JournalEntry['subjectType'],
    data: NonNullable<JournalEntry['data']>): JournalEntry =>
    ({ type, subjectType, subjectId: newId(), actor, scope: { organisationId: world.organisationId }, data });
  await work.db.transaction((tx) => appendJournal(tx, [
    row('agent.presence-changed', 'agent', { presence: 'OFFLINE', from: 'READY', reasonCode: 'VANISHED' }),
    row('export.started', 'user', { kind: 'tickets', from: '2026-11-01', to: '2026-11-21', unmasked: false }),
    row('export.ended', 'user', { rows: 12, complete: true }),
    row('user.link-made', 'user', { kind: 'INVITE' }),
    row('user.stepped-up', 'user', { method: 'password' }),
    row('api-key.created', 'api-key', { permissions: ['audit.read'], days: 365 }),
    row('api-key.revoked', 'api-key', { reason: 'REVOKED' }),
    row('webhook.updated', 'webhook', { changed: ['secret'] }),
    row('retention.run-finished', 'retention-run', { counts: {} }),
    row('channel-account.tested', 'channel-account', { result: 'RECEIVED' }),
    row('message.posted', 'message', { code: 'AGENT_JOINED' }),
  ]));
  const { page, faults } = await deskPage(scene, world.administrator, '/admin/audit');
  for (const said of ['Dari: Siap · Status kehadiran: Luring · Alasan: koneksi agen terputus',
    'Jenis: tiket · Dari: 01/11/2026 · Sampai: 21/11/2026 · Tanpa penyamaran: Tidak',
    'Jumlah baris: 12 · Berkas utuh: Ya', 'Jenis: undangan', 'Cara: kata sandi', 'Sebab: dicabut',
    'Yang berubah: Rahasia', 'Jumlah: tidak ada', 'Hasil: pesan uji diterima', 'Pemberitahuan: agen bergabung']) {
    await page.getByText(said, { exact: true }).waitFor();
  }
  await page.getByText(/^Hari: 365 · Izin: [A-Z]/).waitFor();

  await page.getByLabel('Rentang waktu').first().click();
  await page.getByRole('option', { name: 'Pilih sendiri' }).click();
  await page.getByText('Dari', { exact: true }).waitFor();
  await page.getByLabel('Sampai', { exact: true }).fill('11/21/2026');
  await page.getByText(/^Isi tanggal\/bulan\/tahun/).waitFor();
  await page.getByLabel('Sampai', { exact: true }).fill('21/11/2020');
  await page.getByText('Tidak ada yang cocok').waitFor();
  t.same(faults, []);
});

t.test('the menu shows where one is, and pages say who may do what this user may not', async (t) => {
  const scene = await deskScene(t);
  const { world } = scene;
  const { page, faults } = await deskPage(scene, world.administrator, '/admin/retention');
  const entry = page.getByRole('navigation', { name: 'Menu pengaturan' }).locator('[aria-current=page]');
  await eventually('the entry lies within the window', async () => {
    const box = await entry.boundingBox();
    return box !== null && box.y >= 0 && box.y + box.height <= 768;
  });
  // A run ends within a moment here: the answer of the server is held at one that has not.
  await page.route('**/api/retention-runs*', (route) => route.fulfill({ json: { nextCursor: null, items: [{
    id: newId(), cause: 'SCHEDULE', startedByName: null, state: 'RUNNING', counts: {}, held: 0,
    startedAt: new Date().toISOString() }] } }));
  await page.reload();
  await page.getByText('Masih berjalan, jumlahnya menyusul').waitFor();
  t.ok(await isAbsent(page.getByText('Tidak ada yang lewat masanya')));
  await page.getByText(/^Dicatat oleh pengguna dengan izin/).waitFor();
  await page.goto(`${scene.product.url}/admin/subject-requests`);
  await page.getByText(/^Dicatat oleh pengguna dengan izin/).waitFor();
  t.same(faults, []);
});
