/**
 * npm run screens: takes the pictures in docs/screens from the real desk, in both languages and both themes, with
 * invented customers who really write. What was looked at on them stands in docs/screens/README.md. `npm run screens --
 * leader admin` takes only those of a part: door, agent, leader, number, admin.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { DESK_SIZE, openBrowser, openPage, PHONE_SIZE, seriousFindings, signIn } from '#test/support/browser.ts';
import { fakeWhatsApp } from '#test/fakes/whatsapp/server.ts';
import { startProduct } from '#test/support/servers.ts';
import pg from 'pg';
import { postgresService } from '#gateway/embedded/postgres.ts';

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

const LOOKS = [
  { language: 'id', theme: 'light' }, { language: 'id', theme: 'dark' },
  { language: 'en', theme: 'light' }, { language: 'en', theme: 'dark' },
] as const;
type Look = (typeof LOOKS)[number];

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

/** What went wrong on the way, and what axe found where it looked: one line each. */
const findings: string[] = [];

async function shoot(page: Page, name: string, look = false): Promise<void> {
  // The picture shows a state that rests: fonts in, nothing moving.
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(350);
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  process.stdout.write(`docs/screens/${name}.png\n`);
  if (!look) return;
  for (const found of await seriousFindings(page)) findings.push(`${name}: ${found}`);
}

/** Language and theme as a person chooses them; both act at once, so no reload is needed. */
async function put(page: Page, { language, theme }: Look): Promise<void> {
  await page.keyboard.press('Escape');
  for (const words of [theme === 'dark' ? 'dark' : 'light', language === 'en' ? 'english' : 'bahasa indonesia']) {
    await page.keyboard.press('Control+k');
    const field = page.locator('input[role=combobox][data-autofocus]');
    await field.fill(words);
    await page.keyboard.press('Enter');
    await field.waitFor({ state: 'detached' });
  }
}

/** What lies over the page, opened by its keys and closed again. */
async function over(page: Page, name: string, keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(200);
  await shoot(page, name);
  await page.keyboard.press('Escape');
  await page.waitForTimeout(200);
}

/** The first page of all, before anybody is signed in: it follows the browser's theme and has a switch of languages. */
async function doorway(browser: Browser, url: string): Promise<void> {
  for (const look of LOOKS) {
    const { page } = await openPage(browser, DESK_SIZE, { colorScheme: look.theme });
    await page.goto(`${url}/`);
    await page.getByLabel('NPK').waitFor();
    await page.locator(`button[lang=${look.language}]`).click();
    await shoot(page, look === LOOKS[0] ? 'sign-in' : `sign-in-${look.language}-${look.theme}`, true);
    await page.context().close();
  }
}

async function agentAtWork(browser: Browser, url: string): Promise<void> {
  const { page } = await openPage(browser, DESK_SIZE, { colorScheme: 'light' });
  await signIn(page, url, '10001', PASSWORD);
  await page.getByRole('button', { name: 'Ubah ke Siap' }).click();
  const chats: Page[] = [];
  for (const said of CUSTOMERS) {
    chats.push(await customer(browser, url, said));
    await page.getByRole('button', { name: 'Ambil', exact: true }).waitFor();
    if (said === CUSTOMERS.at(-1)) await shoot(page, 'offer');
    await page.getByRole('button', { name: 'Ambil', exact: true }).click();
    await page.locator('[role=log]').getByText(said.texts[0] ?? '', { exact: true }).waitFor();
  }
  await page.locator('[data-row]').filter({ hasText: 'Tanggal 18' }).first().click();
  const reply = page.getByRole('textbox', { name: /balas/i }).first();
  await reply.fill('Selamat pagi, mohon maaf atas ketidaknyamanannya. Boleh kami minta bukti pembayarannya?');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Escape');
  for (const look of LOOKS) {
    await put(page, look);
    const end = `${look.language}-${look.theme}`;
    await shoot(page, look.language === 'id' ? `desk-${look.theme}` : `desk-${end}`);
    await over(page, `palette-${end}`, ['Control+k']);
    await over(page, `keys-${end}`, ['?']);
    await over(page, `preferences-${end}`, ['g', 'p']);
    await over(page, `notices-${end}`, ['g', 'n']);
    await over(page, `snooze-${end}`, ['s']);
    await over(page, `transfer-${end}`, ['t']);
    await search(page, end);
  }
  await put(page, LOOKS[0]);
  await page.setViewportSize(PHONE_SIZE);
  await shoot(page, 'desk-phone');
  await page.getByRole('button', { name: 'Panel nasabah' }).click();
  await shoot(page, 'side-phone');
  await page.getByRole('button', { name: 'Sembunyikan panel nasabah' }).click();
  if (chats[0] !== undefined) await shoot(chats[0], 'chat-phone');
}

/** The page of the search with something found; afterwards the conversation is open again. */
async function search(page: Page, end: string): Promise<void> {
  const open = page.url();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.locator('main input[role=combobox]').fill('angsuran');
  await page.locator('main [role=option]').first().waitFor();
  await shoot(page, `search-${end}`);
  await page.keyboard.press('Escape');
  await page.goto(`${new URL(open).origin}/tickets`);
  await page.locator('tbody tr').first().waitFor();
  await shoot(page, `tickets-${end}`);
  await page.goto(open);
  await page.locator('[role=log] article').first().waitFor();
}

/** A team leader on the move: the lists on a telephone. */
async function teamLeader(browser: Browser, url: string): Promise<void> {
  const { page } = await openPage(browser, PHONE_SIZE, { colorScheme: 'dark' });
  await signIn(page, url, '20001', PASSWORD);
  await page.getByRole('tab', { name: /Semua/ }).click();
  await page.locator('[data-row]').first().waitFor();
  await shoot(page, 'leader-phone', true);
  await page.getByRole('button', { name: /Tampilan dan saringan/ }).click();
  await page.getByRole('menuitem', { name: 'Saringan lain ...' }).click();
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'filter-phone', true);
  await page.keyboard.press('Escape');
  await page.locator('[data-row]').first().click();
  await page.locator('[role=log] article, [role=alert]').first().waitFor();
  await shoot(page, 'leader-talk-phone', true);
  await page.goto(`${url}/search`);
  await page.locator('main input[role=combobox]').fill('angsuran');
  await page.locator('main [role=option]').first().waitFor();
  await shoot(page, 'search-phone', true);
  await page.goto(`${url}/tickets`);
  await page.locator('tbody tr').first().waitFor();
  await shoot(page, 'tickets-phone', true);
  for (const [name, word] of [['notices-phone', 'Pemberitahuan'], ['preferences-phone', 'Preferensi']] as const) {
    await page.getByRole('button', { name: word }).first().click();
    await shoot(page, name);
    await page.keyboard.press('Escape');
  }
}

/** A WhatsApp number on a server of our own: unlinked, its code on the screen, linked, on a telephone. */
async function number(browser: Browser, url: string, dataDir: string): Promise<void> {
  const fake = await fakeWhatsApp();
  ends.unshift(() => fake.stop());
  const company = fake.account();
  const client = new pg.Client({ connectionString: postgresService({ directory: `${dataDir}/postgres` }).url() });
  await client.connect();
  const account = randomUUID();
  await client.query(`insert into channel_accounts (id, organisation_id, channel, key, name, settings)
    select $1, id, 'whatsapp', 'wa-layanan', 'WhatsApp Layanan', $2 from organisations limit 1`,
  [account, { provider: 'device', serverUrl: fake.url }]);
  await client.end();
  const { page } = await openPage(browser, DESK_SIZE, { colorScheme: 'light' });
  await signIn(page, url, '90001', PASSWORD);
  await page.goto(`${url}/admin/channel-accounts/${account}`);
  const drawer = page.getByRole('dialog');
  await drawer.getByText('Belum ditautkan').waitFor({ timeout: 30_000 });
  await shoot(page, 'number-unlinked', true);
  await drawer.getByRole('button', { name: 'Tautkan dengan kode QR' }).click();
  await drawer.getByRole('img', { name: /Kode QR/ }).waitFor();
  await shoot(page, 'number-code', true);
  const shown = await page.request.get(`${url}/api/channel-accounts/${account}/session`);
  const { code } = await shown.json() as { code: { value: string } };
  await company.scan(code.value);
  await drawer.getByText('Tersambung', { exact: true }).waitFor({ timeout: 30_000 });
  for (const look of LOOKS) {
    await put(page, look);
    await page.goto(`${url}/admin/channel-accounts/${account}`);
    await page.getByText('+62 815-0000-0001').waitFor();
    await shoot(page, look === LOOKS[0] ? 'number' : `number-${look.language}-${look.theme}`, true);
  }
  await page.setViewportSize(PHONE_SIZE);
  await shoot(page, 'number-phone', true);
  // The language belongs to the person: the next picture begins in Indonesian again.
  await page.setViewportSize(DESK_SIZE);
  await put(page, LOOKS[0]);
}

async function administrator(browser: Browser, url: string): Promise<void> {
  const { page } = await openPage(browser, DESK_SIZE, { colorScheme: 'light' });
  await signIn(page, url, '90001', PASSWORD);
  await page.goto(`${url}/admin`);
  await page.locator('a[href^="/admin/"]').first().waitFor();
  const paths = await page.locator('a[href^="/admin/"]').evaluateAll((links) =>
    [...new Set(links.map((link) => link.getAttribute('href') ?? ''))]);
  for (const look of LOOKS) {
    await put(page, look);
    const end = `${look.language}-${look.theme}`;
    // Every page light in Indonesian and dark in English; those that are used daily in all four.
    const all = look === LOOKS[0] || look === LOOKS[3];
    const shown = all ? paths : paths.filter((path) => /(users|audit|channel-accounts)$/.test(path));
    for (const path of shown) {
      await page.goto(`${url}${path}`);
      await page.waitForLoadState('networkidle');
      const name = `admin-${path.split('/').at(-1)}`;
      await shoot(page, look === LOOKS[0] ? name : `${name}-${end}`, all);
    }
  }
  await page.setViewportSize({ width: 1366, height: 5_600 });
  for (const [look, name] of [[LOOKS[0], 'gallery'], [LOOKS[2], 'gallery-en']] as const) {
    await put(page, look);
    // Both themes stand side by side on this page.
    await page.goto(`${url}/gallery`);
    await page.locator('[data-pane-theme=dark]').waitFor();
    await shoot(page, name);
  }
}

try {
  await mkdir(FOLDER, { recursive: true });
  const product = await startProduct(t, { SEED: 'demo', DEMO_PASSWORD: PASSWORD,
    EGRESS_ALLOW: '127.0.0.1' });
  // Something to find, to look back on and to count.
  const seeded = spawnSync(process.execPath, [fileURLToPath(new URL('seed.ts', import.meta.url)), 'big',
    '--interactions', '1500', '--days', '90'],
  { env: { ...process.env, DATA_DIR: product.dataDir }, stdio: 'inherit' });
  if (seeded.status !== 0) throw new Error('the year could not be seeded');
  const browser = await openBrowser(t);
  const wanted = process.argv.slice(2);
  const parts = { door: doorway, agent: agentAtWork, leader: teamLeader, number, admin: administrator };
  for (const [part, take] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(part)) continue;
    // A picture that cannot be taken is told at the end; the other parts are taken all the same.
    await take(browser, product.url, product.dataDir).catch((error: unknown) => {
      findings.push(`${part}: ${String(error)}`);
    });
  }
  if (findings.length > 0) throw new Error(`not as it should be:\n${findings.join('\n')}`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const end of ends) await end();
}
