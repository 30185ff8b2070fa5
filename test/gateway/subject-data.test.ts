/** Requests of customers about their data, and retention: RL06, RA11, INV8, over the whole application. */
import { randomBytes } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { runErasures, runRetention } from '#gateway/removal.ts';
import { mergeContacts, unmergeContacts } from '#routing/contact-merge.ts';
import { indexNext } from '#domain/search/indexer.ts';
import { addUser } from '#test/support/admin-world.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { eventually } from '#test/support/harness.ts';
import { customer, dump, HANDLE, NAME, place, SECRETS } from '#test/support/subject-world.ts';
import { unzip } from '#test/support/zip.ts';

t.setTimeout(120_000);

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

t.test('RL06 a request follows its customer through a merge made after it was filed, and back', async (t) => {
  const here = await place(t);
  const { manager, admin, parts, db, run, work, world } = here;
  const one = await customer(here);
  await one.close();
  const other = await openInteraction(db, world, { handle: 'zq-tetangga', text: 'zq-dari-tetangga' });
  await run(`update interactions set state = 'CLOSED', closed_at = app_now() where id = $1`, other.interactionId);
  const file = async (kind: string) => (await manager.call('POST', '/api/subject-requests',
    { contactId: one.contactId, kind, reason: 'diminta lewat surat' })).body.id as string;
  const [copy, erasure] = [await file('EXPORT'), await file('ERASURE')];
  const both = { user: world.leader, keptId: other.contactId, mergedId: one.contactId };
  const { mergeId } = await mergeContacts(work, both);
  const data = await manager.get(`/api/subject-requests/${copy}/data`);
  t.equal(data.status, 200, 'who was merged is still handed out');
  t.match(JSON.parse(String(unzip(data.raw).get('data.json'))), {
    messages: [{ body: 'zq-kata-nasabah' }, { body: 'zq-balasan' }, { body: 'zq-dari-tetangga' }] });
  t.equal((await admin.call('POST', `/api/subject-requests/${erasure}/decide`, { decision: 'APPROVED' })).status, 200);

  const state = async () => (await run('select state as id from subject_requests where id = $1', erasure))[0]?.id;
  const hold = await manager.call('POST', '/api/legal-holds', { contactId: other.contactId, reason: 'perkara 9/2026' });
  await runErasures(parts);
  t.equal(await state(), 'APPROVED', 'a hold on the one that was kept holds them all');
  await manager.call('POST', `/api/legal-holds/${hold.body.id}/release`, {});

  await unmergeContacts(work, { user: world.leader, mergeId });
  await mergeContacts(work, both);
  await runErasures(parts);
  t.equal(await state(), 'DONE');
  const after = await dump(here);
  t.same([...SECRETS, 'zq-dari-tetangga'].filter((word) => after.includes(word)), []);
});

t.test('RL06 after a merge was taken back an erasure takes the one it was filed for', async (t) => {
  const here = await place(t);
  const { manager, admin, parts, db, run, work, world } = here;
  const one = await customer(here);
  await one.close();
  const other = await openInteraction(db, world, { handle: 'zq-tetangga', text: 'zq-dari-tetangga' });
  await run(`update interactions set state = 'CLOSED', closed_at = app_now() where id = $1`, other.interactionId);
  const { mergeId } = await mergeContacts(work, { user: world.leader, keptId: one.contactId,
    mergedId: other.contactId });
  const made = await manager.call('POST', '/api/subject-requests',
    { contactId: one.contactId, kind: 'ERASURE', reason: 'diminta lewat surat' });
  await admin.call('POST', `/api/subject-requests/${made.body.id}/decide`, { decision: 'APPROVED' });
  await unmergeContacts(work, { user: world.leader, mergeId });
  await runErasures(parts);
  const after = await dump(here);
  t.same(SECRETS.filter((word) => after.includes(word)), []);
  t.match(after, 'zq-dari-tetangga', 'the other one is somebody else again');
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

t.test('RL06 a copy of the data holds what is known and its files, once proved, and is written down', async (t) => {
  const here = await place(t);
  const { manager, admin, run, world } = here;
  const one = await customer(here);
  await run(`update messages set payload = '{"latitude": -6.2, "longitude": 106.8, "name": "zq-tempat"}',
    reactions = '[{"emoji": "zq-senang", "by": "CUSTOMER"}]' where id = $1`, one.messageId);
  const lost = newId();
  await run(`insert into files (id, organisation_id, conversation_id, storage_name, file_name, media_type, size_bytes,
      sha256, uploaded_by_kind, attached_at)
    values ($1, $2, $3, 'tidak-ada', 'hilang.pdf', 'application/pdf', 4, '\\x00', 'CUSTOMER', app_now())`,
  lost, world.organisationId, one.conversationId);
  await run(`insert into files (id, organisation_id, conversation_id, storage_name, file_name, media_type, size_bytes,
      sha256, uploaded_by_kind, attached_at)
    values ($1, $2, $3, 'tidak-ada', 'ditarik-kembali.pdf', 'application/pdf', 4, '\\x00', 'AGENT', null)`,
  newId(), world.organisationId, one.conversationId);
  const made = await manager.call('POST', '/api/subject-requests',
    { contactId: one.contactId, kind: 'EXPORT', reason: 'diminta lewat surat' });
  t.equal(made.body.state, 'APPROVED');
  const url = `/api/subject-requests/${made.body.id}/data`;
  t.equal((await admin.get(url)).status, 403, 'an administrator is not shown customers');
  await run(`update sessions set created_at = created_at - interval '6 minutes'`);
  t.equal((await manager.get(url)).body.code, 'STEP_UP_REQUIRED');
  t.equal((await manager.get(`${url}/name`)).body.code, 'STEP_UP_REQUIRED', 'and the page learns it beforehand');
  await run(`update sessions set created_at = app_now()`);
  const { fileName } = (await manager.get(`${url}/name`)).body;
  t.match(fileName, /^data-[0-9a-f]{12}\.zip$/);
  t.match(await run('select state as id from subject_requests'), [{ id: 'APPROVED' }], 'nothing went out yet');
  const data = await manager.get(url);
  t.equal(data.status, 200);
  t.equal(data.headers['content-disposition'], `attachment; filename="${fileName}"`);
  const entries = unzip(data.raw);
  const path = `files/${one.fileId}-zq-berkas.txt`;
  t.match(JSON.parse(String(entries.get('data.json'))), {
    contacts: [{ name: NAME, email: 'zq-surat@contoh.id' }], contactPoints: [{ handle: HANDLE }],
    messages: [{ body: 'zq-kata-nasabah', payload: { name: 'zq-tempat' }, reactions: [{ emoji: 'zq-senang' }],
      earlierTexts: [{ body: 'zq-lama' }] }, { body: 'zq-balasan', earlierTexts: null }],
    tickets: [{ summary: 'zq-ringkasan' }], documentations: [{ summary: 'zq-ringkasan' }],
    files: [{ fileName: 'zq-berkas.txt', path }, { fileName: 'hilang.pdf' }] });
  t.equal(String(entries.get(path)), 'isi zq-berkas');
  t.equal(entries.get(`files/${lost}-hilang.pdf`)?.length, 0, 'what is lost does not keep back the rest');
  await eventually('it is done', async () =>
    (await manager.get('/api/subject-requests?state=DONE')).body.items.length === 1);
  t.same((await run(`select type as id from journal where subject_type = 'subject-request' order by epoch, xid, id`))
    .map((row) => row.id), ['subject-request.filed', 'subject-request.downloaded', 'subject-request.finished']);
  t.equal((await manager.call('HEAD', url)).status, 404, 'there is no looking without taking');
  t.same((await manager.get('/api/subject-requests?late=true')).body.items, [], 'what is done is never late');
  await run(`update subject_requests set state = 'APPROVED'`);
  t.same((await manager.get('/api/subject-requests?late=true')).body.items, []);
  await run(`update subject_requests set requested_at = requested_at - interval '49 hours'`);
  t.equal((await manager.get('/api/subject-requests?late=true')).body.items[0].late, 'SOON');
  await run(`update subject_requests set due_at = app_now() - interval '1 hour'`);
  t.equal((await manager.get('/api/subject-requests?late=true')).body.items[0].late, 'YES');
});

t.test('RL06 a copy that was cut off does not answer the request', async (t) => {
  const here = await place(t);
  const { app, manager, run, work, blobs } = here;
  const one = await customer(here);
  const big = await blobs.put(randomBytes(40_000_000), { fileName: 'besar.bin', bytesMax: 50_000_000 });
  await run('update files set storage_name = $2 where id = $1', one.fileId, big.storageName);
  const made = await manager.call('POST', '/api/subject-requests',
    { contactId: one.contactId, kind: 'EXPORT', reason: 'diminta lewat surat' });
  const url = `/api/subject-requests/${made.body.id}/data`;
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${address}${url}`, { headers: { cookie: manager.cookie } }, resolve).once('error', reject);
  });
  t.equal(answer.statusCode, 200);
  await new Promise((resolve) => { answer.once('data', resolve); });
  answer.destroy();
  await eventually('the server has noticed', async () =>
    (await new Promise<number>((resolve, reject) => {
      app.server.getConnections((error, n) => { if (error === null) resolve(n); else reject(error); });
    })) === 0);
  t.match(await work.db.dynamic('select state from subject_requests'), [{ state: 'APPROVED' }]);
  const whole = await manager.get(url);
  t.ok(unzip(whole.raw).get(`files/${one.fileId}-zq-berkas.txt`)?.length === 40_000_000);
  await eventually('it is done', async () =>
    (await run(`select id from subject_requests where state = 'DONE'`)).length === 1);
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
