/** Opt-outs in a real browser: a customer is found, the refusal registered, and found again by name and number. */
import t from 'tap';
import { indexThings } from '#domain/search/documents.ts';
import { addUser } from '#test/support/admin-world.ts';
import { seriousFindings } from '#test/support/browser.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);

t.test('an opt-out is registered for a customer who was searched by number, and found again', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const budi = await openInteraction(work.db, world, { name: 'Budi Santoso', handle: '+628123456789' });
  const siti = await openInteraction(work.db, world, { name: 'Siti Aminah', handle: '+628129876543' });
  await indexThings(work.db, 'contacts', [budi.contactId, siti.contactId]);
  const { page, faults } = await deskPage(scene, await addUser(scene, '80601', 'OPERATION_MANAGER'),
    '/admin/opt-outs/new');
  const form = page.getByRole('dialog');
  await form.getByLabel('Cari nasabah').fill('+62 812-3456-789');
  await page.getByRole('option', { name: /Budi Santoso/ }).click();
  await eventually('the only number is chosen', async () =>
    (await form.getByLabel('Titik kontak').first().inputValue()).includes('0812****789'));
  await form.getByLabel('Alasan').fill('Diminta lewat telepon');
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'hidden' });
  const row = page.locator('tbody tr').filter({ hasText: 'Budi Santoso' });
  await row.getByText('0812****789').waitFor();

  const box = page.getByRole('searchbox', { name: 'Cari nama, nomor, atau akun' });
  await box.fill('siti');
  await page.getByRole('button', { name: /Hapus|Bersihkan/ }).last().waitFor();
  await row.waitFor({ state: 'hidden' });
  await box.fill('62 812 3456 789');
  await row.waitFor();
  t.notMatch(page.url(), /812/, 'the number stands in no address');
  t.same(await seriousFindings(page), []);
  t.same(faults, []);
});
