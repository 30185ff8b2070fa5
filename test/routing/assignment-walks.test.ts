/**
 * INV5 under random walks: agents, customers and time in any order, two steps at a time; the rules hold after every
 * step.
 */
import fc from 'fast-check';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { acceptOffer, declineOffer, expireOffers, offerNext, releaseInteraction } from '#routing/assignment.ts';
import { escalateInteraction } from '#routing/escalation.ts';
import { deskConnected, deskDisconnected, setPresence, sweepPresence } from '#routing/presence.ts';
import { sweepAbandoned } from '#routing/sla.ts';
import { closeInteraction, customerEnded, documentInteraction } from '#routing/wrap-up.ts';
import { openInteraction } from '#test/support/conversation.ts';
import type { SmallWorld } from '#test/support/fixtures.ts';
import { code, formOf, moveClock, ready, setUp, violations } from '#test/support/routing.ts';

t.setTimeout(120_000);

type Step = { name: string; agent: number; item: number };

function stepOf(work: Work, world: SmallWorld, agents: readonly User[], items: readonly { interactionId: string }[],
  step: Step): Promise<unknown> {
  const user = agents[step.agent % agents.length] as User;
  const { interactionId } = items[step.item % items.length] as { interactionId: string };
  const offerId = async (): Promise<string> => (await work.db.dynamic<{ id: string }>(
    `select id from offers where agent_id = $1 and state = 'OFFERED' order by id limit 1`, [user.id]))[0]?.id
      ?? newId();
  /** Work of this agent, so that the steps meet what they are about; else any, which they may not touch. */
  const mine = async (): Promise<{ user: User; interactionId: string }> => (
    { user, interactionId: (await work.db.dynamic<{ id: string }>(
    `select id from interactions where agent_id = $1 and state <> 'CLOSED' order by state = 'DOCUMENTED', id limit 1`,
    [user.id]))[0]?.id ?? interactionId });
  const connectionId = user.id;
  const steps: Record<string, () => Promise<unknown>> = {
    offer: () => offerNext(work),
    accept: async () => acceptOffer(work, { user, offerId: await offerId() }),
    decline: async () => declineOffer(work, { user, offerId: await offerId(), reasonCode: 'SIBUK' }),
    tick: async () => {
      await moveClock(work.db, 16);
      for (const sweep of [expireOffers, sweepPresence, sweepAbandoned]) await sweep(work);
    },
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

const EXPECTED = new Set(['ok', 'OFFER_GONE', 'NOT_FOUND', 'FORBIDDEN', 'STATE_CONFLICT', 'NOT_DOCUMENTED',
  'INTERACTION_CLOSED']);

t.test('INV5 whatever agents, customers and time do, two at a time: the invariants hold after every step',
  async (t) => {
  const { work, world, agents } = await setUp(t);
  const names = ['offer', 'offer', 'offer', 'accept', 'accept', 'accept', 'decline', 'tick', 'ready', 'ready',
    'rest', 'leave',
    'connect', 'drop', 'release', 'document', 'document', 'close', 'escalate', 'end'];
  const step = fc.record({ name: fc.constantFrom(...names), agent: fc.nat(2), item: fc.nat(5) });
  await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
    [world.organisationId, world.tier2QueueId, agents[2].id]);
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(step, step), { minLength: 10, maxLength: 25 }), async (pairs) => {
    const items: { interactionId: string }[] = [];
    for (let n = 0; n < 6; n += 1) items.push(await openInteraction(work.db, world,
      { costPoints: 40, waitingSeconds: n }));
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
