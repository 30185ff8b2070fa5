/**
 * The socket server: engine options that bound every connection, the Origin rule, and the desk's namespace (RS17,
 * RS18).
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { limits } from '#domain/limits.ts';
import type { Desk, DeskNamespace } from '#agent-desk/server/desk.ts';
import { originAllowed, type OriginRule } from './security/origin.ts';

export interface SocketOptions {
  rule: OriginRule;
  /** Origins of other sites that may open /chat (an embedding page); /desk refuses them still. */
  chatOriginAllowed?: (origin: string) => boolean;
}

export interface Sockets {
  readonly io: Server;
  /** Closes every connection, not the HTTP server. */
  close(): Promise<void>;
}

/** How long a dead connection may go unnoticed: one interval and one timeout (RF17, missed close). */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 8_000;

/**
 * May this page talk to /desk? A browser always sends Origin with a websocket, so one without it is no browser and
 * carries no foreign user's cookie; a same-origin polling request says so in Sec-Fetch-Site.
 */
export function deskOriginAllowed(
  rule: OriginRule, origin: string | undefined, host: string | undefined, fetchSite?: string,
): boolean {
  if (origin !== undefined) return originAllowed(rule, origin, host);
  return fetchSite === undefined || fetchSite === 'same-origin';
}

function requestAllowed(options: SocketOptions, request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (deskOriginAllowed(options.rule, origin, host, Array.isArray(site) ? site[0] : site)) return true;
  return origin !== undefined && options.chatOriginAllowed?.(origin) === true;
}

/** Tries to join a namespace on one connection: a screen needs one, and each may cost a look at a session. */
const JOINS_MAX = 8;

/** Who joins nothing of ours, or tries without end, keeps no connection (RS18). */
function boundJoins(io: Server): void {
  const joins = new WeakMap<object, number>();
  const count = (socket: Socket, next: (error?: Error) => void): void => {
    const tries = (joins.get(socket.conn) ?? 0) + 1;
    joins.set(socket.conn, tries);
    if (tries <= JOINS_MAX) { next(); return; }
    next(new Error('TOO_MANY_REQUESTS'));
    socket.conn.close();
  };
  io.on('new_namespace', (namespace) => { namespace.use(count); });
  io.use(count).use((_socket, next) => next(new Error('NOT_FOUND')));
}

/**
 * Puts Socket.io on the HTTP server. A page of a foreign origin gets 403 before anything is read; a connection that
 * joins neither /desk nor /chat in limits.socketAuthMs is closed; nothing is recovered but by our own cursor.
 */
export function createSockets(server: HttpServer, options: SocketOptions): Sockets {
  const io = new Server(server, {
    serveClient: false, connectTimeout: limits.socketAuthMs, maxHttpBufferSize: limits.socketMessageBytes,
    pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS, perMessageDeflate: false, httpCompression: false,
    allowEIO3: false, transports: ['polling', 'websocket'],
    allowRequest: (request, done) => {
      const allowed = requestAllowed(options, request);
      done(allowed ? null : 'ORIGIN_REFUSED', allowed);
    },
  });
  boundJoins(io);
  io.engine.on('connection_error', () => undefined);
  return {
    io,
    async close() {
      io.disconnectSockets(true);
      io.engine.close();
      await Promise.resolve();
    },
  };
}

/** Opens /desk on the socket server. */
export function serveDesk(sockets: Sockets, desk: Desk): void {
  desk.serve(sockets.io.of('/desk') as unknown as DeskNamespace);
}
