/** The customer's pane in Chromium: who is merged and parted by name, and what a ticket's course tells. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { indexThings } from '#domain/search/documents.ts';
import { identifyHandle } from '#routing/identity.ts';
import { updateTicket } from '#routing/ticketing.ts';
import { transferInteraction } from '#routing/transfer.ts';
import { seriousFindings } from '#test/support/browser.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);

async function merging(t: Test, { work }: DeskScene, page: Page, siti: OpenedInteraction): Promise<void> {
  await page.locator('[data-tab=contact]').click();
  await page.getByText('Rina Otomatis').waitFor();
  await page.getByText(/secara otomatis: kanal memastikan keduanya orang yang sama/).waitFor();
  const find = page.getByRole('button', { name: 'Cari nasabah lain' });
  await find.focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Nama atau nomor nasabah').waitFor();
  await page.keyboard.press('Escape');
  await eventually('the focus is given back', () => find.evaluate((button) => button === document.activeElement));
  await page.keyboard.press('Enter');
  await page.getByLabel('Nama atau nomor nasabah').fill('siti');
  await page.getByRole('button', { name: /Siti Contoh/ }).click();
  await page.getByText('Semua kanal, percakapan, dan tiket Siti Contoh pindah ke Budi Contoh.').waitFor();
  t.same(await seriousFindings(page), []);
  await page.getByRole('dialog').getByRole('button', { name: 'Gabungkan' }).click();
  await page.getByText('Kedua nasabah digabungkan.').waitFor();
  await page.getByRole('button', { name: 'Pisahkan kembali: Siti Contoh' }).waitFor();
  await page.getByRole('button', { name: 'Pisahkan kembali: Rina Otomatis' }).click();
  await page.getByText('Kanal Rina Otomatis dikembalikan').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Pisahkan kembali' }).click();
  await page.getByText('Nasabah dipisahkan kembali.').waitFor();
  await page.getByRole('button', { name: 'Pisahkan kembali: Rina Otomatis' }).waitFor({ state: 'detached' });
  t.same(await work.db.dynamic('select merged_id from contact_merges where undone_at is null'),
    [{ merged_id: siti.contactId }]);
}

async function course(t: Test, scene: DeskScene): Promise<void> {
  const { work, world } = scene;
  const [one, two] = [world.agents[0]!, world.agents[1]!];
  const at = await openOwnedInteraction(work.db, world, one.id, { name: 'Tono Contoh', answered: true,
    categoryId: world.categoryIds.INFORMASI });
  await openOwnedInteraction(work.db, world, two.id, { name: 'Wati Contoh', costPoints: 5 });
  await updateTicket(work, { user: world.leader, ticketId: at.ticketId, ifVersion: 1,
    change: { categoryId: world.categoryIds.PENGADUAN, outcomeCode: 'SELESAI', summary: 'Angsuran dua kali' } });
  await transferInteraction(work, { user: one, interactionId: at.interactionId, agentId: two.id });
  const { page, faults } = await deskPage(scene, world.leader, `/i/${at.interactionId}`);
  await page.locator('[data-tab=ticket]').click();
  await page.getByRole('region', { name: 'Perjalanan tiket' }).getByRole('button', { name: 'Tampilkan' }).click();
  await page.getByText('Kategori: INFORMASI → PENGADUAN').waitFor();
  await page.getByText('Hasil: SELESAI').waitFor();
  await page.getByText('Ringkasan ditulis ulang').waitFor();
  await page.getByText(`Dialihkan ke Layanan Umum, kepada ${two.name}`).waitFor();
  t.same(await seriousFindings(page), []);
  t.same(faults, []);
}

t.test('a customer whom nothing suggests is merged, each merge is parted by name, a course tells what changed',
  async (t) => {
    const scene = await deskScene(t);
    const { work, world } = scene;
    await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
    const agent = world.agents[0]!;
    const open = (name: string, handle: string): Promise<OpenedInteraction> =>
      openOwnedInteraction(work.db, world, agent.id, { name, handle, costPoints: 5 });
    const budi = await open('Budi Contoh', '0812000000071');
    const siti = await open('Siti Contoh', '0812000000072');
    const rina = await open('Rina Otomatis', '0812000000073');
    await indexThings(work.db, 'contacts', [siti.contactId]);
    await identifyHandle(work, { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
      key: 'uji', name: 'Uji', address: null, settings: {} }, { handle: rina.handle, is: budi.handle });
    const { page, faults } = await deskPage(scene, agent, `/i/${budi.interactionId}`);
    await t.test('found, merged, and the right one of two parted', (t) => merging(t, scene, page, siti));
    await t.test('what could not be loaded says so and is fetched again', async () => {
      await page.route('**/suggestions', (route) => route.abort());
      await page.reload();
      await page.getByText('Saran penggabungan belum dapat dimuat.').waitFor();
      await page.unroute('**/suggestions');
      await page.getByRole('region', { name: 'Gabungkan nasabah' }).getByRole('button', { name: 'Coba lagi' }).click();
      await page.getByRole('button', { name: 'Pisahkan kembali: Siti Contoh' }).waitFor();
    });
    await t.test('to whom it went, and what stood there before', (t) => course(t, scene));
    t.same(faults, []);
  });
