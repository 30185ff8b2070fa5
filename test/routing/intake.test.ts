/** Intake on a real PostgreSQL: once, in order, to the right thread, and a bad event alone in quarantine. */
import { createHash, randomBytes } from 'node:crypto';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import type { InboundEvent, InboundMessage } from '#domain/channels/words.ts';
import { openDb } from '#domain/store/db.ts';
import { createIntake, type Intake, type IntakeAccount } from '#routing/intake.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { localWake, memoryLog, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';

interface Scene { work: TestWork; world: SmallWorld; intake: Intake; account: IntakeAccount }

async function scene(t: Teardown): Promise<Scene> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const intake = createIntake(work);
  const account: IntakeAccount = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
    key: world.accountKey, name: 'Akun Uji', address: null, settings: {}, medium: 'MESSAGING' };
  return { work, world, intake, account };
}

function message(id: string, handle = 'nasabah-1', more: Partial<InboundMessage> = {}): InboundMessage {
  return { kind: 'message', dedupKey: id, raw: Buffer.from(`{"id":"${id}"}`), handle, messageKind: 'text',
    text: `pesan ${id}`, providerMessageId: id, ...more };
}

async function count(work: TestWork, sql: string): Promise<number> {
  return Number((await work.db.dynamic<{ n: string }>(`select count(*) as n from ${sql}`))[0]?.n);
}

t.test('C13 C10 a first message makes contact, conversation, interaction, ticket and journal', async (t) => {
  const { work, world, intake, account } = await scene(t);
  const hinted: string[] = [];
  work.wake.on('assignment', () => { hinted.push('assignment'); });
  const first = message('a', 'nasabah-1', { name: 'Uji Satu', phone: '+628120000001' });
  const [result] = await intake.receive(account, [first]);
  t.match(result, { outcome: 'stored', seq: 1 });
  const [row] = await work.db.dynamic(`select i.state, i.tier, i.queue_id, i.cost_points, v.unread_count,
    i.waiting_since = i.date_origin as fair, i.awaiting_reply_since is not null as ring, t.number, t.state as ticket,
    c.name, p.phone, v.last_seq, v.last_text, s.kind as leg
    from interactions i join tickets t on t.id = i.ticket_id join contacts c on c.id = i.contact_id
    join conversations v on v.id = i.conversation_id join contact_points p on p.id = v.contact_point_id
    join segments s on s.interaction_id = i.id`);
  t.match(row, {
    state: 'QUEUED', tier: 1, queue_id: world.queueId, cost_points: 20, unread_count: 1, fair: true, ring: true,
    number: /^TK-\d{6}-0001$/, ticket: 'OPEN_T1', name: 'Uji Satu', phone: '+628120000001', last_seq: 1,
    last_text: 'pesan a', leg: 'QUEUE',
  });
  const journal = await work.db.dynamic<{ type: string }>('select type from journal order by id');
  const types = journal.map((one) => one.type);
  t.same(types, ['contact.created', 'conversation.created', 'ticket.opened', 'interaction.queued', 'message.received']);
  t.ok(hinted.includes('assignment'));
});

t.test('INV2 RF12 the same event ten times on two nodes is one message, and all answers name it', async (t) => {
  const { work, intake, account } = await scene(t);
  const db = openDb({ url: work.url, applicationName: 'second-node' });
  t.teardown(() => db.close());
  const other = createIntake({ db, log: memoryLog(), wake: localWake() });
  const answers = await Promise.all(Array.from({ length: 10 },
    (_, n) => (n % 2 === 0 ? intake : other).receive(account, [message('x')])));
  t.equal(answers.flat().filter((one) => one.outcome === 'stored').length, 1);
  t.equal(new Set(answers.flat().map((one) => one.messageId)).size, 1, 'duplicates tell which message they are');
  t.equal(await count(work, 'messages'), 1);
  t.equal(await count(work, "journal where type = 'message.received'"), 1);
  t.equal(await count(work, 'contacts'), 1);
});

t.test('INV4 RI5 bursts from many customers over two nodes: gap-free seq, order kept, nobody misfiled', async (t) => {
  const { work, intake, account } = await scene(t);
  const db = openDb({ url: work.url, applicationName: 'second-node' });
  t.teardown(() => db.close());
  const other = createIntake({ db, log: memoryLog(), wake: localWake() });
  const sent: Promise<unknown>[] = [];
  for (let n = 0; n < 600; n += 1) {
    const who = n % 40;
    const node = who % 2 === 0 ? intake : other;
    sent.push(node.receive(account, [message(`m${n}`, `nasabah-${who}`, { text: `#${who}-${n}` })]));
  }
  await Promise.all(sent);
  t.equal(await count(work, 'messages'), 600);
  t.equal(await count(work, 'interactions'), 40);
  const broken = await work.db.dynamic(`select conversation_id from messages group by conversation_id
    having count(*) <> max(seq) or min(seq) <> 1`);
  t.same(broken, []);
  const misfiled = await work.db.dynamic(`select m.id from messages m join conversations c on c.id = m.conversation_id
    join contact_points p on p.id = c.contact_point_id
    where 'nasabah-' || split_part(substring(m.body from 2), '-', 1) <> p.handle`);
  t.same(misfiled, []);
  const disorder = await work.db.dynamic(`select 1 from (
    select conversation_id, seq, split_part(body, '-', 2)::int as n,
      lag(split_part(body, '-', 2)::int) over (partition by conversation_id order by seq) as before
    from messages) x where before > n`);
  t.same(disorder, []);
  t.equal(await count(work, 'ticket_counters where used < 40'), 0);
  t.equal(await count(work, '(select number from tickets group by number having count(*) > 1) twice'), 0);
});

t.test('two nodes open the same new thread at once: one contact, one conversation, one open interaction', async (t) => {
  const { work, intake, account } = await scene(t);
  const db = openDb({ url: work.url, applicationName: 'second-node' });
  t.teardown(() => db.close());
  const other = createIntake({ db, log: memoryLog(), wake: localWake() });
  for (let round = 0; round < 25; round += 1) {
    const who = `baru-${round}`;
    const results = await Promise.all([
      intake.receive(account, [message(`${who}a`, who)]), other.receive(account, [message(`${who}b`, who)]),
    ]);
    t.same(results.flat().map((one) => one.seq).sort(), [1, 2]);
  }
  t.equal(await count(work, 'contacts'), 25);
  t.equal(await count(work, 'conversations'), 25);
  t.equal(await count(work, 'interactions'), 25);
  t.equal(await count(work, 'messages'), 50);
});

t.test('INV7 RI8 one poisoned event in a batch of 100 is quarantined alone, with its reason', async (t) => {
  const { work, intake, account } = await scene(t);
  const poison = randomBytes(9_000).toString('hex');
  const events: InboundEvent[] = Array.from({ length: 100 }, (_, n) => message(`p${n}`, `nasabah-${n % 7}`,
    n === 41 ? { providerMessageId: poison } : {}));
  const results = await intake.receive(account, events);
  t.equal(results[41]?.outcome, 'quarantined');
  t.equal(results.filter((one) => one.outcome === 'stored').length, 99);
  const [bad] = await work.db.dynamic<{ reason_code: string; raw: Buffer; state: string }>(
    "select reason_code, raw, state from inbound_events where state = 'QUARANTINED'");
  t.match(bad, { reason_code: /^SQL_/ });
  t.equal(bad?.raw.toString(), '{"id":"p41"}', 'the raw bytes are kept');
  t.equal(await count(work, "journal where type = 'event.quarantined'"), 1);
  t.notOk(JSON.stringify(work.log.lines).includes('pesan'), 'no text in the log');
});

t.test('INV7 an unreadable event is quarantined and replayed once by an administrator', async (t) => {
  const { work, world, intake, account } = await scene(t);
  const raw = Buffer.from('{"type":"?"}');
  const bad: InboundEvent = { kind: 'unreadable', dedupKey: 'u', raw, reasonCode: 'TYPE_UNKNOWN' };
  t.match(await intake.receive(account, [bad, message('ok')]), [{ outcome: 'quarantined' }, { outcome: 'stored' }]);
  const [row] = await work.db.dynamic<{ id: string }>("select id from inbound_events where state = 'QUARANTINED'");
  const replayed = await intake.replay(account, row?.id ?? '', message('u'), world.administrator.id);
  t.match(replayed, { outcome: 'stored', seq: 2 });
  const again = intake.replay(account, row?.id ?? '', message('u'), world.administrator.id);
  await t.rejects(again, { code: 'STATE_CONFLICT' });
  t.equal(await count(work, 'messages'), 2);
});

t.test('a message of open work is written by one statement, column for column as planIntake plans it', async (t) => {
  const { work, world, intake, account } = await scene(t);
  await intake.receive(account, [message('opening')]);
  const full = { text: 'Halo', name: 'Uji', replyToProviderId: 'opening', providerAt: new Date(Date.now() - 1_000),
    attachments: [{ fileId: world.queueId, fileName: 'a.pdf', mediaType: 'application/pdf', sizeBytes: 3 }],
    payload: { a: 1 } };
  await intake.receive(account, [message('at-once', 'nasabah-1', full)]);
  const bad: InboundEvent = { kind: 'unreadable', dedupKey: 'u', raw: Buffer.from('x'), reasonCode: 'TYPE_UNKNOWN' };
  await intake.receive(account, [bad]);
  const [event] = await work.db.dynamic<{ id: string }>("select id from inbound_events where state = 'QUARANTINED'");
  await intake.replay(account, event?.id ?? '', message('planned', 'nasabah-1', full), world.administrator.id);
  const own = "- 'id' - 'seq' - 'provider_message_id' - 'inbound_event_id' - 'created_at'";
  const rows = await work.db.dynamic<{ row: unknown; journal: unknown }>(`select to_jsonb(m) ${own} as row,
    to_jsonb(j) - 'id' - 'xid' - 'at' - 'subject_id' as journal
    from messages m join journal j on j.subject_id = m.id where m.provider_message_id <> 'opening' order by m.seq`);
  t.equal(rows.length, 2);
  t.same(rows[0], rows[1]);
  t.match(rows[0], { row: { body: 'Halo', direction: 'IN', payload: { a: 1 }, attachments: [{ fileName: 'a.pdf' }] } });
});

t.test('a message after the answer starts the wait again; one more while waiting leaves the row alone', async (t) => {
  const { work, intake, account } = await scene(t);
  await intake.receive(account, [message('1')]);
  const version = async (): Promise<number> =>
    Number((await work.db.dynamic<{ version: number }>('select version from interactions'))[0]?.version);
  const before = await version();
  await intake.receive(account, [message('2')]);
  t.equal(await version(), before, 'it waits already');
  await work.db.dynamic("update interactions set awaiting_reply_since = null, state = 'IDLE_CHECK_1'");
  await intake.receive(account, [message('3')]);
  t.equal(await count(work, "interactions where awaiting_reply_since is not null and state = 'IN_SERVICE'"), 1);
  t.equal(await count(work, 'interactions where snoozed_until is not null'), 0, 'what was not put aside is not woken');
  t.equal(await count(work, 'conversations where unread_count = 3'), 1);
});

t.test('RF20 RF21 RF22 NUL, lone surrogates, bidi and long text are stored so that all can hold them', async (t) => {
  const { work, intake, account } = await scene(t);
  const nasty = `a\0b \ud800 \u202eevil ${'👨‍👩‍👧‍👦'.repeat(4000)}`;
  await intake.receive(account, [message('n', 'nasabah\0-1', { text: nasty, name: '\0 \u202eNama' })]);
  const [row] = await work.db.dynamic<{ body: string; raw: Buffer }>(
    'select m.body, e.raw from messages m join inbound_events e on e.id = m.inbound_event_id');
  t.ok(row?.body.startsWith('a\u2400b \ufffd \u202eevil'));
  t.ok(row?.body.endsWith('👨‍👩‍👧‍👦'), 'cut between graphemes');
});

t.test('RF14 a provider time of 1970 or 2100 is kept where it can be, and never believed', async (t) => {
  const { work, intake, account } = await scene(t);
  await intake.receive(account, [
    message('old', 'n1', { providerAt: new Date(0) }),
    message('far', 'n2', { providerAt: new Date('2100-01-01') }),
    message('bad', 'n3', { providerAt: new Date(Number.NaN) }),
  ]);
  const believed = "interactions where date_origin < app_now() - interval '1 minute' or date_origin > app_now()";
  t.equal(await count(work, believed), 0);
});

t.test('a message after closing continues the open ticket, reopens it in time, else opens a new one', async (t) => {
  const { work, intake, account } = await scene(t);
  await intake.receive(account, [message('1')]);
  const close = "update interactions set state = 'CLOSED', closed_at = app_now() where state <> 'CLOSED'";
  await work.db.dynamic(close);
  await intake.receive(account, [message('2')]);
  t.equal(await count(work, 'tickets'), 1, 'the ticket was still open');
  await work.db.dynamic(close);
  await work.db.dynamic("update tickets set state = 'CLOSED', closed_at = app_now() - interval '2 days'");
  await intake.receive(account, [message('3')]);
  t.equal(await count(work, "tickets where state = 'OPEN_T1' and reopened_count = 1"), 1);
  await work.db.dynamic(close);
  await work.db.dynamic("update tickets set state = 'CLOSED', closed_at = app_now() - interval '8 days'");
  await intake.receive(account, [message('4')]);
  t.equal(await count(work, 'tickets'), 2);
  await work.db.dynamic(close);
  await work.db.dynamic("update tickets set state = 'OOT_COMPLETE' where state = 'OPEN_T1'");
  await intake.receive(account, [message('5')]);
  t.equal(await count(work, 'tickets'), 3, 'out of topic is never continued');
  t.equal(await count(work, 'conversations where last_seq = 5'), 1);
});

t.test('RF13 edits and deletions change the message once, and those of unknown messages change nothing', async (t) => {
  const { work, intake, account } = await scene(t);
  await intake.receive(account, [message('1')]);
  const raw = Buffer.from('{}');
  const edit = (key: string, of: string): InboundEvent => (
    { kind: 'edit', dedupKey: key, raw, handle: 'nasabah-1', providerMessageId: of, text: 'ralat' });
  await intake.receive(account, [edit('e1', '1'), edit('e1', '1'), edit('e2', 'tidak-ada')]);
  t.equal(await count(work, "messages where body = 'ralat' and version = 2 and edited_at is not null"), 1);
  const fileId = newId();
  await work.db.dynamic(`insert into files (id, organisation_id, storage_name, file_name, media_type, size_bytes, sha256,
      uploaded_by_kind, attached_at) select $1, id, 'x', 'x.pdf', 'application/pdf', 1, '\\x00', 'CUSTOMER', app_now()
    from organisations`, [fileId]);
  await work.db.dynamic(`update messages set attachments = jsonb_build_array(jsonb_build_object('fileId', $1::text))`,
    [fileId]);
  await intake.receive(account,
    [{ kind: 'delete', dedupKey: 'd', raw, handle: 'nasabah-1', providerMessageId: '1' }]);
  t.equal(await count(work, 'files where attached_at is null'), 1, 'its file goes with it');
  t.equal(await count(work, 'messages where body is null and deleted_at is not null'), 1);
});

t.test('P5 more than the lanes may hold is refused with OVERLOADED at once; what was taken is stored', async (t) => {
  const { work, intake, account } = await scene(t);
  const burst = Array.from({ length: 1_000 }, (_, n) => message(`b${n}`, `n${n % 50}`));
  const first = intake.receive(account, burst);
  await t.rejects(intake.receive(account, burst), { code: 'OVERLOADED' });
  t.equal((await first).length, 1_000);
  t.equal(await count(work, 'messages'), 1_000);
  await intake.close();
  await t.rejects(intake.receive(account, [message('late')]), { code: 'SHUTTING_DOWN' });
});

t.test('RI2 the dedup key is hashed, so that keys of any length are unique for ever', async (t) => {
  const { work, intake, account } = await scene(t);
  const key = 'k'.repeat(100_000);
  await intake.receive(account, [message('a', 'n', { dedupKey: key })]);
  const [again] = await intake.receive(account, [message('a', 'n', { dedupKey: key })]);
  t.equal(again?.outcome, 'duplicate');
  const [row] = await work.db.dynamic<{ dedup_hash: Buffer }>('select dedup_hash from inbound_events');
  t.same(row?.dedup_hash, createHash('sha256').update(key).digest());
});
