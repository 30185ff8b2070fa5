/** The list of tickets in Chromium: reached and read by keys, true while it stands open, and leading to the talk. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { PHONE_SIZE, seriousFindings } from '#test/support/browser.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';
import { newId } from '#domain/ids.ts';
import { transferInteraction } from '#routing/transfer.ts';
import { closeInteraction, documentInteraction } from '#routing/wrap-up.ts';
import { formOf } from '#test/support/routing.ts';

t.setTimeout(300_000);

const line = (page: Page, at: OpenedInteraction) => page.getByRole('row').filter({ hasText: at.ticketNumber });
const shown = (page: Page) => page.getByRole('group', { name: 'Tiket yang ditampilkan' });

/** Goes there by keys, to the second ticket by J and K, opens it by Enter, and comes back. */
async function byKeys(t: Test, page: Page, [newest, older]: [OpenedInteraction, OpenedInteraction]): Promise<void> {
  await page.locator('[data-row]').first().waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('heading', { level: 1, name: 'Tiket' }).waitFor();
  await line(page, older).waitFor();
  t.match(await page.title(), /Tiket · Sambung$/);
  t.same(await seriousFindings(page), []);
  const onTicket = ({ ticketNumber }: OpenedInteraction) => eventually(`the keys stand on ${ticketNumber}`, () =>
    page.evaluate((number) => document.activeElement?.textContent === number, ticketNumber));
  for (const key of ['j', 'j', 'k', 'j']) await page.keyboard.press(key);
  await onTicket(older);
  await page.keyboard.press('k');
  await onTicket(newest);
  await page.keyboard.press('Enter');
  await page.locator('[role=log] article').first().waitFor();
  t.ok(page.url().endsWith(`/i/${newest.interactionId}`));
  await page.goBack();
  await line(page, older).waitFor();
}

/** A ticket that closes goes from one list to the other while they are looked at; what is followed has its own. */
async function live(t: Test, { work, world }: DeskScene, page: Page, at: OpenedInteraction): Promise<void> {
  const [user] = world.agents;
  if (user === undefined) throw new Error('no agent');
  await documentInteraction(work, { user, interactionId: at.interactionId, form: formOf(world) });
  await closeInteraction(work, { user, interactionId: at.interactionId });
  await line(page, at).waitFor({ state: 'detached' });
  await shown(page).getByRole('button', { name: 'Diikuti' }).click();
  await page.getByText('Belum ada tiket yang Anda ikuti').waitFor();
  t.same(await seriousFindings(page), []);
  await shown(page).getByRole('button', { name: 'Ditutup' }).click();
  await line(page, at).getByText('Ditutup').waitFor();
  await page.reload();
  await line(page, at).waitFor();
  t.equal(await shown(page).getByRole('button', { name: 'Ditutup' }).getAttribute('aria-pressed'), 'true',
    'what was chosen stays');
  await shown(page).getByRole('button', { name: 'Semua' }).click();
  await eventually('both are there', async () => await page.locator('tbody tr').count() === 2);
}

/** What does not come is said, and asked for again. */
async function failing(t: Test, page: Page, at: OpenedInteraction): Promise<void> {
  await page.route('**/api/tickets?*', (route) => route.abort());
  await page.reload();
  const again = page.getByRole('button', { name: 'Coba lagi' });
  await again.waitFor();
  t.same(await seriousFindings(page), []);
  await page.unroute('**/api/tickets?*');
  await again.click();
  await line(page, at).waitFor();
}

t.test('C4 C12 every ticket one may see is in a list that stays true', async (t) => {
  const scene = await deskScene(t);
  const [agent, other] = scene.world.agents;
  if (agent === undefined || other === undefined) throw new Error('no agents');
  const open = (id: string, waitingSeconds: number): Promise<OpenedInteraction> =>
    openOwnedInteraction(scene.work.db, scene.world, id, { answered: true, waitingSeconds, name: 'M'.repeat(70) });
  const older = await open(agent.id, 600);
  const newest = await open(agent.id, 60);
  const foreign = await open(other.id, 30);
  const { page, faults } = await deskPage(scene, agent, '/');
  await t.test('by keys alone', (t) => byKeys(t, page, [newest, older]));
  await t.test('while it stands open', (t) => live(t, scene, page, older));
  await t.test('after a failure', (t) => failing(t, page, newest));
  await t.test('with names that no line holds', async (t) => {
    t.ok(await page.getByRole('region', { name: 'Tiket' }).evaluate((table) => table.scrollWidth <= table.clientWidth));
  });
  await t.test('at a telephone, and the address of a ticket that is not theirs', async (t) => {
    await page.setViewportSize(PHONE_SIZE);
    t.same(await seriousFindings(page), []);
    t.ok(await page.getByRole('region', { name: 'Tiket' }).evaluate((table) =>
      table.scrollWidth <= table.clientWidth && document.documentElement.scrollWidth <= window.innerWidth),
    'a name that no line holds cuts nothing off');
    await page.getByRole('link', { name: 'Tiket' }).waitFor();
    await page.goto(`${scene.product.url}/t/${foreign.ticketId}`);
    await page.getByText('Tiket belum dapat dibuka').waitFor();
    await page.getByRole('link', { name: 'Ke daftar tiket' }).click();
    await line(page, newest).waitFor();
  });
  await t.test('what went out of sight leaves the list that is looked at', async () => {
    const [queueId, { organisationId }] = [newId(), scene.world];
    await scene.work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier)
      values ($1, $2, 'LAIN', 'Antrean lain', 1)`, [queueId, organisationId]);
    await transferInteraction(scene.work, { user: agent, interactionId: newest.interactionId, queueId });
    await line(page, newest).waitFor({ state: 'detached' });
  });
  t.same(faults, []);
});
