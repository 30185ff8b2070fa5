/** The line breaks and comes back: it is told at every width, and nothing on the page moves. */
import type { Page } from 'playwright-core';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { DESK_SIZE, openBrowser, PHONE_SIZE, seriousFindings } from '#test/support/browser.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { deskPage } from '#test/support/desk-page.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testServers, testWork } from '#test/support/harness.ts';
import { startProduct } from '#test/support/servers.ts';

t.setTimeout(240_000);
const TABLET_SIZE = { width: 820, height: 1180 };

/** Where the parts of the page stand that somebody may be about to press or is reading. */
function places(page: Page): Promise<string> {
  return page.evaluate(() => ['#content', '#content header', '[role=log]', '[role=log] article', 'textarea']
    .map((one) => JSON.stringify(document.querySelector(one)?.getBoundingClientRect())).join('\n'));
}

/** What does not fit of the bar: text cut off, or more than the top bar's height. */
function unfit(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const top = document.querySelector('header[data-told]');
    if (top === null) return ['no bar'];
    const inside = top.getBoundingClientRect();
    return [...top.children].filter((one) => one.getAttribute('role') !== 'status').flatMap((one) => {
      const { top: above, bottom, left, right } = one.getBoundingClientRect();
      return above < inside.top || bottom > inside.bottom || left < 0 || right > window.innerWidth
        || one.scrollWidth > one.clientWidth + 1 ? [`${one.textContent}: ${left} ${above} ${right} ${bottom}`] : [];
    });
  });
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
    const before = await Promise.all(pages.map(({ page }) => places(page)));
    product.kill('SIGKILL');
    await product.ended;
    for (const [at, { page, width }] of pages.entries()) {
      await page.locator('header strong').filter({ hasText: lost }).waitFor();
      t.equal(await places(page), before[at], `${width} px: nothing has moved`);
      t.same(await unfit(page), [], `${width} px: it fits`);
      t.same(await seriousFindings(page), [], `${width} px`);
      t.ok(await page.locator('[role=status]').filter({ hasText: lost }).count(), 'told to screen readers');
    }
    const again = await startProduct(t, { ...env, PORT: new URL(product.url).port });
    t.equal(again.url, product.url);
    await Promise.all(pages.map(async ({ page, width }, at) => {
      await page.locator('header strong').filter({ hasText: back }).waitFor({ timeout: 40_000 });
      t.equal(await places(page), before[at], `${width} px: back, and nothing has moved`);
      t.same(await unfit(page), [], `${width} px: it fits`);
      await page.locator('header[data-told]').waitFor({ state: 'detached' });
      t.equal(await places(page), before[at]);
    }));
    await pages[0]!.page.getByRole('meter').first().waitFor();
    for (const { faults } of pages) t.same(faults, []);
  });
}
