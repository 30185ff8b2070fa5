/** The namespace /chat: browsers of customers, anonymous, so bounded in every direction (RS17, RS18). */
import type { IncomingMessage } from 'node:http';
import type { Namespace, Server, Socket } from 'socket.io';
import { TYPING } from '#agent-desk/server/looking.ts';
import type { CustomerSocket } from '#channels/channel.ts';
import type { ErrorCode } from '#domain/errors.ts';
import type { JournalRow } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import type { Work } from '#domain/work.ts';
import { AddressGauge, isOwnMachine, TokenBucket } from './chat-limits.ts';
import { createFollower } from './chat-follow.ts';
import type { Hosts, Target } from './channel-host.ts';
import { addressKey } from './security/address.ts';

/** Fire and forget between nodes; holds ids only. */
interface Bus {
  subscribe(channel: string, listener: (payload: unknown) => void): () => void;
}

export interface ChatParts {
  work: Work;
  hosts: Hosts;
  tail: { subscribe(listener: (batch: { rows: readonly JournalRow[] }) => void): () => void };
  bus: Bus;
  /** True if the origin is this server's own (gateway/security/origin.ts). */
  originAllowed(origin: string, host: string | undefined): boolean;
  /** Behind a proxy that sets X-Forwarded-For. */
  trustProxy: boolean;
}

export interface Chat {
  /** Browsers that are connected to this node. */
  connected(): number;
  /** Tells every browser to come back later and stops pushing. */
  stop(): Promise<void>;
}

/** Frames that may wait for a browser that reads too slowly before it is cut; it comes back and catches up. */
const UNSENT_FRAMES_MAX = 256;
/** Refused requests after which a browser is cut. */
const REFUSED_MAX = 200;

class Refused extends Error {
  readonly data: { code: ErrorCode; retry: boolean };
  constructor(code: ErrorCode, retry: boolean) {
    super(code);
    this.data = { code, retry };
  }
}

function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = request.headers['x-forwarded-for'];
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return (trustProxy ? last : undefined) ?? request.socket.remoteAddress ?? '';
}

/** Counts every packet of the socket; what is over the rate is answered so, and a flood is cut. */
function limitRequests(socket: Socket): void {
  const bucket = new TokenBucket(limits.chatRequestsBurst, limits.chatRequestsPerSecond);
  let refused = 0;
  socket.use((packet, next) => {
    if (bucket.take()) {
      next();
      return;
    }
    refused += 1;
    const ack: unknown = packet.at(-1);
    if (typeof ack === 'function') ack({ ok: false, code: 'TOO_MANY_REQUESTS' });
    if (refused > REFUSED_MAX) socket.disconnect(true);
  });
}

function customerSocket(socket: Socket): CustomerSocket {
  return {
    id: socket.id,
    emit(event, payload) {
      const unsent = (socket.conn as unknown as { writeBuffer?: unknown[] }).writeBuffer?.length ?? 0;
      if (unsent > UNSENT_FRAMES_MAX) socket.disconnect(true);
      else socket.emit(event, payload);
    },
    on(event, listener) {
      socket.on(event, (...given: unknown[]) => {
        const ack = given.at(-1);
        const answer =
          typeof ack === 'function'
            ? (value: unknown): void => {
                ack(value);
              }
            : undefined;
        listener(typeof given[0] === 'function' ? undefined : given[0], answer);
      });
    },
    onClose(listener) {
      // Whoever left while their secrets were read is told of no more: it is said at once.
      if (socket.connected) socket.on('disconnect', () => listener());
      else listener();
    },
    close() {
      socket.disconnect(true);
    },
  };
}

/** A browser whose account was disabled is told at its next word. */
function watchAccount(socket: Socket, hosts: Hosts, accountId: string): void {
  socket.use((_packet, next) => {
    if (hosts.known(accountId) !== undefined) {
      next();
      return;
    }
    socket.emit('refused', { code: 'CHANNEL_UNAVAILABLE', retry: false });
    socket.disconnect(true);
  });
}

function admit(parts: ChatParts, namespace: Namespace, gauge: AddressGauge): void {
  namespace.use((socket, next) => {
    const ip = addressOf(socket.request, parts.trustProxy);
    const address = addressKey(ip);
    const fits = namespace.sockets.size < limits.chatSocketsMax;
    if (!fits) {
      next(new Refused('OVERLOADED', true));
      return;
    }
    const counted = !isOwnMachine(ip);
    if (counted && !gauge.enter(address)) {
      next(new Refused('TOO_MANY_REQUESTS', true));
      return;
    }
    if (counted) socket.conn.once('close', () => gauge.leave(address));
    const { account } = socket.handshake.auth;
    const key = typeof account === 'string' && account.length <= 64 ? account : '';
    parts.hosts.withPage(key).then(
      (target) => {
        if (target?.channel.connected === undefined) {
          next(new Refused('CHANNEL_ACCOUNT_UNKNOWN', false));
          return;
        }
        socket.data = { target };
        next();
      },
      () => next(new Refused('DATABASE_UNAVAILABLE', true)),
    );
  });
}

function accept(parts: ChatParts, socket: Socket): void {
  const { target } = socket.data as { target: Target };
  const { origin, host } = socket.handshake.headers;
  limitRequests(socket);
  watchAccount(socket, parts.hosts, target.account.id);
  const own = origin !== undefined && parts.originAllowed(origin, host);
  target.channel.connected?.(target.host, customerSocket(socket), {
    ...socket.handshake.auth,
    origin,
    ownOrigin: own ? origin : null,
  });
}

/**
 * Serves customers on `io`'s namespace /chat. An Origin must be ours or stand in the account's list (the adapter
 * judges); a
 * program without one may connect, for no cookie counts here. Counts per address leave out this machine itself.
 */
export function attachChat(io: Server, parts: ChatParts): Chat {
  const namespace = io.of('/chat');
  const gauge = new AddressGauge(limits.chatSocketsPerAddressMax, limits.chatConnectsPerAddressMinute);
  // Browsers listen, and so do sessions that tell customers what was read.
  const follower = createFollower({ ...parts,
    awake: () => namespace.sockets.size > 0 || parts.hosts.sessions().here.length > 0 });
  admit(parts, namespace, gauge);
  namespace.on('connection', (socket) => accept(parts, socket));
  const unsubscribe = parts.tail.subscribe(({ rows }) => {
    follower.take(rows);
  });
  const untype = parts.bus.subscribe(TYPING, (payload) => {
    const { conversationId, by, typing } = payload as { conversationId?: unknown; by?: unknown; typing?: unknown };
    if (by === 'agent' && typeof conversationId === 'string') follower.agentTyping(conversationId, typing === true);
  });
  return {
    connected: () => namespace.sockets.size,
    async stop() {
      unsubscribe();
      untype();
      namespace.emit('refused', { code: 'SHUTTING_DOWN', retry: true });
      namespace.disconnectSockets(true);
      await follower.stop();
    },
  };
}
