/**
 * A day of an agent in a real browser by keyboard alone: no pointer is used on the desk from signing in to signing out,
 * and every screen on the way is looked at for accessibility faults (WCAG 2.2 AA).
 */
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import {
  DESK_SIZE, isAbsent, isShown, openBrowser, openPage, PHONE_SIZE, seriousFindings, takeFirst,
} from '#test/support/browser.ts';
import { eventually } from '#test/support/harness.ts';
import { startProduct } from '#test/support/servers.ts';

const PASSWORD = 'rahasia-uji-coba-26';
t.setTimeout(300_000);

/** The desk's keyboard; nothing else of the page is ever touched. */
function hands(page: Page) {
  return {
    async press(...keys: string[]): Promise<void> {
      for (const key of keys) await page.keyboard.press(key);
    },
    async write(text: string): Promise<void> {
      await page.keyboard.type(text);
    },
    /** Tab until the focus is on what is named so; fails after a screen's worth of stops. */
    async tabTo(name: RegExp): Promise<void> {
      for (let stop = 0; stop < 60; stop += 1) {
        await page.keyboard.press('Tab');
        const named = await page.evaluate(() => {
          const at = document.activeElement;
          const label = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement
            ? at.labels?.[0]?.textContent : undefined;
          return `${at?.getAttribute('aria-label') ?? ''} ${label ?? ''} ${at?.textContent ?? ''}`;
        });
        if (name.test(named)) return;
      }
      throw new Error(`Tab never reached ${String(name)}`);
    },
    /** What has the focus, so that a test can say that it is given back. */
    focus: (): Promise<string> => page.evaluate(() => document.activeElement?.textContent.slice(0, 40) ?? ''),
  };
}

async function customer(page: Page, url: string, text: string): Promise<void> {
  await page.goto(`${url}/chat`);
  await page.getByRole('textbox').last().fill(text);
  await page.keyboard.press('Enter');
  await page.locator('[role=log]').getByText(text, { exact: true }).waitFor();
}

const log = (page: Page, text: string) => page.locator('[role=log]').getByText(text, { exact: true });

interface Day extends ReturnType<typeof hands> {
  page: Page;
  url: string;
  first: Page;
  second: Page;
  /** Looks for accessibility faults on what is shown now. */
  look: (screen: string) => Promise<void>;
}

const steps: [string, (t: Test, day: Day) => Promise<void>][] = [
  ['signs in and goes Ready', async (_t, { page, url, press, write, look }) => {
    await page.goto(url);
    await page.getByLabel('NPK').waitFor();
    await look('sign-in');
    await write('10001');
    await press('Tab');
    await write(PASSWORD);
    await press('Enter');
    await page.getByRole('tab', { name: /Milik saya/ }).waitFor();
    await page.getByText('Luring').first().waitFor();
    await look('empty inbox');
    await press('Alt+1');
    await page.getByText('Status Anda Siap. Tawaran muncul di kanan bawah.').waitFor();
  }],
  ['takes a break with its reason, and comes back', async (_t, { page, press, focus }) => {
    await press('Alt+3');
    await page.getByRole('menu').waitFor();
    await eventually('the first reason has the focus', async () => /^Ibadah/.test(await focus()));
    await press('Enter');
    await page.getByRole('button', { name: /Istirahat/ }).waitFor();
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await press('Alt+1');
    await page.getByText('Status Anda Siap. Tawaran muncul di kanan bawah.').waitFor();
  }],
  ['takes an offer by Enter, answers by R and Ctrl Enter, notes by N', async (t, day) => {
    const { page, url, first, press, write, look } = day;
    await customer(first, url, 'Angsuran saya kok dobel?');
    await page.getByRole('button', { name: 'Ambil', exact: true }).waitFor();
    await look('an offer');
    await press('Enter');
    await log(page, 'Angsuran saya kok dobel?').waitFor();
    await press('r');
    await write('Mohon maaf, kami periksa dahulu.');
    await press('Control+Enter');
    await log(first, 'Mohon maaf, kami periksa dahulu.').waitFor();
    await press('Escape', 'n');
    await write('Cek mutasi tanggal 18.');
    await press('Control+Enter');
    await log(page, 'Cek mutasi tanggal 18.').waitFor();
    t.ok(await isAbsent(log(first, 'Cek mutasi tanggal 18.')), 'a note stays inside');
    await press('Escape');
    await look('a conversation');
  }],
  ['takes a second one while writing, and moves between both', async (t, day) => {
    const { page, url, second, press, write } = day;
    await press('r');
    await write('draf yang belum selesai');
    await customer(second, url, 'Outlet buka hari Sabtu?');
    await page.getByRole('button', { name: 'Ambil', exact: true }).waitFor();
    await press('Escape', 'Enter');
    await log(page, 'Outlet buka hari Sabtu?').waitFor();
    const open = page.url();
    await press('k');
    await eventually('K or J opens the other conversation', async () => {
      if (page.url() !== open) return true;
      await press('j');
      return false;
    });
    t.match(page.url(), /\/i\//);
  }],
  ['finds commands in the palette', async (t, { page, press, write, look }) => {
    await press('Control+k');
    await page.getByRole('combobox', { name: 'Cari dan jalankan perintah' }).waitFor();
    await look('the palette');
    const list = page.getByRole('listbox', { name: 'Hasil' });
    t.ok(await isShown(list.getByRole('option', { name: /Tulis balasan/ })), 'offers what acts on this screen');
    await write('zzz tidak ada');
    await page.getByText('Tidak ada yang cocok').waitFor();
    await press('Escape');
    await list.waitFor({ state: 'detached' });
  }],
  ['documents by D and closes by X', async (_t, { page, press, write, tabTo, look }) => {
    await openFirst(page);
    const open = page.url();
    await page.getByText('Kurang 3 isian').waitFor();
    await press('d');
    await takeFirst(page);
    await tabTo(/Ringkasan/);
    await write('Nasabah bertanya, sudah dijawab lengkap.');
    await tabTo(/Hasil/);
    await takeFirst(page);
    await tabTo(/Cross-selling/);
    await page.getByText('Lengkap', { exact: true }).waitFor();
    await look('the documentation');
    await press('Escape', 'r');
    await write('terlambat');
    await press('Escape', 'x');
    const asks = page.getByRole('dialog', { name: 'Tutup percakapan ini?' });
    await asks.waitFor();
    await look('a draft that would go with it');
    await tabTo(/Tutup dan hapus draf/);
    await press('Enter');
    await eventually('the conversation is closed', () => page.url() !== open, 15_000);
  }],
  ['escalates the other by E', async (_t, { page, press, tabTo, look }) => {
    await openFirst(page);
    await press('Escape', 'e');
    const dialog = page.getByRole('dialog', { name: 'Eskalasi ke Tier 2' });
    await dialog.waitFor();
    await look('the escalation');
    await takeFirst(page);
    await tabTo(/^\s*Eskalasi ke Tier 2$/);
    await press('Enter');
    await dialog.waitFor({ state: 'detached' });
  }],
  ['reads the keys and the notices', async (_t, { page, press, look }) => {
    await press('?');
    const sheet = page.getByRole('dialog', { name: 'Pintasan papan ketik' });
    await sheet.waitFor();
    await look('the keys');
    await press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await press('g', 'n');
    const list = page.getByText('Atur bunyi dan pemberitahuan');
    await list.waitFor();
    await look('the notices');
    await press('Escape');
    await list.waitFor({ state: 'detached' });
  }],
  ['turns letters off, sees English and the dark, and comes back', async (t, { page, press, tabTo, look }) => {
    await press('g', 'p');
    const prefs = page.getByRole('dialog', { name: 'Preferensi' });
    await prefs.waitFor();
    await look('the preferences');
    await tabTo(/Pintasan satu huruf/);
    await press('Space', 'Escape');
    await prefs.waitFor({ state: 'detached' });
    await press('?');
    t.ok(await isAbsent(page.getByRole('dialog')), 'letters are off (WCAG 2.1.4)');
    await choose(page, 'english');
    await page.getByRole('tab', { name: /Mine/ }).waitFor();
    await choose(page, 'dark appearance');
    await eventually('it is dark', () => page.evaluate(() =>
      document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark'));
    await look('the dark');
    await choose(page, 'compact lists');
    await choose(page, 'bahasa indonesia');
    await page.getByRole('tab', { name: /Milik saya/ }).waitFor();
  }],
  ['signs out', async (_t, { page }) => {
    await choose(page, 'keluar dari');
    await page.getByLabel('NPK').waitFor();
  }],
];

t.test('an agent works a whole day without a pointer, on screens without accessibility faults', async (t) => {
  const { url } = await startProduct(t, { SEED: 'demo', DEMO_PASSWORD: PASSWORD });
  const browser = await openBrowser(t);
  const { page, faults } = await openPage(browser, DESK_SIZE, { colorScheme: 'light' });
  const first = (await openPage(browser, PHONE_SIZE)).page;
  const second = (await openPage(browser, PHONE_SIZE)).page;
  const look = async (screen: string): Promise<void> => { t.same(await seriousFindings(page), [], screen); };
  const day: Day = { page, url, first, second, look, ...hands(page) };
  for (const [name, step] of steps) await t.test(name, (t) => step(t, day));
  t.same(faults, []);
});

/** Opens the first conversation of the list from wherever one is. */
async function openFirst(page: Page): Promise<void> {
  for (const key of ['Escape', 'g', 'i']) await page.keyboard.press(key);
  await eventually('no conversation is open', () => !page.url().includes('/i/'));
  await page.keyboard.press('j');
  await page.locator('[role=log]').waitFor();
}

/** Runs a command of the palette by its name. */
async function choose(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox').and(page.locator('[data-autofocus]'));
  await field.waitFor();
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });
}
