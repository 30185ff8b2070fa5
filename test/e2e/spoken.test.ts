/** What is read aloud and where the keyboard stands: places in long lists, old messages, work that has gone. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { PHONE_SIZE, seriousFindings, takeFirst } from '#test/support/browser.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import { bubble, deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';
import { customers, writeMessage } from '#test/support/thread.ts';

t.setTimeout(300_000);

/** More than one page of a list. */
const MANY = 70;

/** The row on which the keys stand, while the list has the keyboard. */
function standing(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => (document.activeElement?.getAttribute('role') === 'listbox'
    ? document.activeElement.getAttribute('aria-activedescendant') : undefined));
}

/** The rows in the order in which they stand. */
function order(page: Page): Promise<string[]> {
  return page.locator('[data-row]').evaluateAll((rows) =>
    [...rows].sort((one, other) => Number(one.ariaPosInSet) - Number(other.ariaPosInSet)).map((row) => row.id));
}

async function goneWork(t: Test, scene: DeskScene): Promise<void> {
  const { work, world } = scene;
  const agent = world.agents[0]!;
  for (let n = 0; n < 3; n += 1)
    await openOwnedInteraction(work.db, world, agent.id, { answered: true, costPoints: 5, waitingSeconds: 900 - n });
  await work.db.dynamic(`update agent_states set presence = 'BUSY'`);
  const { page, faults } = await deskPage(scene, agent, '/');
  await eventually('all own work is there', async () => (await order(page)).length === 3);
  const [first = '', second, third] = await order(page);
  t.same(await page.locator('[data-row]').evaluateAll((rows) => rows.map((row) => row.ariaSetSize)), ['3', '3', '3']);
  await page.goto(`${scene.product.url}/i/${first.replace('row-', '')}`);
  await page.locator('[role=log]').waitFor();
  await page.keyboard.press('q');
  await page.getByRole('dialog').getByRole('button', { name: 'Kembalikan ke antrean' }).click();
  await eventually('the next row has the keyboard', async () => (await standing(page)) === second);
  t.same(await seriousFindings(page), []);
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`/i/${second?.replace('row-', '')}$`));
  await page.locator('[role=log]').waitFor();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog', { name: 'Eskalasi ke Tier 2' });
  await dialog.waitFor();
  await takeFirst(page);
  await dialog.getByRole('button', { name: 'Eskalasi ke Tier 2' }).click();
  await dialog.waitFor({ state: 'detached' });
  await eventually('so it is after E', async () => (await standing(page)) === third);
  await page.keyboard.press('Enter');
  await page.locator('[role=log]').waitFor();
  await page.keyboard.press('q');
  await page.getByRole('dialog').getByRole('button', { name: 'Kembalikan ke antrean' }).click();
  await eventually('without a row the tab has it', () => page.evaluate(() =>
    document.activeElement?.getAttribute('role') === 'tab'));
  t.same(faults, []);
}

async function longList(t: Test, scene: DeskScene): Promise<void> {
  const { work, world } = scene;
  for (let n = 0; n < MANY; n += 1) await openInteraction(work.db, world);
  await work.db.dynamic(`update user_roles set scope_kind = 'organisation', scope_id = null where user_id = $1`,
    [world.leader.id]);
  const { page, faults } = await deskPage(scene, world.leader, '/');
  await page.getByRole('tab', { name: /Semua/ }).click();
  const row = page.locator('[data-row]').first();
  await row.waitFor();
  t.match(await row.getAttribute('aria-setsize'), '-1', 'the end is not known yet');
  await page.getByRole('listbox').focus();
  await eventually('at the end the number is told', async () => {
    await page.keyboard.press('End');
    const [place, of] = await page.evaluate(() => ['aria-posinset', 'aria-setsize']
      .map((name) => document.querySelector('[data-row][data-active]')?.getAttribute(name)));
    return place === of && Number(of) >= MANY;
  });
  t.same(faults, []);
}

async function oldMessages(t: Test, scene: DeskScene): Promise<void> {
  const { work, world } = scene;
  const agent = world.agents[1]!;
  const at = await openOwnedInteraction(work.db, world, agent.id, { text: 'Pesan lama' });
  for (let n = 0; n < 30; n += 1) await writeMessage(work, world, at, { text: `Baris ${n}` });
  const { page, faults } = await deskPage(scene, agent, `/i/${at.interactionId}`);
  const speaks = (text: string): Promise<boolean> =>
    bubble(page, text).evaluate((one) => one.closest('[aria-live]')?.getAttribute('aria-live') === 'polite');
  await bubble(page, 'Pesan lama').waitFor({ state: 'attached' });
  t.equal(await speaks('Pesan lama'), false, 'what is put above is not read aloud');
  t.equal(await speaks('Baris 29'), false);
  await customers(t, scene)(at, 'Pesan baru sekali');
  await bubble(page, 'Pesan baru sekali').waitFor();
  t.equal(await speaks('Pesan baru sekali'), true, 'what comes is');
  const other = await deskPage(scene, world.leader, `/i/${at.interactionId}`, { size: PHONE_SIZE });
  await other.page.locator(`header [title*="${agent.name}"]`).waitFor();
  t.ok(await other.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  t.same(await seriousFindings(other.page), []);
  t.same([...faults, ...other.faults], []);
}

t.test('what is read aloud, and where the keyboard stands', async (t) => {
  const scene = await deskScene(t);
  await t.test('after work that has gone it stands on the next row, never nowhere', (t) => goneWork(t, scene));
  await t.test('old messages are silent, new ones speak, and a telephone shows who else looks',
    (t) => oldMessages(t, scene));
  await t.test('each row says its place, and the number of all once it is known', (t) => longList(t, scene));
});
