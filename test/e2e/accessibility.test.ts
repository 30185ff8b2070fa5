/**
 * Every screen of the desk looked at by axe (WCAG 2.2 AA), light in Indonesian and dark in English: pages, the tabs of
 * the customer's pane, forms and dialogs that lie open, the gallery of components. axe is put into the page once and
 * pages change without a reload, so that some hundred looks take little more than a minute.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import type { User } from '#domain/people/access.ts';
import { newId } from '#domain/ids.ts';
import { settled } from '#test/support/browser.ts';
import { openInteraction, openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';
import { pdf, png, wav, writeFile, writeMessage } from '#test/support/thread.ts';

t.setTimeout(420_000);

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const LOOKS = [{ language: 'id', theme: 'light' }, { language: 'en', theme: 'dark' }] as const;
type Look = (typeof LOOKS)[number];

interface Finding { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }

/** A page of this user in a look; axe is there before the first script of the page. */
async function openAs(scene: DeskScene, user: User, look: Look): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await deskPage(scene, user, '/health/live', { colorScheme: look.theme });
  await page.addInitScript(AXE);
  await page.addInitScript(`localStorage.setItem('mantine-color-scheme-value', '${look.theme}')`);
  await scene.work.db.dynamic('update users set locale = $2 where id = $1', [user.id, look.language]);
  page.setDefaultTimeout(60_000);
  await page.goto(`${scene.product.url}/`);
  await page.locator(`html[lang=${look.language}] #content`).waitFor();
  return { page, faults };
}

/** Goes to an address without a reload, and waits until what is shown there is loaded. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.keyboard.press('Escape');
  await page.evaluate((to) => { history.pushState(null, '', to); }, path);
  await ready(page);
}

/** Nothing is being fetched any more that the screen shows as a skeleton, and nothing moves. */
async function ready(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.querySelector('#content .skeleton, [role=dialog] .skeleton') === null
    || document.querySelector('[data-pane-theme]') !== null);
  await settled(page);
}

async function look(t: Test, page: Page, where: string): Promise<void> {
  await settled(page);
  const found = await page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as { axe: { run: (on: Document, options: object) =>
      Promise<{ violations: Finding[] }> } };
    const answer = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return answer.violations;
  }, TAGS);
  t.same(found.map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.target.join(' ')).join(' | ')}`), [],
    where);
}

async function fill(scene: DeskScene): Promise<OpenedInteraction> {
  const { work, world } = scene;
  const agent = world.agents[0]!;
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  const at = await openOwnedInteraction(work.db, world, agent.id, { name: 'Budi Contoh', waitingSeconds: 4_000,
    categoryId: world.categoryIds.PENGADUAN, answered: true });
  await openOwnedInteraction(work.db, world, agent.id, { name: 'Siti Contoh', waitingSeconds: 4_000 });
  // Of a queue whose members are away: an offer would lie over screens that are looked at.
  await openInteraction(work.db, world, { name: 'Toko Uji', queueId: world.tier2QueueId, tier: 2 });
  const files = [];
  for (const [fileName, bytes] of [['bukti.png', png], ['mutasi.pdf', pdf('Mutasi')], ['suara.wav', wav(1)]] as const) {
    files.push(await writeFile(work, world, at, scene.product.dataDir, { fileName, bytes }));
  }
  const asked = await writeMessage(work, world, at, { text: 'Ini berkasnya', attachments: files, edited: true });
  await writeMessage(work, world, at, { direction: 'OUT', text: 'Terima kasih', authorId: agent.id, replyToId: asked,
    status: 'failed', reasonCode: 'BLOCKED', reactions: [{ emoji: '👍', by: 'CUSTOMER' }] });
  await writeMessage(work, world, at, { direction: 'NOTE', text: 'Cek mutasi.', authorId: agent.id });
  await writeMessage(work, world, at, { kind: 'location', text: null, payload: { latitude: -6, longitude: 106,
    name: 'Outlet' } });
  await work.db.dynamic(`insert into canned_replies (id, organisation_id, shortcut, title, body)
    values ($1, $2, 'jam', 'Jam buka', 'Outlet buka pukul 08.00.')`, [newId(), world.organisationId]);
  return at;
}

/** Opens what the keys open, looks at it, and closes it. */
async function over(t: Test, page: Page, where: string, keys: readonly string[], then?: () => Promise<void>) {
  const layer = page.locator('[role=dialog]').filter({ visible: true });
  // On a busy machine a key can fall into the closing of what lay there before, and a pair of keys apart.
  await eventually(`${where} opens`, async () => {
    for (const key of keys) await page.keyboard.press(key);
    return layer.first().waitFor({ timeout: 5_000 }).then(() => true, () => false);
  }, 60_000);
  await then?.();
  await ready(page);
  await look(t, page, where);
  await eventually(`${where} closes`, async () => {
    await page.keyboard.press('Escape');
    return layer.first().waitFor({ state: 'hidden', timeout: 2_000 }).then(() => true, () => false);
  }, 60_000);
}

async function agentScreens(t: Test, scene: DeskScene, at: OpenedInteraction, how: Look): Promise<void> {
  const { page, faults } = await openAs(scene, scene.world.agents[0]!, how);
  const name = `${how.language} ${how.theme}`;
  await page.locator('[data-row]').first().waitFor();
  await look(t, page, `${name}: inbox`);
  await goTo(page, `/i/${at.interactionId}`);
  await page.locator('[role=log] article').first().waitFor();
  for (const tab of ['contact', 'ticket', 'history']) {
    await page.locator(`[data-tab=${tab}]`).click();
    await ready(page);
    await look(t, page, `${name}: conversation, ${tab}`);
  }
  await page.locator('[data-row]').first().focus();
  await over(t, page, `${name}: palette`, ['Control+k'], async () => { await page.keyboard.type('bu'); });
  await over(t, page, `${name}: keys`, ['?']);
  await over(t, page, `${name}: preferences`, ['g', 'p']);
  await over(t, page, `${name}: notices`, ['g', 'n']);
  await over(t, page, `${name}: snooze`, ['s']);
  await over(t, page, `${name}: transfer`, ['t']);
  await page.keyboard.press('v');
  await look(t, page, `${name}: rows being chosen`);
  await page.keyboard.press('v');
  await page.locator('[class*=viewButton]').first().click();
  await page.locator('[role=menu]').last().waitFor();
  await ready(page);
  await look(t, page, `${name}: menu of views`);
  await page.locator('[role=menuitem]').filter({ hasText: '...' }).first().click();
  await page.locator('[role=dialog]').waitFor();
  await ready(page);
  await look(t, page, `${name}: filter`);
  await page.keyboard.press('Escape');
  await page.locator('[role=dialog]').waitFor({ state: 'detached' });
  await goTo(page, '/search');
  await look(t, page, `${name}: search before a word`);
  await page.locator('input[role=combobox]').first().fill('budi');
  await ready(page);
  await look(t, page, `${name}: search`);
  await goTo(page, '/tickets');
  await page.locator('tbody tr').first().waitFor();
  await look(t, page, `${name}: tickets`);
  await goTo(page, '/tidak-ada');
  await look(t, page, `${name}: no such page`);
  t.same(faults, []);
}

/** What floats in the gallery lies in its pane, in the theme of the pane and not of the page. */
async function galleryDialogs(t: Test, page: Page, name: string): Promise<void> {
  for (const pane of ['light', 'dark']) {
    for (const shown of ['escalate', 'palette', 'keys']) {
      await page.locator(`[data-pane-theme=${pane}] [data-shows=${shown}]`).click();
      const dialog = page.locator(`[data-pane-theme=${pane}] [role=dialog]`);
      await dialog.waitFor();
      await look(t, page, `${name}: ${shown} in the ${pane} pane`);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
  }
}

async function settingsScreens(t: Test, scene: DeskScene, how: Look): Promise<void> {
  const { page, faults } = await openAs(scene, scene.world.administrator, how);
  const name = `${how.language} ${how.theme}`;
  await page.locator('a[href^="/admin/"]').first().waitFor();
  const paths = await page.locator('nav a[href^="/admin/"]').evaluateAll((links) =>
    [...new Set(links.map((link) => link.getAttribute('href') ?? ''))]);
  t.ok(paths.length >= 18, `${paths.length} pages of settings`);
  let forms = 0;
  for (const path of paths) {
    await goTo(page, path);
    await page.locator('h1').first().waitFor();
    await look(t, page, `${name}: ${path}`);
    const adding = page.locator('#content button:has(svg.tabler-icon-plus)').first();
    if (await adding.count() === 0) continue;
    await adding.click();
    await page.locator('[role=dialog]').first().waitFor();
    await ready(page);
    await look(t, page, `${name}: a form of ${path}`);
    forms += 1;
    await goTo(page, path);
    await page.locator('[role=dialog]').waitFor({ state: 'detached' });
  }
  t.ok(forms >= 10, `${forms} forms`);
  await goTo(page, '/gallery');
  await page.locator('[data-pane-theme=dark]').waitFor();
  await look(t, page, `${name}: gallery`);
  await galleryDialogs(t, page, name);
  t.same(faults, []);
  await page.context().close();
}

t.test('every screen is free of findings in both languages and themes', async (t) => {
  const scene = await deskScene(t);
  const at = await fill(scene);
  // Both looks of the agent first, their pages left open: who is away for a minute gives the work back to the queue.
  for (const how of LOOKS) {
    await t.test(`an agent's screens, ${how.language}, ${how.theme}`, (t) => agentScreens(t, scene, at, how));
  }
  for (const how of LOOKS) {
    await t.test(`the settings and the gallery, ${how.language}, ${how.theme}`,
      (t) => settingsScreens(t, scene, how));
  }
});
