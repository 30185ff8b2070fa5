/**
 * WhatsApp in Chromium: an administrator links a number by QR and logs it out again, an agent talks through it; and on
 * the Cloud API, after the window has passed, an agent sends a template by keyboard alone.
 */
import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { secretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { fakeGraph, type FakeGraph } from '#test/fakes/graph/server.ts';
import { fakeWhatsApp } from '#test/fakes/whatsapp/server.ts';
import { isAbsent, isShown, openBrowser, seriousFindings } from '#test/support/browser.ts';
import { bubble, deskPage, type DeskScene } from '#test/support/desk-page.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testServers, testWork } from '#test/support/harness.ts';
import { startProduct } from '#test/support/servers.ts';

t.setTimeout(300_000);

const CUSTOMER = '6281300000001';

/** The product with one WhatsApp account of these settings, and a browser. */
async function scene(t: Test, settings: object, secrets: Record<string, string>): Promise<DeskScene> {
  const work = await testWork(t);
  const world = await smallWorld(work.db, { channel: 'whatsapp', settings });
  const key = randomBytes(32).toString('base64');
  await secretStore(work, createVault(masterKeys([key]))).put({ organisationId: world.organisationId,
    ownerKind: 'channel-account', ownerId: world.accountId }, secrets);
  const product = await startProduct(t, { DATABASE_URL: work.url, REDIS_URL: testServers().redisUrl, SEED: 'none',
    MASTER_KEY: key, EGRESS_ALLOW: '127.0.0.1' });
  return { work, world, product, browser: await openBrowser(t) };
}

/** The page of the first agent at the work that came in, theirs; replies leave at once. */
async function agentPage({ work, ...rest }: DeskScene, text: string): Promise<{ page: Page; faults: string[] }> {
  const [agent] = rest.world.agents;
  if (agent === undefined) throw new Error('the small world has agents');
  const [row] = await eventually('the work', async () => {
    const rows = await work.db.dynamic<{ id: string }>('select id from interactions');
    return rows.length > 0 ? rows : undefined;
  }, 30_000);
  await work.db.dynamic(`update interactions set agent_id = $1, team_id = $2, state = 'PICKED_UP',
    accepted_at = app_now(), version = version + 1`, [agent.id, agent.teamId]);
  const watched = await deskPage({ work, ...rest }, agent, `/i/${row?.id}`);
  await watched.page.evaluate(() => { localStorage.setItem('sambung.undoSeconds', '0'); });
  await watched.page.reload();
  await bubble(watched.page, text).waitFor();
  return watched;
}

t.test('a number is linked by its QR code, talks, and is logged out', async (t) => {
  const fake = await fakeWhatsApp();
  t.teardown(() => fake.stop());
  const number = fake.account();
  const stage = await scene(t, { provider: 'device', serverUrl: fake.url }, {});
  const { world } = stage;
  const { page, faults } = await deskPage(stage, world.administrator, `/admin/channel-accounts/${world.accountId}`);
  const drawer = page.getByRole('dialog');
  await drawer.getByText('Belum ditautkan').waitFor({ timeout: 30_000 });
  t.ok(await isAbsent(drawer.getByLabel('Token akses')), 'only the fields of the chosen provider');
  await drawer.getByRole('button', { name: 'Tautkan dengan kode QR' }).click();
  await drawer.getByRole('img', { name: /Kode QR/ }).waitFor();
  t.same(await seriousFindings(page), [], 'the code on the screen');
  const shown = await page.request.get(`${stage.product.url}/api/channel-accounts/${world.accountId}/session`);
  const { code } = await shown.json() as { code: { value: string } };
  await number.scan(code.value);
  await drawer.getByText('Tersambung', { exact: true }).waitFor({ timeout: 30_000 });
  await drawer.getByText('+62 815-0000-0001').waitFor();
  await drawer.getByText(/^0 dari \d+ kontak baru hari ini$/).waitFor();
  t.same(await seriousFindings(page), [], 'the open session');

  const phone = fake.phone(CUSTOMER, { name: 'Sari Contoh' });
  await phone.says(number, 'Halo, mau tanya angsuran');
  const agent = await agentPage(stage, 'mau tanya angsuran');
  await agent.page.getByRole('textbox', { name: /balas/i }).fill('Baik, kami bantu cek.');
  await agent.page.keyboard.press('Control+Enter');
  await eventually('the customer has it', () =>
    phone.inbox.some(({ text }) => text === 'Baik, kami bantu cek.'), 30_000);
  await bubble(agent.page, 'Baik, kami bantu cek.').getByText('Sampai').waitFor();
  await phone.reads(number, phone.inbox.map(({ id }) => id));
  await bubble(agent.page, 'Baik, kami bantu cek.').getByText('Dibaca').waitFor();
  t.ok(await isAbsent(agent.page.getByRole('button', { name: 'Pilih templat' })), 'a linked number has no window');

  await drawer.getByRole('button', { name: 'Keluar dari WhatsApp' }).click();
  const asked = page.getByRole('dialog', { name: 'Keluar dari WhatsApp?' });
  t.equal(number.removedByClient, false, 'nothing before the answer');
  await asked.getByText(/diarsipkan/).waitFor();
  await asked.getByRole('button', { name: 'Keluar dari WhatsApp' }).click();
  await drawer.getByText('Belum ditautkan').waitFor({ timeout: 30_000 });
  t.equal(number.removedByClient, true);
  await agent.page.getByText(/sedang tidak tersambung\. Balasan Anda tetap disimpan/).waitFor();
  await agent.page.getByRole('textbox', { name: /balas/i }).fill('Masih kami cek, ya.');
  t.same(await seriousFindings(agent.page), [], 'an account without connection');
  await agent.page.keyboard.press('Control+Enter');
  await bubble(agent.page, 'Masih kami cek, ya.').getByText(/^Menunggu: /).waitFor();
  t.same([...faults, ...agent.faults], []);
});

/** A number on the Cloud API with one template, whose customer wrote a day and an hour ago. */
async function lateScene(t: Test): Promise<{ stage: DeskScene; fake: FakeGraph; page: Page; faults: string[] }> {
  const fake = fakeGraph();
  await fake.start();
  t.teardown(() => fake.stop());
  fake.templates.push({ name: 'pengingat_angsuran', language: 'id', category: 'UTILITY', status: 'APPROVED',
    components: [{ type: 'BODY', text: 'Yth. {{1}}, angsuran Anda jatuh tempo {{2}}.' }] });
  const stage = await scene(t, { provider: 'cloud', graphUrl: fake.url, phoneNumberId: fake.phoneNumberId,
    businessAccountId: fake.businessAccountId },
  { accessToken: fake.token, appSecret: fake.appSecret, verifyToken: fake.verifyToken });
  fake.webhook.url = `${stage.product.url}/hooks/whatsapp/${stage.world.accountKey}`;
  await fake.webhook.text(CUSTOMER, 'Kapan jatuh tempo?');
  await eventually('the conversation', async () =>
    (await stage.work.db.dynamic('select id from conversations')).length === 1, 30_000);
  await stage.work.db.dynamic(`update conversations set last_inbound_at = app_now() - interval '25 hours'`);
  return { stage, fake, ...await agentPage(stage, 'Kapan jatuh tempo?') };
}

t.test('after the window only a template leaves, chosen and filled by keyboard', async (t) => {
  const { fake, page, faults } = await lateScene(t);
  await page.getByText('Masa balasan bebas 24 jam sudah berakhir.').waitFor();
  t.ok(await isAbsent(page.getByRole('textbox', { name: /balasan/i })), 'nothing to type in vain');
  t.same(await seriousFindings(page), [], 'the closed window');
  await page.keyboard.press('r');
  await page.getByRole('button', { name: 'Pilih templat' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: /Cari nama/ }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Pilih templat' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: /Cari nama/ }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('angsuran');
  await page.keyboard.press('Enter');
  await page.getByLabel('Isian 1').and(page.locator(':focus')).waitFor();
  t.same(await seriousFindings(page), [], 'the gaps');
  await page.keyboard.type('Ibu Sari');
  await page.keyboard.press('Enter');
  await page.getByLabel('Isian 2').and(page.locator(':focus')).waitFor();
  await page.getByText('Lengkapi 1 isian lagi.').waitFor();
  await page.keyboard.type('28 Nov 2026');
  await page.getByRole('group', { name: 'Yang dibaca nasabah' }).getByText('28 Nov 2026').waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await bubble(page, 'Yth. Ibu Sari, angsuran Anda jatuh tempo 28 Nov 2026.').waitFor();
  await eventually('the customer has it', () => fake.said().includes('pengingat_angsuran'), 30_000);
  t.match(fake.delivered[0]?.payload['template'], { name: 'pengingat_angsuran', language: { code: 'id' } });

  await page.evaluate(() => { localStorage.setItem('sambung.undoSeconds', '30'); });
  await page.reload();
  await page.getByRole('button', { name: 'Pilih templat' }).click();
  await page.getByRole('option', { name: /Pengingat angsuran/ }).click();
  await page.getByLabel('Isian 1').fill('Ibu Sari');
  await page.getByLabel('Isian 2').fill('29 Nov 2026');
  await page.getByRole('button', { name: /Kirim templat/ }).click();
  await bubble(page, 'jatuh tempo 29 Nov 2026').getByRole('button', { name: 'Urungkan' }).click();
  await page.getByRole('dialog', { name: 'Kirim templat' }).waitFor();
  t.equal(await page.getByLabel('Isian 2').inputValue(), '29 Nov 2026', 'taken back as it was filled');
  t.equal(fake.delivered.length, 1, 'nothing of it left');
  await page.keyboard.press('Escape');

  await fake.webhook.text(CUSTOMER, 'Terima kasih');
  await page.getByRole('textbox', { name: /balasan/i }).waitFor();
  await page.getByRole('button', { name: 'Pilih templat' }).waitFor();
  await page.getByRole('textbox', { name: /balasan/i }).fill('x'.repeat(4_097));
  await page.getByText('Kelebihan 1 karakter: kanal ini menerima paling banyak 4.096.').waitFor();
  t.ok(await isShown(page.locator('button[aria-keyshortcuts="Control+Enter"]:disabled')), 'said before it is sent');
  await page.getByRole('textbox', { name: /balasan/i }).fill('x'.repeat(4_000));
  await page.getByText('Sisa 96 karakter').waitFor();
  t.same(faults, []);
});
