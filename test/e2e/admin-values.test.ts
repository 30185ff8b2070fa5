/** What administrators type into the forms of the settings, in a real browser: kept as typed, or refused in words. */
import t from 'tap';
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
  await page.getByText('Isi angka 1 sampai 36500.').waitFor();
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
  t.same(faults, []);
});
