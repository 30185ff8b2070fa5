/** The generic webhook: the contract, its signature, and what its callback's answers mean. */
import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { generic } from '#channels/generic/adapter.ts';
import { readBody } from '#channels/generic/read.ts';
import { checkSignature, signBody } from '#channels/generic/signature.ts';
import { arraySlices } from '#channels/generic/slices.ts';
import type { HookRequest } from '#channels/channel.ts';
import type { AccountView, OutboundMessage } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { declarations, payloads, totality, type Subject } from './contract.ts';
import { channelWorld } from './support.ts';

const NOW = 1_800_000_000;
const SECRET = 'rahasia-uji-0123456789';

const account: AccountView = {
  id: newId(),
  organisationId: newId(),
  channel: 'generic',
  key: 'uji',
  name: 'Uji',
  address: null,
  settings: {},
};

function sign(body: Uint8Array, nowSeconds: number): HookRequest {
  // Written out, not by signBody: the documented recipe is what strangers follow.
  const mac = createHmac('sha256', SECRET).update(`${nowSeconds}.`).update(body).digest('hex');
  return { method: 'POST', query: {}, body, nowSeconds, headers: { 'sambung-signature': `t=${nowSeconds},v1=${mac}` } };
}

const subject: Subject = { channel: generic, account, secrets: { secret: SECRET }, sign };

declarations(t, generic);
payloads(t, subject);
totality(t, subject);

t.test('RS12 a tampered byte, another secret, an old time or no secret at all is refused', async (t) => {
  const body = Buffer.from('{"type":"message"}');
  const header = signBody([SECRET], body, NOW);
  t.same(checkSignature(header, body, [SECRET], NOW), { ok: true });
  const tampered = Buffer.from(body);
  tampered[3] = 0x55;
  t.same(checkSignature(header, tampered, [SECRET], NOW), { ok: false, code: 'SIGNATURE_WRONG' });
  t.same(checkSignature(header, body, ['rahasia-akun-lain'], NOW), { ok: false, code: 'SIGNATURE_WRONG' });
  t.same(
    checkSignature(header, body, [undefined, ''], NOW),
    { ok: false, code: 'SIGNATURE_WRONG' },
    'no secret: closed',
  );
  t.same(checkSignature(undefined, body, [SECRET], NOW), { ok: false, code: 'SIGNATURE_MISSING' });
  const { hookToleranceSeconds: edge } = limits;
  t.same(checkSignature(header, body, [SECRET], NOW + edge), { ok: true });
  t.same(checkSignature(header, body, [SECRET], NOW + edge + 1), { ok: false, code: 'SIGNATURE_EXPIRED' });
  t.same(checkSignature(header, body, [SECRET], NOW - edge - 1), { ok: false, code: 'SIGNATURE_EXPIRED' });
  t.same(checkSignature(header.replace(`t=${NOW}`, `t=${NOW + 1}`), body, [SECRET], NOW), {
    ok: false,
    code: 'SIGNATURE_WRONG',
  });
  t.same(checkSignature(`t=${NOW},v1=zz`, body, [SECRET], NOW), { ok: false, code: 'SIGNATURE_WRONG' });
});

t.test('RS12 while keys change, either of two secrets signs and either of two signatures counts', async (t) => {
  const body = Buffer.from('{}');
  t.same(checkSignature(signBody(['lama', 'baru'], body, NOW), body, ['baru', undefined], NOW), { ok: true });
  t.same(checkSignature(signBody(['lama'], body, NOW), body, ['baru', 'lama'], NOW), { ok: true });
  t.same(checkSignature(signBody(['asing'], body, NOW), body, ['baru', 'lama'], NOW), {
    ok: false,
    code: 'SIGNATURE_WRONG',
  });
});

t.test('a hook by GET is no hook', async (t) => {
  t.same(
    generic.verify?.({ ...sign(Buffer.from('{}'), NOW), method: 'GET' }, account, () => SECRET),
    { ok: false, code: 'NOT_FOUND' },
  );
});

t.test('each event of a batch keeps exactly its own bytes', async (t) => {
  const text = '{"a":{"events":[9]},"events" : [ {"x":"],\\"" }\n, [1,[2]] ,"s,]" , 5 ],"z":1}';
  t.same(
    arraySlices(Buffer.from(text), 'events')?.map((slice) => Buffer.from(slice).toString()),
    ['{"x":"],\\"" }', '[1,[2]]', '"s,]"', '5'],
  );
  t.same(arraySlices(Buffer.from('{"events":[]}'), 'events'), []);
  t.equal(arraySlices(Buffer.from('{"other":1}'), 'events'), undefined);
  const parsed = readBody(
    Buffer.from('{"\\u0065vents":[{"type":"ended","id":"1","from":"c"},{"type":"ended","id":"2","from":"c"}]}'),
  );
  t.equal(parsed.events.length, 2, 'an escaped name is read too');
});

type Script = (request: http.IncomingMessage, response: http.ServerResponse) => void;

interface Ledger {
  headers: http.IncomingHttpHeaders;
  body: string;
}

async function callbackServer(t: Test, script: Script): Promise<{ url: string; ledger: Ledger[] }> {
  const ledger: Ledger[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      ledger.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      script(request, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/balasan`, ledger };
}

function reply(): OutboundMessage {
  return {
    id: newId(),
    clientId: newId(),
    conversationId: newId(),
    seq: 2,
    handle: 'cust-1',
    threadKey: '',
    authorKind: 'AGENT',
    authorName: 'Sari',
    kind: 'text',
    text: 'Baik, kami cek.',
    attachments: [],
    replyToProviderId: null,
    createdAt: new Date(NOW * 1_000),
  };
}

async function answerOf(
  t: Test,
  script: Script,
  egressAllow = ['127.0.0.1'],
): Promise<{ outcome: unknown; ledger: Ledger[]; message: OutboundMessage }> {
  const { url, ledger } = await callbackServer(t, script);
  const { hosts, world } = await channelWorld(t, {
    channel: 'generic',
    settings: { callbackUrl: url },
    secrets: { secret: SECRET },
    egressAllow,
  });
  const message = reply();
  const outcome = await hosts.sender({ id: world.accountId })?.(message, new AbortController().signal);
  return { outcome, ledger, message };
}

t.test('a reply is posted once, signed, with the client id as its key; the answer names it', async (t) => {
  const { outcome, ledger, message } = await answerOf(t, (_request, response) => {
    response.end('{"id":"ext-9"}');
  });
  t.same(outcome, { kind: 'sent', providerMessageId: 'ext-9' });
  t.equal(ledger.length, 1);
  const [got] = ledger;
  t.equal(got?.headers['idempotency-key'], message.clientId);
  const header = got?.headers['sambung-signature'] as string;
  t.same(checkSignature(header, Buffer.from(got?.body ?? ''), [SECRET], Number(/t=(\d+)/.exec(header)?.[1])), {
    ok: true,
  });
  t.match(JSON.parse(got?.body ?? '{}'), {
    type: 'message',
    clientId: message.clientId,
    to: { id: 'cust-1' },
    text: 'Baik, kami cek.',
    author: { kind: 'AGENT' },
  });
});

t.test('an answer without an id leaves our own as the provider id', async (t) => {
  const { outcome, message } = await answerOf(t, (_request, response) => {
    response.statusCode = 204;
    response.end();
  });
  t.same(outcome, { kind: 'sent', providerMessageId: message.id });
});

t.test('429 and 5xx mean later, as long as Retry-After says; 4xx and a redirect mean no', async (t) => {
  const status =
    (code: number, headers: Record<string, string> = {}): Script =>
    (_request, response) => {
      response.writeHead(code, headers).end();
    };
  t.same((await answerOf(t, status(429, { 'retry-after': '7' }))).outcome, {
    kind: 'retry',
    reasonCode: 'CALLBACK_429',
    afterMs: 7_000,
  });
  t.same((await answerOf(t, status(500))).outcome, { kind: 'retry', reasonCode: 'CALLBACK_500' });
  t.same((await answerOf(t, status(410))).outcome, { kind: 'failed', reasonCode: 'CALLBACK_410' });
  const { outcome, ledger } = await answerOf(t, status(302, { location: 'http://127.0.0.1:9/elsewhere' }));
  t.same(outcome, { kind: 'failed', reasonCode: 'CALLBACK_302' });
  t.equal(ledger.length, 1, 'a redirect is not followed');
});

t.test('a connection that breaks after the request left is unknown, never sent again by itself', async (t) => {
  const { outcome, ledger } = await answerOf(t, (request) => {
    request.socket.destroy();
  });
  t.match(outcome, { kind: 'unknown', reasonCode: 'ECONNRESET' });
  t.equal(ledger.length, 1);
});

t.test('a callback that hangs is unknown after its time', async (t) => {
  const { url } = await callbackServer(t, () => undefined);
  const { target } = await channelWorld(t, { channel: 'generic', egressAllow: ['127.0.0.0/8'] });
  const failed = await target.host
    .fetch(url, { method: 'POST', headers: {}, body: '{}', timeoutMs: 100 })
    .catch((error: unknown) => error);
  t.match(failed, { stage: 'after-write', reasonCode: 'TIMEOUT' });
});

t.test('nobody listening means later; an address outside EGRESS_ALLOW or no callback at all means no', async (t) => {
  const { hosts, world, work } = await channelWorld(t, {
    channel: 'generic',
    secrets: { secret: SECRET },
    settings: { callbackUrl: 'http://127.0.0.1:9/' },
    egressAllow: ['127.0.0.1'],
  });
  const send = hosts.sender({ id: world.accountId });
  const { signal } = new AbortController();
  t.same(await send?.(reply(), signal), { kind: 'retry', reasonCode: 'ECONNREFUSED' });
  await work.db.dynamic(
    `update channel_accounts set settings = '{"callbackUrl":"http://10.0.0.8/"}', version = version + 1`,
  );
  await hosts.reload();
  t.same(await send?.(reply(), signal), { kind: 'failed', reasonCode: 'EGRESS_NOT_ALLOWED' });
  await work.db.dynamic(`update channel_accounts set settings = '{}', version = version + 1`);
  await hosts.reload();
  t.same(await send?.(reply(), signal), { kind: 'failed', reasonCode: 'NO_CALLBACK' });
});
