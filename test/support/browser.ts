/** Real Chromium for tests: pages that report what went wrong in them, and a look for accessibility faults. */
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import type { Teardown } from './harness.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-first-run'];

export const DESK_SIZE = { width: 1366, height: 768 };
export const PHONE_SIZE = { width: 390, height: 844 };

/** A browser that ends with the test. */
export async function openBrowser(t: Teardown): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  t.teardown(() => browser.close());
  return browser;
}

export interface WatchedPage {
  page: Page;
  /** Uncaught errors of the page's scripts. */
  faults: string[];
}

/** A page in a context of its own: other cookies, other storage, like another person's computer. */
export async function openPage(browser: Browser, size: { width: number; height: number },
  options: { locale?: string; colorScheme?: 'light' | 'dark' } = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: size, locale: 'id-ID', timezoneId: 'Asia/Jakarta', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => { faults.push(error.message); });
  return { page, faults };
}

/** Signs a user in on the desk; those who read conversations stand in the inbox then, others in the settings. */
export async function signIn(page: Page, url: string, npk: string, password: string): Promise<void> {
  await page.goto(`${url}/`);
  await page.getByLabel('NPK').fill(npk);
  await page.getByLabel('Kata sandi', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Masuk', exact: true }).click();
  await page.getByRole('navigation', { name: 'Menu utama' }).waitFor();
}

/** Within which a page shows, or takes away, what a test asks for. */
const SEEN_WITHIN_MS = 20_000;

function reaches(found: Locator, state: 'visible' | 'detached'): Promise<boolean> {
  return found.first().waitFor({ state, timeout: SEEN_WITHIN_MS }).then(() => true, () => false);
}

/** Whether it is shown, or soon will be: what opens takes its time, more of it on a loaded machine. */
export function isShown(found: Locator): Promise<boolean> {
  return reaches(found, 'visible');
}

/** Whether none of it is on the page, or soon is no more: what fades out or waits for an answer takes its time. */
export function isAbsent(found: Locator): Promise<boolean> {
  return reaches(found, 'detached');
}

/**
 * Resolves when nothing fades or slides any more: half faded text would be judged by a colour nobody reads it in. What
 * was drawn just now begins to fade two frames later, so a page is at rest only after some frames without.
 */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
    for (let quiet = 0; quiet < 4; quiet += 1) {
      await frame();
      const fading = document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity);
      if (fading.length > 0) quiet = -1;
      await Promise.all(fading.map((one) => one.finished.catch(() => undefined)));
    }
  });
}

/**
 * Takes the first choice of the list field that has the focus, by keys: arrow, arrow, Enter. Each key waits for what
 * the one before it brought about, for a list that is not drawn yet takes no arrow.
 */
export async function takeFirst(page: Page): Promise<void> {
  await page.locator('[aria-haspopup=listbox]:focus').waitFor();
  await page.keyboard.press('ArrowDown');
  const choices = page.locator('[data-combobox-option]:visible');
  await choices.first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.locator('[data-combobox-option][data-combobox-selected]').waitFor();
  await page.keyboard.press('Enter');
  await choices.first().waitFor({ state: 'hidden' });
}

/** Serious and critical findings of axe on the page as it is now, one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await settled(page);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  return violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(' | ')}`);
}
