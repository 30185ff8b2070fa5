/** What lies over a page in layers: Esc takes the uppermost alone, and the focus is where it was before. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { isAbsent, isShown } from '#test/support/browser.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

const focused = (page: Page, words: string) => eventually(`${words} has the focus`, () => page.evaluate((wanted) => {
  const at = document.activeElement;
  const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : undefined;
  return `${at?.getAttribute('aria-label') ?? ''} ${label ?? ''} ${at?.textContent ?? ''}`.includes(wanted);
}, words));

async function newRecord(t: Test, page: Page): Promise<void> {
  const add = page.getByRole('main').getByRole('button', { name: 'Tambah pengguna' })
    .or(page.getByRole('main').getByRole('link', { name: 'Tambah pengguna' }));
  await add.focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Tambah pengguna' });
  await drawer.waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  await focused(page, 'Tambah pengguna');
  await page.keyboard.press('Enter');
  await drawer.getByLabel('Nama').fill('Sari Uji');
  await page.keyboard.press('Escape');
  const asks = page.getByRole('dialog', { name: 'Buang perubahan?' });
  await asks.waitFor();
  await page.keyboard.press('Escape');
  await asks.waitFor({ state: 'detached' });
  t.ok(await isShown(drawer), 'the form stays');
  await focused(page, 'Nama');
  await page.keyboard.press('Escape');
  await asks.getByRole('button', { name: 'Buang' }).click();
  await drawer.waitFor({ state: 'detached' });
  await focused(page, 'Tambah pengguna');
}

async function oneRecord(t: Test, page: Page, npk: string): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: npk });
  await row.getByRole('link').or(row.getByRole('button')).first().focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog').filter({ hasText: 'Nonaktifkan' });
  await drawer.getByRole('button', { name: 'Nonaktifkan' }).focus();
  await page.keyboard.press('Enter');
  const asks = page.getByRole('dialog').nth(1);
  await asks.waitFor();
  await page.keyboard.press('Escape');
  await asks.waitFor({ state: 'detached' });
  t.ok(await isShown(drawer), 'the record stays');
  await focused(page, 'Nonaktifkan');
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  t.ok(await isAbsent(page.getByRole('dialog')));
  await focused(page, npk);
}

t.test('Esc takes the uppermost layer alone, and the focus goes back to what opened it', async (t) => {
  const scene = await deskScene(t);
  const { page, faults } = await deskPage(scene, scene.world.administrator, '/admin/users');
  await page.getByRole('row').nth(1).waitFor();
  await t.test('of a new record', (t) => newRecord(t, page));
  await t.test('of a question over a record', (t) => oneRecord(t, page, '10001'));
  t.same(faults, []);
});
