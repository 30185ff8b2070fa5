/** What the desk tells: once however many tabs are open, of work put aside, of tickets that are followed. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { newId } from '#domain/ids.ts';
import { snoozeInteraction } from '#routing/snooze.ts';
import { transferInteraction } from '#routing/transfer.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';
import { customers } from '#test/support/thread.ts';

t.setTimeout(300_000);

/** Counts the tones that a page starts, and has it ring for every message of a customer. */
const LISTEN = `globalThis.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { globalThis.tones += 1; return start.apply(this, at); };
localStorage.setItem('sambung.sound.message', 'true');`;

const tones = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { tones: number }).tones);
const bell = (page: Page) => page.getByRole('button', { name: /^Pemberitahuan/ });

/** The page does nothing else for so long, as where it draws a lot: the other tabs are first to know. */
function busy(page: Page, ms: number): Promise<void> {
  return page.evaluate((forMs) => {
    const end = performance.now() + forMs;
    while (performance.now() < end);
  }, ms);
}

async function twoTabs(t: Test, scene: DeskScene, write: (text: string) => Promise<unknown>): Promise<void> {
  const { page: first, faults } = await deskPage(scene, scene.world.agents[0]!, '/health/live');
  await first.context().addInitScript(LISTEN);
  await first.goto(`${scene.product.url}/`);
  await first.locator('[data-row]').first().waitFor();
  await first.getByRole('tab', { name: /Milik saya/ }).click();
  const second = await first.context().newPage();
  await second.goto(`${scene.product.url}/`);
  await second.locator('[data-row]').first().waitFor();

  const working = busy(first, 4_000);
  await write('pertama');
  await second.getByRole('button', { name: 'Pemberitahuan, 1 belum dibaca' }).waitFor();
  await working;
  await eventually('the tab that was worked in is heard, though the other stored it', async () =>
    await tones(first) === 1);
  t.equal(await tones(second), 0);

  await second.getByRole('tab', { name: /Milik saya/ }).click();
  const drawing = busy(second, 4_000);
  await write('kedua');
  await first.getByRole('button', { name: 'Pemberitahuan, 2 belum dibaca' }).waitFor();
  await drawing;
  await eventually('the other is, once it is worked in', async () => await tones(second) === 1);
  t.equal(await tones(first), 1);

  await second.close();
  await write('ketiga');
  await eventually('the one that is left', async () => await tones(first) === 2);
  await bell(first).click();
  const told = first.getByText('Pesan baru dari nasabah');
  await told.nth(2).waitFor();
  t.equal(await told.count(), 3, 'the list holds each once');
  t.same(faults, []);
}

async function aside(t: Test, scene: DeskScene): Promise<void> {
  const { work, world } = scene;
  const agent = world.agents[1]!;
  const small = await openOwnedInteraction(work.db, world, agent.id, { answered: true, name: 'Siti Contoh' });
  const large = await openOwnedInteraction(work.db, world, agent.id, { answered: true, costPoints: 75,
    name: 'Toko Contoh' });
  const [clock] = await work.db.dynamic<{ at: Date }>(`select app_now() + interval '31 seconds' as at`);
  for (const { interactionId } of [small, large]) {
    await snoozeInteraction(work, { user: agent, interactionId, until: clock?.at ?? new Date(0) });
  }
  await openOwnedInteraction(work.db, world, agent.id, { costPoints: 50 });
  const { page, faults } = await deskPage(scene, agent, '/');
  await page.locator('[data-row]').nth(2).waitFor();
  await page.getByRole('button', { name: 'Pemberitahuan, 2 belum dibaca' }).waitFor({ timeout: 90_000 });
  await bell(page).click();
  const line = (what: string) => page.getByRole('listitem').filter({ hasText: what });
  t.match(await line('Waktu tunda berakhir, kembali ke antrean').textContent(), /T\./,
    'for want of room, its name as the queue shows it');
  t.match(await line('Siti Contoh').textContent(), /Waktu tunda berakhir/);
  t.same(faults, []);
}

async function follow(t: Test, scene: DeskScene, at: OpenedInteraction,
  write: (text: string) => Promise<unknown>): Promise<void> {
  const { work, world } = scene;
  const queueId = newId();
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier, site_id)
    values ($1, $2, 'KHUSUS', 'Layanan Khusus', 1, $3)`, [queueId, world.organisationId, world.siteId]);
  await work.db.dynamic('insert into ticket_follows (organisation_id, user_id, ticket_id) values ($1, $2, $3)',
    [world.organisationId, world.leader.id, at.ticketId]);
  const { page, faults } = await deskPage(scene, world.leader, '/');
  await page.getByRole('tab', { name: /Semua/ }).waitFor();
  await page.waitForLoadState('networkidle');
  await write('Bagaimana kabarnya?');
  await page.getByRole('button', { name: 'Pemberitahuan, 1 belum dibaca' }).waitFor();
  await transferInteraction(work, { user: world.agents[0]!, interactionId: at.interactionId, queueId });
  await page.getByRole('button', { name: 'Pemberitahuan, 2 belum dibaca' }).waitFor();
  await bell(page).click();
  await page.getByText('Tiket yang Anda ikuti dialihkan').waitFor();
  const line = page.getByRole('listitem').filter({ hasText: 'Nasabah menulis di tiket yang Anda ikuti' });
  t.match(await line.textContent(), /Budi Contoh/);
  await line.getByRole('button').click();
  t.match(page.url(), new RegExp(at.interactionId, 'u'));
  t.same(faults, []);
}

t.test('what happens is told once, wherever the agent works', async (t) => {
  const scene = await deskScene(t);
  const say = customers(t, scene);
  const at = await openOwnedInteraction(scene.work.db, scene.world, scene.world.agents[0]!.id,
    { answered: true, name: 'Budi Contoh' });
  const write = (text: string): Promise<unknown> => say(at, text);
  await t.test('by one of two tabs, the one that is worked in', (t) => twoTabs(t, scene, write));
  await t.test('when the time of what was put aside has come', (t) => aside(t, scene));
  await t.test('of a ticket that is followed', (t) => follow(t, scene, at, write));
});
