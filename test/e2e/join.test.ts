/** A newcomer opens the invitation in a browser of their own: RS05 on the screen, in both languages, WCAG included. */
import t from 'tap';
import { generate } from 'otplib';
import { addUser } from '#test/support/admin-world.ts';
import { DESK_SIZE, isAbsent, openPage, PHONE_SIZE, seriousFindings } from '#test/support/browser.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';

t.setTimeout(240_000);
const PASSWORD = 'gajah-kecil-menari-9';

t.test('RS05 an invitation is made on the screen, used once on a phone, and leads through the authenticator',
  async (t) => {
  const scene = await deskScene(t);
  const { work, world, product, browser } = scene;
  await work.db.dynamic(`update organisations set settings = '{}'`);
  const lead = await addUser({ work, world }, '20901', 'TEAM_LEADER');
  const { page: admin, faults } = await deskPage(scene, world.administrator, `/admin/users/${lead.id}`);
  await admin.getByRole('button', { name: 'Buat undangan' }).click();
  await admin.getByRole('dialog', { name: /^Buat undangan/ }).getByRole('button', { name: 'Buat undangan' }).click();
  await admin.getByRole('heading', { name: 'Undangan untuk Pengguna 20901', exact: true }).waitFor();
  const link = (await admin.locator('pre').last().innerText()).trim();
  t.ok(link.startsWith(`${product.url.replace('127.0.0.1', new URL(link).hostname)}/join#`), link.slice(0, 40));
  t.same(await seriousFindings(admin), []);

  const phone = await openPage(browser, PHONE_SIZE, { colorScheme: 'dark' });
  const { page } = phone;
  await page.goto(link);
  await page.getByText('Selamat datang, Pengguna 20901').waitFor();
  await page.getByText('Berikutnya: pasang autentikator').waitFor();
  t.same(await seriousFindings(page), []);
  await page.getByLabel('Kata sandi baru').fill('pendek');
  await page.getByRole('button', { name: 'Simpan dan lanjutkan' }).click();
  await page.getByText('Kata sandi paling sedikit 12 karakter.').waitFor();
  await page.getByLabel('Kata sandi baru').fill(PASSWORD);
  await page.getByLabel('Ulangi kata sandi').fill(`${PASSWORD}0`);
  await page.getByRole('button', { name: 'Simpan dan lanjutkan' }).click();
  await page.getByText('Kedua kata sandi belum sama.').waitFor();
  t.same(await seriousFindings(page), []);
  await page.getByLabel('Ulangi kata sandi').fill(PASSWORD);
  await page.getByLabel('Ulangi kata sandi').press('Enter');
  const key = page.locator('code').first();
  await key.waitFor();
  t.notOk(page.url().includes('#'), 'the used link is gone from the address');
  const secret = (await key.innerText()).replaceAll(' ', '');
  await page.getByLabel('Kode autentikator').first().click();
  await page.keyboard.type(await generate({ secret, epoch: Math.floor(Date.now() / 1_000) }));
  await page.getByText('Simpan kode pemulihan').waitFor();
  t.same(await seriousFindings(page), []);
  await page.getByRole('button', { name: 'Sudah saya simpan' }).click();
  await page.getByRole('navigation', { name: 'Menu utama' }).waitFor();

  const late = await openPage(browser, DESK_SIZE);
  await late.page.goto(link);
  await late.page.getByText('Tautan sudah dipakai').waitFor();
  await late.page.getByRole('button', { name: 'English' }).click();
  await late.page.getByText('This link was used').waitFor();
  t.same(await seriousFindings(late.page), []);
  await late.page.goto(`${product.url}/join#${'x'.repeat(43)}`);
  await late.page.getByText('This link is not known').waitFor();
  await late.page.getByRole('button', { name: 'To the sign-in page' }).click();
  await late.page.getByLabel('NPK').waitFor();
  t.same([...faults, ...phone.faults, ...late.faults], []);
});

t.test('RS06 a newcomer is not told that a session ended; whoever had one is, and only then', async (t) => {
  const scene = await deskScene(t);
  const { page: first } = await openPage(scene.browser, DESK_SIZE);
  await first.goto(scene.product.url);
  await first.getByLabel('NPK').waitFor();
  t.ok(await isAbsent(first.getByText('Sesi Anda berakhir')));
  const { page } = await deskPage(scene, scene.world.leader, '/');
  await page.getByRole('navigation', { name: 'Menu utama' }).waitFor();
  await scene.work.db.dynamic('update sessions set revoked_at = app_now()');
  await page.getByText('Sesi Anda berakhir').waitFor();
});
