/** Presence, seats, desks that come and go, and nodes that die, on a real database with a clock that is moved. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import type { Db } from '#domain/store/db.ts';
import { acceptOffer, offerNext } from '#routing/assignment.ts';
import {
  deskConnected, deskDisconnected, dropDeadNodes, heartbeatNode, setPresence, sweepPresence,
} from '#routing/presence.ts';
import { documentInteraction } from '#routing/wrap-up.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import {
  formOf, interactionRow, moveClock, offersOf, openOfferOf, ready, setUp, typesOf, usedPoints, wrongPoints,
} from '#test/support/routing.ts';

t.setTimeout(120_000);

interface StateRow {
  presence: string;
  reason_code: string | null;
  vanished_at: Date | null;
  wrap_up_until: Date | null;
}

async function stateOf(db: Db, user: User): Promise<StateRow> {
  const [row] = await db.dynamic<StateRow>('select * from agent_states where user_id = $1', [user.id]);
  if (row === undefined) throw new Error('no agent row');
  return row;
}

async function addSeats(db: Db, organisationId: string, siteId: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    await db.dynamic(`insert into seats (id, organisation_id, site_id, application, label) values ($1, $2, $3,
      'OMNI', $4)`,
      [newId(), organisationId, siteId, `OMNI-${n}`]);
  }
}

t.test('A9 a seat is taken at READY and given back at OFFLINE; none free is said so', async (t) => {
  const { work, world, agents: [a, b, c] } = await setUp(t);
  await ready(work, a);
  await addSeats(work.db, world.organisationId, world.siteId, 2);
  await setPresence(work, { user: a, presence: 'BUSY' });
  await ready(work, a, b);
  await t.rejects(setPresence(work, { user: c, presence: 'READY' }), { code: 'NO_SEAT_FREE' });
  t.equal((await work.db.dynamic('select 1 from agent_states where user_id = $1', [c.id])).length, 0,
    'nothing was kept');
  await setPresence(work, { user: c, presence: 'BREAK', reasonCode: 'SALAT' });
  await setPresence(work, { user: a, presence: 'BREAK', reasonCode: 'SALAT' });
  await t.rejects(setPresence(work, { user: c, presence: 'READY' }), { code: 'NO_SEAT_FREE' },
    'a break keeps the seat');
  await setPresence(work, { user: a, presence: 'OFFLINE' });
  await setPresence(work, { user: c, presence: 'READY' });
  const taken = await work.db.dynamic<{ user_id: string }>('select user_id from seats where user_id is not null');
  t.same(taken.map((row) => row.user_id).toSorted(), [b.id, c.id].toSorted());
});

t.test('A9 agents who go READY at once never share a seat', async (t) => {
  const { work, world, agents } = await setUp(t);
  await addSeats(work.db, world.organisationId, world.siteId, 2);
  const results = await Promise.allSettled(agents.map((user) => setPresence(work, { user, presence: 'READY' })));
  t.equal(results.filter((result) => result.status === 'fulfilled').length, 2);
  const [row] = await work.db.dynamic<{ n: number }>(`select count(distinct user_id)::int as n from seats`);
  t.equal(row?.n, 2);
});

t.test('A9 J53 a seat that was closed down is not given out again; who holds one keeps it', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  await addSeats(work.db, world.organisationId, world.siteId, 2);
  await setPresence(work, { user: a, presence: 'READY' });
  await work.db.dynamic('update seats set active = false');
  await t.rejects(setPresence(work, { user: b, presence: 'READY' }), { code: 'NO_SEAT_FREE' });
  await setPresence(work, { user: a, presence: 'BUSY' });
  await setPresence(work, { user: a, presence: 'READY' });
  t.equal((await work.db.dynamic('select 1 from seats where user_id = $1', [a.id])).length, 1);
});

t.test('a break needs an active reason; who may manage presence may set that of others in their scope', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  await t.rejects(setPresence(work, { user: a, presence: 'BREAK' }), { code: 'VALIDATION_FAILED' });
  await t.rejects(setPresence(work, { user: a, presence: 'BREAK', reasonCode: 'MISSED_OFFER' }),
    { code: 'VALIDATION_FAILED' });
  const state = await setPresence(work, { user: a, presence: 'BREAK', reasonCode: 'SALAT' });
  t.match(state, { presence: 'BREAK', reasonCode: 'SALAT', usedPoints: 0, capacityPoints: 100, vanished: false });
  await t.rejects(setPresence(work, { user: b, presence: 'BUSY', target: a.id }), { code: 'NOT_FOUND' });
  t.match(await setPresence(work, { user: world.leader, presence: 'BUSY', target: a.id }),
    { userId: a.id, presence: 'BUSY' });
  await t.rejects(setPresence(work, { user: world.leader, presence: 'BUSY', target: newId() }), { code: 'NOT_FOUND' });
  t.same(await typesOf(work.db, a.id), ['agent.presence-changed', 'agent.presence-changed']);
});

t.test('wrap-up follows the documentation of the last piece of work and ends by itself', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const one = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  const two = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  await documentInteraction(work, { user: a, interactionId: one.interactionId, form: formOf(world) });
  t.equal((await stateOf(work.db, a)).presence, 'READY', 'there is work left');
  await documentInteraction(work, { user: a, interactionId: two.interactionId, form: formOf(world) });
  t.equal((await stateOf(work.db, a)).presence, 'WRAP_UP');
  await openInteraction(work.db, world);
  t.equal(await offerNext(work), 0);
  t.equal(await sweepPresence(work), 0);
  await moveClock(work.db, limits.wrapUpSeconds);
  await deskConnected(work, { user: a, nodeId: newId(), connectionId: newId(), tabId: 'satu' });
  t.equal(await sweepPresence(work), 1);
  t.match(await stateOf(work.db, a), { presence: 'READY', wrap_up_until: null });
  t.equal(await offerNext(work), 1);
});

t.test('wrap-up of 0 seconds is none, and a busy agent stays busy', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  await ready(work, a, b);
  await setPresence(work, { user: b, presence: 'BUSY' });
  const busy = await openOwnedInteraction(work.db, world, b.id);
  await documentInteraction(work, { user: b, interactionId: busy.interactionId, form: formOf(world) });
  t.equal((await stateOf(work.db, b)).presence, 'BUSY');
  await work.db.dynamic(`update organisations set settings = '{"wrapUpSeconds": 0}'`);
  const last = await openOwnedInteraction(work.db, world, a.id);
  await documentInteraction(work, { user: a, interactionId: last.interactionId, form: formOf(world) });
  t.equal((await stateOf(work.db, a)).presence, 'READY');
});

t.test('RF17 the last desk gone: offers go at once, work after the grace period, once, to the front', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const [one, two] = [newId(), newId()];
  const nodeId = newId();
  await heartbeatNode(work, { nodeId, roles: ['web'] });
  await deskConnected(work, { user: a, nodeId, connectionId: one, tabId: 'satu' });
  await deskConnected(work, { user: a, nodeId, connectionId: two, tabId: 'dua' });
  await ready(work, a);
  const owned = await openOwnedInteraction(work.db, world, a.id, { waitingSeconds: 100, answered: true });
  const young = await openInteraction(work.db, world, { waitingSeconds: 20 });
  await offerNext(work);
  await deskDisconnected(work, { connectionId: one });
  t.equal((await stateOf(work.db, a)).vanished_at, null, 'one tab is left');
  await deskDisconnected(work, { connectionId: two });
  await deskDisconnected(work, { connectionId: two });
  t.ok((await stateOf(work.db, a)).vanished_at);
  t.match(await offersOf(work.db, young.interactionId), [{ state: 'WITHDRAWN', reason_code: 'VANISHED' }]);
  t.equal(await offerNext(work), 0, 'who vanished gets no offer');
  await moveClock(work.db, limits.socketGraceSeconds - 5);
  await sweepPresence(work);
  t.match(await interactionRow(work.db, owned.interactionId), { agent_id: a.id });
  await moveClock(work.db, 6);
  await Promise.all([sweepPresence(work), sweepPresence(work), sweepPresence(work)]);
  t.match(await stateOf(work.db, a), { presence: 'OFFLINE', vanished_at: null });
  t.match(await interactionRow(work.db, owned.interactionId), { agent_id: null, state: 'QUEUED' });
  t.equal((await typesOf(work.db, owned.interactionId)).filter((type) => type === 'interaction.released').length, 1);
  t.equal(await usedPoints(work.db, a), 0);
  await ready(work, b);
  await work.db.dynamic('update users set capacity_points = 30 where id = $1', [b.id]);
  await setPresence(work, { user: b, presence: 'BUSY' });
  await ready(work, b);
  t.equal(await offerNext(work), 1);
  t.equal((await openOfferOf(work.db, b)).interaction_id, owned.interactionId, 'what was given back is in front');
  t.same((await typesOf(work.db, a.id)), ['agent.presence-changed', 'agent.vanished', 'agent.presence-changed']);
});

t.test('RF17 who returns within the grace period keeps everything', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const nodeId = newId();
  const first = newId();
  await heartbeatNode(work, { nodeId, roles: ['web'] });
  await deskConnected(work, { user: a, nodeId, connectionId: first, tabId: 'satu' });
  await ready(work, a);
  const owned = await openOwnedInteraction(work.db, world, a.id);
  await deskDisconnected(work, { connectionId: first });
  await moveClock(work.db, 30);
  await deskConnected(work, { user: a, nodeId, connectionId: newId(), tabId: 'satu' });
  await moveClock(work.db, 60);
  await heartbeatNode(work, { nodeId, roles: ['web'] });
  await sweepPresence(work);
  t.match(await stateOf(work.db, a), { presence: 'READY', vanished_at: null });
  t.match(await interactionRow(work.db, owned.interactionId), { agent_id: a.id, state: 'PICKED_UP' });
  t.same(await typesOf(work.db, a.id), ['agent.presence-changed', 'agent.vanished', 'agent.returned']);
});

t.test('RF15 a node that was killed loses its desks, a living one keeps them', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const [dead, alive] = [newId(), newId()];
  t.same(await heartbeatNode(work, { nodeId: dead, roles: ['web'] }), { fresh: true });
  await heartbeatNode(work, { nodeId: alive, roles: ['web'] });
  await deskConnected(work, { user: a, nodeId: dead, connectionId: newId(), tabId: 'satu' });
  await deskConnected(work, { user: b, nodeId: alive, connectionId: newId(), tabId: 'satu' });
  await ready(work, a, b);
  const owned = await openOwnedInteraction(work.db, world, a.id, { waitingSeconds: 10 });
  await moveClock(work.db, limits.nodeDeadMs / 1000 + 1);
  t.same(await heartbeatNode(work, { nodeId: alive, roles: ['web'] }), { fresh: false });
  t.equal(await dropDeadNodes(work), 1);
  t.equal(await dropDeadNodes(work), 0);
  t.ok((await stateOf(work.db, a)).vanished_at);
  t.equal((await stateOf(work.db, b)).vanished_at, null);
  await moveClock(work.db, limits.socketGraceSeconds);
  await heartbeatNode(work, { nodeId: alive, roles: ['web'] });
  await sweepPresence(work);
  t.match(await interactionRow(work.db, owned.interactionId), { agent_id: null, state: 'QUEUED' });
  t.same(await heartbeatNode(work, { nodeId: dead, roles: ['web'] }), { fresh: true },
    'it woke: it must register its desks anew');
});

t.test('an agent whose disconnect was lost is noticed by the sweep', async (t) => {
  const { work, agents: [a] } = await setUp(t);
  await ready(work, a);
  await sweepPresence(work);
  t.equal((await stateOf(work.db, a)).vanished_at, null, 'a fresh READY may come before its socket');
  await moveClock(work.db, limits.socketGraceSeconds + 1);
  await sweepPresence(work);
  t.ok((await stateOf(work.db, a)).vanished_at);
});

t.test('OFFLINE by hand gives the work back at once; documented work is closed, unless the customer wrote again',
  async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const open = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  const done = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  const written = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  for (const { interactionId } of [done, written]) await documentInteraction(work,
    { user: a, interactionId, form: formOf(world) });
  await work.db.dynamic('update interactions set awaiting_reply_since = app_now() where id = $1',
    [written.interactionId]);
  await setPresence(work, { user: a, presence: 'OFFLINE' });
  t.match(await interactionRow(work.db, open.interactionId), { state: 'QUEUED', agent_id: null });
  t.match(await interactionRow(work.db, done.interactionId), { state: 'CLOSED', closed_reason: 'AGENT_GONE' });
  t.match(await interactionRow(work.db, written.interactionId),
    { state: 'QUEUED', agent_id: null, documented_at: null });
  t.same(await wrongPoints(work.db), []);
});

t.test('an accept that meets the vanishing of its agent ends one way', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  for (let round = 0; round < 5; round += 1) {
    const connectionId = newId();
    await deskConnected(work, { user: a, nodeId: newId(), connectionId, tabId: 'satu' });
    await setPresence(work, { user: a, presence: 'READY' });
    const open = await openInteraction(work.db, world);
    await offerNext(work);
    const offer = await openOfferOf(work.db, a);
    const [accepted] = await Promise.allSettled([acceptOffer(work, { user: a, offerId: offer.id }),
      deskDisconnected(work, { connectionId })]);
    const row = await interactionRow(work.db, open.interactionId);
    t.equal(row['agent_id'], accepted?.status === 'fulfilled' ? a.id : null);
    t.same(await wrongPoints(work.db), []);
    await setPresence(work, { user: a, presence: 'OFFLINE' });
    await work.db.dynamic(`update interactions set state = 'CLOSED' where id = $1`, [open.interactionId]);
  }
});
