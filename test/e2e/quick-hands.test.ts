/** An agent whose hands are quicker than the line, and what the desk does with a press that comes early. */
import t, { type Test } from 'tap';
import type { Page, WebSocketRoute } from 'playwright-core';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { bubble, deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { isAbsent } from '#test/support/browser.ts';
import { eventually } from '#test/support/harness.ts';
import { writeMessage } from '#test/support/thread.ts';

t.setTimeout(300_000);

/** The line of a page in the test's hand: what the page says waits while `held`, and it can be cut. */
interface HeldLine { hold: () => void; release: () => void; cut: () => void; mend: () => void }

async function heldLine(page: Page): Promise<HeldLine> {
  let [isHeld, isCut] = [false, false];
  const waiting: (() => void)[] = [];
  const lines = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/socket\.io\//, (line) => {
    if (isCut) {
      void line.close();
      return;
    }
    lines.add(line);
    const server = line.connectToServer();
    line.onMessage((said) => {
      if (isHeld) waiting.push(() => { server.send(said); });
      else server.send(said);
    });
  });
  return {
    hold: () => { isHeld = true; },
    release: () => {
      isHeld = false;
      for (const go of waiting.splice(0)) go();
    },
    cut: () => {
      isCut = true;
      for (const line of lines) void line.close();
      lines.clear();
    },
    mend: () => { isCut = false; },
  };
}

const reply = (page: Page) => page.getByRole('textbox', { name: /balas/i }).first();
const isDraft = (page: Page, text: string) => eventually(`${text} is a draft again`, () =>
  reply(page).inputValue().then((now) => now === text, () => false));

async function sent({ work }: DeskScene, at: OpenedInteraction): Promise<string[]> {
  return (await work.db.dynamic<{ status: string }>(`select status from messages where conversation_id = $1
    and direction = 'OUT' order by seq`, [at.conversationId])).map(({ status }) => status);
}

/** Z while the server has not answered: it is taken back as soon as the server knows of it. */
async function underWay(t: Test, scene: DeskScene, page: Page, line: HeldLine, at: OpenedInteraction): Promise<void> {
  await page.keyboard.press('r');
  await page.keyboard.type('Terlalu cepat');
  line.hold();
  await page.keyboard.press('Control+Enter');
  await page.getByText('Mengirim').waitFor();
  await page.keyboard.press('Alt+z');
  line.release();
  await isDraft(page, 'Terlalu cepat');
  t.same(await sent(scene, at), ['failed'], 'withdrawn, and not sent');
  await reply(page).fill('');
}

/** Z, and the button, while the line is gone: it never left this desk. */
async function withoutLine(t: Test, scene: DeskScene, page: Page, line: HeldLine,
  at: OpenedInteraction): Promise<void> {
  const before = await sent(scene, at);
  line.cut();
  await page.getByText('Koneksi terputus.').first().waitFor();
  for (const way of ['key', 'button'] as const) {
    await reply(page).fill(`Lewat ${way}`);
    await page.keyboard.press('Control+Enter');
    await page.getByText('Menunggu koneksi').waitFor();
    if (way === 'key') await page.keyboard.press('Alt+z');
    else await page.getByRole('button', { name: 'Urungkan' }).click();
    await isDraft(page, `Lewat ${way}`);
    t.ok(await isAbsent(page.getByText('Menunggu koneksi')));
    await reply(page).fill('');
  }
  line.mend();
  await page.getByText('Koneksi terputus.').first().waitFor({ state: 'detached' });
  await reply(page).fill('Yang ini terkirim');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Kirim sekarang' }).click();
  await eventually('it has left', async () => (await sent(scene, at)).length === before.length + 1);
}

/** `/` outside of a field: the next letter stands behind it. */
async function cannedAtOnce(t: Test, page: Page): Promise<void> {
  await reply(page).fill('');
  await page.keyboard.press('Escape');
  t.same(await page.evaluate(async () => {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', code: 'Slash', bubbles: true,
      cancelable: true }));
    await Promise.resolve();
    const field = document.activeElement as HTMLTextAreaElement;
    return [field.tagName, field.value, field.selectionStart];
  }), ['TEXTAREA', '/', 1]);
  await reply(page).fill('');
  await page.keyboard.press('Escape');
  await page.keyboard.press('i');
  const words = page.getByRole('textbox', { name: 'Cari emoji' });
  await words.fill('senyum');
  await page.keyboard.press('Escape');
  await words.waitFor({ state: 'detached' });
  await page.keyboard.press('i');
  t.equal(await words.inputValue(), '', 'the words of last time are not looked for again');
  await page.keyboard.press('Escape');
  await words.waitFor({ state: 'detached' });
}

/** The box for editing the last message has all its buttons in sight. */
async function editInSight(t: Test, scene: DeskScene, page: Page, at: OpenedInteraction): Promise<void> {
  for (let n = 0; n < 25; n += 1)
    await writeMessage(scene.work, scene.world, at, { direction: 'IN', text: `Baris ${n}` });
  await writeMessage(scene.work, scene.world, at, { direction: 'OUT', text: 'Jawaban terakhir', status: 'sent',
    authorId: scene.world.agents[0]!.id });
  await page.reload();
  await bubble(page, 'Jawaban terakhir').hover();
  await page.locator('[data-tool=edit]').last().click();
  const save = page.getByRole('button', { name: /^Simpan/ }).last();
  await save.waitFor();
  const log = (await page.locator('[role=log]').boundingBox())!;
  await eventually('the buttons are in sight', async () => {
    const box = await save.boundingBox();
    return box !== null && box.y >= log.y && box.y + box.height <= log.y + log.height;
  });
  t.ok(true);
  await page.keyboard.press('Escape');
}

t.test('C9 J51 a press that comes early is kept', async (t) => {
  const scene = await deskScene(t, { channel: 'live-chat' });
  const agent = scene.world.agents[0]!;
  const at = await openOwnedInteraction(scene.work.db, scene.world, agent.id, { channel: 'live-chat' });
  await scene.work.db.dynamic(`update agent_states set presence = 'BUSY'`);
  const { page, faults } = await deskPage(scene, agent, '/');
  await page.evaluate(() => { localStorage.setItem('sambung.undoSeconds', '20'); });
  const line = await heldLine(page);
  await page.goto(`${scene.product.url}/i/${at.interactionId}`);
  await page.locator('[role=log]').waitFor();
  await t.test('a message on its way is taken back', (t) => underWay(t, scene, page, line, at));
  await t.test('one that waits for the line never leaves', (t) => withoutLine(t, scene, page, line, at));
  await t.test('letters after a sign stand behind it', (t) => cannedAtOnce(t, page));
  await t.test('the box of an edit is in sight', (t) => editInSight(t, scene, page, at));
  t.same(faults, []);
});

t.test('C4 Enter opens what the screen says comes next, wherever the list stands', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const agent = world.agents[0]!;
  const open = (name: string, waitingSeconds: number) => openOwnedInteraction(work.db, world, agent.id,
    { name, waitingSeconds, answered: true });
  await open('Nasabah Lama', 900);
  await open('Nasabah Tengah', 300);
  const last = await open('Nasabah Baru', 30);
  const { page, faults } = await deskPage(scene, agent, `/i/${last.interactionId}`);
  await page.locator('[role=log]').waitFor();
  await page.keyboard.press('s');
  const dialog = page.getByRole('dialog', { name: 'Tunda percakapan' });
  await dialog.waitFor();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const card = page.locator('div').filter({ has: page.getByText('Berikutnya', { exact: true }) }).last();
  await card.waitFor();
  await eventually('the list has the keyboard', () => page.evaluate(() =>
    document.activeElement?.getAttribute('role') === 'listbox'));
  const next = await card.getByText(/^Nasabah (Lama|Tengah)$/).textContent();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: next ?? '' }).waitFor();
  t.same(faults, []);
});
