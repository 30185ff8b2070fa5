/**
 * What was found is opened where it stands: a message far back in a long conversation, marked and in sight, with the
 * way back to the newest.
 */
import t from 'tap';
import type { Page } from 'playwright-core';
import { isAbsent, seriousFindings } from '#test/support/browser.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { bubble, deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);

const LENGTH = 400;

/** Messages 2 ... 400 of the conversation, as a year of writing leaves them, and their rows of the search. */
async function writeLong({ work, world }: DeskScene, at: OpenedInteraction): Promise<void> {
  await work.db.dynamic(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id,
      seq, direction, author_kind, kind, body, created_at)
    select uuidv7(), $1, $2, $3, $4, n, 'IN', 'CUSTOMER', 'text',
      case when n = 90 then 'nomor rangka durian' else 'kalimat nomor ' || n end,
      app_now() - interval '1 day' + n * interval '1 minute' from generate_series(2, $5::int) n`,
  [world.organisationId, at.conversationId, at.interactionId, world.accountId, LENGTH]);
  await work.db.dynamic('update conversations set last_seq = $2 where id = $1', [at.conversationId, LENGTH]);
  await work.db.dynamic(`insert into search_messages (id, organisation_id, at, words)
    select id, organisation_id, created_at, search_text(body) from messages where conversation_id = $1 and seq = 90`,
  [at.conversationId]);
}

/** True while the message stands within the part of the conversation that one sees. */
async function inSight(page: Page, text: string): Promise<boolean> {
  const [place, log] = await Promise.all([bubble(page, text).boundingBox(), page.locator('[role=log]').boundingBox()]);
  return place !== null && log !== null && place.y >= log.y && place.y + place.height <= log.y + log.height;
}

/** The answer to requests of this address is held back until the way that is given lets it go. */
async function held(page: Page, address: string): Promise<() => void> {
  const gate = Promise.withResolvers<void>();
  await page.route(address, async (route) => {
    await gate.promise;
    await route.continue();
  });
  return gate.resolve;
}

t.test('what the server has not said yet is neither nothing found nor a blank page', async (t) => {
  const scene = await deskScene(t);
  await openOwnedInteraction(scene.work.db, scene.world, scene.world.agents[0]!.id, { name: 'Budi Contoh' });
  const { page, faults } = await deskPage(scene, scene.world.agents[0]!, '/');
  await page.locator('[data-row]').first().waitFor();
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog');
  const answer = await held(page, '**/api/search');
  await dialog.getByRole('combobox').fill('zzz qqq');
  await dialog.getByText('Mencari ...').waitFor();
  t.ok(await isAbsent(dialog.getByText('Tidak ada yang cocok')), 'it is not known yet');
  answer();
  await dialog.getByText('Tidak ada yang cocok').waitFor();

  await page.route('**/api/search', (route) => route.abort());
  await dialog.getByRole('combobox').fill('zzz www');
  await dialog.getByText('Pencarian belum berhasil').waitFor();
  t.ok(await isAbsent(dialog.getByText('Tidak ada yang cocok')), 'nor is it now');
  t.same(await seriousFindings(page), []);
  await page.unroute('**/api/search');
  await dialog.getByRole('button', { name: 'Coba lagi' }).click();
  await dialog.getByText('Tidak ada yang cocok').waitFor();
  await page.context().setOffline(true);
  await dialog.getByRole('combobox').fill('zzz eee');
  await dialog.getByText('Pencarian belum berhasil').waitFor();
  t.ok(await isAbsent(dialog.getByText('Tidak ada yang cocok')), 'nor without a network');
  await page.context().setOffline(false);
  await dialog.getByText('Tidak ada yang cocok').waitFor();

  const known = await held(page, '**/api/session');
  await page.reload({ waitUntil: 'commit' });
  await page.locator('[aria-busy=true]').getByText('Sambung').waitFor();
  t.ok(await isAbsent(page.getByLabel('NPK')));
  known();
  await page.locator('[data-row]').first().waitFor();
  t.same(faults, []);
});

t.test('C1 a message that was found is shown where it stands, and the newest are one press away', async (t) => {
  const scene = await deskScene(t);
  const at = await openOwnedInteraction(scene.work.db, scene.world, scene.world.agents[0]!.id);
  await writeLong(scene, at);
  const { page, faults } = await deskPage(scene, scene.world.agents[0]!, '/search');
  await page.getByRole('combobox').fill('rangka durian');
  await page.getByRole('option').filter({ hasText: 'durian' }).first().click();
  await bubble(page, 'nomor rangka durian').waitFor();
  await eventually('the message is in sight', () => inSight(page, 'nomor rangka durian'));
  t.equal(await page.locator('[data-aimed]').count(), 1, 'and marked');
  t.ok(await isAbsent(bubble(page, `kalimat nomor ${LENGTH}`)), 'without everything between');
  t.same(await seriousFindings(page), []);

  await page.locator('[role=log]').hover();
  await eventually('what comes later is loaded on the way down, without a jump over it', async () => {
    await page.mouse.wheel(0, 1_200);
    return await bubble(page, `kalimat nomor ${LENGTH}`).count() > 0 && await inSight(page, `kalimat nomor ${LENGTH}`);
  }, 60_000);
  const seen = await page.locator('[data-message]').count();
  t.ok(seen >= LENGTH - 90, `every message between is there (${seen})`);

  await page.reload();
  await eventually('the address alone leads there too', () => inSight(page, 'nomor rangka durian'));
  await page.getByRole('button', { name: /Ke pesan terakhir|pesan baru/ }).click();
  await eventually('one press leads to the newest', () => inSight(page, `kalimat nomor ${LENGTH}`));
  t.notMatch(page.url(), /message=/);

  await page.goto(page.url().replace(/\?.*$/, '').concat(`?message=${scene.world.agents[0]!.id}`));
  await page.getByText('Pesan itu tidak dapat dibuka').waitFor();
  await eventually('what cannot be opened gives the newest', () => inSight(page, `kalimat nomor ${LENGTH}`));
  t.same(faults, []);
});
