/** Files of visitors and the customer's page: whose they are, how they are served, what a stranger gets. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { safeFileName } from '#gateway/channel-media.ts';
import { eventually } from '#test/support/harness.ts';
import { chatServer, type ChatServer } from './chat-server.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

function upload(
  server: ChatServer,
  token: string | undefined,
  name: string,
  bytes: Uint8Array = PNG,
): Promise<Response> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), name);
  return fetch(`${server.url}/api/chat/${server.world.accountKey}/files`, {
    method: 'POST',
    body: form,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

/** The whole answer: a body left unread keeps its connection busy. */
async function download(
  server: ChatServer,
  token: string | undefined,
  id: string,
): Promise<{ status: number; headers: Headers; body: Buffer }> {
  const answer = await fetch(`${server.url}/api/chat/${server.world.accountKey}/files/${id}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

t.test('RS09 a visitor sends a picture, gets it back as a download, and nobody else gets it', async (t) => {
  const server = await chatServer(t);
  const customer = server.customer();
  const { token } = await customer.greeted();
  const answer = await upload(server, token, '../../etc/\u202egnp.gambar.png');
  t.equal(answer.status, 201);
  const file = (await answer.json()) as { fileId: string; fileName: string };
  t.match(file, { fileName: 'gnp.gambar.png', mediaType: 'image/png', sizeBytes: PNG.length });
  t.equal((await download(server, token, file.fileId)).status, 200, "one's own, before it is sent");

  const stranger = server.customer();
  const other = await stranger.greeted();
  t.equal((await download(server, other.token, file.fileId)).status, 404);
  t.equal((await download(server, undefined, file.fileId)).status, 401);
  t.equal((await download(server, token, newId())).status, 404);
  t.match(
    await stranger.ask('message:send', { clientId: newId(), text: '', fileIds: [file.fileId] }),
    { ok: false, code: 'VALIDATION_FAILED' },
    "what is another's cannot be sent on",
  );

  t.match(await customer.ask('message:send', { clientId: newId(), text: '', fileIds: [file.fileId] }), { ok: true });
  const message = await eventually('the picture', () => [...customer.messages.values()][0]);
  t.match(message, { kind: 'image', files: [{ fileId: file.fileId }] });
  t.match(
    await server.work.db.dynamic(
      'select attached_at is not null as attached, conversation_id is not null as placed from files',
    ),
    [{ attached: true, placed: true }],
  );
  const got = await download(server, token, file.fileId);
  t.match(Object.fromEntries(got.headers), {
    'content-disposition': /^attachment; filename\*=UTF-8''gnp\.gambar\.png$/,
    'x-content-type-options': 'nosniff',
    'content-security-policy': /sandbox/,
    'content-type': 'image/png',
    'cache-control': 'private, no-store',
  });
  t.ok(got.body.equals(PNG));
  await server.work.db.dynamic('update files set channel_account_id = null, handle_hash = null');
  t.equal((await download(server, token, file.fileId)).status, 200, 'sent by others, it is had through its message');
  await server.work.db.dynamic('update messages set deleted_at = app_now() where attachments is not null');
  t.equal((await download(server, token, file.fileId)).status, 404, 'taken back, it is had by nobody');
});

t.test('an upload without a token, without a file or to nowhere is refused by name', async (t) => {
  const server = await chatServer(t);
  const { token } = await server.customer().greeted();
  t.match(await (await upload(server, undefined, 'a.png')).json(), { code: 'VISITOR_TOKEN_INVALID' });
  t.match(await (await upload(server, `${token}x`, 'a.png')).json(), { code: 'VISITOR_TOKEN_INVALID' });
  const empty = await fetch(`${server.url}/api/chat/${server.world.accountKey}/files`, {
    method: 'POST',
    body: '{}',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  t.ok(empty.status >= 400 && empty.status < 500);
  await empty.text();
  t.match(await (await fetch(`${server.url}/api/chat/tidak-ada/settings`)).json(), { code: 'CHANNEL_ACCOUNT_UNKNOWN' });
  t.match(await (await fetch(`${server.url}/api/chat/${server.world.accountKey}/settings`)).json(), {
    account: server.world.accountKey,
    fileBytes: limits.fileBytes,
  });
});

t.test('RS09 a program and a page are refused or robbed of their type', async (t) => {
  const server = await chatServer(t);
  const { token } = await server.customer().greeted();
  t.match(await (await upload(server, token, 'tagihan.pdf.exe', Buffer.from('MZ'))).json(), {
    code: 'FILE_TYPE_REFUSED',
  });
  const page = (await (
    await upload(server, token, 'a.html', Buffer.from('<html><script>alert(1)</script>'))
  ).json()) as { fileId: string };
  t.match(Object.fromEntries((await download(server, token, page.fileId)).headers), {
    'content-type': 'application/octet-stream',
    'content-disposition': /^attachment/,
  });
});

t.test('RF24 a file over the limit is refused, and nothing of it is kept', async (t) => {
  const server = await chatServer(t);
  const { token } = await server.customer().greeted();
  const answer = await upload(server, token, 'besar.bin', Buffer.alloc(limits.fileBytes + 1, 7));
  t.match({ status: answer.status, ...((await answer.json()) as object) }, { status: 413 });
  t.same(await server.work.db.dynamic('select count(*)::int as n from files'), [{ n: 0 }]);
});

t.test('file names lose paths, controls and direction marks, and never become empty', async (t) => {
  t.same(['a/b\\c.txt', '..', '\u202Eabc\u0000.exe', '  .hidden', '', '\n'].map(safeFileName), [
    'c.txt',
    'file',
    'abc\u2400.exe',
    'hidden',
    'file',
    'file',
  ]);
  t.ok(safeFileName(`${'😀'.repeat(300)}.png`).length <= limits.fileNameChars);
});
