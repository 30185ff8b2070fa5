/** RS08: what people write stays text on the desk, in every field of a conversation and in every list that shows it. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { calm, watch } from '#test/support/calm.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';
import { png, writeFile, writeMessage } from '#test/support/thread.ts';
import { xssCorpus } from '#test/support/xss-corpus.ts';

t.setTimeout(300_000);

/** One conversation in which every field that holds text holds each of the corpus. */
async function fill(scene: DeskScene): Promise<string> {
  const { work, world } = scene;
  const agent = world.agents[0]!;
  const at = await openOwnedInteraction(work.db, world, agent.id, { name: xssCorpus[10]!, text: xssCorpus[0]! });
  const file = await writeFile(work, world, at, scene.product.dataDir, { fileName: 'x.png', bytes: png });
  for (const [n, text] of xssCorpus.entries()) {
    const asked = await writeMessage(work, world, at, { text, reactions: [{ emoji: text, by: 'CUSTOMER' }],
      edited: n % 2 === 0,
      attachments: [{ ...file, fileName: text, mediaType: n % 3 === 0 ? 'image/png' : 'text/plain' }] });
    await work.db.dynamic(`insert into message_edits (id, organisation_id, message_id, body, replaced_at)
      values ($1, $2, $3, $4, app_now())`, [newId(), world.organisationId, asked, text]);
    await writeMessage(work, world, at, { direction: 'OUT', text, authorId: agent.id, replyToId: asked,
      status: 'failed', reasonCode: text.slice(0, 64) });
    await writeMessage(work, world, at, { direction: 'NOTE', text: `@${text}`, authorId: agent.id });
    await writeMessage(work, world, at, { kind: n % 2 === 0 ? 'location' : 'contact',
      payload: { latitude: -6, longitude: 106, name: text, address: text, phone: text } });
    await work.db.dynamic(`insert into canned_replies (id, organisation_id, shortcut, title, body)
      values ($1, $2, $3, $4, $4)`, [newId(), world.organisationId, `a${n}`, text]);
    await work.db.dynamic(`insert into link_previews (organisation_id, address_hash, title, description, site_name,
      fetched_at) values ($1, sha256($2::bytea), $3, $3, $3, app_now())`,
    [world.organisationId, `https://contoh.id/${n}`, text]);
    await writeMessage(work, world, at, { text: `https://contoh.id/${n}` });
  }
  return at.interactionId;
}

t.test('RS08 no text of the corpus acts, in any field of a conversation', async (t) => {
  t.ok(xssCorpus.length >= 60, `${xssCorpus.length} texts`);
  const scene = await deskScene(t);
  const interactionId = await fill(scene);
  const { page, faults } = await deskPage(scene, scene.world.agents[0]!, `/i/${interactionId}`);
  const seen = await watch(page, scene.product.url);
  const log = page.locator('[role=log]');
  await log.locator('article').first().waitFor();
  // A long conversation sheds what is far away, so what was drawn is gathered on the way.
  const drawn = new Set<string | null>();
  const look = async (): Promise<number> => {
    const ids = await log.locator('[data-message]').evaluateAll((all) =>
      all.map((each) => each.getAttribute('data-message')));
    for (const id of ids) drawn.add(id);
    return drawn.size;
  };
  for (let pages = 0; pages < 40; pages += 1) {
    const before = await look();
    await log.evaluate((element) => { element.scrollTop = 0; });
    const complete = await eventually('an earlier page', async () => await page.getByText('Awal percakapan').count() > 0
      ? 'start' : await look() > before ? 'more' : undefined, 30_000);
    if (complete === 'start') break;
  }
  await eventually('all of it was drawn', async () => await look() > xssCorpus.length * 4, 30_000);
  await eventually('the pages of links are shown', () => log.getByRole('link', { name: /^Buka / }).count());
  await calm(t, page, seen, 'conversation');
  const edited = log.getByRole('button', { name: 'diubah' }).last();
  await edited.click();
  await page.getByText('Sebelum diubah').waitFor();
  await page.keyboard.press('Escape');
  const box = page.getByRole('textbox', { name: /balas/i }).first();
  await box.fill('/');
  await page.getByRole('option').first().waitFor();
  await calm(t, page, seen, 'canned replies');
  await box.press('Enter');
  await calm(t, page, seen, 'reply box');
  t.same(faults, []);
});

t.test('RS08 no name and no last line acts in the lists of a team leader', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  for (const text of xssCorpus) await openInteraction(work.db, world, { name: text, text });
  const { page, faults } = await deskPage(scene, world.leader, '/');
  const seen = await watch(page, scene.product.url);
  await page.getByRole('tab', { name: /Semua/ }).click();
  await page.getByRole('link').or(page.getByRole('option')).or(page.locator('[data-index]')).first().waitFor();
  await eventually('names are drawn', async () => (await page.getByText('__xss').count()) > 3, 30_000);
  for (let n = 0; n < xssCorpus.length; n += 1) await page.keyboard.press('j');
  await calm(t, page, seen, 'list');
  t.same(faults, []);
});
