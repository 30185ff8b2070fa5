/**
 * A long conversation: its end stands at once, all of it is there for whoever goes up, and of what is far away the page
 * keeps little.
 */
import t from 'tap';
import type { Page } from 'playwright-core';
import { appendJournal } from '#domain/journal/append.ts';
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

t.test('the line one reads stands still while a bubble above it grows', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const at = await openOwnedInteraction(work.db, world, world.agents[0]!.id, { text: 'kalimat pertama' });
  await writeLong(scene, at);
  const { page, faults } = await deskPage(scene, world.agents[0]!, `/i/${at.interactionId}`);
  await bubble(page, NEWEST).waitFor();
  await eventually('some screens above the end are drawn', async () => (await numbers(page)).length >= 50);
  const log = (await page.locator('[role=log]').boundingBox())!;
  await page.locator('[role=log]').evaluate((scroller) => { scroller.scrollTop = scroller.scrollHeight - 1_400; });
  await page.getByRole('button', { name: /Ke pesan terakhir/ }).waitFor();
  const inSight = await page.evaluate((top) => [...document.querySelectorAll('[role=log] [data-message]')]
    .find((one) => one.getBoundingClientRect().top > top + 40)?.textContent, log.y);
  const line = Number(/kalimat nomor (\d+)/.exec(inSight ?? '')?.[1]);
  const read = `kalimat nomor ${line} selesai`;
  const stood = await topOf(page, read);
  await work.db.transaction(async (tx) => {
    const [grown] = await tx.dynamic<{ id: string }>(`update messages set version = version + 1,
        reactions = '[{"emoji": "👍", "by": "CUSTOMER"}]' where conversation_id = $1 and seq = $2 returning id`,
    [at.conversationId, line - 5]);
    await appendJournal(tx, [{ type: 'message.reacted', subjectType: 'message', subjectId: grown!.id,
      conversationId: at.conversationId, actor: { kind: 'CUSTOMER' }, version: 2,
      scope: { organisationId: world.organisationId, queueId: world.queueId, agentId: world.agents[0]!.id } }]);
    tx.afterCommit(() => work.wake.hint('journal'));
  });
  await bubble(page, `kalimat nomor ${line - 5} selesai`).getByText('👍').waitFor({ state: 'attached' });
  const above = await topOf(page, `kalimat nomor ${line - 5} selesai`);
  t.ok(above < log.y, 'what grew is out of sight');
  const stands = await topOf(page, read);
  t.ok(Math.abs(stands - stood) < 2, `the line stands where it stood (${stands - stood})`);
  t.same(faults, []);
});
