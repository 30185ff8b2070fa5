/** The forms of the settings in a real browser: nothing typed is lost, and the keyboard stays inside. */
import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { isAbsent, isShown, seriousFindings } from '#test/support/browser.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);
/** A skill written into the database; its drawer stands at the path. */
async function addSkill({ work, world }: DeskScene, code: string): Promise<string> {
  const id = newId();
  await work.db.dynamic('insert into skills (id, organisation_id, code, name) values ($1, $2, $3, $4)',
    [id, world.organisationId, code, `Keahlian ${code}`]);
  return `/admin/skills/${id}`;
}

const question = (page: Page) => page.getByRole('dialog', { name: 'Buang perubahan?' });
const stay = (page: Page) => page.getByRole('button', { name: 'Lanjut mengubah' });
const nameOf = (page: Page) => page.getByRole('dialog').getByLabel('Nama').first();
const menuOf = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Menu pengaturan' }).getByRole('link', { name });

t.test('Back and links ask before unsaved changes are left', { timeout: 240_000 }, async (t) => {
  const scene = await deskScene(t);
  const path = await addSkill(scene, 'KREDIT');
  const { page, faults } = await deskPage(scene, scene.world.administrator, '/admin/skills');
  await page.getByRole('button', { name: 'Keahlian KREDIT' }).click();
  await nameOf(page).fill('Kredit usaha');
  await page.goBack();
  t.ok(await isShown(question(page)), 'Back asks');
  t.equal(new URL(page.url()).pathname, path, 'at the address of the record');
  t.same(await seriousFindings(page), []);
  await stay(page).click();
  t.ok(await isAbsent(question(page)));
  t.equal(await nameOf(page).inputValue(), 'Kredit usaha', 'what was typed is there');
  await page.goBack();
  t.ok(await isShown(question(page)), 'and asks again');
  await page.getByRole('button', { name: 'Buang', exact: true }).click();
  await page.waitForURL('**/admin/skills');
  t.ok(await isAbsent(page.getByRole('dialog')), 'Back went where it wanted to');

  await page.getByRole('button', { name: 'Keahlian KREDIT' }).click();
  await nameOf(page).fill('Kredit mikro');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL('**/admin/skills');
  t.ok(await isAbsent(question(page)), 'what was saved is not asked about');
  t.ok(await isShown(page.getByText('Kredit mikro')));

  await page.goto(`${scene.product.url}/admin/retention`);
  await page.getByLabel('Isi pesan').fill('400');
  await menuOf(page, 'Keahlian').click();
  t.ok(await isShown(question(page)), 'a link asks as well');
  t.match(page.url(), /retention$/);
  await stay(page).press('Enter');
  t.ok(await isAbsent(question(page)));
  t.ok(await menuOf(page, 'Keahlian').evaluate((link) => link === document.activeElement), 'the keyboard is back');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Buang', exact: true }).click();
  await page.waitForURL('**/admin/skills');
  t.same(faults, []);
});

t.test('invitations shown once are asked about whichever way the page is left', { timeout: 240_000 }, async (t) => {
  const scene = await deskScene(t);
  const { page, faults } = await deskPage(scene, scene.world.administrator, '/admin/users');
  await page.getByRole('button', { name: 'Impor CSV' }).click();
  await page.getByLabel('Isi CSV').fill('npk,nama,site,peran\n10991,Sari Uji,JKT,AGENT');
  await page.getByRole('button', { name: 'Periksa' }).click();
  await page.getByRole('button', { name: 'Impor 1 pengguna' }).click();
  await page.getByText('1 pengguna dibuat').first().waitFor();
  const warning = page.getByRole('dialog', { name: 'Tinggalkan halaman?' });
  const ways: [string, () => Promise<unknown>][] = [['Back', () => page.goBack()],
    ['a link', () => menuOf(page, 'Keahlian').click()],
    ['the button', () => page.getByRole('button', { name: 'Kembali ke pengguna' }).click()]];
  for (const [name, go] of ways) {
    await go();
    t.ok(await isShown(warning), `${name} asks`);
    t.match(page.url(), /import$/);
    await page.getByRole('button', { name: 'Tetap di sini' }).click();
    t.ok(await isAbsent(warning));
  }
  t.ok(await isShown(page.getByRole('button', { name: 'Unduh undangan' })), 'the invitations are still there');
  await page.getByRole('button', { name: 'Sudah saya simpan' }).click();
  await page.waitForURL('**/admin/users');
  t.ok(await isAbsent(warning), 'kept, they are not asked about');
  t.same(faults, []);
});

/** Holds the answers to one kind of request until `go` is called. */
async function slow(page: Page, url: string, method: string): Promise<{ asked: Promise<void>; go: () => void }> {
  let [begun, go] = [() => {}, () => {}];
  const asked = new Promise<void>((resolve) => { begun = resolve; });
  const gate = new Promise<void>((resolve) => { go = resolve; });
  await page.route(url, async (route) => {
    if (route.request().method() === method) {
      begun();
      await gate;
    }
    await route.continue();
  });
  return { asked, go };
}

t.test('a slow server takes nothing that was typed', { timeout: 240_000 }, async (t) => {
  const scene = await deskScene(t);
  const path = await addSkill(scene, 'KARTU');
  const { page, faults } = await deskPage(scene, scene.world.administrator, path);
  await nameOf(page).fill('Kartu');
  const save = await slow(page, '**/api/skills/*', 'PATCH');
  await nameOf(page).press('Control+Enter');
  await save.asked;
  await page.locator('fieldset[aria-busy=true]').waitFor();
  await page.keyboard.type(' kredit');
  t.equal(await nameOf(page).inputValue(), 'Kartu', 'nothing can be typed that would not be saved');
  t.ok(await nameOf(page).evaluate((field) => field === document.activeElement), 'the keyboard stays');
  save.go();
  await page.waitForURL('**/admin/skills');
  t.ok(await isShown(page.getByText('Kartu', { exact: true })), 'what the field said is stored');
  await page.unrouteAll();

  await page.goto(`${scene.product.url}${path}`);
  await nameOf(page).fill('Milik saya');
  await scene.work.db.dynamic('update skills set name = $1, version = version + 1', ['Milik lain']);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Muat versi terbaru' }).waitFor();
  const load = await slow(page, '**/api/skills/*', 'GET');
  await page.getByRole('button', { name: 'Muat versi terbaru' }).click();
  await load.asked;
  await nameOf(page).fill('Milik saya juga');
  load.go();
  await page.getByRole('button', { name: 'Pertahankan versi Anda' }).waitFor();
  t.equal(await nameOf(page).inputValue(), 'Milik saya juga', 'what was typed meanwhile is kept');
  t.same(faults, []);
});

const focused = (field: Locator) =>
  eventually('the keyboard is there', () => field.evaluate((one) => one === document.activeElement));

t.test('the keyboard stays in the form whatever took it away', { timeout: 240_000 }, async (t) => {
  const scene = await deskScene(t, { channel: 'telegram' });
  const { work, world, product } = scene;
  const path = await addSkill(scene, 'TABUNGAN');
  const { page, faults } = await deskPage(scene, world.administrator, path);
  await nameOf(page).fill('Tabungan');
  for (const answer of ['Enter', 'Escape']) {
    await nameOf(page).press('Escape');
    await focused(stay(page));
    await page.keyboard.press(answer);
    t.ok(await isAbsent(question(page)));
    await focused(nameOf(page));
    await page.keyboard.type('+');
  }
  t.equal(await nameOf(page).inputValue(), 'Tabungan++', 'what is typed goes on in the field');

  await work.db.dynamic('update skills set name = $1, version = version + 1', ['Milik lain']);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Muat versi terbaru' }).click();
  await page.getByRole('button', { name: 'Pertahankan versi Anda' }).click();
  await focused(nameOf(page));
  await page.keyboard.press('Control+Enter');
  await page.waitForURL('**/admin/skills');

  await page.goto(`${product.url}${path}`);
  await nameOf(page).fill('Tabungan haji');
  const refusals = ['STEP_UP_REQUIRED', 'IN_USE'];
  await page.route('**/api/skills/*', async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue();
    return route.fulfill({ status: 409, json: { code: refusals.shift(), message: 'Ditolak', requestId: 'uji',
      details: { method: 'password' } } });
  });
  await page.route('**/api/session/step-up', (route) => route.fulfill({ status: 204 }));
  await page.getByRole('button', { name: 'Simpan' }).click();
  await page.getByLabel('Kata sandi', { exact: true }).fill('rahasia');
  await page.keyboard.press('Enter');
  await page.getByText('Ditolak').waitFor();
  await focused(nameOf(page));
  t.same(refusals, [], 'the proof was asked for, and the save failed after it');

  await page.goto(`${product.url}/admin/channel-accounts/${world.accountId}`);
  await page.getByRole('button', { name: 'Isi', exact: true }).first().click();
  await focused(page.getByLabel('Token bot'));
  t.same(faults, []);
});

t.test('what is there already is said at its field', { timeout: 240_000 }, async (t) => {
  const scene = await deskScene(t, { channel: 'live-chat' });
  const { world, product } = scene;
  await addSkill(scene, 'KREDIT');
  const { page, faults } = await deskPage(scene, world.administrator, '/admin/users/new');
  const form = page.getByRole('dialog');
  const visit = (place: string) => page.goto(`${product.url}/admin/${place}`);
  const taken = async (label: string): Promise<void> => {
    const field = form.getByLabel(label).first();
    await eventually('the field is marked', async () => await field.getAttribute('aria-invalid') === 'true');
    await focused(field);
    t.ok(await isShown(form.getByText('Sudah ada; isi atau pilih yang lain.')), `said at ${label}`);
  };
  await form.getByLabel('NPK').fill('10001');
  await form.getByLabel('Nama').first().fill('Sari Uji');
  await form.getByRole('button', { name: 'Tambah peran' }).click();
  await page.keyboard.press('Control+Enter');
  await taken('NPK');
  await form.getByLabel('NPK').fill('10777');
  t.ok(await isAbsent(form.getByText('Sudah ada; isi atau pilih yang lain.')), 'until it is changed');

  await visit('skills/new');
  await form.getByLabel('Kode').fill('KREDIT');
  await form.getByLabel('Nama').fill('Kredit');
  await page.keyboard.press('Control+Enter');
  await taken('Kode');

  await visit('channel-accounts/new');
  await form.getByLabel('Kanal').first().click();
  await page.getByRole('option', { name: /live ?chat/i }).click();
  await form.getByLabel('Nama dalam alamat web').fill(world.accountKey);
  await form.getByLabel(/^Nama\s*\*?$/).fill('Kembar');
  await page.keyboard.press('Control+Enter');
  await taken('Nama dalam alamat web');
  t.same(faults, []);
});
