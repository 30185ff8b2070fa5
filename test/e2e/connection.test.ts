/** The line breaks and comes back: it is told at every width, and nothing on the page moves. */
import type { Page } from 'playwright-core';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { documentInteraction } from '#routing/wrap-up.ts';
import { DESK_SIZE, openBrowser, PHONE_SIZE, seriousFindings } from '#test/support/browser.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testServers, testWork } from '#test/support/harness.ts';
import { formOf } from '#test/support/routing.ts';
import { startProduct } from '#test/support/servers.ts';

t.setTimeout(240_000);
const TABLET_SIZE = { width: 820, height: 1180 };

interface Seen {
  /** Where the parts of the page stand that somebody may be about to press or is reading. */
  places: string[];
  /** What of the bar is cut off, or stands out of the top bar; undefined while there is no bar. */
  unfit: string[] | undefined;
}

/** The page at the moment when the top bar says `title`, or when it says nothing of the line. */
async function seen(page: Page, title?: string): Promise<Seen> {
  const found = await page.waitForFunction((wanted) => {
    const places = ['#content', '#content header', '[role=log]', '[role=log] article', 'textarea']
      .map((one) => JSON.stringify(document.querySelector(one)?.getBoundingClientRect()));
    const top = document.querySelector('header[data-told]');
    if (wanted === undefined) return top === null && { places, unfit: undefined };
    if (![...top?.querySelectorAll('strong') ?? []].some((one) => one.textContent === wanted)) return false;
    const inside = top?.getBoundingClientRect() ?? new DOMRect();
    const unfit = [...top?.children ?? []].filter((one) => one.getAttribute('role') !== 'status').filter((one) => {
      const { top: above, bottom, left, right } = one.getBoundingClientRect();
      return above < inside.top || bottom > inside.bottom || left < 0 || right > window.innerWidth
        || one.scrollWidth > one.clientWidth + 1;
    }).map((one) => one.textContent);
    return { places, unfit };
  }, title, { timeout: 60_000 });
  return await found.jsonValue() as Seen;
}

for (const language of ['id', 'en'] as const) {
  const lost = language === 'id' ? 'Koneksi terputus.' : 'Connection lost.';
  const back = language === 'id' ? 'Tersambung kembali.' : 'Connected again.';
  t.test(`a break of the line and its end are told without moving anything, ${language}`, async (t) => {
    const work = await testWork(t);
    const world = await smallWorld(work.db);
    const env = { DATABASE_URL: work.url, REDIS_URL: testServers().redisUrl, SEED: 'none',
      MASTER_KEY: randomBytes(32).toString('base64') };
    const product = await startProduct(t, env);
    const scene = { work, world, product, browser: await openBrowser(t) };
    await work.db.dynamic('update users set locale = $1', [language]);
    const agent = world.agents[0]!;
    const { interactionId } = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
    const pages = await Promise.all([DESK_SIZE, TABLET_SIZE, PHONE_SIZE].map(async (size) => {
      const { page, faults } = await deskPage(scene, agent, `/i/${interactionId}`, { size });
      await page.locator('[role=log] article').first().waitFor();
      await page.locator('textarea:not([disabled])').first().waitFor();
      return { page, faults, width: size.width };
    }));
    const before = await Promise.all(pages.map(({ page }) => seen(page)));
    product.kill('SIGKILL');
    await product.ended;
    for (const [at, { page, width }] of pages.entries()) {
      t.same(await seen(page, lost), { ...before[at], unfit: [] }, `${width} px: it fits, and nothing has moved`);
      t.same(await seriousFindings(page), [], `${width} px`);
      t.ok(await page.locator('[role=status]').filter({ hasText: lost }).count(), 'told to screen readers');
    }
    // The bar of the end stands for five seconds: it is waited for before the server can be back.
    const ends = Promise.all(pages.map(({ page }) => seen(page, back)));
    const [end, again] = await Promise.all([ends, startProduct(t, { ...env, PORT: new URL(product.url).port })]);
    t.equal(again.url, product.url);
    for (const [at, { page, width }] of pages.entries()) {
      t.same(end[at], { ...before[at], unfit: [] }, `${width} px: back, and nothing has moved`);
      t.same(await seen(page), before[at], `${width} px: and the bar is gone`);
    }
    await pages[0]!.page.getByRole('meter').first().waitFor();
    for (const { faults } of pages) t.same(faults, []);
  });
}

t.test('an answer that comes late leads nobody away from the conversation they went on to', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const user = world.agents[0]!;
  const [done, next] = await Promise.all(['Nasabah Selesai', 'Nasabah Berikut'].map((name) =>
    openOwnedInteraction(work.db, world, user.id, { answered: true, name })));
  await documentInteraction(work, { user, interactionId: done!.interactionId, form: formOf(world) });
  const { page, faults } = await deskPage(scene, user, `/i/${done!.interactionId}`);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => { release = resolve; });
  await page.route('**/close', async (route) => {
    await released;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Tutup', exact: true }).click();
  await page.getByRole('option', { name: /Nasabah Berikut/ }).click();
  await page.waitForURL(new RegExp(next!.interactionId));
  release();
  await page.getByRole('option', { name: /Nasabah Selesai/ }).waitFor({ state: 'detached' });
  await page.getByText('Percakapan dengan Nasabah Selesai ditutup.').first().waitFor();
  t.match(page.url(), next!.interactionId);
  t.same(faults, []);
});
