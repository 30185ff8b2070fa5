/** Undo send: a reply held back for its author leaves by itself, goes at once when asked, or is as if never written. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { addNote, queueReply, retryMessage } from '#routing/outbound.ts';
import { sendNow, withdrawMessage } from '#routing/withdrawal.ts';
import { messageViews } from '#domain/conversations/queries.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork } from '#test/support/harness.ts';
import { fakeProvider, journalOf, messageState, ownedInteraction, startSending } from '#test/support/outbound.ts';
import { moveClock } from '#test/support/routing.ts';

t.setTimeout(180_000);

t.test('a held reply leaves when its time is up, though nobody is there any more', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const { conversationId } = await ownedInteraction(work, world, agent);
  const provider = fakeProvider();
  const sending = startSending(work, provider);
  t.teardown(() => sending.stop());
  const say = (text: string, undoSeconds: number) =>
    queueReply(work, { user: agent, conversationId, clientId: newId(), text, undoSeconds });
  const first = await say('pertama', 20);
  const second = await say('kedua tanpa jeda', 0);
  const [view] = await messageViews(work.db, world.organisationId, [first.messageId]);
  t.ok(view?.holdUntil, 'the desk sees until when');
  await addNote(work, { user: agent, conversationId, clientId: newId(), text: 'catatan tidak ikut menunggu' });
  t.equal(provider.ledger.length, 0, 'nothing has left');
  await moveClock(work.db, 25);
  await eventually('both have left', () => provider.ledger.length === 2);
  t.same(provider.ledger.map((one) => one.text), ['pertama', 'kedua tanpa jeda'], 'in the order of the clicks');
  await t.rejects(withdrawMessage(work, { user: agent, messageId: first.messageId }), { code: 'ALREADY_SENT' });
  t.ok(second.messageId);
});

t.test('taken back in time it never leaves, and the work stands as if it had not been written', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent, other] = world.agents as [typeof world.leader, typeof world.leader];
  const opened = await ownedInteraction(work, world, agent);
  // Who takes the work is told in a line of the system, which no list shows as the last word.
  await work.db.dynamic(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id,
    seq, direction, author_kind, kind, created_at) select $1, organisation_id, id, $2, channel_account_id, 2, 'SYSTEM',
    'SYSTEM', 'text', app_now() from conversations where id = $3`,
  [newId(), opened.interactionId, opened.conversationId]);
  await work.db.dynamic('update conversations set last_seq = 2 where id = $1', [opened.conversationId]);
  const fileId = newId();
  await work.db.dynamic(`insert into files (id, organisation_id, storage_name, file_name, media_type, size_bytes, sha256,
    uploaded_by_kind, uploaded_by) values ($1, $2, 'x', 'bukti.png', 'image/png', 3, '\\x00', 'AGENT', $3)`,
  [fileId, world.organisationId, agent.id]);
  const { messageId } = await queueReply(work, { user: agent, conversationId: opened.conversationId, clientId: newId(),
    text: 'salah orang', fileIds: [fileId], undoSeconds: 10 });
  await t.rejects(withdrawMessage(work, { user: other, messageId }), { code: 'NOT_FOUND' }, 'not by another');
  await Promise.all([withdrawMessage(work, { user: agent, messageId }), withdrawMessage(work,
    { user: agent, messageId })]);
  t.match(await messageState(work, messageId), { status: 'failed', reason_code: 'WITHDRAWN', body: null, seq: 3 });
  t.same(await journalOf(work, messageId), ['message.queued', 'message.withdrawn'], 'once');
  const [row] = await work.db.dynamic(`select i.state, i.answered_at, i.awaiting_reply_since is not null as waiting,
    c.last_text, c.last_direction, c.last_seq, f.attached_at from interactions i
    join conversations c on c.id = i.conversation_id join files f on f.id = $2 where i.id = $1`,
  [opened.interactionId, fileId]);
  t.same(row, { state: 'PICKED_UP', answered_at: null, waiting: true, last_text: 'Halo', last_direction: 'IN',
    last_seq: 3, attached_at: null });
  const [view] = await messageViews(work.db, world.organisationId, [messageId]);
  t.match(view, { text: null, attachments: [], holdUntil: undefined });
  t.ok(view?.deletedAt);
  await t.rejects(retryMessage(work, { user: agent, messageId }), { code: 'STATE_CONFLICT' }, 'gone is gone');
  const again = await queueReply(work, { user: agent, conversationId: opened.conversationId, clientId: newId(),
    text: 'orang yang benar', fileIds: [fileId] });
  t.equal((await messageState(work, again.messageId)).seq, 4, 'INV4 no gap; the file can go with another message');
});

t.test('a second answer taken back leaves the first one counted', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const opened = await ownedInteraction(work, world, agent);
  const say = (text: string, undoSeconds: number) => queueReply(work, { user: agent,
    conversationId: opened.conversationId, clientId: newId(), text, undoSeconds });
  await say('jawaban', 0);
  const second = await say('tambahan', 10);
  await withdrawMessage(work, { user: agent, messageId: second.messageId });
  const [row] = await work.db.dynamic(`select i.state, i.answered_at is not null as answered, i.awaiting_reply_since,
    c.last_text from interactions i join conversations c on c.id = i.conversation_id where i.id = $1`,
  [opened.interactionId]);
  t.same(row, { state: 'IN_SERVICE', answered: true, awaiting_reply_since: null, last_text: 'jawaban' });
});

t.test('sent at once when asked, with what is held before it; worker and author have one winner', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const { conversationId } = await ownedInteraction(work, world, agent);
  const provider = fakeProvider();
  const sending = startSending(work, provider);
  t.teardown(() => sending.stop());
  const held = [];
  for (const text of ['satu', 'dua']) {
    held.push(await queueReply(work, { user: agent, conversationId, clientId: newId(), text, undoSeconds: 30 }));
  }
  await sendNow(work, { user: world.agents[1]!, messageId: held[1]!.messageId });
  t.equal(provider.ledger.length, 0, 'not by another');
  await sendNow(work, { user: agent, messageId: held[1]!.messageId });
  await eventually('both have left', () => provider.ledger.length === 2);
  t.same(provider.ledger.map((one) => one.text), ['satu', 'dua']);
  for (let round = 0; round < 10; round += 1) {
    const before = provider.ledger.length;
    const { messageId } = await queueReply(work, { user: agent, conversationId, clientId: newId(),
      text: `balapan ${round}`, undoSeconds: 30 });
    const [taken] = await Promise.allSettled([withdrawMessage(work, { user: agent, messageId }),
      sendNow(work, { user: agent, messageId })]);
    const { status } = await eventually('it is settled', async () => {
      const state = await messageState(work, messageId);
      return state.status === 'queued' || state.status === 'sending' ? undefined : state;
    });
    t.equal(status, taken.status === 'fulfilled' ? 'failed' : 'sent');
    t.equal(provider.ledger.length - before, taken.status === 'fulfilled' ? 0 : 1, 'never both');
  }
});
