/** Requests of customers about their data, and retention: RL06, RA11, INV8, over the whole application. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { runErasures, runRetention } from '#gateway/removal.ts';
import { indexNext } from '#domain/search/indexer.ts';
import { addUser } from '#test/support/admin-world.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import type { Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(120_000);

const NAME = 'Zulfaqqar Wiradikarna';
const HANDLE = '62899-zq-pegangan';
const SECRETS = ['zulfaqqar', 'wiradikarna', 'zq-pegangan', 'zq-surat@contoh.id', '+628990001122', 'zq-kata-nasabah',
  'zq-balasan', 'zq-ringkasan', 'zq-berkas', 'zq-komentar', 'zq-alamat', 'zq-catatan', 'zq-mentah', 'zq-lama',
  'zq-nama-lama'];

async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const { work, nodeId, blobs } = whole.parts;
  const { db } = work;
  const world = await smallWorld(db);
  const manager = await whole.as(await addUser({ work: work as never, world }, '80009', 'OPERATION_MANAGER'));
  const admin = await whole.as(world.administrator);
  const run = (sql: string, ...values: unknown[]) => db.dynamic<{ id: string }>(sql, values);
  return { ...whole, work, db, world, manager, admin, run, parts: { work, nodeId, blobs }, blobs };
}

type Place = Awaited<ReturnType<typeof place>>;

/** A customer with something in every place that can hold something of theirs; the work is closed. */
async function customer({ db, world, manager, run, blobs }: Place) {
  const one = await openInteraction(db, world, { name: NAME, handle: HANDLE, text: 'zq-kata-nasabah' });
  const stored = await blobs.put(Buffer.from('isi zq-berkas'), { fileName: 'zq-berkas.txt' });
  const [fileId, rawId, editId] = [newId(), newId(), newId()];
  const o = world.organisationId;
  const changed = await manager.call('PATCH', `/api/contacts/${one.contactId}`, { name: `${NAME} zq-nama-lama`,
    email: 'zq-surat@contoh.id', domicile: 'zq-alamat', notes: 'zq-catatan' }, { 'if-match': '1' });
  if (changed.status !== 200) throw new Error(`contact: ${JSON.stringify(changed.body)}`);
  await run(`update contacts set name = $2 where id = $1`, one.contactId, NAME);
  await run(`update contact_points set phone = '+628990001122' where id = $1`, one.contactPointId);
  await run(`insert into files (id, organisation_id, conversation_id, storage_name, file_name, media_type, size_bytes,
    sha256, uploaded_by_kind, attached_at) values ($1, $2, $3, $4, 'zq-berkas.txt', 'text/plain', 9, '\\x00',
    'CUSTOMER', app_now())`, fileId, o, one.conversationId, stored.storageName);
  for (const [n, id] of [rawId, editId].entries()) {
    await run(`insert into inbound_events (id, organisation_id, channel_account_id, dedup_hash, kind, raw, received_at)
      values ($1, $2, $3, $4, 'message', convert_to($5, 'UTF8'), app_now())`, id, o, world.accountId,
    Buffer.from([n]), `{"from": "${HANDLE}", "text": "zq-mentah"}`);
  }
  await run(`update messages set inbound_event_id = $2, attachments = $3::jsonb, provider_message_id = $4 where id = $1`,
    one.messageId, rawId, JSON.stringify([{ fileId, fileName: 'zq-berkas.txt' }]), `${HANDLE}:1`);
  await run(`insert into message_edits (id, organisation_id, message_id, body, replaced_at)
    values ($1, $2, $3, 'zq-lama', app_now())`, newId(), o, one.messageId);
  await run(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq,
      direction, author_kind, kind, body, created_at)
    values ($1, $2, $3, $4, $5, 2, 'OUT', 'AGENT', 'text', 'zq-balasan', app_now())`, newId(), o, one.conversationId,
  one.interactionId, world.accountId);
  await run(`update conversations set last_text = 'zq-balasan' where id = $1`, one.conversationId);
  await run(`update tickets set summary = 'zq-ringkasan', state = 'CLOSED' where id = $1`, one.ticketId);
  await run(`insert into documentations (id, organisation_id, interaction_id, ticket_id, author_id, category_id,
      outcome_code, summary, cross_selling_offered, created_at)
    values ($1, $2, $3, $4, $5, $6, 'SELESAI', 'zq-ringkasan', false, app_now())`, newId(), o, one.interactionId,
  one.ticketId, world.leader.id, world.categoryIds.INFORMASI);
  while (await indexNext(db) > 0);
  const close = () => run(`update interactions set state = 'CLOSED', closed_at = app_now(),
    csat_comment = 'zq-komentar' where id = $1`, one.interactionId);
  return { ...one, storageName: stored.storageName, close };
}

/** Every value of every table as text, but what is sealed. */
async function dump({ db }: Place): Promise<string> {
  const tables = await db.dynamic<{ name: string }>(`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'`);
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await db.dynamic<{ row: string }>(`select x::text as row from ${name} x`);
    texts.push(...rows.map((row) => `${name}: ${row.row}`));
  }
  const raw = await db.dynamic<{ raw: string }>(`select encode(raw, 'escape') as raw from inbound_events`);
  return [...texts, ...raw.map((row) => `raw: ${row.raw}`)].join('\n').toLowerCase();
}

t.test('RL06 an erasure that another person approved leaves nothing of the customer in any table or file', async (t) => {
  const here = await place(t);
  const { manager, admin, parts, db, run, blobs } = here;
  const one = await customer(here);
  const file = () => manager.call('POST', '/api/subject-requests',
    { contactId: one.contactId, kind: 'ERASURE', reason: 'diminta lewat surat' });
  const made = await file();
  t.equal(made.status, 201);
  t.match(made.body, { state: 'REQUESTED', late: 'NO', contactName: NAME });
  t.equal((await file()).body.code, 'ALREADY_EXISTS', 'one at a time');
  const decide = (browser: typeof admin, decision = 'APPROVED') =>
    browser.call('POST', `/api/subject-requests/${made.body.id}/decide`, { decision });
  t.equal((await decide(manager)).status, 403);
  t.equal((await decide(admin)).body.code, 'WORK_OPEN');
  await one.close();
  const before = await dump(here);
  t.same(SECRETS.filter((word) => !before.includes(word)), ['zq-nama-lama'], 'all of it was there, or sealed');
  t.equal((await decide(admin)).body.state, 'APPROVED');
  t.equal((await admin.get('/api/subject-requests')).body.items[0].contactName, null, 'no name for who has no right');
  await runErasures(parts);
  const after = await dump(here);
  t.same(SECRETS.filter((word) => after.includes(word)), []);
  t.equal(await blobs.get(one.storageName), undefined);
  const [done] = (await manager.get('/api/subject-requests')).body.items;
  t.match(done, { state: 'DONE', counts: { messages: 2, contacts: 1, conversations: 1 } });
  while (await indexNext(db) > 0);
  t.same(SECRETS.filter((word) => after.includes(word)), [], 'nor does the search learn it again');
  const [seals] = await run(`select count(*)::text as id from journal where type in ('contact.erased',
    'message.deleted', 'subject-request.filed', 'subject-request.decided', 'subject-request.finished')`);
  t.equal(seals?.id, '6');
  t.match(await run('select last_seq::text as id from conversations where id = $1', one.conversationId), [{ id: '1' }],
    'rows and order stay');
});

t.test('INV8 nobody approves their own request, and a legal hold stops filing, deciding and a run', async (t) => {
  const here = await place(t);
  const { manager, admin, parts, run, work, world, as } = here;
  const one = await customer(here);
  await one.close();
  await run(`update roles set permissions = permissions || '{subject-data.approve}' where code = 'OPERATION_MANAGER'`);
  const both = await as(await addUser({ work: work as never, world }, '80010', 'OPERATION_MANAGER'));
  const made = await both.call('POST', '/api/subject-requests',
    { contactId: one.contactId, kind: 'ERASURE', reason: 'diminta' });
  const decide = (browser: typeof admin) =>
    browser.call('POST', `/api/subject-requests/${made.body.id}/decide`, { decision: 'APPROVED' });
  t.equal((await decide(both)).body.code, 'OWN_REQUEST');
  const hold = await manager.call('POST', '/api/legal-holds', { contactId: one.contactId, reason: 'perkara 12/2026' });
  t.equal(hold.status, 201);
  t.equal((await decide(admin)).body.code, 'LEGAL_HOLD');
  t.equal((await admin.call('PUT', '/api/retention-rules/MESSAGE', { days: 30 })).status, 200);
  await run(`update app_clock set offset_ms = $1`, 40 * 86_400_000);
  await runRetention(parts);
  t.match(await dump(here), 'zq-kata-nasabah', 'the hold kept it');
  await run(`update app_clock set offset_ms = 0`);
  t.equal((await manager.call('POST', `/api/legal-holds/${hold.body.id}/release`, {})).status, 200);
  t.equal((await decide(admin)).status, 200);
});

t.test('RL06 a copy of the data holds what is known, is handed out once proved, and is written down', async (t) => {
  const here = await place(t);
  const { manager, admin, run } = here;
  const one = await customer(here);
  const made = await manager.call('POST', '/api/subject-requests',
    { contactId: one.contactId, kind: 'EXPORT', reason: 'diminta lewat surat' });
  t.equal(made.body.state, 'APPROVED');
  const url = `/api/subject-requests/${made.body.id}/data`;
  t.equal((await admin.get(url)).status, 403, 'an administrator is not shown customers');
  await run(`update sessions set created_at = created_at - interval '6 minutes'`);
  t.equal((await manager.get(url)).body.code, 'STEP_UP_REQUIRED');
  await run(`update sessions set created_at = app_now()`);
  const data = await manager.get(url);
  t.equal(data.status, 200);
  t.match(String(data.headers['content-disposition']), /^attachment; filename="data-[0-9a-f]{12}\.json"$/);
  t.match(data.body, { contacts: [{ name: NAME, email: 'zq-surat@contoh.id' }], contactPoints: [{ handle: HANDLE }],
    messages: [{ body: 'zq-kata-nasabah' }, { body: 'zq-balasan' }], tickets: [{ summary: 'zq-ringkasan' }],
    documentations: [{ summary: 'zq-ringkasan' }], files: [{ fileName: 'zq-berkas.txt' }] });
  t.equal((await manager.get('/api/subject-requests?state=DONE')).body.items.length, 1);
  t.match(await run(`select count(*)::text as id from journal where type = 'subject-request.downloaded'`), [{ id: '1' }]);
  await run(`update subject_requests set state = 'APPROVED', requested_at = requested_at - interval '49 hours'`);
  t.equal((await manager.get('/api/subject-requests')).body.items[0].late, 'SOON');
  await run(`update subject_requests set due_at = app_now() - interval '1 hour'`);
  t.equal((await manager.get('/api/subject-requests')).body.items[0].late, 'YES');
});

t.test('RA11 a run removes what is older than its time, in chunks, goes on after a kill, and leaves a record', async (t) => {
  const here = await place(t);
  const { admin, parts, run, world, db, blobs } = here;
  const one = await customer(here);
  await one.close();
  const young = await openInteraction(db, world, { text: 'masih dibuka' });
  await run(`insert into messages (id, organisation_id, conversation_id, channel_account_id, seq, direction,
      author_kind, kind, body, created_at)
    select gen_random_uuid(), organisation_id, id, channel_account_id, n + 10, 'IN', 'CUSTOMER', 'text', 'pesan lama',
      app_now() from conversations, generate_series(1, 1200) n where id = $1`, one.conversationId);
  await run(`update messages set id = (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0')
    || '7000' || right(replace(id::text, '-', ''), 16))::uuid where body = 'pesan lama'`);
  t.equal((await admin.call('POST', '/api/retention-runs', {})).body.code, 'STATE_CONFLICT', 'no rule, no run');
  for (const name of ['MESSAGE', 'MEDIA', 'RAW_INBOUND', 'QUARANTINE', 'WEBHOOK_DELIVERY']) {
    t.equal((await admin.call('PUT', `/api/retention-rules/${name}`, { days: 30 })).status, 200);
  }
  t.equal((await admin.call('PUT', '/api/retention-rules/MESSAGE', { days: 0 })).status, 400);
  await run(`update app_clock set offset_ms = $1`, 31 * 86_400_000);
  let calls = 0;
  await runRetention(parts, () => (calls += 1) < 3);
  const left = async (): Promise<number> => Number((await run(
    `select count(*)::text as id from messages where body = 'pesan lama'`))[0]?.id);
  t.ok(await left() > 0 && await left() < 1_200, 'it was ended in the middle');
  await runRetention(parts);
  t.equal(await left(), 0);
  t.match(await run('select body as id from messages where id = $1', young.messageId), [{ id: 'masih dibuka' }],
    'open work stays');
  t.equal(await blobs.get(one.storageName), undefined);
  const [record] = await db.dynamic('select counts, state, cause from retention_runs');
  t.match(record, { state: 'DONE', cause: 'SCHEDULE', counts: { MESSAGE: 1_202, RAW_INBOUND: 1 } });
  await runRetention(parts);
  t.equal((await run('select id from retention_runs')).length, 1, 'once a day');
});
