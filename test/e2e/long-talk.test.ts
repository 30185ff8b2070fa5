/**
 * A long conversation: its end stands at once, all of it is there for whoever goes up, and of what is far away the page
 * keeps little.
 */
import t from 'tap';
import type { Page } from 'playwright-core';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { bubble, deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(300_000);

const LENGTH = 260;
const NEWEST = `kalimat nomor ${LENGTH} selesai`;

async function writeLong({ work, world }: DeskScene, at: OpenedInteraction): Promise<void> {
  await work.db.dynamic(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id,
      seq, direction, author_kind, kind, body, created_at)
    select uuidv7(), $1, $2, $3, $4, n, 'IN', 'CUSTOMER', 'text', 'kalimat nomor ' || n || ' selesai',
      app_now() - interval '1 day' + n * interval '1 minute' from generate_series(2, $5::int) n`,
  [world.organisationId, at.conversationId, at.interactionId, world.accountId, LENGTH]);
  await work.db.dynamic('update conversations set last_seq = $2 where id = $1', [at.conversationId, LENGTH]);
}

/** The numbers of the messages that stand in the page, in its order. */
function numbers(page: Page): Promise<number[]> {
  return page.evaluate(() => [...document.querySelectorAll('[role=log] [data-message]')]
    .map((one) => Number(/kalimat nomor (\d+)/.exec(one.textContent)?.[1] ?? 1)));
}

/** The bubble's place in the window; the top of the page where it is not there. */
async function topOf(page: Page, text: string): Promise<number> {
  return (await bubble(page, text).boundingBox())?.y ?? 0;
}

t.test('a long conversation is whole for whoever goes up, and light for whoever stays at its end', async (t) => {
  const scene = await deskScene(t);
  const agent = scene.world.agents[0]!;
  const at = await openOwnedInteraction(scene.work.db, scene.world, agent.id, { text: 'kalimat pertama' });
  await writeLong(scene, at);
  const { page, faults } = await deskPage(scene, agent, `/i/${at.interactionId}`);
  await bubble(page, NEWEST).waitFor();
  await eventually('the first page is drawn to its head', async () => (await numbers(page)).length >= 50);
  const log = (await page.locator('[role=log]').boundingBox())!;
  const end = await topOf(page, NEWEST);
  t.ok(end > log.y && end < log.y + log.height, 'and the end is still in sight');

  await page.locator('[role=log]').hover();
  await eventually('the first message of all is reached', async () => {
    await page.mouse.wheel(0, -900);
    return await bubble(page, 'kalimat pertama').count() > 0;
  }, 120_000);
  await eventually('nothing between is missing, and all stands in order', async () => {
    const seen = await numbers(page);
    return seen.length === LENGTH && seen.every((n, index) => n === index + 1);
  });

  await page.getByRole('button', { name: /Ke pesan terakhir/ }).click();
  await eventually('at the end what is far above is let go', async () => (await numbers(page)).length < 120);
  const back = await topOf(page, NEWEST);
  t.ok(Math.abs(back - end) < 2, `and the last message stands where it stood (${back - end})`);
  t.same(faults, []);
});
