/** The list of tickets: open, closed and followed ones of those one may see, and where each is read. */
import t from 'tap';
import { closeInteraction, documentInteraction } from '#routing/wrap-up.ts';
import type { Browser } from '#test/support/api.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { wholeApp } from '#test/support/node.ts';
import { formOf } from '#test/support/routing.ts';

t.setTimeout(120_000);

async function idsOf(browser: Browser, query: string): Promise<string[]> {
  const { status, body } = await browser.get(`/api/tickets${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return (body.items as { id: string }[]).map((row) => row.id);
}

t.test('RS01 tickets are listed by state and by who follows them, newest first, and lead to their conversation',
  async (t) => {
    const { parts: { work }, as } = await wholeApp(t);
    const world = await smallWorld(work.db);
    const [one, two] = world.agents;
    if (one === undefined || two === undefined) throw new Error('no agents');
    const [agent, other, leader] = [await as(one), await as(two), await as(world.leader)];
    const done = await openOwnedInteraction(work.db, world, one.id, { answered: true, waitingSeconds: 300 });
    await documentInteraction(work, { user: one, interactionId: done.interactionId, form: formOf(world) });
    await closeInteraction(work, { user: one, interactionId: done.interactionId });
    const older = await openOwnedInteraction(work.db, world, one.id, { waitingSeconds: 200 });
    const newer = await openOwnedInteraction(work.db, world, one.id, { waitingSeconds: 100 });
    const foreign = await openOwnedInteraction(work.db, world, two.id, { waitingSeconds: 50 });

    t.same(await idsOf(agent, ''), [newer.ticketId, older.ticketId, done.ticketId]);
    t.same(await idsOf(agent, '?state=open'), [newer.ticketId, older.ticketId]);
    t.same(await idsOf(agent, '?state=closed'), [done.ticketId]);
    t.same(await idsOf(agent, '?followed=true'), []);
    t.equal((await agent.call('PUT', `/api/tickets/${older.ticketId}/follow`)).status, 200);
    t.same(await idsOf(agent, '?followed=true'), [older.ticketId]);
    t.same(await idsOf(agent, '?followed=true&state=closed'), []);
    t.same(await idsOf(leader, '?followed=true'), [], 'each has a list of their own');
    t.equal((await agent.get('/api/tickets?followed=yes')).status, 400);
    const first = await agent.get('/api/tickets?state=open&limit=1');
    t.same(await idsOf(agent, `?state=open&limit=1&cursor=${encodeURIComponent(first.body.nextCursor)}`),
      [older.ticketId]);

    for (const at of [done, older]) {
      t.same((await agent.get(`/api/tickets/${at.ticketId}/interaction`)).body, { interactionId: at.interactionId });
      t.equal((await other.get(`/api/tickets/${at.ticketId}/interaction`)).status, 404);
    }
    t.equal((await agent.get(`/api/tickets/${foreign.ticketId}/interaction`)).status, 404);
    t.equal((await agent.get('/api/tickets/no-such-id/interaction')).status, 400);
  });

t.test('who sees tickets but reads no conversations is told that there is none to open', async (t) => {
  const { parts: { work }, as } = await wholeApp(t);
  const world = await smallWorld(work.db);
  const open = await openInteraction(work.db, world);
  await work.db.dynamic(`update roles set permissions = array['ticket.read'], version = version + 1
    where id in (select role_id from user_roles where user_id = $1)`, [world.leader.id]);
  await work.db.dynamic(`update user_roles set scope_kind = 'organisation', scope_id = null where user_id = $1`,
    [world.leader.id]);
  const leader = await as(world.leader);
  t.same(await idsOf(leader, '?state=open'), [open.ticketId]);
  t.same((await leader.get(`/api/tickets/${open.ticketId}/interaction`)).body, { interactionId: null });
});
