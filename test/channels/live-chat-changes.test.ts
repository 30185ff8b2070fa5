/** What agents change and offer in the own web chat, over a real socket: edits, recalls, buttons and taps. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { startChanges } from '#routing/change-worker.ts';
import { changeMessage, type Wish } from '#routing/message-changes.ts';
import { queueReply } from '#routing/outbound.ts';
import { eventually } from '#test/support/harness.ts';
import { chatServer } from './chat-server.ts';
import { agentSays, conversationId, outbound, say, taken } from './chat-talk.ts';

t.setTimeout(180_000);

t.test('what the agent changes or takes back changes on their screen, far up and after a reload', async (t) => {
  const server = await chatServer(t);
  outbound(t, server);
  const changes = startChanges(server.work, { sweepMs: 100, changer: (account) => server.hosts.changer(account) });
  t.teardown(() => changes.stop());
  const customer = server.customer();
  const { token } = await customer.greeted();
  await say(customer, 'halo');
  await taken(server);
  const [user] = server.world.agents;
  if (user === undefined) return;
  const [first, second] = [await agentSays(server, 'angsuran Rp500.000'), await agentSays(server, 'salah orang')];
  await eventually('both answers', () => customer.texts().includes('salah orang'));
  for (let n = 0; n < 40; n += 1) await say(customer, `baris ${n}`);
  const change = (messageId: string, wish: Wish): Promise<unknown> =>
    changeMessage(server.work, { user, messageId, clientId: newId(), wish });
  await change(first, { kind: 'EDIT', text: 'angsuran Rp550.000' });
  await eventually('the edit', () => customer.texts().includes('angsuran Rp550.000'));
  await change(second, { kind: 'RECALL' });
  await eventually('the recall', () => !customer.texts().includes('salah orang'));
  const shown = [...customer.messages.values()].filter((message) => message.from === 'agent');
  t.match(shown, [{ id: first, edited: true, deleted: false }, { id: second, deleted: true, text: null, files: [] }]);
  const again = server.customer({ token });
  await again.greeted();
  const { data } = (await again.ask('chat:before', { before: 5 })) as { data: { messages: { text: string | null }[] } };
  t.same(data.messages.map((message) => message.text).filter((text) => text !== null).includes('salah orang'), false);
  t.ok(JSON.stringify(data).includes('angsuran Rp550.000'));
});

t.test('buttons reach the browser without what they send; a tap answers what was shown, nothing else', async (t) => {
  const server = await chatServer(t);
  outbound(t, server);
  const [customer, stranger] = [server.customer(), server.customer()];
  await Promise.all([customer.greeted(), stranger.greeted()]);
  await say(customer, 'halo');
  await taken(server);
  const [user] = server.world.agents;
  if (user === undefined) return;
  const { messageId } = await queueReply(server.work, { user, conversationId: await conversationId(server),
    clientId: newId(), text: 'Setuju?', offer: { buttons: [[{ text: 'Ya', data: 'rahasia-7' }],
      [{ text: 'Syarat', url: 'https://contoh.id/syarat' }]] } });
  const asked = await eventually('the question', () => [...customer.messages.values()].find((one) => one.buttons));
  t.same(asked.buttons, [[{ text: 'Ya' }], [{ text: 'Syarat', url: 'https://contoh.id/syarat' }]]);
  await say(customer, 'Ya', { answers: messageId });
  await say(stranger, 'Ya', { answers: messageId });
  const stored = await server.work.db.dynamic(`select reply_to_id, payload from messages where body = 'Ya'
    order by created_at, seq desc`);
  t.match(stored.toSorted((a, b) => Number(b['reply_to_id'] !== null) - Number(a['reply_to_id'] !== null)),
    [{ reply_to_id: messageId, payload: { button: 'Ya' } }, { reply_to_id: null, payload: null }]);
  const answer = await customer.ask('message:send', { clientId: newId(), text: 'x', fileIds: [], answers: 'bukan id' });
  t.match(answer, { ok: false, code: 'VALIDATION_FAILED' });
});
