/** A TCP proxy that does to connections what a bad network does: delay, silence, reset, cut after so many bytes. */
import { connect, createServer, type Socket } from 'node:net';
import type { Teardown } from './harness.ts';

export interface Fault {
  /** Each chunk waits so long, in both directions, order kept. */
  latencyMs?: number;
  /** Up to so much more, at random. */
  jitterMs?: number;
  /** Nothing passes any more, in either direction; connections stay open and new ones are taken and left hanging. */
  blackhole?: boolean;
  /** New connections are reset at once, as at a port where nobody listens. */
  refuse?: boolean;
  /** A connection is reset after so many bytes of the server's answers have passed. */
  cutAfterBytes?: number;
}

export interface FaultProxy {
  readonly port: number;
  /** The target's address with this proxy's host and port in the place of its own. */
  url(target: string): string;
  /** Sets the faults from now on, for open connections too; `{}` heals all but what was reset. */
  set(fault: Fault): void;
  /** Resets every open connection (RST), once. */
  reset(): void;
  /** Ends every open connection in order (FIN), once. */
  hangUp(): void;
  /** How many connections are open, and how many there were. */
  counts(): { open: number; total: number };
  close(): Promise<void>;
}

interface Link {
  client: Socket;
  server: Socket;
  answeredBytes: number;
  held: (() => void)[];
}

/** Passes what `from` says on to `to` under the fault of the moment; waits where the reader is slow. */
function pass(link: Link, from: Socket, to: Socket, fault: () => Fault): void {
  let after: Promise<void> = Promise.resolve();
  const forward = (chunk: Buffer): void => {
    if (fault().blackhole === true) {
      link.held.push(() => forward(chunk));
      return;
    }
    const limit = fault().cutAfterBytes;
    if (from === link.server && limit !== undefined) {
      link.answeredBytes += chunk.length;
      if (link.answeredBytes > limit) {
        to.write(chunk.subarray(0, Math.max(0, chunk.length - (link.answeredBytes - limit))), () => {
          link.client.resetAndDestroy();
          link.server.resetAndDestroy();
        });
        return;
      }
    }
    if (!to.destroyed && !to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  };
  from.on('data', (chunk: Buffer) => {
    const { latencyMs = 0, jitterMs = 0 } = fault();
    const wait = latencyMs + Math.random() * jitterMs;
    if (wait === 0) void after.then(() => forward(chunk));
    else {
      const until = new Promise<void>((resolve) => { setTimeout(resolve, wait); });
      after = after.then(() => until);
      void after.then(() => forward(chunk));
    }
  });
  from.on('end', () => void after.then(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => void after.then(() => to.destroy()));
}

/** Stands between the product and `target` (a host and port) until the test ends. */
export async function faultProxy(t: Teardown, target: { host?: string; port: number }): Promise<FaultProxy> {
  let fault: Fault = {};
  let total = 0;
  const links = new Set<Link>();
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    total += 1;
    client.on('error', () => undefined);
    if (fault.refuse === true) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true });
    const link: Link = { client, server, answeredBytes: 0, held: [] };
    links.add(link);
    client.once('close', () => links.delete(link));
    pass(link, client, server, () => fault);
    pass(link, server, client, () => fault);
  });
  await new Promise<void>((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const { port } = listener.address() as { port: number };
  const each = (act: (socket: Socket) => void): void => {
    for (const { client, server } of links) {
      act(client);
      act(server);
    }
  };
  const proxy: FaultProxy = {
    port,
    url(address) {
      const next = new URL(address);
      next.hostname = '127.0.0.1';
      next.port = String(port);
      return next.href;
    },
    set(next) {
      fault = next;
      if (fault.blackhole === true) return;
      for (const link of links) for (const release of link.held.splice(0)) release();
    },
    reset: () => each((socket) => socket.resetAndDestroy()),
    hangUp: () => each((socket) => socket.end()),
    counts: () => ({ open: links.size, total }),
    async close() {
      each((socket) => socket.destroy());
      await new Promise<void>((resolve) => { listener.close(() => resolve()); });
    },
  };
  t.teardown(() => proxy.close());
  return proxy;
}
