/** The quick ways into intake and the long one: they store the same, and a refused quick way leaves nothing behind. */
import t from 'tap';
import type { InboundMessage } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import { storeBatch, storeQuickly } from '#routing/intake-batch.ts';
import { createIntake } from '#routing/intake.ts';
import { IntakeRoutes } from '#routing/intake-routes.ts';
import { dedupHash, type Entry, type IntakeAccount } from '#routing/intake-threads.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork, type Teardown } from '#test/support/harness.ts';

function message(id: string, handle: string, more: Partial<InboundMessage> = {}): InboundMessage {
  return { kind: 'message', dedupKey: id, raw: Buffer.from(`{"id":"${id}"}`), handle, messageKind: 'text',
    text: `pesan ${id}`, providerMessageId: id, name: 'Nasabah Uji', ...more };
}

async function scene(t: Teardown) {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const account: IntakeAccount = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
    key: world.accountKey, name: 'Akun Uji', address: null, settings: {}, medium: 'MESSAGING' };
  const entry = (event: InboundMessage): Entry => (
    { account, event, eventId: newId(), messageId: newId(), hash: dedupHash(event) });
  return { work, world, account, entry, context: { work, routes: new IntakeRoutes(work) } };
}

async function count(db: Db, what: string): Promise<number> {
  return (await db.dynamic<{ n: number }>(`select count(*)::int as n from ${what}`))[0]?.n ?? -1;
}

/** Everything that hangs on a thread, without ids, times and numbers. */
async function standing(db: Db, handle: string): Promise<unknown> {
  const less = (alias: string, ...columns: string[]): string =>
    [`to_jsonb(${alias})`, ...columns.map((column) => `'${column}'`)].join(' - ');
  const ids = ['id', 'contact_id', 'conversation_id', 'interaction_id', 'ticket_id', 'contact_point_id'];
  const [row] = await db.dynamic(`select ${less('p', ...ids, 'handle', 'created_at')} as point,
      ${less('k', ...ids, 'created_at', 'updated_at')} as contact,
      ${less('c', ...ids, 'handle', 'created_at', 'last_message_at', 'last_inbound_at')} as conversation,
      ${less('tk', ...ids, 'number', 'opened_at', 'created_at')} as ticket,
      ${less('i', ...ids, 'date_origin', 'queued_at', 'waiting_since', 'awaiting_reply_since')} as interaction,
      (select jsonb_agg(${less('s', ...ids, 'started_at')}) from segments s where s.interaction_id = i.id) as segments,
      (select jsonb_agg(${less('m', ...ids, 'inbound_event_id', 'created_at', 'provider_message_id')} order by m.seq)
        from messages m where m.conversation_id = c.id) as messages,
      (select jsonb_agg(${less('e', ...ids, 'dedup_hash', 'received_at', 'raw')}) from inbound_events e
        join messages m on m.inbound_event_id = e.id where m.conversation_id = c.id) as events,
      (select jsonb_agg(${less('j', ...ids, 'xid', 'at', 'subject_id')} order by j.id) from journal j
        where j.conversation_id = c.id) as journal
    from contact_points p join contacts k on k.id = p.contact_id join conversations c on c.contact_point_id = p.id
    join interactions i on i.conversation_id = c.id join tickets tk on tk.id = i.ticket_id where p.handle = $1`, [handle]);
  return row;
}

t.test('newcomers are opened by one statement, column for column as the long way opens them', async (t) => {
  const { work, entry, context } = await scene(t);
  const more = { text: 'sama', name: 'Sari', phone: '+628120000009', email: 'sari@contoh.test' };
  const first = (handle: string): Entry[] => [entry(message(`${handle}-1`, handle, more)),
    entry(message(`${handle}-2`, handle, more))];
  const quick = await storeQuickly(context, first('cepat'), false);
  t.match(quick, [{ outcome: 'stored', seq: 1 }, { outcome: 'stored', seq: 2 }]);
  await storeBatch(context, first('panjang'));
  const [one, other] = [await standing(work.db, 'cepat'), await standing(work.db, 'panjang')];
  t.ok(one);
  t.same(one, other);
  t.match(one, { conversation: { last_seq: 2, unread_count: 2 }, contact: { name: 'Sari' }, journal: { length: 6 } });
});

t.test('newcomers of several accounts in one batch each go to the queue of their own account', async (t) => {
  const { work, world, account } = await scene(t);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  const other = { ...account, id: newId(), key: 'lain' };
  const queueId = newId();
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier)
    values ($1, $2, 'LAIN', 'Antrean lain', 1)`, [queueId, world.organisationId]);
  await work.db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id)
    values ($1, $2, 'generic', 'lain', 'Akun lain', $3)`, [other.id, world.organisationId, queueId]);
  const turns = [account, account, other, account, other, other];
  // All wait for one turn of the event loop, so they share the batch.
  await Promise.all(turns.map((one, n) => intake.receive(one, [message(`m${n}`, `baru-${n >> 1}`)])));
  const rows = await work.db.dynamic<{ account: string; queue: string; t: string }>(`select
    channel_account_id as account, queue_id as queue from interactions order by 1, 2`);
  t.same(new Set(rows.map((row) => `${row.account} ${row.queue}`)),
    new Set([`${account.id} ${world.queueId}`, `${other.id} ${queueId}`]));
  t.equal(await count(work.db, 'conversations'), 4);
});

t.test('a batch in parts: newcomers at once, the rest the long way, results in their places', async (t) => {
  const { work, account } = await scene(t);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  await intake.receive(account, [message('a1', 'lama')]);
  await work.db.dynamic("update interactions set state = 'CLOSED', closed_at = app_now()");
  const results = await intake.receive(account,
    [message('b1', 'baru'), message('a1', 'lama'), message('a2', 'lama'), message('b2', 'baru')]);
  t.match(results, [{ outcome: 'stored', seq: 1 }, { outcome: 'duplicate', seq: 1 }, { outcome: 'stored', seq: 2 },
    { outcome: 'stored', seq: 2 }]);
  t.equal(await count(work.db, 'messages'), 4);
  t.equal(await count(work.db, 'inbound_events'), 4);
});

t.test('INV2 INV4 a known thread whose provider repeats itself: the quick way refuses and takes no seq with it',
  async (t) => {
  const { work, account } = await scene(t);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  await intake.receive(account, [message('a1', 'lama')]);
  for (let n = 2; n <= 4; n += 1) {
    t.match(await intake.receive(account, [message(`a${n - 1}`, 'lama'), message(`a${n}`, 'lama')]),
      [{ outcome: 'duplicate', seq: n - 1 }, { outcome: 'stored', seq: n }]);
  }
  t.equal(await count(work.db, 'conversations where last_seq = 4 and unread_count = 4'), 1);
  t.equal(await count(work.db, "journal where type = 'message.received'"), 4);
});

t.test('INV2 the same first message twice in one batch, and one person on two threads', async (t) => {
  const { work, account } = await scene(t);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  t.match(await intake.receive(account, [message('x', 'baru'), message('x', 'baru')]),
    [{ outcome: 'stored', seq: 1 }, { outcome: 'duplicate' }]);
  t.match(await intake.receive(account,
    [message('y', 'surat', { threadKey: 'satu' }), message('z', 'surat', { threadKey: 'dua' })]),
  [{ outcome: 'stored', seq: 1 }, { outcome: 'stored', seq: 1 }]);
  t.equal(await count(work.db, 'contacts'), 2);
  t.equal(await count(work.db, 'conversations'), 3);
});

t.test('a reply names a message of its own conversation: ids that are per chat may stand in another one', async (t) => {
  const { work, account } = await scene(t);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  await intake.receive(account, [message('p1', 'satu', { providerMessageId: '5' })]);
  await intake.receive(account, [message('q1', 'dua', { providerMessageId: '6' })]);
  await intake.receive(account, [message('q2', 'dua', { providerMessageId: '7', replyToProviderId: '5' }),
    message('p2', 'satu', { providerMessageId: '8', replyToProviderId: '5' })]);
  t.equal(await count(work.db, "messages where provider_message_id = '7' and reply_to_id is null"), 1);
  t.equal(await count(work.db, `messages m join messages r on r.id = m.reply_to_id
    where m.provider_message_id = '8' and r.provider_message_id = '5'`), 1);
});

t.test('INV4 two nodes, of which one knows the thread and the other takes it for a newcomer, share its seqs', async (t) => {
  const { work, account } = await scene(t);
  const [knows, forgets] = [createIntake(work), createIntake(work)];
  t.teardown(() => Promise.all([knows.close(), forgets.close()]));
  await knows.receive(account, [message('m0', 'lama')]);
  const results = await Promise.all(Array.from({ length: 20 }, (_, n) => (
    (n % 2 === 0 ? knows : forgets).receive(account, [message(`m${n + 1}`, 'lama')]))));
  t.ok(results.every(([one]) => one?.outcome === 'stored'));
  const [row] = await work.db.dynamic(`select count(*)::int as n, max(seq) as last, count(distinct seq)::int as apart,
    (select last_seq from conversations) as counted, (select count(*)::int from tickets) as tickets,
    (select count(*)::int from interactions) as interactions from messages`);
  t.same(row, { n: 21, last: 21, apart: 21, counted: 21, tickets: 1, interactions: 1 });
});
