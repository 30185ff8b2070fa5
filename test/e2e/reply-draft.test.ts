/** All that a reply consists of is kept until it is sent, in Chromium: files, quote, buttons and mentions. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { temporaryDirectory } from '#test/support/cluster.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { bubble, deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { newId } from '#domain/ids.ts';
import { transferInteraction } from '#routing/transfer.ts';
import { isAbsent, isShown, seriousFindings } from '#test/support/browser.ts';
import { eventually } from '#test/support/harness.ts';
import { png } from '#test/support/thread.ts';

t.setTimeout(300_000);

const channel = 'live-chat';

function box(page: Page) {
  return page.getByRole('textbox', { name: /Tulis balasan/ });
}

function card(page: Page, name: string) {
  return page.getByRole('listitem').filter({ hasText: name });
}

async function choose(page: Page, name: string): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'image/png', buffer: png });
}

/** What the server will never take says why, whole, and offers no second try; what is empty is not taken at all. */
async function refusedFiles(t: Test, { page }: Stage): Promise<void> {
  const field = page.locator('input[type=file]');
  await field.setInputFiles({ name: 'kosong.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
  await page.getByText('Berkas kosong, tidak ada isinya untuk dikirim.').waitFor();
  t.ok(await isAbsent(card(page, 'kosong.txt')));
  await field.setInputFiles({ name: 'program.exe', mimeType: 'application/octet-stream',
    buffer: Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200, 1)]) });
  const state = card(page, 'program.exe').getByRole('status').filter({ hasText: /tidak|belum/i });
  await state.waitFor();
  t.ok(await state.evaluate((words) => words.scrollWidth <= words.clientWidth + 1), 'nothing of it is cut off');
  t.ok(await isAbsent(card(page, 'program.exe').getByRole('button', { name: /lagi/i })));
  await card(page, 'program.exe').getByRole('button').click();
  t.ok(await isAbsent(card(page, 'program.exe')));
}

/** Uploads wait from now on until the function that comes back is called. */
async function holdUploads(page: Page): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => { release = resolve; });
  const hold = async (route: { continue: () => Promise<void> }): Promise<void> => {
    await released;
    await route.continue().catch(() => undefined);
  };
  await page.route('**/api/files', hold);
  return async () => { release(); await page.unroute('**/api/files', hold); };
}

/** Drags a file of this machine to a place of the page, as a hand does, and lets it go there. */
async function dropFile(page: Page, path: string, at: { x: number; y: number }): Promise<void> {
  const line = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await line.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  await line.detach();
}

async function centreOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const place = await page.locator(selector).first().boundingBox();
  return { x: (place?.x ?? 0) + (place?.width ?? 0) / 2, y: (place?.y ?? 0) + (place?.height ?? 0) / 2 };
}

interface Stage extends DeskScene { page: Page; one: OpenedInteraction; other: OpenedInteraction }

async function switching(t: Test, { page, one, other }: Stage): Promise<void> {
  const release = await holdUploads(page);
  await choose(page, 'bukti.png');
  await card(page, 'bukti.png').getByText('Mengunggah').waitFor();
  await page.getByRole('option', { name: /Nasabah Dua/ }).click();
  await bubble(page, 'Pesan kedua').waitFor();
  t.ok(await isAbsent(card(page, 'bukti.png')), 'it belongs to the other conversation');
  await release();
  await page.getByRole('option', { name: /Nasabah Satu/ }).click();
  await card(page, 'bukti.png').getByText('Siap dikirim').waitFor();
  const hold = await holdUploads(page);
  await choose(page, 'kedua.png');
  await card(page, 'kedua.png').getByText('Mengunggah').waitFor();
  await page.reload();
  await card(page, 'bukti.png').getByText('Siap dikirim').waitFor();
  await card(page, 'kedua.png').getByText('Tidak tersimpan; pilih lagi').waitFor();
  await page.getByText('Hapus atau unggah ulang berkas yang gagal').waitFor();
  t.same(await seriousFindings(page), []);
  await page.getByRole('button', { name: 'Hapus berkas kedua.png' }).click();
  await hold();
  t.not(one.conversationId, other.conversationId);
}

/** The server says no, for somebody else has the work by now; everything comes back into the box. */
async function refused(t: Test, { page, work, world, one }: Stage): Promise<void> {
  await page.evaluate(({ conversationId, messageId }) => {
    sessionStorage.setItem(`sambung.quote.${conversationId}`, messageId);
    sessionStorage.setItem(`sambung.offer.${conversationId}`,
      JSON.stringify({ buttons: [{ text: 'Setuju' }], perRow: 1, askContact: null }));
  }, one);
  await page.reload();
  await page.getByText('Membalas Nasabah').waitFor();
  await card(page, 'bukti.png').getByText('Siap dikirim').waitFor();
  const give = (to: string | undefined): Promise<unknown> =>
    work.db.dynamic('update interactions set agent_id = $1 where id = $2', [to, one.interactionId]);
  // What the page still asks for would be told of the other owner, and the box would go before the reply is refused.
  await page.waitForLoadState('networkidle');
  await give(world.agents[1]?.id);
  await box(page).fill('Ini balasannya');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: 'Jadikan draf' }).click();
  await give(world.agents[0]?.id);
  await card(page, 'bukti.png').getByText('Siap dikirim').waitFor();
  await page.getByText('Membalas Nasabah').waitFor();
  await page.getByRole('group', { name: 'Tombol yang dilihat nasabah' }).getByText('Setuju').waitFor();
  t.equal(await box(page).inputValue(), 'Ini balasannya');
  await box(page).focus();
  await page.keyboard.press('Control+Enter');
  const [sent] = await eventually('it was stored with all of it', async () => {
    const rows = await work.db.dynamic<{ attachments: { fileName: string }[]; reply_to_id: string; payload: unknown }>(
      `select attachments, reply_to_id, payload from messages where direction = 'OUT' and body = 'Ini balasannya'`);
    return rows.length > 0 ? rows : undefined;
  }, 20_000);
  t.match(sent, { attachments: [{ fileName: 'bukti.png' }], reply_to_id: one.messageId });
  t.match(JSON.stringify(sent?.payload), /Setuju/);
  await card(page, 'bukti.png').waitFor({ state: 'detached' });
}

async function dropped(t: Test, { page, one }: Stage): Promise<void> {
  const path = join(temporaryDirectory(), 'seret.png');
  writeFileSync(path, png);
  const address = page.url();
  // A browser without a screen goes nowhere by itself: what counts is that the page kept each drag for itself.
  const left = await page.evaluateHandle(() => {
    const open: string[] = [];
    window.addEventListener('dragover', (event) => { if (!event.defaultPrevented) open.push(String(event.target)); });
    return open;
  });
  await dropFile(page, path, await centreOf(page, 'aside'));
  await dropFile(page, path, { x: 60, y: 10 });
  t.same(await left.jsonValue(), []);
  t.ok(await isAbsent(card(page, 'seret.png')), 'beside the conversation nothing takes it');
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await page.getByRole('textbox', { name: /Tulis catatan/ }).waitFor();
  await dropFile(page, path, await centreOf(page, '[role=log]'));
  await card(page, 'seret.png').getByText('Siap dikirim').waitFor();
  t.ok(await isShown(box(page)), 'the reply that holds it is shown');
  t.equal(page.url(), address);
  t.match(address, one.interactionId);
  await page.getByRole('button', { name: 'Hapus berkas seret.png' }).click();
}

async function called(t: Test, { page, work, world }: Stage): Promise<void> {
  await page.getByRole('button', { name: /Catatan internal/ }).click();
  const note = page.getByRole('textbox', { name: /Tulis catatan/ });
  await page.keyboard.type('@2000');
  await page.getByRole('option', { name: /Pengguna 20001/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#reply-suggestions').waitFor({ state: 'detached' });
  await page.keyboard.type('tolong');
  await page.keyboard.press('Enter');
  await page.keyboard.type('dicek');
  t.equal(await note.inputValue(), '@Pengguna 20001 tolong\ndicek', 'Enter is a new line again');
  await page.reload();
  await note.waitFor();
  await note.focus();
  await page.keyboard.press('Control+Enter');
  t.ok(await eventually('the leader is told', async () => (await work.db.dynamic(
    'select 1 from mentions where user_id = $1', [world.leader.id])).length > 0, 20_000));
}

/** What is kept of a conversation in this browser. */
function kept(page: Page, { conversationId }: OpenedInteraction): Promise<number> {
  return page.evaluate((id) => [localStorage, sessionStorage].flatMap((shelf) => Object.keys(shelf))
    .filter((key) => key.startsWith('sambung.') && key.endsWith(id)).length, conversationId);
}

async function handedOn(t: Test, { page, work, world, one, other }: Stage): Promise<void> {
  for (const [at, name] of [[one, 'Nasabah Satu'], [other, 'Nasabah Dua']] as const) {
    await page.getByRole('option', { name: new RegExp(name) }).click();
    await page.waitForURL(new RegExp(at.interactionId));
    await page.locator('[role=log]').waitFor();
    for (const key of ['Escape', 'r']) await page.keyboard.press(key);
    await box(page).fill('belum selesai');
    await eventually('it is kept', async () => await kept(page, at) > 0);
  }
  await choose(page, 'bukti.png');
  await card(page, 'bukti.png').getByText('Siap dikirim').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('q');
  await page.getByRole('dialog').getByRole('button', { name: 'Kembalikan ke antrean' }).click();
  await page.getByRole('option', { name: /Nasabah Dua/ }).waitFor({ state: 'detached' });
  const queueId = newId();
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier) values ($1, $2, 'DUA', 'Dua', 1)`,
    [queueId, world.organisationId]);
  await transferInteraction(work, { user: world.leader, interactionId: one.interactionId, queueId });
  await page.getByRole('option', { name: /Nasabah Satu/ }).waitFor({ state: 'detached' });
  await page.getByText('Percakapan dengan Nasabah Satu bukan lagi milik Anda').waitFor();
  t.ok(await isShown(page.getByRole('button', { name: 'Salin teks' })), 'the words are offered once more');
  t.ok(await isAbsent(page.getByText('Nasabah Dua bukan lagi')), 'of what was given back nobody has to be told');
  await eventually('what a leader took is forgotten', async () => await kept(page, one) === 0);
  t.ok(await kept(page, other) > 0, 'what was given back is kept: it may come again');
}

t.test('a reply and a note are kept whole until they are sent', async (t) => {
  const scene = await deskScene(t, { channel });
  const { work, world } = scene;
  const agent = world.agents[0]!;
  const one = await openOwnedInteraction(work.db, world, agent.id, { channel, name: 'Nasabah Satu',
    text: 'Pesan pertama' });
  const other = await openOwnedInteraction(work.db, world, agent.id, { channel, name: 'Nasabah Dua',
    text: 'Pesan kedua' });
  const { page, faults } = await deskPage(scene, agent, `/i/${one.interactionId}`);
  await bubble(page, 'Pesan pertama').waitFor();
  const stage = { ...scene, page, one, other };
  await t.test('files go on in another conversation and survive a reload, or are said to be lost',
    (t) => switching(t, stage));
  await t.test('a file that is refused says why', (t) => refusedFiles(t, stage));
  await t.test('what was refused becomes a draft again with its file, quote and buttons', (t) => refused(t, stage));
  await t.test('a file that is dropped never leads away; on the conversation it is attached', (t) => dropped(t, stage));
  await t.test('whom a note calls is kept over a reload, and the list stays closed behind the name',
    (t) => called(t, stage));
  await t.test('J51 it goes when the work goes into other hands', (t) => handedOn(t, stage));
  t.same(faults, []);
});
