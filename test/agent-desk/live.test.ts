/** The desk live: who gets what, masked or in full, over one node and two. */
import t from 'tap';
import type { AgentView, InteractionView, MessageView, OfferView } from '#agent-desk/views.ts';
import { interactionView as interactionSchema, offerView as offerSchema, agentView as agentSchema,
  messageView as messageSchema } from '#agent-desk/views.ts';
import { snapshotView } from '#agent-desk/protocol.ts';
import { interactionView, interactionViews } from '#domain/interactions/queries.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { newId } from '#domain/ids.ts';
import type { Work } from '#domain/work.ts';
import { offerNext } from '#routing/assignment.ts';
import { openInteraction, openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork } from '#test/support/harness.ts';
import { liveDesk, startNode } from './desk-harness.ts';

/** Journals a row about an interaction as a command would. */
async function tell(work: Work, world: SmallWorld, opened: OpenedInteraction,
  type: 'interaction.queued' | 'interaction.accepted' | 'interaction.transferred' | 'message.received',
    agentId?: string): Promise<void> {
  const isMessage = type === 'message.received';
  await work.db.transaction(async (tx) => {
    await appendJournal(tx, [{
      type, subjectType: isMessage ? 'message' : 'interaction',
        subjectId: isMessage ? opened.messageId : opened.interactionId,
      conversationId: opened.conversationId, actor: { kind: 'SYSTEM' }, version: 1,
      scope: { organisationId: world.organisationId, queueId: world.queueId, agentId: agentId ?? null },
    }]);
    tx.afterCommit(() => work.wake.hint('journal'));
  });
}

t.test('a waiting interaction reaches the members of its queue masked, and its readers in full', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1 where id = $2', [world.siteId, world.queueId]);
  const node = await startNode(t, work);
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  const member = await liveDesk(t, work, node, agent);
  const leader = await liveDesk(t, work, node, world.leader);
  const administrator = await liveDesk(t, work, node, world.administrator);
  t.ok(snapshotView.safeParse(member.snapshot).success, 'the snapshot is as the protocol says');
  const opened = await openInteraction(work.db, world,
    { name: 'Budi Santoso', handle: '+6281234567567', text: 'saldo saya' });
  await tell(work, world, opened, 'interaction.queued');
  await tell(work, world, opened, 'message.received');
  const masked = await eventually('the masked row', () => member.held<InteractionView>('interaction')[0]);
  t.match(masked, { masked: true, contactName: 'B.', lastText: null, handleMasked: '0812****567', state: 'QUEUED' });
  t.ok(interactionSchema.safeParse(masked).success);
  const full = await eventually('the full row', () => leader.held<InteractionView>('interaction')[0]);
  t.match(full, { masked: false, contactName: 'Budi Santoso', lastText: 'saldo saya' });
  t.match(full.clock, { kind: 'FIRST', idealS: 180, maxS: 720 }, 'B7 INFORMASI runs before a category is known');
  const message = await eventually('the message', () => leader.held<MessageView>('message')[0]);
  t.ok(messageSchema.safeParse(message).success);
  t.same(member.held('message'), [], 'no text reaches who may only see that it waits');
  t.same(administrator.held('interaction'), [], 'RA06 an administrator sees no customer content');
  t.notMatch(JSON.stringify(member.events), /saldo saya|Santoso|81234567567/);
});

t.test('A42 who may take waiting work by themselves is told so with its row, where its queue allows it', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1, pick_allowed = (id = $2)', [world.siteId, world.queueId]);
  const node = await startNode(t, work);
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  const onlooker = { ...agent, grants: agent.grants.filter(({ permission }) => permission !== 'interaction.handle') };
  const watcher = world.agents[1];
  await work.db.dynamic(`update user_roles set role_id = (select id from roles where code = 'QC'),
    scope_kind = 'organisation' where user_id = $1`, [watcher?.id]);
  const desks = await Promise.all([agent, world.leader, watcher ?? agent].map((user) => liveDesk(t, work, node, user)));
  const [open, shut] = [await openInteraction(work.db, world),
    await openInteraction(work.db, world, { queueId: world.tier2QueueId })];
  await tell(work, world, open, 'interaction.queued');
  await tell(work, world, shut, 'interaction.queued');
  const told = async (desk: (typeof desks)[number] | undefined, id: string): Promise<unknown> =>
    (await eventually('the row', () =>
      desk?.held<InteractionView>('interaction').find((row) => row.id === id))).mayPick;
  const [member, leader, reader] = desks;
  t.equal(await told(member, open.interactionId), true, 'a member of the queue');
  t.equal(await told(leader, open.interactionId), true, 'who holds the right where it stands');
  t.equal(await told(leader, shut.interactionId), undefined, 'its queue hands work out itself');
  t.equal(await told(reader, open.interactionId), undefined, 'who only reads');
  for (const user of [agent, world.leader]) {
    const listed = await interactionViews(work.db, { user, view: 'queues' });
    t.equal(listed.items.find(({ id }) => id === open.interactionId)?.mayPick, true, 'as the lists say');
    t.equal((await interactionView(work.db, user, open.interactionId))?.mayPick, true, 'and the row alone');
  }
  t.equal((await interactionView(work.db, onlooker, open.interactionId))?.mayPick, undefined);
  await member?.ask('presence:set', { presence: 'BUSY' });
  await member?.ask('interaction:pick', { interactionId: open.interactionId });
  await eventually('it is theirs', () =>
    member?.held<InteractionView>('interaction').some((row) => row.agentId === agent.id && row.mayPick === undefined));
});

t.test('an accepted interaction goes to its owner in full and is gone from the other members', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  const mine = await liveDesk(t, work, node, one);
  const other = await liveDesk(t, work, node, two);
  const opened = await openInteraction(work.db, world, {});
  await tell(work, world, opened, 'interaction.queued');
  await eventually('both see it wait',
    () => mine.held('interaction').length === 1 && other.held('interaction').length === 1);
  await mine.ask('presence:set', { presence: 'READY' });
  await offerNext(work);
  const offer = await eventually('the offer', () => mine.held<OfferView>('offer')[0]);
  t.ok(offerSchema.safeParse(offer).success);
  t.same(other.held('offer'), [], 'an offer is for its agent only');
  const accepted = await mine.ask('offer:accept', { offerId: offer.id });
  t.match(accepted, { ok: true, data: { interaction: { agentId: one.id, masked: false } } });
  await eventually('the owner has it', () => mine.held<InteractionView>('interaction')[0]?.agentId === one.id);
  await eventually('the other has it no longer', () => other.held('interaction').length === 0);
  await eventually('the offer is gone', () => mine.held('offer').length === 0);
  const agent = await eventually('the points are taken',
    () => mine.held<AgentView>('agent').find(({ usedPoints }) => usedPoints > 0));
  t.ok(agentSchema.safeParse(agent).success);
  t.same(other.held<AgentView>('agent').map(({ userId }) => userId), [two.id], 'agents see no presence but their own');
});

t.test('categories, reasons, queues and skills that change are fetched again by every desk', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  const desk = await liveDesk(t, work, node, agent);
  const nouns = (): unknown[] => desk.events.filter(({ type }) => type === 'configuration.changed')
    .map(({ data }) => (data as { noun?: unknown }).noun);
  for (const subjectType of ['category', 'reason', 'skill', 'canned-reply'] as const) {
    await work.db.transaction(async (tx) => {
      await appendJournal(tx, [{ type: 'configuration.updated', subjectType, subjectId: newId(),
        actor: { kind: 'SYSTEM' }, scope: { organisationId: world.organisationId }, data: { noun: subjectType } }]);
      tx.afterCommit(() => work.wake.hint('journal'));
    });
  }
  await eventually('the desk was told of each', () => nouns().length === 4);
  t.same(nouns(), ['categories', 'reasons', 'skills', 'canned-replies']);
});

t.test('two tabs of one agent agree, on two nodes side by side', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [first, second] = [await startNode(t, work), await startNode(t, work)];
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  const left = await liveDesk(t, work, first, agent);
  const right = await liveDesk(t, work, second, agent);
  const opened = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  await tell(work, world, opened, 'interaction.accepted', agent.id);
  await eventually('both tabs show it',
    () => left.held('interaction').length === 1 && right.held('interaction').length === 1);
  const clientId = newId();
  const sent = await left.ask('message:send',
    { clientId, conversationId: opened.conversationId, text: 'Baik, kami cek.' });
  t.match(sent, { ok: true, data: { message: { text: 'Baik, kami cek.', clientId, status: 'queued' } } });
  await eventually('both tabs show the reply',
    () => [left, right].every((tab) => tab.held<MessageView>('message').some((one) => one.clientId === clientId)));
  const again = await right.ask('message:send',
    { clientId, conversationId: opened.conversationId, text: 'Baik, kami cek.' });
  t.match(again, { ok: true, data: { message: { clientId } } }, 'RF19 the second tab gets the same message');
  const read = await right.ask('interaction:read', { interactionId: opened.interactionId });
  t.same(read, { ok: true, data: null });
  await eventually('both tabs are at zero',
    () => [left, right].every((tab) => tab.held<InteractionView>('interaction')[0]?.unreadCount === 0));
  t.same(left.held('interaction'), right.held('interaction'));
  await left.ask('presence:set', { presence: 'BUSY' });
  await eventually('both tabs are busy',
    () => [left, right].every((tab) => tab.held<AgentView>('agent')[0]?.presence === 'BUSY'));
});

t.test('what moves to another agent is gone from the one who had it (RA07)', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  const before = await liveDesk(t, work, node, one);
  const after = await liveDesk(t, work, node, two);
  const opened = await openOwnedInteraction(work.db, world, one.id);
  await tell(work, world, opened, 'interaction.accepted', one.id);
  await eventually('the first has it', () => before.held('interaction').length === 1);
  await work.db.dynamic('update interactions set agent_id = $2, version = version + 1 where id = $1',
    [opened.interactionId, two.id]);
  await tell(work, world, opened, 'interaction.transferred', two.id);
  await eventually('the second has it', () => after.held('interaction').length === 1);
  await eventually('the first has it no longer', () => before.held('interaction').length === 0);
  await tell(work, world, opened, 'message.received', two.id);
  await eventually('the second gets messages', () => after.held('message').length === 1);
  t.same(before.held('message'), []);
});

t.test('who looks and who types is told to those who look, and to nobody else', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1 where id = $2', [world.siteId, world.queueId]);
  const node = await startNode(t, work);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  const opened = await openOwnedInteraction(work.db, world, one.id);
  const [owner, leader, stranger] = [await liveDesk(t, work, node, one), await liveDesk(t, work, node, world.leader),
    await liveDesk(t, work, node, two)];
  t.match(await stranger.ask('conversation:look', { conversationId: opened.conversationId }),
    { ok: false, code: 'NOT_FOUND' });
  t.same(await owner.ask('conversation:look', { conversationId: opened.conversationId }),
    { ok: true, data: { watchers: [] } });
  t.match(await leader.ask('conversation:look', { conversationId: opened.conversationId }),
    { ok: true, data: { watchers: [{ userId: one.id }] } });
  await eventually('the owner sees the leader', () => JSON.stringify(owner.watchers).includes(world.leader.id));
  await owner.ask('conversation:typing', { conversationId: opened.conversationId, typing: true });
  await eventually('the leader sees typing', () => leader.typing.length > 0);
  t.match(leader.typing[0], { by: 'agent', userId: one.id, name: one.name, typing: true });
  node.desk.customerTyping({ organisationId: world.organisationId, conversationId: opened.conversationId,
    typing: true });
  await eventually('the owner sees the customer type', () => owner.typing.length > 0);
  t.match(owner.typing[0], { by: 'customer', userId: null, name: null });
  t.same(stranger.typing, []);
});
