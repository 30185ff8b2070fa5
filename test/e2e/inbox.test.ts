/**
 * The controls around the list in Chromium: filters, putting aside in words of the screen and the site's zone, where an
 * administrator lands, and the panes when the window shrinks to a telephone's width.
 */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { newId } from '#domain/ids.ts';
import { DESK_SIZE, isAbsent, isShown, PHONE_SIZE, seriousFindings } from '#test/support/browser.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, enter, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);

/** Rows of a list that scrolls. */
const MANY = 60;

const rows = (page: Page): Promise<number> => page.locator('[data-row]').count();

async function narrow(page: Page, field: string, option: RegExp): Promise<void> {
  await page.getByRole('button', { name: /Tampilan dan saringan/ }).click();
  await page.getByRole('menuitem', { name: 'Saringan lain ...' }).click();
  await page.getByRole('dialog').getByLabel(field, { exact: true }).first().click();
  await page.locator('[data-combobox-option]').filter({ hasText: option, visible: true }).first().click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Terapkan' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function filters(t: Test, scene: DeskScene): Promise<void> {
  const { page, faults } = await deskPage(scene, scene.world.leader, '/');
  await page.getByRole('tab', { name: /Semua/ }).click();
  await eventually('all work of the team is there', async () => await rows(page) === 3);
  await narrow(page, 'Agen', /10002/);
  await eventually('that of one agent remains', async () => await rows(page) === 1);
  await page.getByRole('button', { name: 'Hapus saringan' }).first().click();
  await narrow(page, 'Antrean', /./);
  await eventually('that of the queue remains', async () => await rows(page) === 3);
  await page.getByRole('button', { name: 'Hapus saringan' }).first().click();
  await page.getByRole('button', { name: /Tampilan dan saringan/ }).click();
  await page.getByRole('menuitem', { name: /Menunggu balasan/ }).click();
  await eventually('who was answered is left out', async () => await rows(page) === 2);
  await page.getByRole('button', { name: 'Hapus saringan' }).first().click();
  await page.getByRole('searchbox', { name: /Saring daftar ini/ }).fill('tidak ada nama ini');
  await page.getByRole('button', { name: 'Cari di semua data' }).click();
  t.match(page.url(), /\/search$/, 'what the list lacks is looked for everywhere');
  t.equal(await page.getByRole('combobox').first().inputValue(), 'tidak ada nama ini');
  t.same(faults, []);
}

/** A view is kept, then made to show what the list is narrowed to now; channels are those of the accounts. */
async function keptViews(t: Test, scene: DeskScene): Promise<void> {
  const { work, world } = scene;
  await work.db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id)
    values ($1, $2, 'telegram', 'bot-uji', 'Bot Uji', $3)`, [newId(), world.organisationId, world.queueId]);
  const { page, faults } = await deskPage(scene, world.agents[0]!, '/');
  const menu = page.getByRole('button', { name: /Tampilan dan saringan/ });
  const dialog = page.getByRole('dialog');
  await menu.click();
  await page.getByRole('menuitem', { name: 'Saringan lain ...' }).click();
  await dialog.getByLabel(/Simpan sebagai tampilan/).fill('Uji');
  await dialog.getByLabel('Kanal', { exact: true }).first().click();
  await page.locator('[data-combobox-option]').filter({ hasText: 'Telegram', visible: true }).click();
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Terapkan' }).click();
  await dialog.waitFor({ state: 'detached' });
  const filter = async (): Promise<unknown> =>
    (await work.db.dynamic<{ filter: { filter: unknown } }>('select filter from saved_views'))[0]?.filter.filter;
  t.same(await filter(), { channels: ['telegram'] }, 'a channel without a conversation is offered');
  await menu.click();
  await page.getByRole('menuitem', { name: /Belum dibaca/ }).click();
  await menu.click();
  await page.getByRole('menuitem', { name: 'Kelola tampilan ...' }).click();
  const update = dialog.getByRole('button', { name: 'Ganti dengan saringan saat ini: Uji' });
  await update.click();
  await eventually('the view shows the present filter', async () =>
    JSON.stringify(await filter()) === JSON.stringify({ unread: true }));
  await eventually('and needs no change', () => update.isDisabled());
  t.same(await seriousFindings(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /Tampilan dan saringan: Uji/ }).waitFor();
  await page.getByRole('button', { name: 'Hapus saringan' }).first().click();
  t.same(faults, []);
}

/** Many are given back only after a question. */
async function givenBack(t: Test, scene: DeskScene): Promise<void> {
  const agent = scene.world.agents[0]!;
  const held = async (): Promise<number> => (await scene.work.db.dynamic(
    'select 1 from interactions where agent_id = $1', [agent.id])).length;
  const before = await held();
  const { page, faults } = await deskPage(scene, agent, '/');
  await eventually('own work is there', async () => await rows(page) === before);
  await page.keyboard.press('v');
  await page.getByRole('button', { name: 'Pilih semua yang tampil' }).click();
  const give = page.getByRole('toolbar').getByRole('button', { name: 'Kembalikan ke antrean' });
  const dialog = page.getByRole('dialog', { name: `Kembalikan ${before} percakapan ke antrean?` });
  await give.click();
  await dialog.waitFor();
  t.same(await seriousFindings(page), []);
  await dialog.getByRole('button', { name: 'Batal' }).click();
  await dialog.waitFor({ state: 'detached' });
  t.equal(await held(), before, 'nothing was given back');
  await give.click();
  await dialog.getByRole('button', { name: 'Kembalikan ke antrean' }).click();
  await eventually('all are back', async () => await held() === 0);
  t.same(faults, []);
}

async function putAside(t: Test, scene: DeskScene, interactionId: string): Promise<void> {
  await scene.work.db.dynamic(`update sites set time_zone = 'Asia/Makassar'`);
  const { page, faults } = await deskPage(scene, scene.world.agents[0]!, `/i/${interactionId}`);
  await page.locator('[role=log]').waitFor();
  await page.keyboard.press('s');
  const dialog = page.getByRole('dialog', { name: 'Tunda percakapan' });
  const clock = dialog.getByLabel('Pukul (WITA)');
  await clock.fill('25.00');
  await dialog.getByText('Tulis jam seperti 09.00.').waitFor();
  t.same(await seriousFindings(page), []);
  await clock.fill('09.30');
  await dialog.getByRole('button', { name: 'Tunda sampai waktu ini' }).click();
  const until = await eventually('it is put aside', async () => (await scene.work.db.dynamic<{ clock: string }>(
    `select to_char(snoozed_until at time zone 'Asia/Makassar', 'HH24:MI') as clock from interactions
      where id = $1 and snoozed_until is not null`, [interactionId]))[0]?.clock);
  t.equal(until, '09:30', 'the time of the site, not of the browser, which stands in Jakarta');
  t.same(faults, []);
}

async function shrink(t: Test, scene: DeskScene, interactionId: string): Promise<void> {
  const { page, faults } = await deskPage(scene, scene.world.agents[1]!, `/i/${interactionId}`);
  const pane = page.getByRole('complementary', { name: 'Panel nasabah' });
  await page.locator('[role=log]').waitFor();
  t.ok(await isShown(pane), 'beside the conversation while there is room');
  await page.setViewportSize(PHONE_SIZE);
  await pane.waitFor({ state: 'detached' });
  t.ok(await isShown(page.getByRole('textbox', { name: /balas/i }).first()));
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await page.setViewportSize(DESK_SIZE);
  await pane.waitFor();
  t.same(faults, []);
}

/** Resolves once the list has stood still for so long. */
async function atRest(page: Page, forMs: number): Promise<void> {
  await page.getByRole('listbox').evaluate(async (list, restMs) => {
    let [top, since] = [list.scrollTop, performance.now()];
    while (performance.now() - since < restMs) {
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
      if (list.scrollTop !== top) [top, since] = [list.scrollTop, performance.now()];
    }
  }, forMs);
}

/** Presses when the list has only just stopped and lets go a moment later: what was pressed opens. */
async function pressing(t: Test, scene: DeskScene): Promise<void> {
  for (let n = 0; n < MANY; n += 1) await openInteraction(scene.work.db, scene.world);
  await scene.work.db.dynamic(`update user_roles set scope_kind = 'organisation', scope_id = null where user_id = $1`,
    [scene.world.leader.id]);
  const { page, faults } = await deskPage(scene, scene.world.leader, '/');
  await page.getByRole('tab', { name: /Semua/ }).click();
  await page.locator('[data-row]').nth(8).waitFor();
  const box = await page.getByRole('listbox').boundingBox();
  if (box === null) throw new Error('no list');
  const [x, y] = [box.x + box.width / 2, box.y + box.height * 0.7];
  await page.mouse.move(x, y);
  for (let n = 0; n < 9; n += 1) {
    await page.mouse.wheel(0, 280);
    await atRest(page, 40);
    await page.mouse.down();
    await atRest(page, 400);
    const id = await page.evaluate(([left = 0, top = 0]) =>
      document.elementFromPoint(left, top)?.closest<HTMLElement>('[data-row]')?.dataset['row'], [x, y]);
    await page.mouse.up();
    await eventually('what was pressed to open', () => id !== undefined && page.url().endsWith(id));
    await page.locator('[role=log]').waitFor();
    t.ok(await page.getByRole('listbox').evaluate((list) => list.scrollTop) > 0, 'the list stays where it was');
  }
  t.same(faults, []);
}

/** The widest strip without rows, in px, that any frame showed from now on; told by a function of the page. */
async function watchGaps(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const list = document.querySelector<HTMLElement>('[role=listbox]');
    if (list === null) throw new Error('no list');
    const sizer = list.firstElementChild as HTMLElement;
    const look = (): void => {
      const edges = [...list.querySelectorAll<HTMLElement>('[data-row]')].map((row) => ({ top: row.offsetTop,
        bottom: row.offsetTop + row.offsetHeight }));
      const until = Math.min(list.scrollTop + list.clientHeight, sizer.offsetHeight);
      const gap = Math.max(Math.min(...edges.map((one) => one.top)) - list.scrollTop,
        until - Math.max(...edges.map((one) => one.bottom)));
      document.body.dataset['gap'] = String(Math.max(gap, Number(document.body.dataset['gap'] ?? 0)));
      requestAnimationFrame(look);
    };
    // A frame tells of scrolling first: what is looked at here is what it then shows.
    requestAnimationFrame(look);
  });
  return async () => Number(await page.evaluate(() => document.body.dataset['gap']));
}

/** However the list is moved, by wheel, by keys or all the way, no frame shows a place without its row. */
async function gapless(t: Test, scene: DeskScene): Promise<void> {
  const { page, faults } = await deskPage(scene, scene.world.leader, '/');
  await page.getByRole('tab', { name: /Semua/ }).click();
  await page.locator('[data-row]').nth(8).waitFor();
  const list = page.getByRole('listbox');
  await list.hover();
  const widestGap = await watchGaps(page);
  const top = (): Promise<number> => list.evaluate((each) => each.scrollTop);
  for (const by of [120, 280, 900, -900, -60, 1_500, -280, -2_000]) {
    const before = await top();
    await page.mouse.wheel(0, by);
    await eventually('the wheel moved the list', async () => await top() !== before);
  }
  await list.focus();
  for (const key of ['End', 'Home', 'End', 'PageUp', 'PageUp', 'PageDown', 'Home']) {
    await page.keyboard.press(key);
    await atRest(page, 100);
  }
  t.equal(await top(), 0);
  t.ok(await widestGap() <= 1, `no gap, but of ${await widestGap()} px`);
  t.same(faults, []);
}

/** A member takes masked work by the key, a leader work they may read by the button. */
async function picking(t: Test, scene: DeskScene): Promise<void> {
  const { work, world } = scene;
  await work.db.dynamic('update queues set pick_allowed = true, site_id = $1', [world.siteId]);
  await work.db.dynamic(`update agent_states set presence = 'BUSY'`);
  const owner = async (id: string): Promise<unknown> =>
    (await work.db.dynamic<{ agent_id: string | null }>('select agent_id from interactions where id = $1', [id]))[0]
      ?.agent_id;
  for (const [user, how] of [[world.agents[2]!, 'key'], [world.leader, 'button']] as const) {
    const open = await openInteraction(work.db, world, { text: 'Masih adakah orang?' });
    await work.db.dynamic(`insert into agent_states (user_id, organisation_id, presence) values ($1, $2, 'BUSY')
      on conflict (user_id) do update set presence = 'BUSY'`, [user.id, world.organisationId]);
    const { page, faults } = await deskPage(scene, user, `/i/${open.interactionId}`);
    const take = page.getByRole('button', { name: 'Ambil percakapan' });
    await take.waitFor();
    t.same(await seriousFindings(page), []);
    if (how === 'key') await page.keyboard.press('a');
    else await take.click();
    await page.getByRole('textbox', { name: /balas/i }).first().waitFor();
    t.equal(await owner(open.interactionId), user.id);
    t.same(faults, []);
  }
}

/** Two shifts at one machine: what the one before chose and wrote is not the next one's. */
async function shifts(t: Test, scene: DeskScene, interactionId: string): Promise<void> {
  const { work, world, product } = scene;
  const [before, next] = [world.agents[0]!, world.agents[1]!];
  await work.db.dynamic(`update users set locale = 'en' where id = $1`, [before.id]);
  const { page, faults } = await deskPage(scene, before, `/i/${interactionId}`);
  await page.getByRole('tab', { name: /Mine/ }).waitFor();
  await page.getByRole('textbox', { name: /reply/i }).first().fill('Draf sif pagi');
  await page.getByRole('button', { name: /Views and filters/ }).click();
  await page.getByRole('menuitem', { name: /Unread/ }).click();
  await page.getByRole('button', { name: 'Clear the filter' }).first().waitFor();
  await enter(scene, page.context(), next);
  await page.goto(`${product.url}/`);
  await page.getByRole('tab', { name: /Milik saya/ }).waitFor();
  t.equal(await page.evaluate(() => document.documentElement.lang), 'id', 'the language of the account');
  await page.locator('[data-row]').first().waitFor();
  t.ok(await isAbsent(page.getByRole('button', { name: 'Hapus saringan' })), 'nothing is narrowed');
  await enter(scene, page.context(), before);
  await page.goto(`${product.url}/i/${interactionId}`);
  await page.getByRole('button', { name: 'Clear the filter' }).first().waitFor();
  t.equal(await page.getByRole('textbox', { name: /reply/i }).first().inputValue(), 'Draf sif pagi');
  await work.db.dynamic(`update users set locale = 'id' where id = $1`, [before.id]);
  t.same(faults, []);
}

t.test('C4 C12 lists are narrowed, work is put aside, panes make room', async (t) => {
  const scene = await deskScene(t);
  const [first, second] = scene.world.agents;
  const answered = await openOwnedInteraction(scene.work.db, scene.world, first!.id, { answered: true });
  const own = await openOwnedInteraction(scene.work.db, scene.world, second!.id);
  await openOwnedInteraction(scene.work.db, scene.world, first!.id);
  await t.test('by agent, queue, and whether the customer waits', (t) => filters(t, scene));
  await t.test('until a time written as the screen writes it, in the zone of the site',
    (t) => putAside(t, scene, answered.interactionId));
  await t.test('the side pane never covers a conversation on a small window',
    (t) => shrink(t, scene, own.interactionId));
  await t.test('A42 waiting work is taken by who may', (t) => picking(t, scene));
  await t.test('a press on a list that comes to rest is heard', (t) => pressing(t, scene));
  await t.test('a list that scrolls is drawn wherever it goes', (t) => gapless(t, scene));
  await t.test('the next shift at the same machine finds its own language and its whole list',
    (t) => shifts(t, scene, answered.interactionId));
  await t.test('a view is made to show the present filter, by channels of all accounts', (t) => keptViews(t, scene));
  await t.test('many go back to the queue only after a question', (t) => givenBack(t, scene));
  await t.test('RF19 who reads no conversations starts in the settings', async (t) => {
    const { page, faults } = await deskPage(scene, scene.world.administrator, '/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    t.match(page.url(), /\/admin\//);
    t.ok(await isAbsent(page.getByRole('link', { name: /Kotak masuk/ })), 'and is shown no list that stays empty');
    t.same(faults, []);
  });
});
