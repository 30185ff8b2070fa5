/** The entrance of the one road out: replies, notes, retries; who may write, and once only. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { addNote, queueReply, queueSystemMessage, retryMessage } from '#routing/outbound.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork } from '#test/support/harness.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { journalOf, messageState, ownedInteraction, reply, statusCounts } from '#test/support/outbound.ts';

t.setTimeout(180_000);

t.test('a reply is queued under the next seq, answers the interaction and tells the journal', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent] = world.agents as [typeof world.agents[0]];
  const opened = await ownedInteraction(work, world, agent!);
  const hints: string[] = [];
  work.wake.on('outbound:*', (topic) => hints.push(topic));
  const first = await queueReply(work, { user: agent!, conversationId: opened.conversationId, clientId: newId(),
    text: 'Baik\0 Pak \ud800', fileIds: [] });
  t.equal(first.duplicate, false);
  const message = await messageState(work, first.messageId);
  t.match(message, { seq: 2, status: 'queued', body: 'Baik␀ Pak �', attempts: 0 });
  t.ok(message.due_at instanceof Date);
  const second = await reply(work, agent!, opened.conversationId, 'Kami cek dulu');
  t.equal((await messageState(work, second)).seq, 3, 'INV4 gap-free');
  const [row] = await work.db.dynamic<Record<string, unknown>>(`select i.state, i.answered_at is not null as answered,
    i.awaiting_reply_since, c.last_seq, c.last_text, c.last_direction from interactions i join conversations c
    on c.id = i.conversation_id where i.id = $1`, [opened.interactionId]);
  t.same(row, { state: 'IN_SERVICE', answered: true, awaiting_reply_since: null, last_seq: 3,
    last_text: 'Kami cek dulu', last_direction: 'OUT' });
  t.same((await journalOf(work, opened.interactionId)).filter((type) => type === 'interaction.answered'),
    ['interaction.answered'],
    'answered once');
  t.same(await journalOf(work, second), ['message.queued']);
  t.same(hints, [`outbound:${world.accountId}`, `outbound:${world.accountId}`]);
});

t.test('INV3 RF19 the same click twice, also at once, is one message and the same answer', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const opened = await ownedInteraction(work, world, agent);
  const click = { user: agent, conversationId: opened.conversationId, clientId: newId(), text: 'Sekali saja',
    fileIds: [] };
  const answers = await Promise.all(Array.from({ length: 8 }, () => queueReply(work, click)));
  t.equal(new Set(answers.map((one) => one.messageId)).size, 1);
  t.equal(answers.filter((one) => !one.duplicate).length, 1);
  await work.db.dynamic(`update interactions set state = 'CLOSED', closed_at = app_now() where id = $1`,
    [opened.interactionId]);
  t.same(await queueReply(work, click), { messageId: answers[0]!.messageId, duplicate: true }, 'even after the end');
  const other = await ownedInteraction(work, world, agent);
  await t.rejects(queueReply(work, { ...click, conversationId: other.conversationId }),
    { code: 'IDEMPOTENCY_MISMATCH' });
  const rivals = [await ownedInteraction(work, world, agent), await ownedInteraction(work, world, agent)];
  const clientId = newId();
  const settled = await Promise.allSettled(rivals.map((one) =>
    queueReply(work, { ...click, clientId, conversationId: one.conversationId })));
  t.same(settled.map((one) => one.status).sort(), ['fulfilled', 'rejected'], 'one UUID in two conversations');
  t.same(await statusCounts(work), { queued: 2 });
});

t.test('only the owner or a leader who may reassign writes; the rest gets a named error', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [owner, other] = world.agents as [typeof world.leader, typeof world.leader];
  const opened = await ownedInteraction(work, world, owner);
  await work.db.dynamic('update interactions set site_id = $2 where id = $1', [opened.interactionId, world.siteId]);
  const text = { clientId: newId(), text: 'Halo', fileIds: [] };
  await t.rejects(queueReply(work, { user: other, conversationId: opened.conversationId, ...text }),
    { code: 'NOT_FOUND' }, 'not seen at all');
  await t.rejects(queueReply(work, { user: owner, conversationId: newId(), ...text }), { code: 'NOT_FOUND' });
  await t.resolves(queueReply(work, { user: world.leader, conversationId: opened.conversationId, ...text }));
  await work.db.dynamic(`insert into interactions (id, organisation_id, conversation_id, contact_id,
    channel_account_id, channel,
      medium, ticket_id, state, cost_points, date_origin, agent_id, closed_at)
    select $2, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium, ticket_id, 'CLOSED',
      1,
      app_now(), $3, app_now() from interactions where id = $1`, [opened.interactionId, newId(), other.id]);
  await t.rejects(queueReply(work, { user: other, conversationId: opened.conversationId, ...text, clientId: newId() }),
    { code: 'ALREADY_OWNED' }, 'seen through older work');
  await work.db.dynamic(`update interactions set state = 'QUEUED', agent_id = null where id = $1`,
    [opened.interactionId]);
  await t.rejects(queueReply(work, { user: other, conversationId: opened.conversationId, ...text, clientId: newId() }),
    { code: 'STATE_CONFLICT' }, 'given back');
  await work.db.dynamic(`update interactions set state = 'CLOSED', agent_id = $2 where id = $1`,
    [opened.interactionId, owner.id]);
  await t.rejects(queueReply(work, { user: owner, conversationId: opened.conversationId, ...text, clientId: newId() }),
    { code: 'INTERACTION_CLOSED' });
  await t.rejects(queueReply(work, { user: { ...owner, organisationId: newId() },
    conversationId: opened.conversationId, ...text,
    clientId: newId() }), { code: 'NOT_FOUND' }, 'INV10 another organisation');
});

t.test('files are taken once, by their uploader; an empty or overlong text is refused', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent, other] = world.agents as [typeof world.leader, typeof world.leader];
  const opened = await ownedInteraction(work, world, agent);
  const fileIds = [newId(), newId(), newId()];
  for (const [n, id] of fileIds.entries()) {
    await work.db.dynamic(`insert into files (id, organisation_id, storage_name, file_name, media_type, size_bytes,
      sha256,
      uploaded_by_kind, uploaded_by) values ($1, $2, $3, $4, $5, 10, '\\x00', 'AGENT', $6)`,
    [id, world.organisationId, `s${n}`, `f${n}.png`, n === 1 ? 'application/pdf' : 'image/png', n === 2
      ? other.id : agent.id]);
  }
  const base = { user: agent, conversationId: opened.conversationId, text: '', fileIds: fileIds.slice(0, 2) };
  const sent = await queueReply(work, { ...base, clientId: newId() });
  const [row] = await work.db.dynamic<{ kind: string; body: null; attachments: unknown[] }>(
    'select kind, body, attachments from messages where id = $1', [sent.messageId]);
  t.match(row, { kind: 'image', body: null, attachments: [{ fileId: fileIds[0], fileName: 'f0.png', sizeBytes: 10 },
    { fileId: fileIds[1] }] });
  const [taken] = await work.db.dynamic<{ n: number }>(`select count(*)::int as n from files
    where attached_at is not null
    and conversation_id = $1`, [opened.conversationId]);
  t.equal(taken?.n, 2);
  await t.rejects(queueReply(work, { ...base, clientId: newId() }), { code: 'VALIDATION_FAILED' }, 'taken already');
  await t.rejects(queueReply(work, { ...base, fileIds: [fileIds[2]!], clientId: newId() }),
    { code: 'VALIDATION_FAILED' }, 'of a colleague');
  await t.rejects(queueReply(work, { ...base, text: ' \n', fileIds: [], clientId: newId() }),
    { code: 'VALIDATION_FAILED' });
  await t.rejects(queueReply(work, { ...base, text: 'x'.repeat(16_385), fileIds: [], clientId: newId() }),
    { code: 'VALIDATION_FAILED' });
  await t.rejects(queueReply(work, { ...base, text: 'x', fileIds: [], replyToId: newId(), clientId: newId() }),
    { code: 'VALIDATION_FAILED' });
  await t.resolves(queueReply(work, { ...base, text: 'x', fileIds: [], replyToId: opened.messageId,
    clientId: newId() }));
  t.same(await work.db.dynamic('select last_seq from conversations where id = $1', [opened.conversationId]),
    [{ last_seq: 3 }],
    'refused replies use up no seq');
});

t.test('a note is kept among the messages and never queued', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const opened = await ownedInteraction(work, world, agent);
  const note = { user: agent, conversationId: opened.conversationId, clientId: newId(),
    text: 'Nasabah minta ditelepon' };
  const first = await addNote(work, note);
  t.same(await addNote(work, note), { messageId: first.messageId, duplicate: true });
  await t.rejects(queueReply(work, { ...note, fileIds: [] }), { code: 'IDEMPOTENCY_MISMATCH' }, 'a note is no reply');
  t.match(await messageState(work, first.messageId), { seq: 2, status: null, due_at: null });
  t.same(await journalOf(work, first.messageId), ['message.noted']);
  const [row] =
    await work.db.dynamic<{ state: string; answered_at: null }>(
      'select state, answered_at from interactions where id = $1',
    [opened.interactionId]);
  t.match(row, { state: 'PICKED_UP', answered_at: null }, 'a note answers nobody');
});

t.test('texts of the system go the same road and never count as an answer', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const opened = await openInteraction(work.db, world);
  const message = { organisationId: world.organisationId, conversationId: opened.conversationId, clientId: newId(),
    authorKind: 'BOT' as const, text: 'Mohon tunggu', bulk: true };
  const first = await work.db.transaction((tx) => queueSystemMessage(work, tx, message));
  t.same(await work.db.transaction((tx) => queueSystemMessage(work, tx, message)),
    { messageId: first.messageId, duplicate: true });
  t.match(await messageState(work, first.messageId), { seq: 2, status: 'queued' });
  const [row] =
    await work.db.dynamic<{ state: string; answered_at: null }>(
      'select state, answered_at from interactions where id = $1',
    [opened.interactionId]);
  t.match(row, { state: 'QUEUED', answered_at: null });
});

t.test('RI3 an agent decides to send again what failed or is unknown, and nothing else', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent, other] = world.agents as [typeof world.leader, typeof world.leader];
  const opened = await ownedInteraction(work, world, agent);
  const messageId = await reply(work, agent, opened.conversationId, 'Halo');
  const before = await messageState(work, messageId);
  await t.rejects(retryMessage(work, { user: agent, messageId }), { code: 'STATE_CONFLICT' });
  await t.rejects(retryMessage(work, { user: agent, messageId: opened.messageId }), { code: 'NOT_FOUND' }, 'not ours');
  for (const status of ['unknown', 'failed']) {
    await work.db.dynamic(`update messages set status = $2, attempts = 3, first_attempt_at = app_now(),
      reason_code = 'X',
      provider_message_id = 'p-1' where id = $1`, [messageId, status]);
    await t.rejects(retryMessage(work, { user: other, messageId }), { code: 'NOT_FOUND' });
    await retryMessage(work, { user: agent, messageId });
    t.match(await messageState(work, messageId), { status: 'queued', attempts: 0, reason_code: null,
      client_id: before.client_id,
      provider_message_id: status === 'failed' ? null : 'p-1' });
  }
  const rows = await work.db.dynamic(`select actor_kind, actor_id, data from journal where subject_id = $1
    and type = 'message.status-changed' order by id`, [messageId]);
  t.match(rows, [{ actor_kind: 'USER', actor_id: agent.id, data: { status: 'queued', previous: 'unknown',
    reasonCode: 'RETRIED_BY_AGENT' } },
    { data: { previous: 'failed' } }]);
});
