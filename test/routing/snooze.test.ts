/** Work that is put aside: its points are free, and it comes back to whoever can serve it. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { agentToday } from '#domain/metrics/today.ts';
import { releaseInteraction } from '#routing/assignment.ts';
import { createIntake } from '#routing/intake.ts';
import { setPresence } from '#routing/presence.ts';
import { snoozeInteraction, sweepSnoozed, wakeInteraction } from '#routing/snooze.ts';
import { documentInteraction } from '#routing/wrap-up.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { code, formOf, interactionRow, moveClock, ready, setUp, typesOf, usedPoints, violations,
  type RoutingSetUp } from '#test/support/routing.ts';

async function clockOf({ work }: RoutingSetUp, seconds: number): Promise<Date> {
  const [row] = await work.db.dynamic<{ at: Date }>(`select app_now() + $1 * interval '1 second' as at`, [seconds]);
  return row?.at ?? new Date(0);
}

t.test('INV5 putting answered work aside frees its points; at its time it returns to its agent', async (t) => {
  const place = await setUp(t);
  const { work, world, agents: [agent] } = place;
  await ready(work, agent);
  const { interactionId } = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  t.equal(await usedPoints(work.db, agent), 25);
  await snoozeInteraction(work, { user: agent, interactionId, until: await clockOf(place, 3_600), note: 'tunggu KTP' });
  t.equal(await usedPoints(work.db, agent), 0);
  t.match(await interactionRow(work.db, interactionId), { agent_id: agent.id, state: 'IN_SERVICE' });
  t.equal(await sweepSnoozed(work), 0, 'not yet');
  await snoozeInteraction(work, { user: agent, interactionId, until: await clockOf(place, 7_200) });
  t.equal(await usedPoints(work.db, agent), 0, 'moving the time frees nothing twice');
  await moveClock(work.db, 7_201);
  t.equal(await sweepSnoozed(work), 1);
  t.equal(await usedPoints(work.db, agent), 25);
  // What the test itself takes counts as well, on a busy machine seconds of it.
  const woken = await interactionRow(work.db, interactionId);
  t.match(woken, { agent_id: agent.id, snoozed_until: null });
  const asideS = Number(woken['snoozed_s']);
  t.ok(asideS >= 7_201 && asideS < 7_261, `put aside for ${asideS} s`);
  t.same((await typesOf(work.db, interactionId)).filter((type) => /snoozed|woken/.test(type)),
    ['interaction.snoozed', 'interaction.snoozed', 'interaction.woken']);
  await documentInteraction(work, { user: agent, interactionId, form: formOf(world) });
  const handlingS = (await agentToday(work.db, agent)).handlingS ?? 0;
  t.ok(handlingS < 60, `handling time is less what it was put aside: ${handlingS} s`);
  t.same(await violations(work.db), []);
});

t.test('INV5 without room or without its agent, what was put aside goes to the front of its queue', async (t) => {
  const place = await setUp(t);
  const { work, world, agents: [agent, other] } = place;
  await ready(work, agent, other);
  const one = await openOwnedInteraction(work.db, world, agent.id, { answered: true, costPoints: 100 });
  await snoozeInteraction(work, { user: agent, interactionId: one.interactionId, until: await clockOf(place, 60) });
  await openOwnedInteraction(work.db, world, agent.id, { costPoints: 25 });
  const gone = await openOwnedInteraction(work.db, world, other.id, { answered: true });
  await snoozeInteraction(work, { user: other, interactionId: gone.interactionId, until: await clockOf(place, 60) });
  await setPresence(work, { user: other, presence: 'OFFLINE' });
  t.match(await interactionRow(work.db, gone.interactionId), { agent_id: other.id }, 'kept while put aside');
  t.equal(await code(wakeInteraction(work, { user: agent, interactionId: one.interactionId })), 'CAPACITY_EXCEEDED');
  await moveClock(work.db, 61);
  t.equal(await sweepSnoozed(work), 2);
  for (const { interactionId } of [one, gone]) {
    t.match(await interactionRow(work.db, interactionId), { state: 'QUEUED', agent_id: null, snoozed_until: null });
  }
  t.same(await violations(work.db), []);
});

t.test('a customer who writes brings put-aside work back at once, whoever waited for whom', async (t) => {
  const place = await setUp(t);
  const { work, world, agents: [agent] } = place;
  await ready(work, agent);
  const opened = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  await work.db.dynamic('update interactions set awaiting_reply_since = app_now() where id = $1',
    [opened.interactionId]);
  await snoozeInteraction(work,
    { user: agent, interactionId: opened.interactionId, until: await clockOf(place, 9_000) });
  await moveClock(work.db, 5);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  const account = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
    key: world.accountKey, name: 'Akun Uji', address: null, settings: {}, medium: 'CHAT' as const };
  await intake.receive(account, [{ kind: 'message', dedupKey: newId(), raw: new Uint8Array([1]), handle: opened.handle,
    messageKind: 'text', text: 'sudah saya kirim' }]);
  t.equal(await sweepSnoozed(work), 1);
  t.match(await interactionRow(work.db, opened.interactionId), { agent_id: agent.id, snoozed_until: null });
  const [row] = await work.db.dynamic<{ data: unknown }>(
    `select data from journal where subject_id = $1 and type = 'interaction.woken'`, [opened.interactionId]);
  t.match(row, { data: { reason: 'CUSTOMER' } });
  t.same(await violations(work.db), []);
});

t.test('A42 what cannot be put aside says why: unanswered, documented, of others, too near, too far', async (t) => {
  const place = await setUp(t);
  const { work, world, agents: [agent, other] } = place;
  await ready(work, agent, other);
  const fresh = await openOwnedInteraction(work.db, world, agent.id);
  const own = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const snooze = async (user: typeof agent, interactionId: string, seconds: number): Promise<string> =>
    code(snoozeInteraction(work, { user, interactionId, until: await clockOf(place, seconds) }));
  t.equal(await snooze(agent, fresh.interactionId, 600), 'STATE_CONFLICT', 'the customer has had no answer');
  t.equal(await snooze(other, own.interactionId, 600), 'NOT_FOUND');
  t.equal(await snooze(agent, own.interactionId, -5), 'VALIDATION_FAILED');
  t.equal(await snooze(agent, own.interactionId, 31 * 86_400), 'VALIDATION_FAILED');
  const never = { user: agent, interactionId: own.interactionId, until: new Date(Number.NaN) };
  t.equal(await code(snoozeInteraction(work, never)), 'VALIDATION_FAILED');
  t.equal(await snooze(agent, own.interactionId, 600), 'ok');
  await releaseInteraction(work, { user: agent, interactionId: own.interactionId });
  t.match(await interactionRow(work.db, own.interactionId), { state: 'QUEUED', snoozed_until: null });
  t.equal(await code(wakeInteraction(work, { user: agent, interactionId: fresh.interactionId })), 'ok',
    'not put aside');
  t.same(await violations(work.db), []);
});
