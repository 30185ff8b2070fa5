/**
 * Telegram as an agent works with it in Chromium, by keyboard: buttons under a reply, the customer's tap, a reaction,
 * an edit and a recall, each as the customer's screen shows it.
 */
import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { secretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { fakeTelegram, type FakeTelegram } from '#test/fakes/telegram/server.ts';
import { bubble, deskPage } from '#test/support/desk-page.ts';
import { openBrowser, seriousFindings } from '#test/support/browser.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testServers, testWork, type TestWork } from '#test/support/harness.ts';
import { startProduct } from '#test/support/servers.ts';

t.setTimeout(300_000);

const CUSTOMER = 7_001;

/** The product with one bot, whose customer has written to the first agent; their page. */
async function scene(t: Test): Promise<{ page: Page; faults: string[]; fake: FakeTelegram; work: TestWork }> {
  const fake = fakeTelegram();
  await fake.start();
  t.teardown(() => fake.stop());
  const work = await testWork(t);
  const world = await smallWorld(work.db, { channel: 'telegram', settings: { apiRoot: fake.url, mode: 'polling' } });
  const key = randomBytes(32).toString('base64');
  await secretStore(work, createVault(masterKeys([key]))).put({ organisationId: world.organisationId,
    ownerKind: 'channel-account', ownerId: world.accountId }, { token: fake.token });
  const product = await startProduct(t, { DATABASE_URL: work.url, REDIS_URL: testServers().redisUrl, SEED: 'none',
    MASTER_KEY: key, EGRESS_ALLOW: '127.0.0.1' });
  const browser = await openBrowser(t);
  fake.updates.message(CUSTOMER, { text: 'Halo, mau tanya angsuran' });
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('the small world has agents');
  const [row] = await eventually('the work', async () => {
    const rows = await work.db.dynamic<{ id: string }>('select id from interactions');
    return rows.length > 0 ? rows : undefined;
  }, 30_000);
  await work.db.dynamic(`update interactions set agent_id = $1, team_id = $2, state = 'PICKED_UP',
    accepted_at = app_now(), version = version + 1`, [agent.id, agent.teamId]);
  const { page, faults } = await deskPage({ work, world, product, browser }, agent, `/i/${row?.id}`);
  await page.evaluate(() => { localStorage.setItem('sambung.undoSeconds', '0'); });
  await page.reload();
  await bubble(page, 'mau tanya angsuran').waitFor();
  return { page, faults, fake, work };
}

/** What the customer has of us on their screen. */
function screen(fake: FakeTelegram): unknown[] {
  return fake.delivered.map((one) => one.payload['text']);
}

async function offerButtons(t: Test, page: Page, fake: FakeTelegram): Promise<void> {
  await page.getByRole('button', { name: 'Tombol jawaban' }).waitFor();
  await page.keyboard.press('b');
  await page.getByLabel('Teks tombol 1').waitFor();
  t.same(await seriousFindings(page), [], 'the maker open');
  await page.keyboard.type('Ya, setuju');
  await page.keyboard.press('Enter');
  await page.getByLabel('Teks tombol 2').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('Tidak');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('group', { name: 'Tombol yang dilihat nasabah' }).waitFor();
  await page.getByText('Tulis pesan yang menyertai tombol.').waitFor();
  await page.getByRole('textbox', { name: /balas/i }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('Setuju dengan syaratnya?');
  await page.keyboard.press('Control+Enter');
  await eventually('the message is there', () => screen(fake).includes('Setuju dengan syaratnya?'), 20_000);
  t.match(fake.delivered[0]?.payload['reply_markup'], { inline_keyboard: [[{ text: 'Ya, setuju' }],
    [{ text: 'Tidak' }]] });
  await bubble(page, 'Setuju dengan syaratnya?').getByText('Ya, setuju').waitFor();
}

/** The customer presses the first button. */
async function tap(page: Page, fake: FakeTelegram): Promise<void> {
  const [asked] = fake.delivered;
  const chat = { id: CUSTOMER, type: 'private' };
  fake.updates.push({ callback_query: { id: '4711', from: { id: CUSTOMER, is_bot: false, first_name: 'Sari' },
    data: 'Ya, setuju', message: { message_id: asked?.messageId, date: 1, chat, text: asked?.payload['text'],
      reply_markup: asked?.payload['reply_markup'] } } });
  await page.getByText('Menekan tombol').waitFor();
}

async function react(t: Test, page: Page, fake: FakeTelegram): Promise<void> {
  const asked = bubble(page, 'mau tanya angsuran');
  await asked.hover();
  await asked.getByRole('button', { name: 'Beri reaksi' }).click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await asked.getByRole('img', { name: /Kami memberi reaksi/ }).waitFor();
  t.same([...fake.reactions.values()], ['\u2764']);
}

async function edit(t: Test, page: Page, fake: FakeTelegram): Promise<void> {
  const said = bubble(page, 'Setuju dengan syaratnya?');
  await said.hover();
  await said.getByRole('button', { name: 'Ubah pesan' }).click();
  await page.getByLabel('Isi pesan yang baru').and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Apakah Anda setuju?');
  t.same(await seriousFindings(page), [], 'the editor open');
  await page.keyboard.press('Control+Enter');
  await eventually('the customer sees it', () => screen(fake).includes('Apakah Anda setuju?'), 20_000);
  await bubble(page, 'Apakah Anda setuju?').getByText('diubah').waitFor();
  t.match(fake.delivered[0]?.payload['reply_markup'], { inline_keyboard: [[{ text: 'Ya, setuju' }],
    [{ text: 'Tidak' }]] });
}

async function recall(t: Test, page: Page, fake: FakeTelegram): Promise<void> {
  const said = bubble(page, 'Apakah Anda setuju?');
  await said.hover();
  await said.getByRole('button', { name: 'Tarik pesan' }).click();
  await page.getByText(/Ditarik dalam \d dtk/).waitFor();
  await page.getByRole('button', { name: 'Urungkan' }).click();
  await page.getByText(/Ditarik dalam/).waitFor({ state: 'detached' });
  t.ok(screen(fake).includes('Apakah Anda setuju?'), 'taken back in time: nothing happened');
  fake.script('deleteMessage', { status: 400, body: { ok: false, error_code: 400,
    description: 'Bad Request: message can\'t be deleted for everyone' } });
  await said.hover();
  await said.getByRole('button', { name: 'Tarik pesan' }).click();
  await page.getByText('Pesan belum ditarik').waitFor();
  await page.getByText('kanal tidak lagi mengizinkan', { exact: false }).or(
    page.getByText('Kanal tidak lagi mengizinkan', { exact: false })).first().waitFor();
  t.same(await seriousFindings(page), [], 'a refusal');
  await page.getByRole('button', { name: 'Coba lagi' }).click();
  await page.getByText('Anda menarik pesan ini setelah terkirim').waitFor();
  t.same(screen(fake), []);
}

t.test('buttons, a tap, a reaction, an edit and a recall, as both sides see them', async (t) => {
  const { page, faults, fake } = await scene(t);
  await offerButtons(t, page, fake);
  await tap(page, fake);
  await react(t, page, fake);
  await edit(t, page, fake);
  await recall(t, page, fake);
  await page.keyboard.press('b');
  await page.getByRole('button', { name: 'Minta nomor telepon' }).click();
  await page.getByText('Bagikan nomor telepon saya').waitFor();
  await page.getByRole('textbox', { name: /balas/i }).fill('Boleh minta nomornya?');
  await page.keyboard.press('Control+Enter');
  await eventually('the wish is there', () => fake.delivered.length === 1, 20_000);
  t.match(fake.delivered[0]?.payload['reply_markup'], { keyboard: [[{ request_contact: true }]] });
  t.same(faults, []);
});
