/** Mentions, earlier texts, reactions, places and canned replies, through the API and the events of the desk. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { messageViews } from '#domain/conversations/queries.ts';
import { addNote } from '#routing/outbound.ts';
import { readMentions } from '#routing/mentions.ts';
import { cannedRepliesApi } from '#gateway/api/canned-replies.ts';
import { messagesApi } from '#gateway/api/messages.ts';
import { createIntake } from '#routing/intake.ts';
import { readBody } from '#channels/generic/read.ts';
import { adminWorld } from '#test/support/admin-world.ts';
import { testApi } from '#test/support/api.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork } from '#test/support/harness.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';

t.setTimeout(90_000);

t.test('RS01 a note calls only those who may read the work, and only they hear of it', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent, other] = world.agents as [typeof world.leader, typeof world.leader];
  const opened = await openOwnedInteraction(work.db, world, agent.id);
  const api = await testApi(t, { work, plugins: () => [messagesApi({ work })] });
  const own = await api.as(agent);
  const path = `/api/conversations/${opened.conversationId}/mentionable`;
  t.same((await own.get(path)).body.items, [{ id: world.leader.id, name: 'Pengguna 20001', npk: '20001' }],
    'the leader of the site; no colleague without sight, and not oneself');
  t.same((await own.get(`${path}?q=2000`)).body.items.length, 1);
  t.same((await own.get(`${path}?q=%25%25`)).body.items, [], 'RS20 a percent sign means itself');
  t.equal((await (await api.as(other)).get(path)).status, 404);
  const note = { user: agent, conversationId: opened.conversationId, text: '@Pengguna 20001 mohon dicek' };
  await t.rejects(addNote(work, { ...note, clientId: newId(), mentionIds: [other.id] }), { code: 'VALIDATION_FAILED' });
  await t.rejects(addNote(work, { ...note, clientId: newId(), mentionIds: Array.from({ length: 11 }, newId) }),
    { code: 'VALIDATION_FAILED' });
  const clientId = newId();
  const mentionIds = [world.leader.id, world.leader.id, agent.id];
  const { messageId } = await addNote(work, { ...note, clientId, mentionIds });
  t.equal((await addNote(work, { ...note, clientId, mentionIds: [world.leader.id] })).messageId, messageId, 'INV3');
  const [view] = await messageViews(work.db, world.organisationId, [messageId]);
  t.same(view?.mentions, [{ userId: world.leader.id, name: 'Pengguna 20001' }]);
  const leader = await api.as(world.leader);
  const [mention] = (await leader.get('/api/mentions')).body.items;
  t.match(mention, { messageId, interactionId: opened.interactionId, authorName: 'Pengguna 10001', readAt: null,
    text: '@Pengguna 20001 mohon dicek', contactName: 'Nasabah Uji' });
  t.same((await own.get('/api/mentions')).body.items, []);
  await readMentions(work, { user: agent, conversationId: opened.conversationId });
  t.equal((await leader.get('/api/mentions')).body.items[0].readAt, null, 'nobody reads for another');
  await readMentions(work, { user: world.leader, conversationId: opened.conversationId });
  t.ok((await leader.get('/api/mentions')).body.items[0].readAt);
  const journal = await work.db.dynamic<{ data: object }>("select data from journal where type = 'message.mentioned'");
  t.same(journal.map(({ data }) => data), [{ userId: world.leader.id }]);
});

t.test('a customer edits, reacts, sends a place and withdraws: the desk sees each, others nothing', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent, other] = world.agents as [typeof world.leader, typeof world.leader];
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  const account = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
    medium: 'CHAT', key: world.accountKey, name: 'Akun Uji', address: null, settings: {} } as const;
  const hook = async (...events: object[]): Promise<void> => {
    const body = Buffer.from(JSON.stringify({ events: events.map((event) => ({ from: { id: 'n-1' }, ...event })) }));
    await intake.receive(account, readBody(body).events);
  };
  await hook({ type: 'message', id: 'm1', text: 'angsuran 1.250.000' },
    { type: 'message', id: 'm2', location: { latitude: -6.2, longitude: 106.8, name: 'Outlet <b>Menteng</b>' } });
  await work.db.dynamic(`update interactions set state = 'PICKED_UP', agent_id = $1`, [agent.id]);
  await hook({ type: 'edit', id: 'e1', messageId: 'm1', text: 'angsuran 1.500.000' },
    { type: 'edit', id: 'e2', messageId: 'm1', text: 'angsuran 1.750.000' },
    { type: 'reaction', id: 'r1', messageId: 'm1', emoji: '👍' });
  const [first] = await work.db.dynamic<{ id: string }>("select id from messages where provider_message_id = 'm1'");
  const [second] = await work.db.dynamic<{ id: string }>("select id from messages where provider_message_id = 'm2'");
  const api = await testApi(t, { work, plugins: () => [messagesApi({ work })] });
  const own = await api.as(agent);
  const seen = (await own.get(`/api/messages/${first?.id}`)).body;
  t.match(seen, { text: 'angsuran 1.750.000', reactions: [{ emoji: '👍', by: 'CUSTOMER' }] });
  t.ok(seen.editedAt);
  t.same((await own.get(`/api/messages/${first?.id}/earlier`)).body.items.map((one: { text: string }) => one.text),
    ['angsuran 1.500.000', 'angsuran 1.250.000']);
  t.same((await own.get(`/api/messages/${second?.id}`)).body.location,
    { latitude: -6.2, longitude: 106.8, name: 'Outlet <b>Menteng</b>', address: null });
  for (const path of ['', '/earlier', '/link']) {
    t.equal((await (await api.as(other)).get(`/api/messages/${first?.id}${path}`)).status, 404, path);
  }
  await hook({ type: 'reaction', id: 'r2', messageId: 'm1' }, { type: 'delete', id: 'd1', messageId: 'm2' });
  t.equal((await own.get(`/api/messages/${first?.id}`)).body.reactions, undefined, 'taken back');
  t.match((await own.get(`/api/messages/${second?.id}`)).body, { text: null, location: undefined });
  await hook({ type: 'delete', id: 'd2', messageId: 'm1' });
  t.same((await own.get(`/api/messages/${first?.id}/earlier`)).body.items, []);
  t.same(await work.db.dynamic('select 1 from message_edits'), [], 'what was withdrawn is kept nowhere');
});

t.test('canned replies are made by those who run the queues and read by every agent', async (t) => {
  const { work, orm, world } = await adminWorld(t);
  const api = await testApi(t, { work, plugins: () => [cannedRepliesApi({ work, orm })] });
  const admin = await api.as(world.administrator);
  const body = { shortcut: 'salam-pembuka', title: 'Salam pembuka',
    body: '{{salam}}, {{ nama_nasabah }}. Ada yang bisa dibantu?' };
  const made = await admin.call('POST', '/api/canned-replies', body);
  t.match(made, { status: 201, body: { ...body, queueId: null, active: true, version: 1 } });
  t.equal((await admin.call('POST', '/api/canned-replies', body)).body.code, 'ALREADY_EXISTS');
  const wrong = await admin.call('POST', '/api/canned-replies', { ...body, shortcut: 'x', body: 'Halo {{nomor_ktp}}' });
  t.match(wrong, { status: 400, body: { code: 'VALIDATION_FAILED' } });
  const wrongs = [{ shortcut: 'Besar' }, { shortcut: '-x' }, { body: ' ' }, { body: 'x'.repeat(4_001) },
    { queueId: newId() }];
  for (const bad of wrongs) {
    t.equal((await admin.call('POST', '/api/canned-replies', { ...body, shortcut: 'lain', ...bad })).status, 400);
  }
  const path = `/api/canned-replies/${made.body.id}`;
  const changed = await admin.call('PATCH', path, { queueId: world.queueId, active: false }, { 'if-match': '"1"' });
  t.match(changed, { status: 200, body: { queueId: world.queueId, active: false, version: 2 } });
  const agent = await api.as(world.agents[0]!);
  t.equal((await agent.get('/api/canned-replies')).body.items.length, 1);
  t.equal((await agent.get('/api/canned-replies?active=true')).body.items.length, 0);
  t.equal((await agent.call('POST', '/api/canned-replies', { ...body, shortcut: 'b' })).status, 403);
});
