/** Attacks that once went through, or nearly: forged addresses, idle sockets, races of passwords, threads of others. */
import { Readable } from 'node:stream';
import t from 'tap';
import { io } from 'socket.io-client';
import type { MessageView } from '#agent-desk/views.ts';
import { readIdentity, readSend } from '#channels/live-chat/requests.ts';
import { publicSettings } from '#channels/live-chat/settings.ts';
import { limits } from '#domain/limits.ts';
import { newId } from '#domain/ids.ts';
import { buildApp } from '#gateway/app.ts';
import { meApi, sessionApi } from '#gateway/api/session.ts';
import { readingApis } from '#gateway/api/reading.ts';
import { createPasswords, type Passwords } from '#gateway/security/passwords.ts';
import { createSessions } from '#gateway/security/sessions.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { addUser, adminWorld } from '#test/support/admin-world.ts';
import { testApi } from '#test/support/api.ts';
import { openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';
import { liveDesk, startNode, type TestNode } from '../agent-desk/desk-harness.ts';

t.setTimeout(120_000);

const PASSWORD = 'kuda-nil-terbang-7';

t.test('RA04 behind a proxy, addresses made up by a client give it no more guesses and no more uploads', async (t) => {
  const { parts } = await wholeApp(t);
  const world = await smallWorld(parts.work.db);
  await parts.work.db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name)
    values ($1, $2, 'live-chat', 'web', 'Chat')`, [newId(), world.organisationId]);
  await parts.hosts.reload();
  const app = await buildApp({ ...parts, config: { ...parts.config, trustProxy: true } });
  t.teardown(() => app.close());
  const ask = async (url: string, n: number, headers: Record<string, string>, payload: string): Promise<number> =>
    (await app.inject({ method: 'POST', url, payload,
      headers: { 'x-forwarded-for': `198.51.100.${n}, 203.0.113.9`, ...headers } })).statusCode;
  const guesses: number[] = [];
  for (let n = 0; n <= limits.loginFailuresMax; n += 1) {
    guesses.push(await ask('/api/session', n, { 'content-type': 'application/json' },
      JSON.stringify({ npk: '10001', password: `tebakan ke-${n}` })));
  }
  t.equal(guesses.at(-1), 429, guesses.join());
  const uploads: number[] = [];
  const most = limits.chatUploadBytesPerAddressHour / limits.fileBytes;
  for (let n = 0; n <= most; n += 1) {
    uploads.push(await ask('/api/chat/web/files', n, { 'content-type': 'multipart/form-data; boundary=x',
      'content-length': String(limits.fileBytes) }, 'x'));
  }
  t.same([uploads[0], uploads.at(-1)], [401, 429], 'bytes are counted by address, before anything is kept');
});

t.test('RS18 a socket that joins nothing of ours, or tries without end, is closed', async (t) => {
  const node = await startNode(t, await testWork(t));
  const knock = (words: readonly string[]): Promise<number> => new Promise((resolve) => {
    const socket = io(node.url, { transports: ['websocket'], forceNew: true, reconnection: false, autoConnect: false,
      extraHeaders: { origin: node.url, cookie: `sambung=${'a'.repeat(43)}` } });
    t.teardown(() => { socket.disconnect(); });
    const from = performance.now();
    socket.io.on('close', () => resolve(performance.now() - from));
    socket.io.on('open', () => { for (const word of words) socket.io.engine.write(word); });
    socket.io.open();
  });
  const forged = Array.from({ length: 50 }, () => '0/desk,{"tabId":"a"}');
  const [idle, flood] = await Promise.all([knock(['0']), knock(forged)]);
  t.ok(idle < limits.socketAuthMs + 3_000, `the main namespace is no place to stay: ${idle} ms`);
  t.ok(flood < limits.socketAuthMs - 1_000, `forged sessions are not looked up for ever: ${flood} ms`);
});

/** Passwords whose check takes so long that an administrator's reset comes in between. */
function overtaken(work: TestWork): Passwords {
  const real = createPasswords();
  return { ...real, async verify(stored, plain) {
    const verdict = await real.verify(stored, plain);
    await work.db.dynamic(`update users set password_hash = 'reset meanwhile' where npk = '10001'`);
    return verdict;
  } };
}

t.test('RS06 a password reset while the old one is looked at leaves no session and is not undone', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const sessions = createSessions(work, { passwords: overtaken(work) });
  t.teardown(() => sessions.close());
  const api = await testApi(t, { work, sessions, plugins: () => [sessionApi, meApi].map((make) =>
    make({ work, sessions })) });
  const hash = await createPasswords().hash(PASSWORD);
  const old = (): Promise<unknown> => work.db.dynamic('update users set password_hash = $1', [hash]);
  await old();
  t.match(await api.stranger.call('POST', '/api/session', { npk: '10001', password: PASSWORD }),
    { status: 401, body: { code: 'SIGN_IN_FAILED' } });
  t.same(await work.db.dynamic('select user_id from sessions'), [], 'nobody is signed in by the old password');
  await old();
  const thief = await api.as(world.agents[0]!);
  const changed = await thief.call('POST', '/api/me/password', { current: PASSWORD, next: 'gajah-di-pelupuk-mata' });
  t.equal(changed.body.code, 'SIGN_IN_FAILED');
  t.same(await work.db.dynamic(`select password_hash from users where npk = '10001'`),
    [{ password_hash: 'reset meanwhile' }]);
  const calm = await testApi(t, { work, plugins: (parts) => [sessionApi({ work, ...parts })] });
  await old();
  t.equal((await calm.stranger.call('POST', '/api/session', { npk: '10001', password: PASSWORD })).status, 200);
});

t.test('RS16 who manages channels within a site makes and changes none of the organisation', async (t) => {
  const place = await adminWorld(t);
  const { siteId, accountId } = place.world;
  const local = await place.api.as(await addUser(place, '40001', 'ADMIN', { kind: 'site', id: siteId }));
  const count = () => place.work.db.dynamic('select count(*)::int as n from channel_accounts');
  const before = await count();
  const made = await local.call('POST', '/api/channel-accounts', { channel: 'generic', key: 'pintu', name: 'Pintu' });
  t.equal(made.status, 403);
  t.same(await count(), before);
  const url = `/api/channel-accounts/${accountId}`;
  t.equal((await local.call('PATCH', url, { name: 'x' }, { 'if-match': '1' })).status, 403);
});

t.test('RF20 what a visitor puts into a form is made storable, or each one would halve a whole batch', async (t) => {
  const account = { id: newId(), organisationId: newId(), channel: 'live-chat', key: 'web', name: 'Chat', address: null,
    settings: { formTopic: 'optional', formEmail: 'optional' } };
  const { form } = readSend({ clientId: newId(), text: 'halo', form: { topic: 'a\0b', email: 'a\0\ud800@contoh.id' } },
    publicSettings(account));
  t.same(form, { topic: 'a\u2400b', email: 'a\u2400\ufffd@contoh.id' });
  t.equal(readIdentity({ userId: '1', hash: '', name: '\0' })?.name, '\u2400');
});

/** A thread in which `first` closed their work and `second` serves the customer now, who wrote once more. */
async function passedOn(work: TestWork, world: SmallWorld, first: string, second: string):
Promise<{ first: OpenedInteraction; fileId: string }> {
  const mine = await openOwnedInteraction(work.db, world, first, { text: 'urusan pertama' });
  await work.db.dynamic(`update interactions set state = 'CLOSED', closed_at = app_now() where id = $1`,
    [mine.interactionId]);
  const later = await openOwnedInteraction(work.db, world, second, { text: 'rahasia kemudian', answered: true });
  await work.db.dynamic('update interactions set conversation_id = $2, contact_id = $3 where id = $1',
    [later.interactionId, mine.conversationId, mine.contactId]);
  const fileId = newId();
  await work.db.dynamic(`insert into files (id, organisation_id, conversation_id, storage_name, file_name, media_type,
      size_bytes, sha256, uploaded_by_kind, attached_at)
    values ($1, $2, $3, $4, 'ktp.txt', 'text/plain', 1, '\\x00', 'CUSTOMER', app_now())`,
  [fileId, world.organisationId, mine.conversationId, 'ab'.repeat(20)]);
  await work.db.dynamic(`update messages set conversation_id = $2, seq = 2,
    attachments = jsonb_build_array(jsonb_build_object('fileId', $3::text, 'fileName', 'ktp.txt', 'mediaType',
      'text/plain', 'sizeBytes', 1)) where id = $1`,
  [later.messageId, mine.conversationId, fileId]);
  await work.db.dynamic('update conversations set last_seq = 2 where id = $1', [mine.conversationId]);
  return { first: mine, fileId };
}

async function desks(t: Teardown, work: TestWork, world: SmallWorld, node: TestNode) {
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  return { former: await liveDesk(t, work, node, one), present: await liveDesk(t, work, node, two) };
}

t.test('RA07 who once served a customer reads nothing of what others do with them later', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  const { first, fileId } = await passedOn(work, world, one.id, two.id);
  const blobs = { get: async () => Readable.from(['x']) } as never;
  const vault = createVault(masterKeys([Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')]));
  const api = await testApi(t, { work, plugins: () => readingApis({ work, blobs, vault }) });
  const texts = async (who: typeof one, query = ''): Promise<string[]> =>
    (await (await api.as(who)).get(`/api/conversations/${first.conversationId}/messages${query}`)).body.items
      .map((item: MessageView) => item.text);
  t.same(await texts(one), ['urusan pertama'], 'own closed work stays');
  t.same(await texts(one, '?after=1'), []);
  t.same(await texts(two), ['urusan pertama', 'rahasia kemudian'], 'the history is open while one serves the contact');
  t.equal((await (await api.as(one)).get(`/api/files/${fileId}`)).status, 404);
  t.equal((await (await api.as(two)).get(`/api/files/${fileId}`)).status, 200);

  const node = await startNode(t, work);
  const { former, present } = await desks(t, work, world, node);
  t.match(await present.ask('message:send',
    { clientId: newId(), conversationId: first.conversationId, text: 'saldo Anda' }), { ok: true });
  await eventually('who serves sees it', () => present.held<MessageView>('message').length === 1);
  t.same(former.held('message'), [], 'and who served does not');
});
