/**
 * A file of a customer when the server dies between storing the bytes and knowing them (RF01): the retry works,
 * nothing stays.
 */
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { createBlobStore, sweepOrphans } from '#gateway/blob-store.ts';
import { outsideServers } from '#test/support/outside.ts';
import { startProduct } from '#test/support/servers.ts';
import { addLiveChat, openCustomer } from '#test/support/talk.ts';

t.setTimeout(240_000);

function upload(url: string, token: string, text: string): Promise<Response> {
  const form = new FormData();
  form.append('file', new Blob([text]), 'bukti.txt');
  return fetch(`${url}/api/chat/web/files`, { method: 'POST', body: form,
    headers: { authorization: `Bearer ${token}` } });
}

function blobsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

t.test('RF01 media.midDownload: killed between bytes and row, the visitor tries again, and the orphan is swept',
  async (t) => {
  const outside = await outsideServers(t);
  await addLiveChat(outside);
  const folder = join(outside.env['DATA_DIR'] ?? '', 'files');
  const first = await startProduct(t, { ...outside.env, FAILPOINT: 'media.midDownload:1:kill' });
  const before = await openCustomer(t, first.url);
  const token = before.token ?? '';
  await t.rejects(upload(first.url, token, 'bukti pembayaran'), 'no acknowledgement');
  t.equal(await first.ended, 'SIGKILL');
  before.close();
  t.equal(blobsIn(folder).length, 1, 'the bytes lie there, and nobody knows them');
  t.same(await outside.db.dynamic('select id from files'), []);

  const second = await startProduct(t, outside.env);
  const again = await upload(second.url, token, 'bukti pembayaran');
  t.equal(again.status, 201, 'the same visitor sends it again');
  const { fileId } = await again.json() as { fileId: string };
  const customer = await openCustomer(t, second.url);
  t.match(await customer.say('terlampir', newId(), undefined, [fileId]), { ok: false },
    'the file is not of another visitor');
  customer.token = token;
  customer.socket.disconnect().connect();
  await new Promise<void>((resolve) => { customer.socket.once('hello', () => resolve()); });
  t.match(await customer.say('terlampir', newId(), undefined, [fileId]), { ok: true });
  t.equal(blobsIn(folder).length, 2);

  const old = new Date(Date.now() - 25 * 3_600_000);
  for (const file of blobsIn(folder)) utimesSync(file, old, old);
  const blobs = createBlobStore(folder);
  let removed = 0;
  // One folder of 256 at a call.
  for (let turn = 0; turn < 256; turn += 1) removed += await sweepOrphans(outside.db, blobs);
  t.equal(removed, 1);
  const [row] = await outside.db.dynamic<{ storage_name: string }>('select storage_name from files');
  t.same(blobsIn(folder).map((file) => file.endsWith(row?.storage_name ?? '?')), [true], 'what was sent stays');
});
