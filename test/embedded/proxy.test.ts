/** The fault proxy of the tests does to a connection what it says. */
import { createServer, connect, type Socket } from 'node:net';
import t from 'tap';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { faultProxy } from '#test/support/proxy.ts';

/** A server that sends everything back. */
async function echo(t: Teardown): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

interface Client {
  socket: Socket;
  heard(): string;
  /** How it ended: 'FIN', an error's code, or undefined while it is open. */
  end(): string | undefined;
}

function client(t: Teardown, port: number): Client {
  let heard = '';
  let end: string | undefined;
  const socket = connect(port, '127.0.0.1');
  socket.on('data', (chunk) => { heard += chunk.toString(); });
  socket.on('end', () => { end ??= 'FIN'; });
  socket.on('error', (error: NodeJS.ErrnoException) => { end ??= error.code; });
  t.teardown(() => socket.destroy());
  return { socket, heard: () => heard, end: () => end };
}

t.test('proxy: passes what it gets, hangs up and counts', async (t) => {
  const proxy = await faultProxy(t, { port: await echo(t) });
  const one = client(t, proxy.port);
  one.socket.write('hello');
  await eventually('the echo', () => one.heard() === 'hello');
  t.same(proxy.counts(), { open: 1, total: 1 });
  proxy.hangUp();
  await eventually('the end', () => one.end() === 'FIN');
  t.equal(new URL(proxy.url('postgres://a:b@10.0.0.1:5432/c')).port, String(proxy.port));
});

t.test('proxy: a blackhole holds everything back until it is healed, in order', async (t) => {
  const proxy = await faultProxy(t, { port: await echo(t) });
  const one = client(t, proxy.port);
  one.socket.write('a');
  await eventually('the echo', () => one.heard() === 'a');
  proxy.set({ blackhole: true });
  one.socket.write('b');
  const two = client(t, proxy.port);
  two.socket.write('x');
  await eventually('the second to be taken', () => proxy.counts().total === 2);
  t.same([one.heard(), two.heard(), two.end()], ['a', '', undefined]);
  proxy.set({});
  one.socket.write('c');
  await eventually('all of it', () => one.heard() === 'abc' && two.heard() === 'x');
});

t.test('proxy: reset, refusal and a cut in the middle of an answer reach the client', async (t) => {
  const proxy = await faultProxy(t, { port: await echo(t) });
  const one = client(t, proxy.port);
  one.socket.write('a');
  await eventually('the echo', () => one.heard() === 'a');
  proxy.reset();
  await eventually('the reset', () => one.end() === 'ECONNRESET');
  proxy.set({ refuse: true });
  const two = client(t, proxy.port);
  await eventually('the refusal', () => two.end());
  proxy.set({ cutAfterBytes: 4 });
  const three = client(t, proxy.port);
  three.socket.write('123456');
  await eventually('the cut', () => three.end());
  t.ok('1234'.startsWith(three.heard()), 'nothing after the cut');
  proxy.set({ latencyMs: 30, jitterMs: 5 });
  const four = client(t, proxy.port);
  for (const letter of 'order') four.socket.write(letter);
  await eventually('all of it, in order', () => four.heard() === 'order');
});
