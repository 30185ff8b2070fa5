/** What the socket server refuses: foreign pages, strangers, nonsense and floods; and it lives on (RS17, RS18). */
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { io } from 'socket.io-client';
import type { DeskRequest } from '#agent-desk/protocol.ts';
import { limits } from '#domain/limits.ts';
import { newId } from '#domain/ids.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';
import type { SmallWorld } from '#test/support/fixtures.ts';
import { liveDesk, openDesk, signedIn, startNode, type TestNode } from './desk-harness.ts';

async function place(t: Teardown): Promise<{ work: TestWork; world: SmallWorld; node: TestNode; cookie: string }> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work,
    { sockets: { chatOriginAllowed: (origin) => origin === 'https://toko.contoh.id' } });
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  return { work, world, node, cookie: await signedIn(work, agent) };
}

/** The status of a websocket handshake with these headers. */
async function handshake(node: TestNode, headers: Record<string, string>,
  path = '/socket.io/?EIO=4&transport=websocket'): Promise<number> {
  const { hostname, port, host } = new URL(node.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const lines = Object.entries({ host, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
          ...headers }).map(([name, value]) => `${name}: ${value}`);
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    });
    socket.once('data',
      (data) => { resolve(Number(/^HTTP\/1.1 (\d+)/.exec(data.toString())?.[1])); socket.destroy(); });
    socket.once('error', reject);
    socket.once('close', () => resolve(0));
  });
}

t.test('RS17 a page of another origin gets no further than the handshake, even with a cookie', async (t) => {
  const { node, cookie } = await place(t);
  const { host } = new URL(node.url);
  t.equal(await handshake(node, { origin: node.url, cookie }), 101, 'our own page');
  for (const origin of ['https://jahat.contoh', 'null', `${node.url}.jahat.contoh`, `https://${host}`,
    node.url.replace('http://', 'http://x@'), 'http://127.0.0.1:1']) {
    const status = await handshake(node, { origin, cookie });
    t.ok(status === 403 || status === 400, `${origin}: ${status}`);
    const polling = await fetch(`${node.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin, cookie } });
    t.equal(polling.status, 403, `${origin} by polling`);
  }
  const cross = await fetch(`${node.url}/socket.io/?EIO=4&transport=polling`,
    { headers: { 'sec-fetch-site': 'cross-site', cookie } });
  t.equal(cross.status, 403);
  const embedding = openDesk(t, node, { cookie, origin: 'https://toko.contoh.id' });
  await eventually('an origin of /chat is no origin of /desk',
    () => embedding.ended.some(({ code }) => code === 'ORIGIN_REFUSED'));
});

t.test('RS18 who has no session is refused, and a connection without a namespace is closed', async (t) => {
  const { node } = await place(t);
  for (const cookie of [undefined, 'sambung=', `sambung=${randomBytes(32).toString('base64url')}`,
    'sambung=a; sambung=b']) {
    const screen = openDesk(t, node, cookie === undefined ? {} : { cookie });
    await eventually('refused', () => screen.ended.some(({ code }) => code === 'SIGN_IN_REQUIRED'));
  }
  const lurker = io(node.url,
    { transports: ['websocket'], forceNew: true, reconnection: false, autoConnect: false,
      extraHeaders: { origin: node.url } });
  t.teardown(() => { lurker.disconnect(); });
  let closed = false;
  lurker.io.on('close', () => { closed = true; });
  lurker.io.open();
  await eventually('the engine is closed by the server', () => closed, limits.socketAuthMs + 5_000);
});

t.test('RS18 unknown events, unknown fields, wrong types and foreign ids are refused one by one', async (t) => {
  const { work, world, node, cookie } = await place(t);
  const [agent, other] = world.agents;
  if (agent === undefined || other === undefined) throw new Error('no agents');
  const foreign = await openOwnedInteraction(work.db, world, other.id, { answered: true });
  const desk = await liveDesk(t, work, node, agent, { cookie });
  const wild = desk.ask as (name: string, payload: unknown) => Promise<{ ok: boolean; code?: string }>;
  for (const name of ['join', 'room:join', '__proto__', 'constructor', 'toString',
    'x'.repeat(10_000)]) t.match(await wild(name, {}), { ok: false, code: 'BAD_REQUEST' });
  const good: DeskRequest<'message:send'> = { clientId: newId(), conversationId: foreign.conversationId, text: 'halo' };
  for (const payload of [null, 7, 'x', [], {}, { ...good, authorId: newId() }, { ...good, text: { $ne: 1 } },
    { ...good, conversationId: 'x' },
    { ...good, text: 'x'.repeat(20_000) }, { ...good, fileIds: Array.from({ length: 11 }, newId) },
      JSON.parse('{"__proto__":{"a":1},"clientId":"x"}')]) {
    t.match(await wild('message:send', payload), { ok: false, code: 'VALIDATION_FAILED' });
  }
  t.match(await desk.ask('message:send', good), { ok: false, code: 'NOT_FOUND' }, 'RS02 another agent\'s conversation');
  t.match(await desk.ask('interaction:read', { interactionId: foreign.interactionId }), { ok: true },
    'nothing happens to it');
  const [row] = await work.db.dynamic<{ unread_count: number }>(`select c.unread_count
    from conversations c join interactions i on i.conversation_id = c.id where i.id = $1`,
    [foreign.interactionId]);
  t.equal(row?.unread_count, 1);
  t.match(await desk.ask('conversation:look', { conversationId: foreign.conversationId }),
    { ok: false, code: 'NOT_FOUND' });
  t.ok(desk.socket.connected);
});

t.test('RS18 a flood is answered with TOO_MANY_REQUESTS, a torrent is cut; the others are served', async (t) => {
  const { work, world, node, cookie } = await place(t);
  const [agent, other] = world.agents;
  if (agent === undefined || other === undefined) throw new Error('no agents');
  const desk = await liveDesk(t, work, node, agent, { cookie });
  const flood = await Promise.all(Array.from({ length: limits.socketEventsPerSecondMax + 20 },
    () => desk.ask('conversation:look', { conversationId: null })));
  t.ok(flood.filter((answer) => !answer.ok && answer.code === 'TOO_MANY_REQUESTS').length > 0);
  for (let n = 0; n < limits.socketEventsPerSecondMax * 12; n += 1) desk.socket.emit('conversation:look',
    { conversationId: null });
  await eventually('cut', () => desk.ended.some(({ name }) => name === 'disconnect'));
  const bystander = await liveDesk(t, work, node, other);
  t.match(await bystander.ask('conversation:look', { conversationId: null }), { ok: true });
});

t.test('RS18 malformed packets end their own connection, never the process', async (t) => {
  const { work, world, node, cookie } = await place(t);
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  const packets = ['', '9', '42', '42[', '42["x"', '42/desk,', '42/desk,{"a":1}',
    '42/desk,["message:send",{"_placeholder":true,"num":9}]', '451-["a",{"_placeholder":true,"num":0}]',
    '459999999999-["a"]', '40/desk,{"tabId":', '40/desk,[]', '40/admin,{}', '43/desk,1[',
      '42/desk,1234567890123456789012345678901["x"]', '44/desk,{}', `42/desk,${'['.repeat(50_000)}`,
    '42/desk,["connect"]', '42/desk,["disconnect"]', '42/desk,["error"]', '\u0000',
      'a'.repeat(limits.socketMessageBytes + 10)];
  for (const packet of packets) {
    const screen = await liveDesk(t, work, node, agent, { cookie });
    const { ws } = screen.socket.io.engine.transport as unknown as { ws: { send(data: string | Uint8Array): void } };
    ws.send(packet === '' ? packet : `4${packet}`.slice(packet.startsWith('4') ? 1 : 0));
    ws.send(Buffer.from(packet));
    screen.socket.disconnect();
  }
  const survivor = await liveDesk(t, work, node, agent, { cookie });
  t.match(await survivor.ask('conversation:look', { conversationId: null }), { ok: true });
  t.notMatch(work.log.lines.join('\n'), /_placeholder|aaaa/);
});
