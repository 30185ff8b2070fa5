/** The reading half of the API: within rights, masked, journalled, and files that cannot act. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { createBlobStore, isInline, sweepOrphans, type BlobStore } from '#gateway/blob-store.ts';
import { cleanFileName } from '#gateway/api/files.ts';
import { readingApis } from '#gateway/api/reading.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { sealNext } from '#domain/journal/seal.ts';
import { testApi, type TestApi } from '#test/support/api.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';

const PNG =
  Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64');

interface Place { work: TestWork; world: SmallWorld; api: TestApi; blobs: BlobStore }

async function blobStore(t: Teardown): Promise<BlobStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sambung-files-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return createBlobStore(folder);
}

async function place(t: Teardown): Promise<Place> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  await work.db.dynamic(`insert into reasons (id, organisation_id, kind, code, label_id, label_en)
    values ($1, $2, 'UNMASK', 'VERIFIKASI', 'Verifikasi', 'Verification')`, [newId(), world.organisationId]);
  const blobs = await blobStore(t);
  const vault = createVault(masterKeys([Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')]));
  const api = await testApi(t, { work, plugins: () => readingApis({ work, blobs, vault }) });
  return { work, world, api, blobs };
}

function form(name: string, bytes: Uint8Array, field = 'file'): { body: string; headers: Record<string, string> } {
  const body = Buffer.concat([Buffer.from('--x\r\ncontent-disposition: form-data; '
    + `name="${field}"; filename="${name}"\r\n` + 'content-type: text/html\r\n\r\n'), bytes,
  Buffer.from('\r\n--x--\r\n')]);
  return { body: body.toString('latin1'), headers: { 'content-type': 'multipart/form-data; boundary=x' } };
}

t.test('RA06 RA09 lists and rows show what rights allow: own in full, waiting masked, the rest not at all',
  async (t) => {
  const { work, world, api } = await place(t);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  const waiting = await openInteraction(work.db, world,
    { name: 'Budi Santoso', handle: '+6281234567567', text: 'rahasia' });
  const owned = await openOwnedInteraction(work.db, world, two.id, { name: 'Siti Aminah' });
  const [agent, other, leader, administrator] = [await api.as(one), await api.as(two), await api.as(world.leader),
    await api.as(world.administrator)];
  t.same((await agent.get('/api/interactions?view=mine')).body.items, []);
  const queues = await agent.get('/api/interactions?view=queues');
  t.match(queues.body.items,
    [{ id: waiting.interactionId, masked: true, contactName: 'B.', lastText: null, handleMasked: '0812****567' }]);
  t.notMatch(JSON.stringify(queues.body), /Santoso|rahasia|81234567567/);
  t.same((await agent.get('/api/interactions/counts')).body,
    { mine: 0, queues: 1, all: 1, today: { closed: 0, handlingS: null } });
  t.equal((await agent.get(`/api/interactions/${owned.interactionId}`)).status, 404, 'not 403: it is not there');
  t.match((await agent.get(`/api/interactions/${waiting.interactionId}`)).body, { masked: true });
  t.match((await other.get('/api/interactions?view=mine')).body.items,
    [{ id: owned.interactionId, masked: false, contactName: 'Siti Aminah' }]);
  const all = (await leader.get('/api/interactions?view=all')).body.items as { id: string; masked: boolean }[];
  t.same(all.map((row) => row.masked), [false, false]);
  t.equal((await administrator.get('/api/interactions')).status, 403);
  for (const noun of ['contacts', 'tickets']) t.same((await administrator.get(`/api/${noun}`)).body.items, [], noun);
  for (const noun of ['interactions', 'contacts', 'tickets', 'agents', 'conversations', 'files']) {
    const url = noun === 'conversations' ? `/api/conversations/${owned.conversationId}` : noun === 'files'
      ? `/api/files/${newId()}` : `/api/${noun}`;
    t.equal((await api.stranger.get(url)).status, 401, noun);
  }
  const found = async (by: typeof agent, view: string, q: string): Promise<number> =>
    (await by.call('POST', '/api/interactions/search', { view, q })).body.items.length;
  t.equal(await found(agent, 'queues', 'Budi'), 0, 'masked rows are not found by name');
  t.equal(await found(leader, 'all', 'budi'), 1);
  t.equal(await found(leader, 'all', '%'), 0, 'RS20');
  t.equal((await leader.get('/api/interactions?q=budi')).status, 400, 'RA09 names stand in no address');
});

t.test('RS01 what others serve is 404; the history of a contact opens while one serves the contact', async (t) => {
  const { work, world, api } = await place(t);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  const mine = await openOwnedInteraction(work.db, world, one.id, { text: 'halo' });
  const [agent, stranger] = [await api.as(one), await api.as(two)];
  const urls = [`/api/conversations/${mine.conversationId}`, `/api/conversations/${mine.conversationId}/messages`,
    `/api/contacts/${mine.contactId}`, `/api/contacts/${mine.contactId}/history`, `/api/tickets/${mine.ticketId}`];
  for (const url of urls) {
    t.equal((await agent.get(url)).status, 200, url);
    t.equal((await stranger.get(url)).status, 404, url);
  }
  const older = await openOwnedInteraction(work.db, world, two.id, { text: 'dahulu' });
  await work.db.dynamic('update interactions set contact_id = $2 where id = $1', [older.interactionId, mine.contactId]);
  await work.db.dynamic('update conversations set contact_id = $2 where id = $1',
    [older.conversationId, mine.contactId]);
  await work.db.dynamic('update tickets set contact_id = $2 where id = $1', [older.ticketId, mine.contactId]);
  t.equal((await agent.get(`/api/conversations/${older.conversationId}/messages`)).body.items[0].text, 'dahulu');
  t.equal((await agent.get(`/api/contacts/${mine.contactId}/history`)).body.items.length, 2);
  t.equal((await agent.get(`/api/tickets/${older.ticketId}`)).status, 200);
  await work.db.dynamic(`update interactions set state = 'CLOSED', closed_at = app_now() where id = $1`,
    [mine.interactionId]);
  t.equal((await agent.get(`/api/conversations/${older.conversationId}/messages`)).status, 404, 'RA07 no longer');
  t.equal((await agent.get(`/api/conversations/${mine.conversationId}/messages`)).status, 200, 'own closed work stays');
});

t.test('messages come in pages, in order, from both ends', async (t) => {
  const { work, world, api } = await place(t);
  const [one] = world.agents;
  if (one === undefined) throw new Error('no agent');
  const opened = await openOwnedInteraction(work.db, world, one.id);
  for (let seq = 2; seq <= 7; seq += 1) {
    await work.db.dynamic(`insert into messages (id, organisation_id, conversation_id, interaction_id,
      channel_account_id, seq, direction,
      author_kind, kind, body, created_at) values ($1, $2, $3, $4, $5, $6, 'IN', 'CUSTOMER', 'text', $7, app_now())`,
    [newId(), world.organisationId, opened.conversationId, opened.interactionId, world.accountId, seq, `pesan ${seq}`]);
  }
  const agent = await api.as(one);
  const page = async (query: string): Promise<{ seqs: number[]; nextCursor: string | null }> => {
    const { body } = await agent.get(`/api/conversations/${opened.conversationId}/messages?${query}`);
    return { seqs: body.items.map((item: { seq: number }) => item.seq), nextCursor: body.nextCursor };
  };
  t.same(await page('limit=3'), { seqs: [5, 6, 7], nextCursor: '5' });
  t.same(await page('limit=3&before=5'), { seqs: [2, 3, 4], nextCursor: '2' });
  t.same(await page('limit=3&before=2'), { seqs: [1], nextCursor: null });
  t.same(await page('limit=3&after=3'), { seqs: [4, 5, 6], nextCursor: '6' });
  t.equal((await agent.get(`/api/conversations/${opened.conversationId}/messages?limit=500`)).status, 400);
});

t.test('RA08 RA09 unmasking needs the right and a reason, and is journalled without the value; views and searches too',
  async (t) => {
  const { work, world, api } = await place(t);
  const opened = await openInteraction(work.db, world, { handle: '+6281234567567' });
  const leader = await api.as(world.leader);
  const url = `/api/contacts/${opened.contactId}/unmask`;
  const ask = { field: 'handle', pointId: opened.contactPointId, reasonCode: 'VERIFIKASI' };
  t.equal((await leader.call('POST', url, { ...ask, reasonCode: 'TIDAK_ADA' })).body.code, 'VALIDATION_FAILED');
  t.equal((await leader.call('POST', url, { ...ask, pointId: newId() })).status, 404);
  t.equal((await leader.call('POST', url, { field: 'handle', reasonCode: 'VERIFIKASI' })).status, 400);
  const shown = await leader.call('POST', url, ask);
  t.same(shown.body, { value: '+6281234567567' });
  t.equal(shown.headers['cache-control'], 'no-store');
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  t.equal((await (await api.as(agent)).call('POST', url, ask)).status, 403);
  await leader.get(`/api/contacts/${opened.contactId}`);
  await leader.get(`/api/contacts/${opened.contactId}`);
  await leader.call('POST', '/api/interactions/search', { q: 'nasabah' });
  const journal = await work.db.dynamic<{ type: string; data: unknown }>(`select type, data from journal
    where actor_id = $1 order by id`, [world.leader.id]);
  t.same(journal, [
    { type: 'contact.unmasked', data: { field: 'handle', pointId: opened.contactPointId, reasonCode: 'VERIFIKASI' } },
    { type: 'contact.viewed', data: null }, { type: 'search.performed', data: { noun: 'interactions' } },
  ]);
  const answers = await Promise.all(Array.from({ length: 25 }, () => leader.call('POST', url, ask)));
  t.ok(answers.some((answer) => answer.status === 429), 'a list cannot be drawn up');
});

t.test('contacts and tickets change under If-Match; personal values are sealed beside the journal', async (t) => {
  const { work, world, api } = await place(t);
  const opened = await openInteraction(work.db, world, { name: 'Nama Kenari' });
  const leader = await api.as(world.leader);
  const url = `/api/contacts/${opened.contactId}`;
  t.equal((await leader.call('PATCH', url, { name: 'Baru' })).status, 428);
  t.equal((await leader.call('PATCH', url, { name: 'Baru' }, { 'if-match': '9' })).status, 409);
  t.equal((await leader.call('PATCH', url, { name: 'Baru', branchId: newId() }, { 'if-match': '1' })).status, 400,
    'RS15');
  const changed = await leader.call('PATCH', url, { name: 'Nama Cendrawasih', email: 'cendrawasih@contoh.id' },
    { 'if-match': '1' });
  t.match(changed.body, { name: 'Nama Cendrawasih', emailMasked: 'c****h@contoh.id', version: 2 });
  const [row] = await work.db.dynamic<{ all: string }>(`select (select jsonb_agg(to_jsonb(j)) from journal j)::text
    || (select jsonb_agg(to_jsonb(d)) from journal_detail d)::text as all`);
  t.match(row?.all, /contact.updated/);
  t.notMatch(row?.all, /Kenari|endrawasih/);
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  t.equal((await (await api.as(agent)).call('PATCH', url, { name: 'x' }, { 'if-match': '2' })).status, 404,
    'C15 only while one serves the customer');
  const ticketUrl = `/api/tickets/${opened.ticketId}`;
  const ticket = await leader.get(ticketUrl);
  const edited = await leader.call('PATCH', ticketUrl,
    { categoryId: world.categoryIds.PENGADUAN, summary: 'Angsuran dobel' },
    { 'if-match': String(ticket.body.version) });
  t.match(edited.body, { categoryCode: 'PENGADUAN', summary: 'Angsuran dobel' });
  t.match((await leader.get(`/api/interactions/${opened.interactionId}`)).body,
    { categoryCode: 'PENGADUAN', clock: { idealS: 720, maxS: 1200 } });
  t.equal((await leader.call('PATCH', ticketUrl, { categoryId: newId() },
    { 'if-match': String(edited.body.version) })).status, 400, 'RS02');
});

t.test('an agent documents, then closes, and nothing closes before (C10); handing on leaves their sight', async (t) => {
  const { work, world, api } = await place(t);
  const [one] = world.agents;
  if (one === undefined) throw new Error('no agent');
  const opened = await openOwnedInteraction(work.db, world, one.id, { answered: true });
  const agent = await api.as(one);
  const url = `/api/interactions/${opened.interactionId}`;
  t.equal((await agent.call('POST', `${url}/close`)).body.code, 'NOT_DOCUMENTED');
  const documentation = { categoryId: world.categoryIds.INFORMASI, outcomeCode: 'SELESAI', summary: 'Dijelaskan',
    crossSellingOffered: true };
  t.equal((await agent.call('POST', `${url}/documentation`, { ...documentation, agentId: newId() })).status, 400,
    'RS15');
  t.match((await agent.call('POST', `${url}/documentation`, documentation)).body,
    { state: 'DOCUMENTED', categoryCode: 'INFORMASI' });
  t.match((await agent.call('POST', `${url}/close`)).body, { state: 'CLOSED' });
  t.equal((await agent.get('/api/interactions/counts')).body.today.closed, 1);
  const second = await openOwnedInteraction(work.db, world, one.id, { answered: true });
  const up = `/api/interactions/${second.interactionId}`;
  const escalation = { reasonCode: 'DI_LUAR_WEWENANG', form: { summary: 'Perlu cek mutasi.' } };
  t.equal((await agent.call('POST', `${up}/escalate`, { ...escalation, form: { summery: 'x' } })).status, 400);
  t.same((await agent.call('POST', `${up}/escalate`, escalation)).body, { done: true });
  t.match(await work.db.dynamic('select summary from tickets where id = $1', [second.ticketId]),
    [{ summary: 'Perlu cek mutasi.' }], 'C9 their own part stands on the ticket');
  t.equal((await agent.get(up)).status, 404);
  const third = await openOwnedInteraction(work.db, world, one.id, {});
  const patched = await agent.call('PATCH', `/api/interactions/${third.interactionId}`,
    { categoryId: world.categoryIds.PERMINTAAN }, { 'if-match': '2' });
  t.match(patched.body, { categoryCode: 'PERMINTAAN', clock: { maxS: 1200 } });
  t.same((await agent.call('POST', `/api/interactions/${third.interactionId}/release`)).status, 200);
  t.match((await agent.get(`/api/interactions/${third.interactionId}`)).body, { masked: true }, 'back in the queue');
});

t.test('RS09 files: type from content, saved not run, only for who may read the conversation', async (t) => {
  const { work, world, api } = await place(t);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  const [agent, other] = [await api.as(one), await api.as(two)];
  const upload = async (name: string, bytes: Uint8Array) => {
    const { body, headers } = form(name, bytes);
    const answer = await api.app.inject({ method: 'POST', url: '/api/files', payload: Buffer.from(body, 'latin1'),
      headers: { ...headers, host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000', cookie: agent.cookie,
        'x-csrf-token': agent.csrfToken } });
    return { status: answer.statusCode,
      body: answer.json<{ fileId: string; fileName: string; mediaType: string; code?: string }>() };
  };
  const picture = await upload('../../fo\u202eto.html', PNG);
  t.match(picture, { status: 201, body: { mediaType: 'image/png' } });
  t.notMatch(picture.body.fileName, /[/\\]|\u202e/);
  t.match(await upload('a.txt', Buffer.from('<html><script>alert(1)</script>')),
    { body: { mediaType: 'application/octet-stream' } });
  t.match(await upload('a.svg', Buffer.from('<svg onload="x"/>')), { body: { mediaType: 'application/octet-stream' } });
  t.match(await upload('catatan.txt', Buffer.from('halo')), { body: { mediaType: 'text/plain' } });
  t.match(await upload('a.png', Buffer.from('MZ\u0090\u0000aaaaaaaaaaaa', 'latin1')),
    { status: 415, body: { code: 'FILE_TYPE_REFUSED' } });
  t.match(await upload('a.exe', PNG), { status: 415 });
  t.match(await upload('kosong.txt', Buffer.alloc(0)), { status: 400 });
  t.match(await upload('besar.bin', Buffer.alloc(21 * 1_048_576)), { status: 413, body: { code: 'FILE_TOO_LARGE' } });
  const url = `/api/files/${picture.body.fileId}`;
  const got = await api.app.inject({ url, headers: { host: '127.0.0.1:3000', cookie: agent.cookie } });
  t.ok(got.rawPayload.equals(PNG));
  t.match(got.headers,
    { 'content-type': 'image/png', 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-store' });
  t.match(got.headers['content-security-policy'], /sandbox/);
  t.equal((await other.get(url)).status, 404, 'another agent');
  t.equal((await api.stranger.get(url)).status, 401);
  const opened = await openOwnedInteraction(work.db, world, two.id);
  await work.db.dynamic('update files set conversation_id = $2, attached_at = app_now() where id = $1',
    [picture.body.fileId, opened.conversationId]);
  t.equal((await other.get(url)).status, 200, 'the owner of the conversation');
  t.equal((await agent.get(url)).status, 404, 'no longer the uploader, who may not read it');
  await work.db.dynamic(`update messages set attachments = jsonb_build_array(jsonb_build_object('fileId', $2::text)),
    deleted_at = app_now() where conversation_id = $1`, [opened.conversationId, picture.body.fileId]);
  t.equal((await other.get(url)).status, 404, 'its message was taken back');
});

t.test('files nobody attached are swept with their bytes; bytes nobody knows too', async (t) => {
  const { work, world, blobs } = await place(t);
  const stored = await blobs.put(Readable.from([PNG.subarray(0, 10), PNG.subarray(10)]), { fileName: 'a.png' });
  t.match(stored, { mediaType: 'image/png', sizeBytes: PNG.length });
  await work.db.dynamic(`insert into files (id, organisation_id, storage_name, file_name, media_type, size_bytes,
    sha256, uploaded_by_kind,
    created_at) values ($1, $2, $3, 'a.png', $4, $5, $6, 'AGENT', app_now() - interval '25 hours')`,
  [newId(), world.organisationId, stored.storageName, stored.mediaType, stored.sizeBytes, stored.sha256]);
  t.equal(await sweepOrphans(work.db, blobs), 1);
  t.equal(await blobs.get(stored.storageName), undefined);
  for (const name of ['../../etc/passwd', '', 'zz'.repeat(20), `${'a'.repeat(40)}/..`]) t.equal(await blobs.get(name),
    undefined);
  await t.rejects(blobs.put(Buffer.alloc(100), { fileName: 'x', bytesMax: 99 }), { code: 'FILE_TOO_LARGE' });
});

t.test('RF22 names of files keep their letters and lose what hides or leads elsewhere', async (t) => {
  t.equal(cleanFileName('C:\\fakepath\\Foto KTP Bu Sari.jpg'), 'Foto KTP Bu Sari.jpg');
  t.equal(cleanFileName('../../etc/passwd'), 'passwd');
  t.equal(cleanFileName('foto\u202egnp.exe'), 'fotognp.exe');
  t.equal(cleanFileName('\u0000..'), 'berkas');
  t.equal(cleanFileName('a'.repeat(500)).length, 200);
  t.ok(isInline('image/png'));
  for (const type of ['image/svg+xml', 'text/html', 'application/pdf', 'text/plain']) t.notOk(isInline(type), type);
});

t.test('INV9 the live figures count by the rules, within the scope', async (t) => {
  const { work, world, api } = await place(t);
  const [one] = world.agents;
  if (one === undefined) throw new Error('no agent');
  await openInteraction(work.db, world, { waitingSeconds: 90 });
  await openInteraction(work.db, world, { waitingSeconds: 30 });
  await openOwnedInteraction(work.db, world, one.id, { answered: true, waitingSeconds: 60 });
  const late = await openOwnedInteraction(work.db, world, one.id, { answered: true, waitingSeconds: 800 });
  const oot = await openInteraction(work.db, world, {});
  await work.db.dynamic(`update interactions set state = 'OOT_COMPLETE', closed_at = app_now() where id = $1`,
    [oot.interactionId]);
  const midnight = await work.db.dynamic<{ near: boolean }>(`select (app_now() at time zone 'Asia/Jakarta')::time <
    '00:15' as near`);
  if (midnight[0]?.near === true) { t.pass('the day has only begun: what waits came yesterday'); return; }
  const { body } = await (await api.as(world.leader)).get('/api/metrics/live');
  const queue = body.queues.find((row: { queueId: string }) => row.queueId === world.queueId);
  t.match(queue, { waiting: 2 });
  t.ok(queue.longestWaitS >= 90 && queue.longestWaitS < 150);
  t.match(body,
    { caseIn: 4, outOfTopic: 1, answered: { part: 2, whole: 2, ratio: 1 },
      withinTarget: { part: 1, whole: 2, ratio: 0.5 }, abandoned: 0 });
  t.match(body.agents, { READY: 1 });
  t.ok(late.interactionId);
  t.equal((await (await api.as(one)).get('/api/metrics/live')).status, 403);
});

t.test('RA08 whoever may audit can verify the seals over HTTP', async (t) => {
  const { work, world, api } = await place(t);
  await openInteraction(work.db, world, {});
  const administrator = await api.as(world.administrator);
  await (await api.as(world.leader)).call('POST', '/api/interactions/search', { q: 'a' });
  const vault = createVault(masterKeys([Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')]));
  await work.db.transaction((tx) => appendJournal(tx, [{ type: 'interaction.queued', subjectType: 'interaction',
    subjectId: world.queueId, actor: { kind: 'SYSTEM' }, scope: { organisationId: world.organisationId } }]));
  await eventually('a block', async () => await sealNext(work.db, vault) > 0);
  const { body } = await administrator.get('/api/journal/seals');
  t.match(body, { ok: true, bad: null, next: null, newestBlock: body.head.block });
  const after = (hmac: string) => `/api/journal/seals?fromBlock=${body.head.block}&fromHmac=${hmac}`;
  t.match((await administrator.get(after(body.head.hmac))).body, { ok: true, rows: 0, head: body.head });
  t.match((await administrator.get(after('0'.repeat(64)))).body, { ok: false, bad: { reason: 'BLOCK_CHANGED' } });
  t.equal((await administrator.get('/api/journal/seals?fromBlock=1')).status, 400);
  t.equal((await (await api.as(world.leader)).get('/api/journal/seals')).status, 403);
});
