/** The conversation as an agent works in it, in Chromium: quote, canned reply, undo, mention, pictures, papers. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { newId } from '#domain/ids.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { bubble, deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { isAbsent, isShown, seriousFindings } from '#test/support/browser.ts';
import { eventually } from '#test/support/harness.ts';
import { customers, pdf, png, wav, writeFile, writeMessage } from '#test/support/thread.ts';

t.setTimeout(300_000);

/** A canned reply, and a message of the customer with pictures, a paper and a voice. */
async function prepare({ work, world, product }: DeskScene, at: OpenedInteraction): Promise<void> {
  await work.db.dynamic(`insert into canned_replies (id, organisation_id, shortcut, title, body) values
    ($1, $2, 'jam', 'Jam buka', 'Bapak/Ibu {{nama_nasabah}}, outlet buka pukul 08.00. Tiket {{nomor_tiket}}.')`,
  [newId(), world.organisationId]);
  const dataDir = product.dataDir;
  const files = [];
  for (const [fileName, bytes] of [['bukti.png', png], ['bukti-2.png', png], ['mutasi.pdf', pdf('Mutasi')],
    ['suara.wav', wav(2)]] as const) files.push(await writeFile(work, world, at, dataDir, { fileName, bytes }));
  await writeMessage(work, world, at, { text: 'Ini berkasnya', attachments: files });
}

async function lookAtFiles(t: Test, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Buka gambar bukti.png' }).click();
  await page.getByText('Gambar 1 dari 2').first().waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByText('Gambar 2 dari 2').first().waitFor();
  await page.keyboard.press('+');
  await page.getByText('150%').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Pratinjau mutasi.pdf/ }).click();
  await page.locator('iframe[title="Pratinjau mutasi.pdf"]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('iframe').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Putar', exact: true }).click();
  t.ok(await eventually('it sounds', () => page.evaluate(
    () => [...document.querySelectorAll('audio')].some((audio) => audio.currentTime > 0)), 20_000));
}

async function callLeader(t: Test, scene: DeskScene, page: Page): Promise<void> {
  const { work, world } = scene;
  const leader = await deskPage(scene, world.leader, '/');
  await leader.page.getByRole('tab', { name: /Milik saya/ }).waitFor();
  await page.getByRole('button', { name: /Catatan internal/ }).click();
  await page.keyboard.type('Mohon dicek @2000');
  await page.getByRole('option', { name: /Pengguna 20001/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Enter');
  const told = await eventually('the leader is told', async () => (await work.db.dynamic(
    'select 1 from mentions where user_id = $1', [world.leader.id])).length > 0);
  t.ok(told);
  await leader.page.getByRole('button', { name: /(?:pemberitahuan|notif)/i }).first().click();
  await leader.page.getByText('Pengguna 10001 · Budi Contoh').waitFor();
  await leader.page.getByText(/disebut dalam catatan/i).first().click();
  await leader.page.getByText('Mohon dicek').last().waitFor();
  t.ok(await eventually('the call is seen', async () => (await work.db.dynamic(
    'select 1 from mentions where read_at is not null')).length > 0, 20_000));
  await leader.page.getByText('Anda dapat menulis catatan internal.').waitFor();
  t.ok(await isAbsent(leader.page.getByRole('button', { name: 'Balas', exact: true })),
    'the answer is its owner\'s');
  t.same(await seriousFindings(leader.page), []);
  await leader.page.keyboard.press('Escape');
  await leader.page.keyboard.press('n');
  await leader.page.keyboard.type('Sudah saya cek.');
  await leader.page.keyboard.press('Control+Enter');
  await bubble(page, 'Sudah saya cek.').waitFor();
  t.match(await work.db.dynamic('select author_id from messages where body = $1', ['Sudah saya cek.']),
    [{ author_id: world.leader.id }], 'who is called can answer');
  t.same(leader.faults, []);
}

/** The window of the channel had closed; the customer's next word opens it, and the failed message can go. */
async function sendAgain(t: Test, scene: DeskScene, at: OpenedInteraction, page: Page): Promise<void> {
  await writeMessage(scene.work, scene.world, at, { direction: 'OUT', text: 'Masih di sini', status: 'failed',
    authorId: scene.world.agents[0]!.id, reasonCode: 'WINDOW_CLOSED' });
  await page.reload();
  const failed = bubble(page, 'Masih di sini');
  await failed.getByText('Pesan belum terkirim').waitFor();
  t.ok(await isAbsent(failed.getByRole('button', { name: 'Kirim ulang' })));
  await customers(t, scene)(at, 'Ya, saya di sini');
  await failed.getByRole('button', { name: 'Kirim ulang' }).waitFor();
}

t.test('an agent answers with all that the box offers, and takes one back', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const agent = world.agents[0]!;
  const at = await openOwnedInteraction(work.db, world, agent.id, { name: 'Budi Contoh', text: 'Apakah outlet buka?' });
  await prepare(scene, at);
  const { page, faults } = await deskPage(scene, agent, `/i/${at.interactionId}`);
  const box = page.getByRole('textbox', { name: /balas/i }).first();

  await t.test('pictures open large and go on by arrows; a paper opens; a voice sounds', async (t) => {
    await lookAtFiles(t, page);
  });

  await t.test('a quote and a canned reply by keyboard; held, undone, changed and sent', async (t) => {
    await bubble(page, 'Apakah outlet buka?').hover();
    await bubble(page, 'Apakah outlet buka?').getByRole('button', { name: 'Kutip' }).click();
    await page.getByText('Membalas Nasabah').waitFor();
    await page.keyboard.type('/ja');
    await page.getByRole('option', { name: /Jam buka/ }).waitFor();
    await page.keyboard.press('Enter');
    const filled = `Bapak/Ibu Budi Contoh, outlet buka pukul 08.00. Tiket ${at.ticketNumber}.`;
    const stands = async (): Promise<boolean> => (await box.inputValue()) === filled;
    t.ok(await eventually('the text stands there', stands));
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Urungkan' }).click();
    await page.getByText('Anda menarik pesan ini').waitFor();
    t.ok(await eventually('it is a draft again', stands));
    await page.getByText('Membalas Nasabah').waitFor();
    await box.press('End');
    await page.keyboard.type(' Terima kasih.');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Kirim sekarang' }).click();
    const [sent] = await eventually('it was stored with its quote', async () => {
      const rows = await work.db.dynamic<{ reply_to_id: string; status: string }>(
        `select reply_to_id, status from messages where direction = 'OUT' and body like '%Terima kasih.'
          and status <> 'queued'`);
      return rows.length > 0 ? rows : undefined;
    }, 20_000);
    t.equal(sent?.reply_to_id, at.messageId);
  });

  await t.test('a channel without files says so where files would be chosen', async (t) => {
    const clip = page.getByRole('button', { name: 'Lampirkan berkas: Kanal ini tidak dapat mengirim berkas.' });
    t.equal(await clip.getAttribute('aria-disabled'), 'true');
    t.equal(await page.getByRole('button', { name: /^Ambil foto: Kanal ini/ }).getAttribute('aria-disabled'), 'true');
    const data = await page.evaluateHandle((bytes) => {
      const given = new DataTransfer();
      given.items.add(new File([new Uint8Array(bytes)], 'bukti.png', { type: 'image/png' }));
      return given;
    }, [...png]);
    await page.dispatchEvent('[role=log]', 'drop', { dataTransfer: data });
    await page.getByText('Berkas tidak dilampirkan').waitFor();
  });

  await t.test('a blank that nothing fills is never sent', async (t) => {
    await box.fill('Nomor Anda {{nomor_ktp}}');
    await page.getByText('Lengkapi {{nomor_ktp}} sebelum mengirim.').waitFor();
    t.ok(await isShown(page.locator('button[aria-keyshortcuts="Control+Enter"]:disabled')));
    await box.fill('');
  });

  await t.test('a note calls the leader, who is told and led there', async (t) => {
    await callLeader(t, scene, page);
  });
  await t.test('what a closed window kept back may be sent once the customer wrote', async (t) => {
    await sendAgain(t, scene, at, page);
  });
  t.same(await seriousFindings(page), []);
  t.same(faults, []);
});
