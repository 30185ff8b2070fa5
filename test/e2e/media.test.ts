/** Pictures and voices of a conversation in Chromium: what did not come, what is told before it sounds, two fingers. */
import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { isShown, seriousFindings } from '#test/support/browser.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';
import { png, wav, writeFile, writeMessage } from '#test/support/thread.ts';

t.setTimeout(300_000);

/** Two fingers on the middle of the stage go apart. */
async function pinch(page: Page): Promise<void> {
  const stage = (await page.getByRole('dialog').getByRole('group', { name: 'Gambar 1 dari 1' }).boundingBox())!;
  const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2];
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number): Promise<unknown> =>
    fingers.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? []
      : [{ x: x - apart, y, id: 0 }, { x: x + apart, y, id: 1 }] });
  await touch('touchStart', 40);
  for (const apart of [50, 60, 70, 80]) await touch('touchMove', apart);
  await touch('touchEnd', 0);
}

async function large(t: Test, page: Page, picture: string): Promise<void> {
  await page.route(picture, (route) => route.abort());
  await page.getByRole('button', { name: 'Buka gambar bukti.png' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Gambar belum dapat dimuat. Berkasnya tetap tersimpan.').waitFor();
  t.same(await seriousFindings(page), []);
  await page.unroute(picture);
  await dialog.getByRole('button', { name: 'Coba lagi' }).click();
  await dialog.getByRole('img', { name: 'bukti.png' }).waitFor();
  await pinch(page);
  await dialog.getByText('200%').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

t.test('a picture that did not come is asked for again; a voice tells its length before it sounds', async (t) => {
  const scene = await deskScene(t);
  const { work, world, product } = scene;
  const agent = world.agents[0]!;
  const at = await openOwnedInteraction(work.db, world, agent.id, { name: 'Budi Contoh' });
  const picture = await writeFile(work, world, at, product.dataDir, { fileName: 'bukti.png', bytes: png });
  const voice = await writeFile(work, world, at, product.dataDir, { fileName: 'suara.wav', bytes: wav(2) });
  await writeMessage(work, world, at, { text: 'Ini berkasnya', attachments: [picture, voice] });
  const address = `**/api/files/${picture.fileId}*`;
  const { page, faults } = await deskPage(scene, agent, '/health/live');
  await page.route(address, (route) => route.abort());
  await page.goto(`${product.url}/i/${at.interactionId}`);

  const log = page.getByRole('log');
  await log.getByText('Gambar belum dapat dimuat').waitFor();
  const frame = (await log.getByRole('group', { name: 'bukti.png' }).boundingBox())!;
  t.same(await seriousFindings(page), []);
  await page.unroute(address);
  await log.getByRole('button', { name: 'Coba lagi' }).click();
  const shown = (await log.getByRole('button', { name: 'Buka gambar bukti.png' }).boundingBox())!;
  t.same([shown.width, shown.height], [frame.width, frame.height], 'in the same room');

  const player = log.getByRole('group', { name: 'Pesan suara' });
  await player.getByText('0.02').waitFor();
  t.ok(await isShown(player.getByRole('slider', { disabled: false })), 'one may go to a place in it');
  t.equal(await page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.paused), true, 'nothing sounds');
  await player.getByRole('button', { name: 'Putar', exact: true }).click();
  await eventually('it sounds', () => page.locator('audio').evaluate((audio: HTMLAudioElement) =>
    audio.currentTime > 0));
  await large(t, page, address);
  t.same(faults, []);
});
