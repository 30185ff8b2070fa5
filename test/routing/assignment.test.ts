/** Offers on a real database: who gets what, and every way an offer ends. */
import t from 'tap';
import type { User } from '#domain/people/access.ts';
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import { limits } from '#domain/limits.ts';
import {
  acceptOffer, declineOffer, expireOffers, offerNext, pickInteraction, releaseInteraction,
} from '#routing/assignment.ts';
import { setPresence } from '#routing/presence.ts';
import { adoptStranded, queuePosition } from '#routing/queues.ts';
import { openInteraction } from '#test/support/conversation.ts';
import {
  interactionRow, moveClock, offersOf, openOfferOf, ready, setUp, typesOf, usedPoints, wrongPoints,
} from '#test/support/routing.ts';

t.setTimeout(120_000);

async function addSkill(db: Db, organisationId: string, code: string): Promise<string> {
  const id = newId();
  await db.dynamic('insert into skills (id, organisation_id, code, name) values ($1, $2, $3, $3)',
    [id, organisationId, code]);
  return id;
}

async function learn(db: Db, user: User, skillId: string): Promise<void> {
  await db.dynamic('insert into user_skills (organisation_id, user_id, skill_id) values ($1, $2, $3)',
    [user.organisationId, user.id, skillId]);
}

async function presenceOf(db: Db, user: User): Promise<Record<string, unknown> | undefined> {
  const [row] = await db.dynamic<Record<string, unknown>>(
    'select presence, reason_code from agent_states where user_id = $1', [user.id]);
  return row;
}

t.test('INV5 offer, then accept: the agent owns the work, its points were taken with the offer', async (t) => {
  const { work, world, agents: [agent], hints } = await setUp(t);
  const open = await openInteraction(work.db, world, { waitingSeconds: 5 });
  await ready(work, agent);
  t.equal(await offerNext(work), 1);
  t.equal(await offerNext(work), 0, 'while an offer stands there is no second one');
  t.equal(await usedPoints(work.db, agent), 25);
  const offer = await openOfferOf(work.db, agent);
  t.equal(offer.interaction_id, open.interactionId);
  hints.length = 0;
  t.same(await acceptOffer(work, { user: agent, offerId: offer.id }), { interactionId: open.interactionId });
  t.same(hints.toSorted(), ['assignment', 'journal']);
  t.same(await acceptOffer(work, { user: agent, offerId: offer.id }), { interactionId: open.interactionId },
    'twice is once');
  const row = await interactionRow(work.db, open.interactionId);
  t.match(row, { state: 'PICKED_UP', agent_id: agent.id, team_id: world.teamId, site_id: world.siteId,
    cost_points: 25 });
  t.ok(row['accepted_at']);
  const [ticket] = await work.db.dynamic<Record<string, unknown>>(
    'select * from tickets where id = $1', [open.ticketId]);
  t.match(ticket, { agent_id: agent.id, team_id: world.teamId, state: 'OPEN_T1' });
  t.equal(await usedPoints(work.db, agent), 25);
  const legs = await work.db.dynamic('select kind, result from segments where interaction_id = $1 order by kind desc',
    [open.interactionId]);
  t.same(legs, [{ kind: 'QUEUE', result: 'ACCEPTED' }, { kind: 'AGENT', result: null }]);
  t.same(await typesOf(work.db, open.interactionId), ['interaction.offered', 'interaction.accepted']);
  const [joined] = await work.db.dynamic(
    `select seq, payload from messages where conversation_id = $1 and direction = 'SYSTEM'`, [open.conversationId]);
  t.same(joined, { seq: 2, payload: { code: 'AGENT_JOINED', name: agent.name } });
});

t.test('decline keeps READY, needs a reason of the list, and the next agent is asked', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const open = await openInteraction(work.db, world);
  await ready(work, a, b);
  await offerNext(work);
  const [first] = await offersOf(work.db, open.interactionId);
  const [one, other] = first?.agent_id === a.id ? [a, b] : [b, a];
  const offerId = first?.id ?? '';
  await t.rejects(declineOffer(work, { user: one, offerId, reasonCode: 'TIDAK_ADA' }), { code: 'VALIDATION_FAILED' });
  await t.rejects(declineOffer(work, { user: other, offerId, reasonCode: 'SIBUK' }), { code: 'OFFER_GONE' });
  await declineOffer(work, { user: one, offerId, reasonCode: 'SIBUK' });
  await declineOffer(work, { user: one, offerId, reasonCode: 'SIBUK' });
  t.match(await presenceOf(work.db, one), { presence: 'READY' });
  t.equal(await usedPoints(work.db, one), 0);
  await t.rejects(acceptOffer(work, { user: one, offerId }), { code: 'OFFER_GONE' });
  t.equal(await offerNext(work), 1);
  const next = await openOfferOf(work.db, other);
  await declineOffer(work, { user: other, offerId: next.id, reasonCode: 'SIBUK' });
  t.equal(await offerNext(work), 0, 'both just declined: nobody is asked in a circle');
  await moveClock(work.db, limits.refusalRestSeconds + 1);
  t.equal(await offerNext(work), 1, 'but there is nobody else, so after a rest they are asked again');
  t.same(await typesOf(work.db, open.interactionId), ['interaction.offered', 'interaction.offer-ended',
    'interaction.offered',
    'interaction.offer-ended', 'interaction.offered']);
  t.same(await wrongPoints(work.db), []);
});

t.test('an offer that runs out goes on, and the agent who missed it is set not ready and told why', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const open = await openInteraction(work.db, world);
  const second = await openInteraction(work.db, world);
  await ready(work, a);
  t.equal(await offerNext(work), 2, 'both fit into one pool');
  t.equal(await expireOffers(work), 0);
  await moveClock(work.db, 31);
  const late = await openOfferOf(work.db, a);
  await t.rejects(acceptOffer(work, { user: a, offerId: late.id }), { code: 'OFFER_GONE' });
  t.equal(await expireOffers(work), 2);
  t.match(await presenceOf(work.db, a), { presence: 'BREAK', reason_code: 'MISSED_OFFER' });
  t.equal(await usedPoints(work.db, a), 0);
  t.same(await typesOf(work.db, a.id), ['agent.presence-changed', 'agent.presence-changed']);
  await ready(work, b);
  t.equal(await offerNext(work), 2);
  for (const id of [open.interactionId, second.interactionId]) {
    t.match((await offersOf(work.db, id)).map((offer) => [offer.agent_id, offer.state]),
      [[a.id, 'EXPIRED'], [b.id, 'OFFERED']]);
  }
  t.same(await wrongPoints(work.db), []);
});

t.test('leaving READY takes open offers back at once', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const open = await openInteraction(work.db, world);
  await ready(work, a);
  await offerNext(work);
  await setPresence(work, { user: a, presence: 'BREAK', reasonCode: 'SALAT' });
  await ready(work, b);
  await offerNext(work);
  t.match(await offersOf(work.db, open.interactionId), [{ state: 'WITHDRAWN', reason_code: 'NOT_READY' },
    { agent_id: b.id }]);
  t.same(await wrongPoints(work.db), []);
});

t.test('skills of the queue and of the interaction are both required', async (t) => {
  const { work, world, agents: [a, b, c] } = await setUp(t);
  const { organisationId } = world;
  const [gold, jawa] = [await addSkill(work.db, organisationId, 'EMAS'),
    await addSkill(work.db, organisationId, 'JAWA')];
  await work.db.dynamic('insert into queue_skills (organisation_id, queue_id, skill_id) values ($1, $2, $3)',
    [organisationId, world.queueId, gold]);
  await learn(work.db, a, gold);
  await learn(work.db, b, jawa);
  await learn(work.db, c, gold);
  await learn(work.db, c, jawa);
  const special = await openInteraction(work.db, world, { skillIds: [jawa], waitingSeconds: 9 });
  const plain = await openInteraction(work.db, world);
  await ready(work, a, b);
  t.equal(await offerNext(work), 1, 'work that nobody can do does not hold up the work behind it');
  t.match(await offersOf(work.db, plain.interactionId), [{ agent_id: a.id }]);
  await ready(work, c);
  t.equal(await offerNext(work), 1);
  t.match(await offersOf(work.db, special.interactionId), [{ agent_id: c.id }]);
});

t.test('peers 14: by priority, then longest waiting, over all queues of an agent; work given back is in front',
  async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const queueId = newId();
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier, cost_points) values ($1, $2,
    'DUA', 'Dua', 1, 50)`,
    [queueId, world.organisationId]);
  await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
    [world.organisationId, queueId, a.id]);
  const young = await openInteraction(work.db, world, { waitingSeconds: 10, costPoints: 50 });
  const old = await openInteraction(work.db, world, { waitingSeconds: 30, queueId });
  const first = await openInteraction(work.db, world, { waitingSeconds: 1, priority: 5, costPoints: 50 });
  t.same(await queuePosition(work.db, { organisationId: world.organisationId, interactionId: young.interactionId }),
    { position: 2, waiting: 2 });
  await ready(work, a);
  t.equal(await offerNext(work), 2, 'the cost of the queue counts before that of the interaction');
  const offered = await work.db.dynamic<{ interaction_id: string }>(
    `select interaction_id from offers where state = 'OFFERED'`);
  t.same(offered.map((row) => row.interaction_id).toSorted(), [first.interactionId, old.interactionId].toSorted());
  const offer = (await offersOf(work.db, old.interactionId))[0];
  await acceptOffer(work, { user: a, offerId: offer?.id ?? '' });
  const before = await interactionRow(work.db, old.interactionId);
  await releaseInteraction(work, { user: a, interactionId: old.interactionId });
  const after = await interactionRow(work.db, old.interactionId);
  t.match(after, { state: 'QUEUED', agent_id: null, team_id: null, waiting_since: before['waiting_since'],
    date_origin: before['date_origin'] });
  t.same(await queuePosition(work.db, { organisationId: world.organisationId, interactionId: old.interactionId }),
    { position: 1, waiting: 1 });
  t.equal(await offerNext(work), 1);
  t.match(await offersOf(work.db, young.interactionId), [{ state: 'OFFERED' }], 'who released it is asked last');
  t.same(await wrongPoints(work.db), []);
});

t.test('big work is not passed over for ever by small work that came later', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const one = await openInteraction(work.db, world, { waitingSeconds: 60, costPoints: 60 });
  await ready(work, a);
  await offerNext(work);
  const big = await openInteraction(work.db, world, { waitingSeconds: 50, costPoints: 60 });
  const small = await openInteraction(work.db, world, { waitingSeconds: 1, costPoints: 10 });
  t.equal(await offerNext(work), 0, 'the room is kept for the one who waits longer');
  const [offer] = await offersOf(work.db, one.interactionId);
  await acceptOffer(work, { user: a, offerId: offer?.id ?? '' });
  await setPresence(work, { user: a, presence: 'OFFLINE' });
  await ready(work, a);
  await offerNext(work);
  t.match(await offersOf(work.db, one.interactionId), [{}, { state: 'OFFERED' }]);
  t.same(await offersOf(work.db, big.interactionId), []);
  t.same(await offersOf(work.db, small.interactionId), []);
});

t.test('the least loaded agent is asked, then the one longest without an offer', async (t) => {
  const { work, world, agents: [a, b, c] } = await setUp(t);
  for (let n = 0; n < 6; n += 1) await openInteraction(work.db, world);
  await ready(work, a, b, c);
  t.equal(await offerNext(work), 6);
  const rows = await work.db.dynamic<{ n: number }>('select count(*)::int as n from offers group by agent_id');
  t.same(rows.map((row) => row.n), [2, 2, 2], 'peers 13: an even spread');
});

t.test('A42 only members of the queue, active users and those who are READY are asked', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  await openInteraction(work.db, world, { queueId: world.tier2QueueId });
  await ready(work, a, b);
  t.equal(await offerNext(work), 0, 'nobody is a member of that queue');
  await openInteraction(work.db, world);
  await setPresence(work, { user: a, presence: 'BUSY' });
  await work.db.dynamic(`update users set status = 'DISABLED' where id = $1`, [b.id]);
  t.equal(await offerNext(work), 0);
});

t.test('picking is a right per queue, off by default', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const open = await openInteraction(work.db, world);
  await ready(work, a, b);
  const pick = { user: a, interactionId: open.interactionId };
  await t.rejects(pickInteraction(work, pick), { code: 'FORBIDDEN' });
  await work.db.dynamic('update queues set pick_allowed = true where id = $1', [world.queueId]);
  await offerNext(work);
  const offered = (await offersOf(work.db, open.interactionId))[0]?.agent_id;
  const [asked, other] = offered === a.id ? [a, b] : [b, a];
  await t.rejects(pickInteraction(work, { ...pick, user: other }), { code: 'ALREADY_OWNED' });
  t.same(await pickInteraction(work, { ...pick, user: asked }), { interactionId: open.interactionId });
  await t.rejects(pickInteraction(work, { ...pick, user: other }), { code: 'ALREADY_OWNED' });
  t.equal(await usedPoints(work.db, asked), 25);
  const big = await openInteraction(work.db, world, { costPoints: 80 });
  await t.rejects(pickInteraction(work, { user: asked, interactionId: big.interactionId }),
    { code: 'CAPACITY_EXCEEDED' });
  await t.rejects(pickInteraction(work, { user: asked, interactionId: newId() }), { code: 'NOT_FOUND' });
  t.same(await wrongPoints(work.db), []);
});

t.test('release is for the owner and for who may reassign', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const open = await openInteraction(work.db, world);
  await ready(work, a);
  await offerNext(work);
  await acceptOffer(work, { user: a, offerId: (await openOfferOf(work.db, a)).id });
  await t.rejects(releaseInteraction(work, { user: b, interactionId: open.interactionId }), { code: 'NOT_FOUND' });
  await releaseInteraction(work, { user: world.leader, interactionId: open.interactionId, reasonCode: 'TL' });
  t.equal(await usedPoints(work.db, a), 0);
  t.same((await typesOf(work.db, open.interactionId)).at(-1), 'interaction.released');
  await t.rejects(releaseInteraction(work, { user: a, interactionId: open.interactionId }), { code: 'FORBIDDEN' },
    'it waits now: seen, masked, but nobody owns it');
  const legs = await work.db.dynamic(
    'select kind, result from segments where interaction_id = $1 order by started_at, kind desc',
    [open.interactionId]);
  t.match(legs, [{ kind: 'QUEUE', result: 'ACCEPTED' }, { kind: 'AGENT', result: 'RELEASED' },
    { kind: 'QUEUE', result: null }]);
});

t.test('INV10 another organisation neither sees nor gets this work', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const open = await openInteraction(work.db, world);
  await ready(work, a);
  await offerNext(work);
  const offer = await openOfferOf(work.db, a);
  const stranger = { ...a, organisationId: newId() };
  await t.rejects(acceptOffer(work, { user: stranger, offerId: offer.id }), { code: 'OFFER_GONE' });
  await t.rejects(pickInteraction(work, { user: stranger, interactionId: open.interactionId }), { code: 'NOT_FOUND' });
  t.equal(await queuePosition(work.db, { organisationId: stranger.organisationId,
    interactionId: open.interactionId }), null);
});

t.test('J58 a whole page of work that nobody can do does not hide the work behind it', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const rare = await addSkill(work.db, world.organisationId, 'LANGKA');
  for (let n = 0; n < limits.assignmentPageMin + 5; n += 1) {
    await openInteraction(work.db, world, { skillIds: [rare], waitingSeconds: 100 });
  }
  await work.db.dynamic('update interactions set waiting_since = (select min(waiting_since) from interactions)');
  const plain = await openInteraction(work.db, world);
  await ready(work, a);
  t.equal(await offerNext(work), 1);
  t.match(await offersOf(work.db, plain.interactionId), [{ agent_id: a.id }]);
});

t.test('peers 25 work without a queue joins one as soon as there is one', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const open = await openInteraction(work.db, world);
  await work.db.dynamic('delete from segments');
  await work.db.dynamic('update tickets set queue_id = null');
  await work.db.dynamic('update interactions set queue_id = null, queued_at = null, waiting_since = null');
  await work.db.dynamic('update queues set active = false');
  await ready(work, a);
  t.equal(await adoptStranded(work), 0);
  await work.db.dynamic('update queues set active = true');
  t.equal(await adoptStranded(work), 1);
  t.match(await interactionRow(work.db, open.interactionId), { queue_id: world.queueId, state: 'QUEUED' });
  t.same(await typesOf(work.db, open.interactionId), ['interaction.queued']);
  t.equal(await offerNext(work), 1);
});

t.test('architecture 4 a call rings 20 seconds, a text is offered for 30', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const call = await openInteraction(work.db, world, { medium: 'VOICE', costPoints: 100 });
  const text = await openInteraction(work.db, world);
  await ready(work, a, b);
  t.equal(await offerNext(work), 2);
  const [rings] = await work.db.dynamic(`select
    (select extract(epoch from expires_at - offered_at)::int from offers where interaction_id = $1) as call,
    (select extract(epoch from expires_at - offered_at)::int from offers where interaction_id = $2) as text`,
  [call.interactionId, text.interactionId]);
  t.same(rings, { call: limits.offerVoiceSeconds, text: limits.offerTextSeconds });
});
