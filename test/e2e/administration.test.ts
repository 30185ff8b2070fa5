/**
 * An administrator in a real browser: plants a unit, gives hours, imports users, and sees long and hostile names
 * stay inside their lines on a phone (RF19, RF22, J53).
 */
import type { Page } from 'playwright-core';
import t from 'tap';
import { temporaryDirectory } from '#test/support/cluster.ts';
import { DESK_SIZE, isAbsent, openBrowser, openPage, PHONE_SIZE, seriousFindings } from '#test/support/browser.ts';
import { eventually } from '#test/support/harness.ts';
import { startProduct } from '#test/support/servers.ts';

const PASSWORD = 'rahasia-uji-coba-26';
t.setTimeout(300_000);

async function enter(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/admin/branches`);
  await page.getByLabel('NPK').fill('90001');
  await page.getByLabel('Kata sandi', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Masuk', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Unit organisasi' }).waitFor();
}

/** True if nothing makes the page wider than the window. */
function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}

t.test('RF19 RF22 places, hours and people are kept by keyboard and mouse', { timeout: 240_000 }, async (t) => {
  const product = await startProduct(t, { DATA_DIR: temporaryDirectory(), PORT: '0', SEED: 'demo',
    DEMO_PASSWORD: PASSWORD });
  const { url } = product;
  const browser = await openBrowser(t);
  const { page, faults } = await openPage(browser, DESK_SIZE);
  const refused: string[] = [];
  page.on('response', (answer) => {
    if (answer.status() === 403 || answer.status() >= 500) refused.push(`${answer.status()} ${answer.url()}`);
  });
  await enter(page, url);

  await page.getByRole('button', { name: /Cari halaman atau perintah/ }).waitFor();
  await page.goto(`${url}/search`);
  await page.getByText('Peran Anda tidak mencakup data nasabah').waitFor();
  await page.goto(`${url}/admin/branches/new`);
  await page.getByRole('dialog').getByLabel('Kode').fill('12130');
  const hostile = `\u202ECabang ${'Panjang'.repeat(20)} <b>tebal</b>`;
  await page.getByRole('dialog').getByLabel('Nama').fill(hostile);
  await page.getByRole('dialog').getByLabel('Jenjang').click();
  await page.getByRole('option', { name: 'Cabang', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Unit induk').fill('Kantor Area Yogyakarta');
  await page.getByRole('option', { name: /Kantor Area Yogyakarta/ }).click();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByPlaceholder('Cari nama atau kode').fill('12130');
  await page.getByText('12130', { exact: true }).waitFor();
  t.equal(await page.locator('bdi', { hasText: 'PanjangPanjang' }).first().textContent(), hostile, 'shown as typed');
  t.ok(await isAbsent(page.locator('main b')), 'and never as markup');

  await page.goto(`${url}/admin/calendars/new`);
  await page.getByRole('dialog').getByLabel('Kode').fill('MALAM');
  await page.getByRole('dialog').getByLabel('Nama').fill('Jam malam');
  await page.getByRole('dialog').getByLabel('Senin').fill('22-06');
  await page.getByText('Jam tidak terbaca atau saling tumpang tindih.').waitFor();
  await page.getByRole('dialog').getByLabel('Senin').fill('00.00-06.00, 22.00-24.00');
  await page.getByRole('button', { name: 'Salin Senin ke hari kerja' }).click();
  t.equal(await page.getByRole('dialog').getByLabel('Jumat').inputValue(), '00.00-06.00, 22.00-24.00');
  await page.getByRole('button', { name: /^Buat/ }).last().click();
  await page.getByText('Jam malam').first().waitFor();

  await page.goto(`${url}/admin/users/import`);
  await page.getByLabel('Isi CSV').fill('npk,nama,site,peran\n10991,Sari Uji,JKT,AGENT\n10992,Budi Uji,JKT,RAJA\n'
    + '10001,Sudah Ada,JKT,AGENT');
  await page.getByRole('button', { name: 'Periksa' }).click();
  await page.getByText('1 baru · 1 sudah terdaftar · 1 perlu diperbaiki').waitFor();
  await page.getByText('Peran: tidak dikenal').waitFor();
  await page.getByRole('button', { name: 'Impor 1 pengguna' }).dblclick();
  await page.getByText('1 pengguna dibuat').first().waitFor();
  t.same(await seriousFindings(page), []);
  const [download] = await Promise.all([page.waitForEvent('download'),
    page.getByRole('button', { name: 'Unduh undangan' }).click()]);
  t.equal(download.suggestedFilename(), 'undangan.csv');
  await page.getByRole('button', { name: 'Sudah saya simpan' }).click();
  await page.getByPlaceholder('Cari nama atau NPK').fill('1099');
  await eventually('one was made', async () => (await page.locator('tbody tr').count()) === 1);

  t.same(refused, [], 'nothing was asked that the administrator may not see');
  t.same(faults, []);
  const phone = await openPage(browser, PHONE_SIZE, { colorScheme: 'dark' });
  await enter(phone.page, url);
  for (const path of ['branches?', 'sites', 'seats', 'calendars/holidays', 'users/import', 'setup-check']) {
    await phone.page.goto(`${url}/admin/${path}`);
    await phone.page.getByRole('heading', { level: 1 }).waitFor();
    t.ok(await fits(phone.page), `${path} fits 390 px`);
  }
  t.same(await seriousFindings(phone.page), []);
  t.same(phone.faults, []);
});
