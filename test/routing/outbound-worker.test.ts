/** The far end of the one road out: order, pace, outcomes, leases, two nodes at once. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import type { OutboundMessage } from '#domain/channels/words.ts';
import { openDb } from '#domain/store/db.ts';
import { queueSystemMessage, retryMessage } from '#routing/outbound.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, localWake, testWork, type TestWork } from '#test/support/harness.ts';
import { moveClock } from '#test/support/routing.ts';
import {
  fakeProvider, providerDelay, journalOf, messageState, ownedInteraction, reply, startSending, statusCounts,
} from '#test/support/outbound.ts';

t.setTimeout(180_000);

async function secondAccount(work: TestWork, world: SmallWorld): Promise<string> {
  const id = newId();
  await work.db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id)
    values ($1, $2, 'generic', $3, 'Akun Dua', $4)`, [id, world.organisationId, `uji-${id.slice(-6)}`, world.queueId]);
  return id;
}

async function settled(work: TestWork, counts: Record<string, number>, withinMs = 10_000): Promise<void> {
  let last = '';
  await eventually(`statuses ${JSON.stringify(counts)}`, async () => {
    last = JSON.stringify(await statusCounts(work));
    return JSON.stringify(counts) === last;
  }, withinMs).catch((error: Error) => { throw new Error(`${error.message}; last ${last}`); });
}

function perConversation(ledger: readonly OutboundMessage[]): Map<string, number[]> {
  const seqs = new Map<string, number[]>();
  for (const message of ledger) seqs.set(message.conversationId,
    [...seqs.get(message.conversationId) ?? [], message.seq]);
  return seqs;
}

t.test('a reply leaves at once, with what the adapter needs, and becomes sent', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  const outbound = startSending(work, provider);
  t.teardown(() => outbound.stop());
  const opened = await ownedInteraction(work, world, agent);
  await work.db.dynamic(`update messages set provider_message_id = 'in-1' where id = $1`, [opened.messageId]);
  const messageId = await reply(work, agent, opened.conversationId, 'Halo Bapak');
  await settled(work, { sent: 1 });
  const { client_id: clientId } = await messageState(work, messageId);
  t.match(provider.ledger, [{ id: messageId, clientId, conversationId: opened.conversationId, seq: 2,
    handle: opened.handle,
    threadKey: '', authorKind: 'AGENT', authorName: agent.name, kind: 'text', text: 'Halo Bapak', attachments: [] }]);
  t.match(await messageState(work, messageId), { status: 'sent', provider_message_id: `p-${clientId}`, attempts: 1 });
  t.same(await journalOf(work, messageId), ['message.queued', 'sending', 'sent']);
  t.notOk(work.log.lines.some((line) => line.includes('Halo Bapak')), 'RA09 no text in the log');
});

t.test('RI5 RF15 two nodes, many conversations: each message once, in the order of its conversation', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  const running = new Map<string, number>();
  let overlaps = 0;
  const send = async (message: OutboundMessage): ReturnType<typeof provider.send> => {
    running.set(message.conversationId, (running.get(message.conversationId) ?? 0) + 1);
    if ((running.get(message.conversationId) ?? 0) > 1) overlaps += 1;
    provider.ledger.push(message);
    await providerDelay(Math.random() * 8);
    running.set(message.conversationId, (running.get(message.conversationId) ?? 0) - 1);
    if (Math.random() < 0.1) return { kind: 'retry', reasonCode: 'BUSY', afterMs: 1 };
    return { kind: 'sent', providerMessageId: `p-${message.clientId}` };
  };
  const otherDb = openDb({ url: work.url, applicationName: 'node-two' });
  const other = { ...work, db: otherDb, wake: localWake() };
  const nodes = [startSending(work, { send }), startSending(other, { send })];
  t.teardown(async () => { await Promise.all(nodes.map((node) => node.stop())); await otherDb.close(); });
  const conversations = await Promise.all(Array.from({ length: 12 }, () => ownedInteraction(work, world, agent)));
  for (let n = 0; n < 8; n += 1) {
    await Promise.all(conversations.map((one) => reply(work, agent, one.conversationId, `#${n}`)));
    other.wake.hint(`outbound:${world.accountId}`);
  }
  await settled(work, { sent: 96 }, 30_000);
  t.equal(overlaps, 0, 'never two of one conversation at once');
  for (const seqs of perConversation(provider.ledger).values()) {
    t.same(seqs, seqs.toSorted((a, b) => a - b), 'in order, retries included');
    t.same([...new Set(seqs)], [2, 3, 4, 5, 6, 7, 8, 9]);
  }
});

t.test('agents before bulk; an answer does not wait behind an untried blast', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  const blasted = await Promise.all(Array.from({ length: 5 }, () => ownedInteraction(work, world, agent)));
  for (const one of blasted) await work.db.transaction((tx) =>
    queueSystemMessage(work, tx, { organisationId: world.organisationId,
    conversationId: one.conversationId, clientId: newId(), authorKind: 'SYSTEM', text: 'Promo', bulk: true }));
  await reply(work, agent, blasted[0]!.conversationId, 'Jawaban');
  const outbound = startSending(work, provider, { concurrencyPerAccount: 1 });
  t.teardown(() => outbound.stop());
  await settled(work, { sent: 6 });
  t.equal(provider.ledger[0]?.text, 'Jawaban');
});

t.test('RF10 a slow account keeps its own slots only', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const slowId = await secondAccount(work, world);
  let inFlight = 0;
  let most = 0;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => { release = resolve; });
  const quick = fakeProvider();
  const slow = { async send(message: OutboundMessage) {
    most = Math.max(most, inFlight += 1);
    await held;
    inFlight -= 1;
    return { kind: 'sent' as const, providerMessageId: `s-${message.clientId}` };
  } };
  const outbound = startSending(work, quick, { concurrencyPerAccount: 3, sender: (account) => account.id === slowId
    ? slow.send : quick.send });
  t.teardown(async () => { release(); await outbound.stop(); });
  for (let n = 0; n < 8; n += 1) {
    const one = await ownedInteraction(work, world, agent, { accountId: slowId });
    await reply(work, agent, one.conversationId, 'lambat');
  }
  await eventually('the slow account is full', () => inFlight === 3);
  for (let n = 0; n < 8; n += 1) await reply(work, agent, (await ownedInteraction(work, world, agent)).conversationId,
    'cepat');
  await eventually('the quick account is done', () => quick.ledger.length === 8);
  t.equal(inFlight, 3);
  release();
  await settled(work, { sent: 16 });
  t.equal(most, 3);
});

t.test('the pace of an account holds over two nodes', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  for (let n = 0; n < 14; n += 1) await reply(work, agent, (await ownedInteraction(work, world,
    agent)).conversationId, 'x');
  const { send } = fakeProvider();
  const deps = { channelFacts: () => ({ sendsPerSecond: 8, deduplicates: false }) };
  const otherDb = openDb({ url: work.url, applicationName: 'node-two' });
  const nodes = [startSending(work, { send }, deps), startSending({ ...work, db: otherDb, wake: localWake() },
    { send }, deps)];
  t.teardown(async () => { await Promise.all(nodes.map((node) => node.stop())); await otherDb.close(); });
  await settled(work, { sent: 14 }, 15_000);
  const claims = await work.db.dynamic<{ at: Date }>(`select at from journal where data->>'status' = 'sending'`);
  for (const { at: from } of claims) {
    const within = claims.filter(({ at }) => at >= from && at.getTime() < from.getTime() + 1_000).length;
    t.ok(within <= 8 + 2, `at most a second's allowance and the burst: ${within}`);
  }
});

t.test('RF11 a retry honours afterMs for the whole account, keeps the order, and ends as failed with its window',
  async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  const times: number[] = [];
  provider.answers.push(() => ({ kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 700 }));
  const outbound = startSending(work, { send: (message,
    signal) => { times.push(performance.now()); return provider.send(message, signal); } },
    { retryWindowMs: 2_500 });
  t.teardown(() => outbound.stop());
  const opened = await ownedInteraction(work, world, agent);
  const first = await reply(work, agent, opened.conversationId, 'satu');
  await eventually('the first try', () => times.length === 1);
  await eventually('it waits', async () => (await messageState(work, first)).reason_code === 'RATE_LIMITED');
  await reply(work, agent, opened.conversationId, 'dua');
  await reply(work, agent, (await ownedInteraction(work, world, agent)).conversationId, 'lain');
  await settled(work, { sent: 3 });
  t.ok(times[1]! - times[0]! >= 690, 'nobody of the account before Retry-After');
  t.same(provider.ledger.filter((one) => one.conversationId === opened.conversationId).map((one) => one.text),
    ['satu', 'satu', 'dua']);
  t.equal((await messageState(work, first)).attempts, 2);
  const refuse = (): { kind: 'retry'; reasonCode: string } => ({ kind: 'retry', reasonCode: 'PROVIDER_DOWN' });
  provider.answers.push(...Array.from({ length: 9 }, () => refuse));
  const doomed = await reply(work, agent, opened.conversationId, 'gagal');
  await eventually('it failed', async () => (await messageState(work, doomed)).status === 'failed', 15_000);
  provider.answers.length = 0;
  t.equal((await messageState(work, doomed)).reason_code, 'PROVIDER_DOWN');
  const next = await reply(work, agent, opened.conversationId, 'lanjut');
  await eventually('the next one goes', async () => (await messageState(work, next)).status === 'sent');
});

t.test('RF11 a Retry-After of minutes makes the account wait so long; nothing fails, the order stays', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  for (let n = 0; n < 2; n += 1) {
    provider.answers.push(() => ({ kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 300_000 }));
  }
  const outbound = startSending(work, provider);
  t.teardown(() => outbound.stop());
  const { conversationId } = await ownedInteraction(work, world, agent);
  const first = await reply(work, agent, conversationId, 'satu');
  await eventually('it waits', async () => (await messageState(work, first)).reason_code === 'RATE_LIMITED');
  const second = await reply(work, agent, conversationId, 'dua');
  await moveClock(work.db, 301);
  await eventually('it is asked to wait once more', async () => (await messageState(work, first)).attempts === 2
    && (await messageState(work, first)).status === 'queued');
  t.equal((await messageState(work, second)).status, 'queued', 'nobody overtakes');
  await moveClock(work.db, 301);
  await settled(work, { sent: 2 });
  t.same(provider.ledger.map((one) => one.text), ['satu', 'satu', 'satu', 'dua']);
});

t.test('RF11 an account that needs attention keeps its messages, tries one now and then, and drops nothing',
  async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  provider.answers.push(async () => {
    await work.db.dynamic(`update channel_accounts set status = 'NEEDS_ATTENTION' where id = $1`, [world.accountId]);
    return { kind: 'retry', reasonCode: 'UNAUTHORISED' };
  }, () => ({ kind: 'retry', reasonCode: 'UNAUTHORISED' }));
  for (let n = 0; n < 4; n += 1) await reply(work, agent, (await ownedInteraction(work, world, agent)).conversationId,
    'x');
  const outbound = startSending(work, provider, { concurrencyPerAccount: 1, slowSweepMs: 400, retryWindowMs: 1 });
  t.teardown(() => outbound.stop());
  await eventually('the probe failed too', () => provider.ledger.length === 2);
  t.equal((await statusCounts(work))['failed'], undefined, 'the window does not run while the account is down');
  provider.answers.push(async (message) => {
    await work.db.dynamic(`update channel_accounts set status = 'ACTIVE' where id = $1`, [world.accountId]);
    return { kind: 'sent', providerMessageId: `p-${message.clientId}` };
  });
  await settled(work, { sent: 4 });
});

t.test('the gate refuses at send time, with a stored reason; a refused message does not block', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  const opened = await ownedInteraction(work, world, agent);
  const refused = await reply(work, agent, opened.conversationId, 'tidak boleh');
  await work.db.dynamic(`insert into opt_outs (id, organisation_id, contact_point_id, purpose, reason)
    values ($1, $2, $3, 'ALL', 'diminta')`,
    [newId(), world.organisationId, opened.contactPointId]);
  const outbound = startSending(work, provider);
  t.teardown(() => outbound.stop());
  await settled(work, { failed: 1 });
  t.match(await messageState(work, refused), { status: 'failed', reason_code: 'OPTED_OUT_ALL' });
  t.equal(provider.ledger.length, 0);
  await work.db.dynamic('update opt_outs set withdrawn_at = app_now()');
  await retryMessage(work, { user: agent, messageId: refused });
  await settled(work, { sent: 1 });
});

t.test('RI3 a send without an answer is unknown and not repeated; what comes later overrides it', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  let answer = (): void => undefined;
  let aborted = false;
  provider.answers.push((message, signal) => new Promise((resolve) => {
    signal.addEventListener('abort', () => { aborted = true; });
    answer = () => resolve({ kind: 'sent', providerMessageId: `p-${message.clientId}` });
  }), () => { throw new Error('connection reset'); });
  const outbound = startSending(work, provider, { leaseMs: 600 });
  t.teardown(() => outbound.stop());
  const opened = await ownedInteraction(work, world, agent);
  const first = await reply(work, agent, opened.conversationId, 'satu');
  await eventually('unknown at the deadline', async () => (await messageState(work, first)).status === 'unknown');
  t.ok(aborted, 'the signal fired');
  const second = await reply(work, agent, opened.conversationId, 'dua');
  await eventually('a throw is unknown', async () => (await messageState(work, second)).status === 'unknown');
  const third = await reply(work, agent, opened.conversationId, 'tiga');
  await eventually('unknown does not block', async () => (await messageState(work, third)).status === 'sent');
  answer();
  await eventually('late proof', async () => (await messageState(work, first)).status === 'sent');
  t.same(provider.ledger.map((one) => one.text), ['satu', 'dua', 'tiga']);
  t.match(await messageState(work, second), { status: 'unknown', reason_code: 'SEND_THREW' });
});

t.test('RF15 RI3 a lease that ran out ends as unknown; where the provider de-duplicates it goes again', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const opened = await ownedInteraction(work, world, agent);
  const messageId = await reply(work, agent, opened.conversationId, 'terputus');
  const abandon = `update messages set status = 'sending', attempts = 1, first_attempt_at = app_now(),
    lease_fence = lease_fence + 1,
    lease_until = app_now() - interval '1 ms', lease_node = $2 where id = $1`;
  await work.db.dynamic(abandon, [messageId, newId()]);
  const provider = fakeProvider();
  const outbound = startSending(work, provider);
  await settled(work, { unknown: 1 });
  t.match(await messageState(work, messageId), { reason_code: 'LEASE_EXPIRED' });
  await outbound.stop();
  await work.db.dynamic(abandon, [messageId, newId()]);
  const again = startSending(work, provider, { channelFacts: () => ({ sendsPerSecond: 100, deduplicates: true }) });
  t.teardown(() => again.stop());
  await settled(work, { sent: 1 });
  t.equal(provider.ledger.length, 1);
});

t.test('RF15 an outcome whose fence is not the last is void', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  let answer = (): void => undefined;
  provider.answers.push(() => new Promise((resolve) => { answer = () =>
    resolve({ kind: 'failed', reasonCode: 'OLD' }); }));
  const outbound = startSending(work, provider);
  t.teardown(() => outbound.stop());
  const opened = await ownedInteraction(work, world, agent);
  const messageId = await reply(work, agent, opened.conversationId, 'x');
  await eventually('in flight', () => provider.ledger.length === 1);
  await work.db.dynamic(`update messages set status = 'sent', provider_message_id = 'p-new',
    lease_fence = lease_fence + 1 where id = $1`, [messageId]);
  answer();
  await eventually('settled', () => outbound.inFlight() === 0);
  t.match(await messageState(work, messageId), { status: 'sent', provider_message_id: 'p-new', reason_code: null });
});

t.test('RF16 stop lets sends end, aborts what does not, and leaves the rest queued', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  provider.answers.push(() => new Promise(() => undefined));
  const outbound = startSending(work, provider, { concurrencyPerAccount: 1, graceMs: 200 });
  const opened = await ownedInteraction(work, world, agent);
  await reply(work, agent, opened.conversationId, 'menggantung');
  await eventually('in flight', () => provider.ledger.length === 1);
  await reply(work, agent, opened.conversationId, 'menunggu');
  await outbound.stop();
  t.same(await statusCounts(work), { queued: 1, unknown: 1 });
  await reply(work, agent, opened.conversationId, 'nanti');
  t.equal(provider.ledger.length, 1, 'nothing is claimed after stop');
});

t.test('a claim whose answer was lost is returned before the next claim, not left to its lease', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  const opened = await ownedInteraction(work, world, agent);
  let lost = false;
  const db = { ...work.db, async rows<R>(stmt: { name: string; text: string },
    values?: readonly unknown[]): Promise<R[]> {
    const found = await work.db.rows<R>(stmt, values);
    if (stmt.name === 'send.claim' && !lost && found.some((row) => (row as { id: string | null }).id !== null)) {
      lost = true;
      throw new Error('Connection terminated unexpectedly');
    }
    return found;
  } };
  const messageId = await reply(work, agent, opened.conversationId, 'x');
  const outbound = startSending({ ...work, db }, provider);
  t.teardown(() => outbound.stop());
  await settled(work, { sent: 1 });
  t.ok(lost);
  t.same(await journalOf(work, messageId), ['message.queued', 'sending', 'queued', 'sending', 'sent']);
  t.equal(provider.ledger.length, 1);
});
