/** A desk that was away, or whose rights changed: it ends with what a fresh desk sees (RF17, RS19). */
import t from 'tap';
import type { InteractionView, MessageView } from '#agent-desk/views.ts';
import { encodeCursor } from '#domain/journal/cursor.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { presentPosition } from '#domain/journal/tail.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { newId } from '#domain/ids.ts';
import { addNote } from '#routing/outbound.ts';
import { releaseInteraction } from '#routing/assignment.ts';
import { closeInteraction, documentInteraction } from '#routing/wrap-up.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork } from '#test/support/harness.ts';
import { formOf } from '#test/support/routing.ts';
import { liveDesk, openDesk, signedIn, startNode, type Screen } from './desk-harness.ts';

function agentsOf(world: SmallWorld): [User, User] {
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  return [one, two];
}

async function note(work: Work, user: User, conversationId: string, text: string): Promise<void> {
  await addNote(work, { user, clientId: newId(), conversationId, text });
}

function texts(screen: Screen): (string | null)[] {
  return screen.held<MessageView>('message').toSorted((a, b) => a.seq - b.seq).map(({ text }) => text);
}

t.test('RF17 a desk that dropped gets every event once, in order, and what left its sight is gone', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [agent] = agentsOf(world);
  const kept = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const lost = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const cookie = await signedIn(work, agent);
  const before = await liveDesk(t, work, node, agent, { cookie });
  t.same(before.snapshot?.mine.length, 2);
  await note(work, agent, kept.conversationId, 'satu');
  await eventually('the first note', () => texts(before).includes('satu'));
  before.socket.disconnect();
  const cursor = before.cursor;
  for (const text of ['dua', 'tiga', 'empat']) await note(work, agent, kept.conversationId, text);
  await releaseInteraction(work, { user: agent, interactionId: lost.interactionId });
  await work.db.dynamic('delete from queue_members where user_id = $1', [agent.id]);
  const after = openDesk(t, node, { cookie, cursor });
  await eventually('hello', () => after.hello);
  t.match(after.hello, { resumed: true });
  await eventually('the notes', () => texts(after).length === 3);
  t.same(texts(after), ['dua', 'tiga', 'empat'], 'once, in order, and nothing from before the cursor');
  t.equal(after.snapshots, 0);
  await note(work, agent, kept.conversationId, 'lima');
  await eventually('live again', () => texts(after).includes('lima'));
  const waiting = after.events.find((event) => event.subject.id === lost.interactionId);
  t.ok(waiting, 'what was given back is told about');
});

t.test('RF17 an unknown, foreign or too old cursor gives a snapshot, and so do changed rights', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [agent] = agentsOf(world);
  const opened = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const cookie = await signedIn(work, agent);
  const first = await presentPosition(work.db);
  const ahead = { ...first, xid: String(BigInt(first.xid) + 100_000_000n) };
  for (const [why, cursor] of [['nonsense', 'abc'], ['ahead of everything', encodeCursor(ahead)]] as const) {
    const screen = openDesk(t, node, { cookie, cursor });
    await eventually(`a snapshot for a cursor that is ${why}`, () => screen.snapshot);
    t.match(screen.hello, { resumed: false });
    screen.socket.disconnect();
  }
  await note(work, agent, opened.conversationId, 'x');
  const rows = Array.from({ length: limits.resumeEventsMax + 5 }, () => ({
    type: 'interaction.rated' as const, subjectType: 'interaction' as const, subjectId: opened.interactionId,
    actor: { kind: 'SYSTEM' as const }, scope: { organisationId: world.organisationId } }));
  await work.db.transaction((tx) => appendJournal(tx, rows));
  await eventually('the tail is behind them', () => BigInt(node.tail.position().id) > BigInt(limits.resumeEventsMax));
  const far = openDesk(t, node, { cookie, cursor: encodeCursor(first) });
  await eventually('a snapshot for a cursor too far behind', () => far.snapshot);
  const near = node.tail.cursor();
  await work.db.transaction((tx) => appendJournal(tx,
    [{ type: 'user.roles-changed', subjectType: 'user', subjectId: agent.id,
    actor: { kind: 'SYSTEM' }, scope: { organisationId: world.organisationId } }]));
  const changed = openDesk(t, node, { cookie, cursor: near });
  await eventually('a snapshot after a change of rights', () => changed.snapshot);
});

t.test('RA03 RS19 a revoked session ends its sockets on every node; changed rights send the desk round again',
  async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [left, right] = [await startNode(t, work), await startNode(t, work)];
  const [agent, other] = agentsOf(world);
  const cookie = await signedIn(work, agent);
  const one = await liveDesk(t, work, left, agent, { cookie });
  const two = await liveDesk(t, work, right, agent, { cookie });
  const bystander = await liveDesk(t, work, left, other);
  await left.sessions.revokeUser(agent.id, 'PASSWORD_CHANGED');
  for (const screen of [one, two]) {
    await eventually('the end of the session',
      () => screen.ended.some(({ name, code }) => name === 'session:ended' && code === 'PASSWORD_CHANGED'));
    await eventually('the socket is closed', () => screen.ended.some(({ name }) => name === 'disconnect'));
  }
  const again = openDesk(t, left, { cookie });
  await eventually('refused', () => again.ended.some(({ code }) => code === 'SIGN_IN_REQUIRED'));
  t.ok(bystander.socket.connected);
});

t.test('RS19 an agent moved out of a queue mid-session sees nothing of it afterwards', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [agent, colleague] = agentsOf(world);
  const cookie = await signedIn(work, agent);
  const screen = await liveDesk(t, work, node, agent, { cookie });
  const witness = await liveDesk(t, work, node, colleague);
  const opened = await openInteraction(work.db, world);
  const tell = async (): Promise<void> => {
    await work.db.transaction(async (tx) => {
      await appendJournal(tx,
        [{ type: 'interaction.queued', subjectType: 'interaction', subjectId: opened.interactionId,
        actor: { kind: 'SYSTEM' }, scope: { organisationId: world.organisationId, queueId: world.queueId } }]);
      tx.afterCommit(() => work.wake.hint('journal'));
    });
  };
  await tell();
  await eventually('it waits on both',
    () => screen.held('interaction').length === 1 && witness.held('interaction').length === 1);
  await work.db.transaction(async (tx) => {
    await tx.dynamic('delete from queue_members where user_id = $1', [agent.id]);
    await tx.dynamic('update users set version = version + 1 where id = $1', [agent.id]);
    await appendJournal(tx,
      [{ type: 'user.roles-changed', subjectType: 'user', subjectId: agent.id, actor: { kind: 'SYSTEM' },
      scope: { organisationId: world.organisationId } }]);
  });
  await eventually('told to come again', () => screen.ended.some(({ code }) => code === 'RIGHTS_CHANGED'));
  const again = openDesk(t, node, { cookie, cursor: screen.cursor });
  await eventually('a snapshot, not a resume', () => again.snapshot);
  t.match(again.snapshot?.counts, { queues: 0 });
  const seen = witness.events.length;
  await tell();
  await eventually('the colleague hears of it', () => witness.events.length > seen);
  t.same(again.held('interaction'), []);
});

t.test('a closed interaction stays with its agent, a desk that stops tells its desks to come again', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [agent] = agentsOf(world);
  const opened = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const screen = await liveDesk(t, work, node, agent);
  await documentInteraction(work, { user: agent, interactionId: opened.interactionId, form: formOf(world) });
  await closeInteraction(work, { user: agent, interactionId: opened.interactionId });
  await eventually('it is closed on the screen',
    () => screen.held<InteractionView>('interaction')[0]?.state === 'CLOSED');
  const connections = async (): Promise<number> => (await work.db.dynamic('select 1 from desk_connections')).length;
  t.equal(await connections(), 1);
  await node.stop();
  await eventually('told', () => screen.ended.some(({ name, code }) => name === 'resync' && code === 'RESTART'));
  t.equal(await connections(), 0, 'its connection is forgotten');
});
