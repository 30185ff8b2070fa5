/**
 * INV5 and RI6 under races: two pools as two nodes, everybody at once, random orders, and processes that are killed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import { openDb } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import {
  acceptOffer, declineOffer, expireOffers, offerNext, pickInteraction, startAssignment,
} from '#routing/assignment.ts';
import { setPresence } from '#routing/presence.ts';
import { customerEnded } from '#routing/wrap-up.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { eventually } from '#test/support/harness.ts';
import { code, offersOf, openOfferOf, ready, setUp, violations } from '#test/support/routing.ts';

t.setTimeout(120_000);

/** A second node: the same database through a pool of its own. */
function secondNode(work: Work & { url: string }): { node: Work; close: () => Promise<void> } {
  const db = openDb({ url: work.url, applicationName: 'test-second', connectionsMax: 10 });
  return { node: { ...work, db }, close: () => db.close() };
}

t.test('INV5 RI6 twenty rounds of offering at once on two nodes: one offer each, no capacity exceeded', async (t) => {
  const { work, world, agents } = await setUp(t);
  const { node, close } = secondNode(work);
  for (let n = 0; n < 30; n += 1) await openInteraction(work.db, world, { waitingSeconds: 100 - n });
  await ready(work, ...agents);
  const made = await Promise.all(Array.from({ length: 20 }, (_, n) => offerNext(n % 2 === 0 ? work : node)));
  t.equal(made.reduce((sum, one) => sum + one, 0), 12, 'three agents of four chats each');
  t.same(await violations(work.db), []);
  const offered = await work.db.dynamic<{ waiting: boolean }>(`select exists (select from offers o
    where o.interaction_id = i.id) as waiting
    from interactions i order by waiting_since`);
  t.same(offered.map((row) => row.waiting), [...Array.from({ length: 12 }, () => true),
    ...Array.from({ length: 18 }, () => false)],
    'peers 14: the longest waiting first, none skipped');
  const offers = await work.db.dynamic<{ id: string; agent_id: string }>(`select id, agent_id from offers
    where state = 'OFFERED'`);
  const clicks = offers.flatMap((offer) => {
    const user = agents.find((one) => one.id === offer.agent_id) as User;
    return [acceptOffer(work, { user, offerId: offer.id }), acceptOffer(node, { user, offerId: offer.id })];
  });
  t.same(new Set(await Promise.all(clicks.map(code))), new Set(['ok']), 'a double click is one accept');
  const [owned] = await work.db.dynamic<{ n: number }>(`select count(*)::int as n from journal
    where type = 'interaction.accepted'`);
  t.equal(owned?.n, 12);
  t.same(await violations(work.db), []);
  await close();
});

t.test('INV5 accept, decline, expiry and the customer leaving meet on one offer: one of them wins', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const { node, close } = secondNode(work);
  for (let round = 0; round < 8; round += 1) {
    await setPresence(work, { user: a, presence: 'READY' });
    const open = await openInteraction(work.db, world);
    await offerNext(work);
    const offer = await openOfferOf(work.db, a);
    if (round % 2 === 1) await work.db.dynamic(`update offers set expires_at = app_now() where id = $1`, [offer.id]);
    const ended = { organisationId: world.organisationId, interactionId: open.interactionId };
    await Promise.all([
      code(acceptOffer(work, { user: a, offerId: offer.id })),
      code(declineOffer(node, { user: a, offerId: offer.id, reasonCode: 'SIBUK' })),
      expireOffers(node), work.db.transaction((tx) => customerEnded(tx, ended)),
    ]);
    const [final] = await offersOf(work.db, open.interactionId);
    t.not(final?.state, 'OFFERED');
    t.same(await violations(work.db), [], `round ${round}: ${final?.state}`);
    await setPresence(work, { user: a, presence: 'OFFLINE' });
    await work.db.dynamic(`update interactions set state = 'CLOSED', closed_reason = 'ABANDONED' where id = $1`,
      [open.interactionId]);
    await work.db.dynamic(`update tickets set state = 'CLOSED', agent_id = null where id = $1`, [open.ticketId]);
    await work.db.dynamic(`update interactions set agent_id = null where id = $1`, [open.interactionId]);
    await work.db.dynamic(`update segments set ended_at = app_now() where interaction_id = $1`, [open.interactionId]);
  }
  await close();
});

t.test('INV5 two nodes that serve different queues of one agent: the room is judged under lock', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const { node, close } = secondNode(work);
  const other = newId();
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier) values ($1, $2, 'DUA', 'Dua', 1)`,
    [other, world.organisationId]);
  await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
    [world.organisationId, other, a.id]);
  for (const queueId of [world.queueId, other]) for (let n = 0; n < 4; n += 1) await openInteraction(work.db, world,
    { queueId });
  for (let round = 0; round < 8; round += 1) {
    await ready(work, a);
    const made = await Promise.all([offerNext(work, { queueId: world.queueId }), offerNext(node, { queueId: other })]);
    t.equal(made[0] + made[1], 4, 'the pool is full, and nobody met the check constraint');
    t.same(await violations(work.db), []);
    await setPresence(work, { user: a, presence: 'OFFLINE' });
  }
  await close();
});

t.test('picking by several agents at once: one owner', async (t) => {
  const { work, world, agents } = await setUp(t);
  await work.db.dynamic('update queues set pick_allowed = true');
  await ready(work, ...agents);
  for (let round = 0; round < 4; round += 1) {
    const { interactionId } = await openInteraction(work.db, world);
    const results = await Promise.all(agents.map((user) => code(pickInteraction(work, { user, interactionId }))));
    t.same(results.toSorted(), ['ALREADY_OWNED', 'ALREADY_OWNED', 'ok']);
  }
  t.same(await violations(work.db), []);
});

t.test('RF02 kill -9 while offering: no offer or one, the points fit, and the next pass goes on', async (t) => {
  const { work, world, agents } = await setUp(t);
  const child = fileURLToPath(new URL('../support/offer-child.ts', import.meta.url));
  await ready(work, agents[0]);
  for (const [point, expected] of [['assign.afterPick', 0], ['assign.beforeCommit', 0],
    ['assign.afterCommit', 1]] as const) {
    const open = await openInteraction(work.db, world);
    const run = spawn(process.execPath, [child, work.url, `${point}:1:kill`], { stdio: 'ignore' });
    const [, signal] = await once(run, 'exit') as [number | null, string | null];
    t.equal(signal, 'SIGKILL', `${point} fired`);
    await eventually('the dead connection to be gone', async () => (await work.db.dynamic(
      `select 1 from pg_stat_activity where application_name = 'offer-child'
        and datname = current_database()`)).length === 0);
    t.equal((await offersOf(work.db, open.interactionId)).length, expected, point);
    t.same(await violations(work.db), []);
    t.equal(await offerNext(work), 1 - expected);
    t.equal((await offersOf(work.db, open.interactionId)).length, 1);
    t.same(await violations(work.db), []);
  }
});

t.test('a hint makes it immediate; without any hint the sweep makes it certain', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const running = startAssignment(work);
  const hinted = await openInteraction(work.db, world);
  work.wake.hint('assignment');
  await eventually('the offer after a hint', async () => (await offersOf(work.db, hinted.interactionId)).length === 1);
  const swept = await openInteraction(work.db, world);
  await eventually('the offer of the sweep', async () => (await offersOf(work.db, swept.interactionId)).length === 1);
  await running.stop();
  const late = await openInteraction(work.db, world);
  work.wake.hint('assignment');
  t.equal((await offersOf(work.db, late.interactionId)).length, 0, 'stopped is stopped');
});
