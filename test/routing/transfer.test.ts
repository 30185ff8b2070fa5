/** Handing work on: to another queue, or to a colleague who is asked first. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { offerViews } from '#domain/queues/queries.ts';
import { acceptOffer, declineOffer, offerNext } from '#routing/assignment.ts';
import { snoozeInteraction } from '#routing/snooze.ts';
import { transferInteraction, transferTargets } from '#routing/transfer.ts';
import { documentInteraction } from '#routing/wrap-up.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import { code, formOf, interactionRow, offersOf, openOfferOf, ready, setUp, typesOf, usedPoints, violations,
  type RoutingSetUp } from '#test/support/routing.ts';

async function secondQueue({ work, world }: RoutingSetUp, members: readonly string[]): Promise<string> {
  const id = newId();
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier, priority, cost_points)
    values ($1, $2, 'KHUSUS', 'Layanan Khusus', 1, 3, 50)`, [id, world.organisationId]);
  for (const userId of members) {
    await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
      [world.organisationId, id, userId]);
  }
  return id;
}

t.test('C13 A42 work moved to another queue waits there by its origin, with its note, counted once', async (t) => {
  const place = await setUp(t);
  const { work, world, agents: [agent, , third] } = place;
  await ready(work, agent, third);
  const queueId = await secondQueue(place, [third.id]);
  const opened = await openOwnedInteraction(work.db, world, agent.id, { waitingSeconds: 300, answered: true });
  const before = await interactionRow(work.db, opened.interactionId);
  await transferInteraction(work,
    { user: agent, interactionId: opened.interactionId, queueId, note: 'butuh ahli pajak' });
  t.match(await interactionRow(work.db, opened.interactionId), { state: 'QUEUED', queue_id: queueId, agent_id: null,
    cost_points: 50, priority: 3, date_origin: before['date_origin'], waiting_since: before['waiting_since'] });
  t.equal(await usedPoints(work.db, agent), 0);
  const notes = await work.db.dynamic<{ body: string }>(
    `select body from messages where conversation_id = $1 and direction = 'NOTE'`, [opened.conversationId]);
  t.same(notes.map((row) => row.body), ['butuh ahli pajak']);
  t.same((await typesOf(work.db, opened.interactionId)).filter((type) => type === 'interaction.queued'), [],
    'no new count');
  await offerNext(work);
  const offer = await openOfferOf(work.db, third);
  await acceptOffer(work, { user: third, offerId: offer.id });
  t.equal(await usedPoints(work.db, third), 50);
  t.same(await violations(work.db), []);
});

t.test('INV5 a colleague named is offered it first; who declines leaves it to the queue', async (t) => {
  const { work, world, agents: [agent, second, third] } = await setUp(t);
  await ready(work, agent, second, third);
  const opened = await openOwnedInteraction(work.db, world, agent.id);
  await transferInteraction(work, { user: agent, interactionId: opened.interactionId, agentId: third.id });
  const offer = await openOfferOf(work.db, third);
  t.match(await offerViews(work.db, world.organisationId, third.id), [{ reasons: ['TRANSFERRED'] }], 'and is told why');
  t.equal(await usedPoints(work.db, third), 25);
  t.equal(await usedPoints(work.db, agent), 0);
  t.same(await violations(work.db), []);
  await declineOffer(work, { user: third, offerId: offer.id, reasonCode: 'SIBUK' });
  await offerNext(work);
  t.match(await openOfferOf(work.db, second), { interaction_id: opened.interactionId }, 'not back to who gave it away');
  t.same(await violations(work.db), []);
});

t.test('a leader moves what waits and what others hold; its open offer is taken back', async (t) => {
  const place = await setUp(t);
  const { work, world, agents: [agent, second] } = place;
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  const queueId = await secondQueue(place, []);
  await ready(work, agent);
  const waiting = await openInteraction(work.db, world);
  await offerNext(work);
  await transferInteraction(work, { user: world.leader, interactionId: waiting.interactionId, queueId });
  t.match(await offersOf(work.db, waiting.interactionId), [{ state: 'WITHDRAWN', reason_code: 'TRANSFERRED' }]);
  t.equal(await usedPoints(work.db, agent), 0);
  await ready(work, second);
  const held = await openOwnedInteraction(work.db, world, agent.id);
  await transferInteraction(work, { user: world.leader, interactionId: held.interactionId, agentId: second.id });
  t.match(await openOfferOf(work.db, second), { interaction_id: held.interactionId });
  t.same(await violations(work.db), []);
});

t.test('what cannot be handed on says why, and nothing has moved', async (t) => {
  const place = await setUp(t);
  const { work, world, agents: [agent, second, third] } = place;
  await ready(work, agent, second);
  const queueId = await secondQueue(place, [second.id]);
  const opened = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const move = (given: object, user = agent): Promise<string> =>
    code(transferInteraction(work, { user, interactionId: opened.interactionId, ...given }));
  t.equal(await move({}), 'VALIDATION_FAILED', 'nowhere');
  t.equal(await move({ queueId: world.queueId }), 'VALIDATION_FAILED', 'where it is');
  t.equal(await move({ queueId: world.tier2QueueId }), 'VALIDATION_FAILED', 'tier 2 is reached by escalation');
  t.equal(await move({ queueId: newId() }), 'VALIDATION_FAILED');
  t.equal(await move({ agentId: agent.id }), 'VALIDATION_FAILED', 'to oneself');
  t.equal(await move({ queueId, agentId: third.id }), 'VALIDATION_FAILED', 'no member');
  t.equal(await move({ agentId: third.id }), 'STATE_CONFLICT', 'not ready');
  await openOwnedInteraction(work.db, world, second.id, { costPoints: 90 });
  t.equal(await move({ agentId: second.id }), 'STATE_CONFLICT', 'no room');
  t.equal(await move({ queueId }, second), 'NOT_FOUND', 'not theirs');
  t.match(await interactionRow(work.db, opened.interactionId), { agent_id: agent.id, queue_id: world.queueId });
  const targets = await transferTargets(work, { organisationId: world.organisationId, tier: 1,
    interactionId: opened.interactionId, queueId: world.queueId });
  t.match(targets, { queues: [{ name: 'Layanan Khusus', ready: 1 }, { name: 'Layanan Umum', ready: 2 }],
    agents: [{ id: second.id, able: false }] });
  await documentInteraction(work, { user: agent, interactionId: opened.interactionId, form: formOf(world) });
  t.equal(await move({ queueId }), 'STATE_CONFLICT', 'documented');
  const aside = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const [at] = await work.db.dynamic<{ at: Date }>(`select app_now() + interval '1 hour' as at`);
  await snoozeInteraction(work, { user: agent, interactionId: aside.interactionId, until: at?.at ?? new Date(0) });
  await transferInteraction(work, { user: agent, interactionId: aside.interactionId, queueId });
  t.equal(await usedPoints(work.db, agent), 0, 'points of put-aside work are not freed twice');
  t.same(await violations(work.db), []);
});

t.test('C4 in a queue of many a colleague past the first page is found by name, as it is written', async (t) => {
  const { work, world, agents: [agent] } = await setUp(t);
  await ready(work, agent);
  const opened = await openOwnedInteraction(work.db, world, agent.id);
  await work.db.dynamic(`with people as (insert into users (id, organisation_id, npk, name, site_id, team_id)
      select gen_random_uuid(), u.organisation_id, (40000 + n)::text,
        case n when 205 then 'Wahyu 100% Contoh' when 206 then 'Xena Contoh' else 'Rekan ' || lpad(n::text, 3, '0') end,
        u.site_id, u.team_id from users u, generate_series(1, 206) n where u.id = $1 returning id, organisation_id),
    members as (insert into queue_members (organisation_id, queue_id, user_id)
      select organisation_id, $2, id from people)
    insert into agent_states (user_id, organisation_id, presence) select id, organisation_id, 'READY' from people`,
  [agent.id, world.queueId]);
  const look = (name?: string) => transferTargets(work, { organisationId: world.organisationId, tier: 1,
    interactionId: opened.interactionId, queueId: world.queueId, name });
  const first = await look();
  t.equal(first.agents.length, limits.transferAgentsMax);
  t.equal(first.moreAgents, true);
  t.notOk(first.agents.some((each) => each.name === 'Xena Contoh'), 'not on the first page');
  t.match(await look('xena'), { agents: [{ name: 'Xena Contoh', able: true }], moreAgents: false });
  t.equal((await look('xena')).agents.length, 1);
  t.same((await look('0%')).agents.map((each) => each.name), ['Wahyu 100% Contoh'], 'signs mean themselves');
  t.match(await look('tidak ada'), { agents: [], moreAgents: false });
});
