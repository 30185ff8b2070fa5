/** npm run screens: takes the pictures of the README from the real desk, with invented customers who really write. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { DESK_SIZE, openBrowser, openPage, PHONE_SIZE, signIn } from '#test/support/browser.ts';
import { startProduct } from '#test/support/servers.ts';

const FOLDER = fileURLToPath(new URL('../docs/screens/', import.meta.url));
const PASSWORD = 'gambar-untuk-readme';

const ends: (() => unknown)[] = [];
const t = { teardown: (end: () => unknown): void => { ends.unshift(end); } };

interface Said { name: string; texts: string[] }

const CUSTOMERS: Said[] = [
  { name: 'Budi Contoh', texts: ['Pagi, angsuran saya bulan ini kok terpotong dua kali?',
    'Tanggal 18 dan 20 November, masing-masing Rp1.250.000.'] },
  { name: 'Ratna Percobaan', texts: ['Selamat pagi, outlet yang buka hari Sabtu di Sleman di mana ya?'] },
  { name: 'Toko Maju Uji', texts: ['Halo, apakah perpanjangan gadai bisa lewat aplikasi?'] },
];

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').last().fill(text);
  await page.keyboard.press('Enter');
  await page.locator('[role=log]').getByText(text, { exact: true }).waitFor();
}

async function customer(browser: Browser, url: string, said: Said): Promise<Page> {
  const { page } = await openPage(browser, PHONE_SIZE);
  await page.goto(`${url}/chat`);
  const name = page.getByLabel(/^Nama/);
  if (await name.isVisible().catch(() => false)) await name.fill(said.name);
  for (const text of said.texts) await write(page, text);
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  // The picture shows a state that rests: fonts in, nothing moving.
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  process.stdout.write(`docs/screens/${name}.png\n`);
}

async function agentAtWork(browser: Browser, url: string): Promise<void> {
  const { page } = await openPage(browser, DESK_SIZE, { colorScheme: 'light' });
  await signIn(page, url, '10001', PASSWORD);
  await page.getByRole('button', { name: 'Jadi Siap' }).click();
  const chats: Page[] = [];
  for (const said of CUSTOMERS) {
    chats.push(await customer(browser, url, said));
    await page.getByRole('button', { name: /^Ambil/ }).click();
    await page.locator('[role=log]').getByText(said.texts[0] ?? '', { exact: true }).waitFor();
  }
  await page.getByRole('button', { name: /terpotong dua kali|Tanggal 18/ }).first().click().catch(() => undefined);
  const reply = page.getByRole('textbox', { name: /balas/i }).first();
  await reply.fill('Selamat pagi, mohon maaf atas ketidaknyamanannya. Boleh kami minta bukti pembayarannya?');
  await page.keyboard.press('Control+Enter');
  await shoot(page, 'desk-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot(page, 'desk-dark');
  await page.setViewportSize(PHONE_SIZE);
  await shoot(page, 'desk-phone');
  if (chats[0] !== undefined) await shoot(chats[0], 'chat-phone');
}

async function administrator(browser: Browser, url: string): Promise<void> {
  const { page } = await openPage(browser, DESK_SIZE);
  await signIn(page, url, '90001', PASSWORD).catch(() => undefined);
  for (const section of ['users', 'channel-accounts', 'audit']) {
    await page.goto(`${url}/admin/${section}`);
    await page.waitForLoadState('networkidle');
    await shoot(page, `admin-${section}`);
  }
}

try {
  await mkdir(FOLDER, { recursive: true });
  const product = await startProduct(t, { SEED: 'demo', DEMO_PASSWORD: PASSWORD });
  const browser = await openBrowser(t);
  const { page } = await openPage(browser, DESK_SIZE);
  await page.goto(`${product.url}/`);
  await page.getByLabel('NPK').waitFor();
  await shoot(page, 'sign-in');
  await agentAtWork(browser, product.url);
  await administrator(browser, product.url);
} finally {
  for (const end of ends) await end();
}
