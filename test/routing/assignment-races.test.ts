/** INV5 and RI6 under races: two pools as two nodes, everybody at once, random orders, and processes that are killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import { openDb, type Db } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import {
  acceptOffer, declineOffer, expireOffers, offerNext, pickInteraction, releaseInteraction, startAssignment,
} from '#routing/assignment.ts';
import { escalateInteraction } from '#routing/escalation.ts';
import { deskConnected, deskDisconnected, setPresence, sweepPresence } from '#routing/presence.ts';
import { sweepAbandoned } from '#routing/sla.ts';
import { closeInteraction, customerEnded, documentInteraction } from '#routing/wrap-up.ts';
import { openInteraction } from '#test/support/conversation.ts';
import type { SmallWorld } from '#test/support/fixtures.ts';
import { eventually } from '#test/support/harness.ts';
import { formOf, moveClock, offersOf, openOfferOf, ready, setUp, wrongPoints } from '#test/support/routing.ts';

/** A second node: the same database through a pool of its own. */
function secondNode(work: Work & { url: string }): { node: Work; close: () => Promise<void> } {
  const db = openDb({ url: work.url, applicationName: 'test-second', connectionsMax: 10 });
  return { node: { ...work, db }, close: () => db.close() };
}

async function code(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'ok', (error: { code?: string }) => error.code ?? String(error));
}

/** What must hold at every moment, whatever went before. */
async function violations(db: Db): Promise<unknown[]> {
  const owned = await db.dynamic(`select id, state from interactions
    where (state = 'QUEUED') = (agent_id is not null) and closed_reason is distinct from 'ABANDONED'`);
  const doubled = await db.dynamic(`select interaction_id from offers where state = 'OFFERED' group by 1 having count(*) > 1`);
  const stale = await db.dynamic(`select o.id from offers o join interactions i on i.id = o.interaction_id
    where o.state = 'OFFERED' and i.state <> 'QUEUED'`);
  const legs = await db.dynamic(`select i.id from interactions i left join segments s on s.interaction_id = i.id and s.ended_at is null
    group by i.id, i.state having count(s.id) <> case when i.state in ('CLOSED', 'OOT_COMPLETE') then 0 else 1 end`);
  const accepted = await db.dynamic(`select o.interaction_id from offers o where o.state = 'ACCEPTED' and not exists (select from journal j
    where j.subject_id = o.interaction_id and j.type = 'interaction.accepted' and j.agent_id = o.agent_id)`);
  const tickets = await db.dynamic(`select t.id from tickets t join interactions i on i.ticket_id = t.id
    where t.agent_id is distinct from i.agent_id or (i.state = 'CLOSED') <> (t.state = 'CLOSED')`);
  return [...await wrongPoints(db), ...owned, ...doubled, ...stale, ...legs, ...accepted, ...tickets];
}

t.test('INV5 RI6 twenty rounds of offering at once on two nodes: one offer each, no capacity exceeded', async (t) => {
  const { work, world, agents } = await setUp(t);
  const { node, close } = secondNode(work);
  for (let n = 0; n < 30; n += 1) await openInteraction(work.db, world, { waitingSeconds: 100 - n });
  await ready(work, ...agents);
  const made = await Promise.all(Array.from({ length: 20 }, (_, n) => offerNext(n % 2 === 0 ? work : node)));
  t.equal(made.reduce((sum, one) => sum + one, 0), 12, 'three agents of four chats each');
  t.same(await violations(work.db), []);
  const offered = await work.db.dynamic<{ waiting: boolean }>(`select exists (select from offers o where o.interaction_id = i.id) as waiting
    from interactions i order by waiting_since`);
  t.same(offered.map((row) => row.waiting), [...Array.from({ length: 12 }, () => true), ...Array.from({ length: 18 }, () => false)],
    'peers 14: the longest waiting first, none skipped');
  const offers = await work.db.dynamic<{ id: string; agent_id: string }>(`select id, agent_id from offers where state = 'OFFERED'`);
  const clicks = offers.flatMap((offer) => {
    const user = agents.find((one) => one.id === offer.agent_id) as User;
    return [acceptOffer(work, { user, offerId: offer.id }), acceptOffer(node, { user, offerId: offer.id })];
  });
  t.same(new Set(await Promise.all(clicks.map(code))), new Set(['ok']), 'a double click is one accept');
  const [owned] = await work.db.dynamic<{ n: number }>(`select count(*)::int as n from journal where type = 'interaction.accepted'`);
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
    await work.db.dynamic(`update interactions set state = 'CLOSED', closed_reason = 'ABANDONED' where id = $1`, [open.interactionId]);
    await work.db.dynamic(`update tickets set state = 'CLOSED', agent_id = null where id = $1`, [open.ticketId]);
    await work.db.dynamic(`update interactions set agent_id = null where id = $1`, [open.interactionId]);
    await work.db.dynamic(`update segments set ended_at = app_now() where interaction_id = $1`, [open.interactionId]);
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

type Step = { name: string; agent: number; item: number };

function stepOf(work: Work, world: SmallWorld, agents: readonly User[], items: readonly { interactionId: string }[], step: Step): Promise<unknown> {
  const user = agents[step.agent % agents.length] as User;
  const { interactionId } = items[step.item % items.length] as { interactionId: string };
  const offerId = async (): Promise<string> => (await work.db.dynamic<{ id: string }>(
    `select id from offers where agent_id = $1 and state = 'OFFERED' order by id limit 1`, [user.id]))[0]?.id ?? newId();
  /** Work of this agent, so that the steps meet what they are about; else any, which they may not touch. */
  const mine = async (): Promise<{ user: User; interactionId: string }> => ({ user, interactionId: (await work.db.dynamic<{ id: string }>(
    `select id from interactions where agent_id = $1 and state <> 'CLOSED' order by state = 'DOCUMENTED', id limit 1`,
    [user.id]))[0]?.id ?? interactionId });
  const connectionId = user.id;
  const steps: Record<string, () => Promise<unknown>> = {
    offer: () => offerNext(work),
    accept: async () => acceptOffer(work, { user, offerId: await offerId() }),
    decline: async () => declineOffer(work, { user, offerId: await offerId(), reasonCode: 'SIBUK' }),
    tick: async () => { await moveClock(work.db, 16); await expireOffers(work); await sweepPresence(work); await sweepAbandoned(work); },
    ready: () => setPresence(work, { user, presence: 'READY' }),
    rest: () => setPresence(work, { user, presence: 'BREAK', reasonCode: 'SALAT' }),
    leave: () => setPresence(work, { user, presence: 'OFFLINE' }),
    connect: () => deskConnected(work, { user, nodeId: user.id, connectionId, tabId: 'satu' }),
    drop: () => deskDisconnected(work, { connectionId }),
    release: async () => releaseInteraction(work, await mine()),
    document: async () => documentInteraction(work, { ...await mine(), form: formOf(world) }),
    close: async () => closeInteraction(work, await mine()),
    escalate: async () => escalateInteraction(work, { ...await mine(), reasonCode: 'DI_LUAR_WEWENANG' }),
    end: () => work.db.transaction((tx) => customerEnded(tx, { organisationId: world.organisationId, interactionId })),
  };
  return (steps[step.name] as () => Promise<unknown>)();
}

const EXPECTED = new Set(['ok', 'OFFER_GONE', 'NOT_FOUND', 'FORBIDDEN', 'STATE_CONFLICT', 'NOT_DOCUMENTED', 'INTERACTION_CLOSED']);

t.test('INV5 whatever agents, customers and time do, two at a time: the invariants hold after every step', async (t) => {
  const { work, world, agents } = await setUp(t);
  const names = ['offer', 'offer', 'offer', 'accept', 'accept', 'accept', 'decline', 'tick', 'ready', 'ready', 'rest', 'leave',
    'connect', 'drop', 'release', 'document', 'document', 'close', 'escalate', 'end'];
  const step = fc.record({ name: fc.constantFrom(...names), agent: fc.nat(2), item: fc.nat(5) });
  await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
    [world.organisationId, world.tier2QueueId, agents[2].id]);
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(step, step), { minLength: 10, maxLength: 25 }), async (pairs) => {
    const items: { interactionId: string }[] = [];
    for (let n = 0; n < 6; n += 1) items.push(await openInteraction(work.db, world, { costPoints: 40, waitingSeconds: n }));
    await ready(work, agents[0], agents[1]);
    for (const pair of pairs) {
      const results = await Promise.all(pair.map((one) => code(stepOf(work, world, agents, items, one))));
      const strange = results.filter((result) => !EXPECTED.has(result));
      const wrong = await violations(work.db);
      if (wrong.length + strange.length > 0) throw new Error(JSON.stringify({ pair, strange, wrong }));
    }
    for (const user of agents) await setPresence(work, { user, presence: 'OFFLINE' });
    await work.db.dynamic('truncate offers, segments, documentations, messages, interactions, tickets cascade');
    await work.db.dynamic('update agent_states set used_points = 0');
  }), { numRuns: 12, endOnFailure: true });
  t.pass('held');
});

t.test('RF02 kill -9 while offering: no offer or one, the points fit, and the next pass goes on', async (t) => {
  const { work, world, agents } = await setUp(t);
  const child = fileURLToPath(new URL('../support/offer-child.ts', import.meta.url));
  await ready(work, agents[0]);
  for (const [point, expected] of [['assign.afterPick', 0], ['assign.beforeCommit', 0], ['assign.afterCommit', 1]] as const) {
    const open = await openInteraction(work.db, world);
    const run = spawn(process.execPath, [child, work.url, `${point}:1:kill`], { stdio: 'ignore' });
    const [, signal] = await once(run, 'exit') as [number | null, string | null];
    t.equal(signal, 'SIGKILL', `${point} fired`);
    await eventually('the dead connection to be gone', async () => (await work.db.dynamic(
      `select 1 from pg_stat_activity where application_name = 'offer-child' and datname = current_database()`)).length === 0);
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
