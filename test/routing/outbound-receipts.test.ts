/** Receipts: any order, early, repeated, at once; and how far the customer has read. */
import t from 'tap';
import type { AccountView, InboundReceipt } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { recordReceipts } from '#routing/outbound.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork } from '#test/support/harness.ts';
import { fakeProvider, journalOf, messageState, ownedInteraction, reply,
  startSending } from '#test/support/outbound.ts';

t.setTimeout(180_000);

function accountOf(world: SmallWorld): AccountView {
  return { id: world.accountId, organisationId: world.organisationId, channel: 'generic', key: world.accountKey,
    name: 'Akun Uji',
    address: null, settings: {} };
}

t.test('RF13 receipts move the status forward, whatever their order, and duplicates are harmless', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const account = accountOf(world);
  const outbound = startSending(work, fakeProvider());
  t.teardown(() => outbound.stop());
  const orders: InboundReceipt['status'][][] = [['read', 'delivered', 'sent'], ['sent', 'delivered', 'read', 'read'],
    ['failed', 'delivered'], ['delivered', 'failed'], ['failed', 'sent'], ['played', 'failed', 'sent', 'delivered']];
  const ends = ['read', 'read', 'delivered', 'delivered', 'failed', 'played'];
  for (const [n, order] of orders.entries()) {
    const opened = await ownedInteraction(work, world, agent);
    const messageId = await reply(work, agent, opened.conversationId, 'x');
    await eventually('sent', async () => (await messageState(work, messageId)).status === 'sent');
    const providerMessageId = (await messageState(work, messageId)).provider_message_id as string;
    for (const status of order) {
      const receipt = { providerMessageId, status, ...(status === 'failed' ? { reasonCode: 'NOT_ON_WHATSAPP' } : {}) };
      await Promise.all([recordReceipts(work, account, [receipt]), recordReceipts(work, account, [receipt, receipt])]);
    }
    t.match(await messageState(work, messageId), { status: ends[n], reason_code: ends[n] === 'failed'
      ? 'NOT_ON_WHATSAPP' : null });
    const [history] = await work.db.dynamic<{ kept: number; applied: number }>(`select count(*)::int as kept,
      (count(*) filter (where applied))::int as applied from receipts where provider_message_id = $1`,
        [providerMessageId]);
    t.match(history, { kept: new Set(order).size, applied: new Set(order).size }, 'the history is kept');
    const [seen] =
      await work.db.dynamic<{ customer_read_seq: number }>('select customer_read_seq from conversations where id = $1',
      [opened.conversationId]);
    t.equal(seen?.customer_read_seq, ends[n] === 'read' || ends[n] === 'played' ? 2 : 0);
    t.equal((await journalOf(work, opened.conversationId)).length, seen?.customer_read_seq === 2 ? 1 : 0,
      'conversation.read once');
    const told = await journalOf(work, messageId);
    t.equal(told.length, new Set(told).size, 'each visible change once');
  }
});

t.test('a receipt that comes before the provider id is known waits for it', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const account = accountOf(world);
  const provider = fakeProvider();
  provider.answers.push(async (message) => {
    await recordReceipts(work, account, [{ providerMessageId: `p-${message.clientId}`, status: 'read' }]);
    return { kind: 'sent', providerMessageId: `p-${message.clientId}` };
  });
  const outbound = startSending(work, provider);
  t.teardown(() => outbound.stop());
  const opened = await ownedInteraction(work, world, agent);
  const messageId = await reply(work, agent, opened.conversationId, 'x');
  await eventually('read', async () => (await messageState(work, messageId)).status === 'read');
  t.equal(await recordReceipts(work, account, [{ providerMessageId: 'nobody knows this', status: 'read' }]), 1,
    'kept, harmless');
});

t.test('receipts race with the outcome that tells the provider id: none is forgotten', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const account = accountOf(world);
  const racing: Promise<number>[] = [];
  const outbound = startSending(work, { async send(message) {
    const providerMessageId = `p-${message.clientId}`;
    setTimeout(() => racing.push(recordReceipts(work, account, [{ providerMessageId, status: 'delivered' }])),
      Math.random() * 3);
    return { kind: 'sent', providerMessageId };
  } }, { slowSweepMs: 3_600_000 });
  t.teardown(() => outbound.stop());
  for (let n = 0; n < 60; n += 1) {
    const opened = await ownedInteraction(work, world, agent);
    await reply(work, agent, opened.conversationId, 'x');
  }
  await eventually('all delivered', async () => {
    const [row] =
      await work.db.dynamic<{ n: number }>(`select count(*)::int as n from messages where status = 'delivered'`);
    return row?.n === 60;
  });
  await Promise.all(racing);
});

t.test('a crash between the two is mended by the slow sweep', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const opened = await ownedInteraction(work, world, agent);
  const messageId = await reply(work, agent, opened.conversationId, 'x');
  await work.db.dynamic(`update messages set status = 'sent', provider_message_id = 'p-9' where id = $1`, [messageId]);
  await work.db.dynamic(`insert into receipts (id, organisation_id, channel_account_id, provider_message_id, status,
    received_at)
    values ($1, $2, $3, 'p-9', 'delivered', app_now())`, [newId(), world.organisationId, world.accountId]);
  const outbound = startSending(work, fakeProvider(), { slowSweepMs: 100 });
  t.teardown(() => outbound.stop());
  await eventually('delivered', async () => (await messageState(work, messageId)).status === 'delivered');
});

t.test('a receipt of another account or organisation touches nothing; odd ids are stored safely', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const opened = await ownedInteraction(work, world, agent);
  const messageId = await reply(work, agent, opened.conversationId, 'x');
  await work.db.dynamic(`update messages set status = 'sent', provider_message_id = 'p-1' where id = $1`, [messageId]);
  await recordReceipts(work, { ...accountOf(world), organisationId: newId() },
    [{ providerMessageId: 'p-1', status: 'read' }]);
  await recordReceipts(work, { ...accountOf(world), id: newId() }, [{ providerMessageId: 'p-1', status: 'read' }]);
  t.equal((await messageState(work, messageId)).status, 'sent');
  await recordReceipts(work, accountOf(world), [
    { providerMessageId: `x\0${'é'.repeat(9_000)}`, status: 'failed', reasonCode: '\0'.repeat(500),
      providerAt: new Date(NaN) },
    { providerMessageId: 'p-1', status: 'delivered', providerAt: new Date('+200000-01-01T00:00:00Z') }]);
  t.equal((await messageState(work, messageId)).status, 'delivered', 'its neighbour is taken');
});
