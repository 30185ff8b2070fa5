/** The keys of the desk in Chromium: they act on what is hidden, elsewhere or a menu away, and stand in the sheet. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { isAbsent, isShown, seriousFindings, takeFirst } from '#test/support/browser.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);

const summary = 'Angsuran dobel, sudah dicek.';

const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name });

/** Opens a dialog by its key and leaves it. */
async function opens(page: Page, key: string, name: string): Promise<void> {
  await page.keyboard.press(key);
  await dialogOf(page, name).waitFor();
  await page.keyboard.press('Escape');
  await dialogOf(page, name).waitFor({ state: 'detached' });
}

async function hiddenPane(t: Test, page: Page): Promise<void> {
  const pane = page.getByRole('complementary', { name: 'Panel nasabah' });
  await page.locator('[role=log]').waitFor();
  await pane.waitFor();
  await page.keyboard.press('p');
  await pane.waitFor({ state: 'detached' });
  await page.keyboard.press('d');
  await eventually('the first field that is missing has the keyboard', () =>
    page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['field'] === 'category'));
  await page.keyboard.press('Escape');
  await pane.getByLabel('Ringkasan').fill(summary);
  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await pane.waitFor({ state: 'detached' });
  await opens(page, 'e', 'Eskalasi ke Tier 2');
  t.ok(await isShown(pane), 'the pane came with it');
  await page.keyboard.press('p');
  await page.keyboard.press('6');
  await pane.getByRole('tab', { name: 'Riwayat', selected: true }).waitFor();
  await page.keyboard.press('p');
  await page.keyboard.press('x');
  await pane.getByRole('tab', { name: 'Tiket', selected: true }).waitFor();
  await pane.getByText('Pilih hasil').first().waitFor();
  await page.keyboard.press('Escape');
}

async function takenBack(t: Test, page: Page, at: OpenedInteraction): Promise<void> {
  const box = page.getByRole('textbox', { name: /balas/i }).first();
  const send = async (): Promise<void> => {
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Urungkan' }).waitFor();
    await page.keyboard.press('Escape');
  };
  const hasKeyboard = (): Promise<boolean> => box.evaluate((field) => field === document.activeElement);
  const isDraft = (): Promise<boolean> => box.inputValue().then((text) => text === 'Halo dari saya', () => false);
  await page.keyboard.press('r');
  await page.keyboard.type('Halo dari saya');
  await send();
  await page.keyboard.press('z');
  await eventually('it is a draft again', isDraft);
  await eventually('and has the keyboard', hasKeyboard);
  await send();
  for (const key of ['g', 's']) await page.keyboard.press(key);
  await page.waitForURL(/\/search$/);
  await page.keyboard.press('Alt+z');
  await page.waitForURL(new RegExp(`/i/${at.interactionId}$`));
  await eventually('it is a draft again, from another page', isDraft);
  await eventually('and has the keyboard there: letters are no commands', hasKeyboard);
  await page.keyboard.press('Escape');
  await page.keyboard.press('z');
  await page.getByText('Tidak ada pesan yang masih dapat ditarik.').waitFor();
  t.ok(await isAbsent(page.getByRole('button', { name: 'Urungkan' })));
}

/** Presses keys one right after the other; gives what has the keyboard, and which dialogs stand, after each. */
function inOneBreath(page: Page, keys: readonly { key: string; ctrlKey?: boolean }[]): Promise<[string, number][]> {
  return page.evaluate(async (pressed) => {
    const seen: [string, number][] = [];
    for (const { key, ctrlKey } of pressed) {
      const at = document.activeElement ?? document.body;
      at.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }));
      await Promise.resolve();
      seen.push([document.activeElement?.getAttribute('role') ?? document.activeElement?.tagName ?? '',
        document.querySelectorAll('[role=dialog]').length]);
    }
    return seen;
  }, keys);
}

/** What opens has the next key, and what was closed swallows none: not a frame lies between. */
async function atOnce(t: Test, page: Page): Promise<void> {
  const field = page.getByRole('combobox', { name: 'Cari dan jalankan perintah' });
  // The palette's program is fetched after the desk stands; from then on there is nothing to wait for.
  await page.keyboard.press('Control+k');
  await field.waitFor();
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  const replies = () => page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA');
  await page.keyboard.press('r');
  await eventually('the reply has the keyboard', replies);
  t.same((await inOneBreath(page, [{ key: 'k', ctrlKey: true }, { key: 'x' }])).at(-1), ['combobox', 1],
    'a letter typed on is not the reply\'s');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  await eventually('the reply has it back', replies);
  await page.keyboard.press('Escape');
  t.same((await inOneBreath(page, [{ key: 'e' }, { key: 'o' }, { key: 'Escape' }, { key: 'o' }]))
    .map(([, dialogs]) => dialogs), [1, 1, 0, 1], 'one dialog at a time, and the key after Esc counts');
  await page.getByRole('dialog', { name: 'Tandai di luar topik' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  t.same((await inOneBreath(page, [{ key: 'i' }, { key: 'Escape' }])).map(([, dialogs]) => dialogs), [1, 0],
    'what hangs from a button hears Esc too');
  t.match((await inOneBreath(page, [{ key: 'l' }, { key: 'ArrowDown' }])).at(-1), ['menuitem', 0]);
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

async function daily(t: Test, page: Page): Promise<void> {
  await page.keyboard.press('2');
  await page.getByRole('tab', { name: /Antrean/, selected: true }).waitFor();
  await page.keyboard.press('1');
  await page.getByRole('tab', { name: /Milik saya/, selected: true }).waitFor();
  await page.keyboard.press('l');
  await page.getByRole('menuitem', { name: /Menunggu balasan/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.keyboard.press('i');
  await page.getByRole('textbox', { name: 'Cari emoji' }).waitFor();
  await page.keyboard.press('Escape');
  // What fades out still has the keys.
  await page.locator('[role=dialog], [role=menu]').waitFor({ state: 'detached' });
  const files = page.locator('input[type=file]');
  await files.evaluate((input) => { input.addEventListener('click', (event) => {
    event.preventDefault();
    input.setAttribute('data-asked', '');
  }, { once: true }); });
  await page.keyboard.press('u');
  await page.locator('input[type=file][data-asked]').waitFor({ state: 'attached' });
  await opens(page, 'c', 'Ambil foto');
  await opens(page, 'q', 'Kembalikan ke antrean');
  await opens(page, 'o', 'Tandai di luar topik');
  await page.keyboard.press('?');
  const sheet = dialogOf(page, 'Pintasan papan ketik');
  await sheet.getByText('Tarik pesan yang belum terkirim').waitFor();
  t.same(await seriousFindings(page), []);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
}

async function ownPart(t: Test, { work, world }: DeskScene, page: Page, at: OpenedInteraction): Promise<void> {
  await page.keyboard.press('e');
  const dialog = dialogOf(page, 'Eskalasi ke Tier 2');
  await dialog.getByText('Dokumentasi yang sudah diisi ikut tersimpan').waitFor();
  await dialog.getByText('Balasan atau catatan yang belum terkirim ikut dihapus.').waitFor();
  t.same(await seriousFindings(page), []);
  await takeFirst(page);
  await dialog.getByRole('button', { name: 'Eskalasi ke Tier 2' }).click();
  await dialog.waitFor({ state: 'detached' });
  t.match(await work.db.dynamic('select author_id, summary from documentations where interaction_id = $1',
    [at.interactionId]), [{ author_id: world.agents[0]?.id, summary }]);
  t.same(await page.evaluate(() => Object.keys(localStorage).filter((key) => /^sambung\.(form|draft)\./.test(key))), [],
    'nothing of it stays in the browser');
}

t.test('C9 C10 keys reach what is hidden; a message is taken back from anywhere; the own part goes up', async (t) => {
  const scene = await deskScene(t, { channel: 'live-chat' });
  const { work, world } = scene;
  const [agent, above] = world.agents;
  if (agent === undefined || above === undefined) throw new Error('no agents');
  const at = await openOwnedInteraction(work.db, world, agent.id,
    { channel: 'live-chat', text: 'Angsuran saya kok dobel?' });
  await work.db.dynamic(`update agent_states set presence = 'BUSY'`);
  await work.db.dynamic(`insert into agent_states (user_id, organisation_id, presence) values ($1, $2, 'BUSY')`,
    [above.id, world.organisationId]);
  await work.db.dynamic('update queues set pick_allowed = true where tier = 2');
  await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
    [world.organisationId, world.tier2QueueId, above.id]);
  const { page, faults } = await deskPage(scene, agent, '/');
  await page.evaluate(() => { localStorage.setItem('sambung.undoSeconds', '20'); });
  await page.goto(`${scene.product.url}/i/${at.interactionId}`);
  await t.test('those of the pane while it is hidden', (t) => hiddenPane(t, page));
  await t.test('undo, from the conversation and from another page', (t) => takenBack(t, page, at));
  await t.test('without a moment between', (t) => atOnce(t, page));
  await t.test('what is done daily', (t) => daily(t, page));
  await t.test('what is filled in goes to tier 2', (t) => ownPart(t, scene, page, at));
  t.same(faults, []);
  await t.test('who takes it there and sees it', async (t) => {
    const second = await deskPage(scene, above, '/');
    let stands = (): void => undefined;
    const pressed = new Promise<void>((resolve) => { stands = resolve; });
    await second.page.routeWebSocket(/\/socket\.io\//, async (line) => {
      await pressed;
      line.connectToServer();
    });
    await second.page.goto(`${scene.product.url}/i/${at.interactionId}`);
    const take = second.page.getByRole('button', { name: 'Ambil percakapan' });
    await take.waitFor();
    await second.page.keyboard.press('a');
    // Pressed before the line stood, it waits for it.
    await second.page.locator('button[data-loading]').waitFor();
    stands();
    await take.waitFor({ state: 'detached' });
    const field = second.page.getByLabel('Ringkasan');
    await eventually('the summary stands in the form', () => field.inputValue().then((text) => text === summary,
      () => false));
    t.same(second.faults, []);
  });
});
