/** What would show in a real browser that a stored text became more than text (RS08). */
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { marker } from './xss-corpus.ts';

export interface Watch { dialogs: string[]; asked: string[]; ran(): Promise<number>; acting(): Promise<string[]> }

/** Watches a page from now on for dialogs, requests elsewhere, scripts that ran and attributes that act. */
export async function watch(page: Page, origin: string): Promise<Watch> {
  const [dialogs, asked]: [string[], string[]] = [[], []];
  page.on('dialog', (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss(); });
  page.on('request', (request) => {
    const url = request.url();
    if (url.includes(marker) || !/^(?:blob|data):/.test(url) && !url.startsWith(origin)
      && !url.startsWith(origin.replace('http', 'ws'))) asked.push(url);
  });
  await page.evaluate(`window.__ran = 0; window.__xss = () => { window.__ran += 1; }`);
  return { dialogs, asked, ran: () => page.evaluate('window.__ran'),
    acting: () => page.evaluate(`[...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]
      .filter(({ name, value }) => name.startsWith('on') || (/^(?:href|src|action|data|srcdoc)$/.test(name)
        && (/^\\s*(?:javascript|vbscript):/i.test(value) || /^data:text/i.test(value))))
      .map(({ name, value }) => element.tagName + ' ' + name + '=' + value))`) };
}

/** Asserts that nothing acted so far. */
export async function calm(t: Test, page: Page, seen: Watch, where: string): Promise<void> {
  t.same(await seen.acting(), [], `${where}: nothing on the page acts`);
  t.equal(await seen.ran(), 0, `${where}: nothing ran`);
  t.same(seen.dialogs, [], `${where}: no dialog`);
  t.same(seen.asked, [], `${where}: nothing was asked for elsewhere`);
  t.ok(await page.locator('#root').count(), `${where}: the desk stands`);
}
