/** The desk server of one node: lets desks in, keeps them live by the tail of the journal, and lets them go. */
import type { Namespace } from 'socket.io';
import { z } from 'zod';
import { AppError, errorMessage } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { isUnavailable } from '#domain/store/db.ts';
import type { DeskServerEvents } from '#agent-desk/protocol.ts';
import { attach } from './attach.ts';
import { createAudience } from './audience.ts';
import { createDispatch, type DispatchStats } from './dispatch.ts';
import { createLooking, type Looking } from './looking.ts';
import type { DeskParts } from './parts.ts';
import { createRequests } from './requests.ts';
import { endSession, makeDesktop, resync, type Desktop, type DeskSocket } from './viewer.ts';

export type DeskNamespace = Namespace<Record<string, (...args: unknown[]) => void>, DeskServerEvents>;

export interface Desk {
  /** Serves the namespace /desk; gateway/sockets.ts brings it. */
  serve(namespace: DeskNamespace): void;
  /** The customer types: passed on to who looks at the conversation. */
  customerTyping: Looking['customerTyping'];
  /** Calls when an agent of this node starts or stops typing. */
  onAgentTyping: Looking['onAgentTyping'];
  stats(): DispatchStats & { sockets: number; lagMs: number };
  /** Tells every desk of this node to connect again: its connections were taken for dead elsewhere. */
  reconnectAll(): void;
  /** Tells every desk to connect again and lets go of the tail. */
  stop(): Promise<void>;
}

const handshake = z.object({
  tabId: z.string().min(1).max(64), protocolVersion: z.number().int().optional(), cursor: z.string().max(96).nullish(),
});

/** A refusal of the handshake: the client finds the code in error.data. */
function refused(code: 'SIGN_IN_REQUIRED' | 'ORIGIN_REFUSED' | 'BAD_REQUEST' | 'DATABASE_UNAVAILABLE' | 'SHUTTING_DOWN'): Error {
  return Object.assign(new Error(code), { data: { code, message: errorMessage(code, 'id') } });
}

/** How many desks are brought to live at once; the others wait, so that a restart does not starve live events. */
const ATTACH_AT_ONCE = 6;
const FORGET_TRIES_MAX = 60;

/** Lets `most` bodies run at a time. */
function gate(most: number): <T>(body: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (body) => {
    if (running >= most) await new Promise<void>((resolve) => { waiting.push(resolve); });
    else running += 1;
    try {
      return await body();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Builds the desk server. It follows the tail from now on; serve() opens it to sockets. */
export function createDesk(parts: DeskParts): Desk {
  const { work, sessions, commands } = parts;
  const audience = createAudience<Desktop>();
  const present = new Set<Desktop>();
  const dispatch = createDispatch(work, audience, parts.tail.position());
  const looking = createLooking(parts);
  const requests = createRequests(parts, looking);
  const enter = gate(ATTACH_AT_ONCE);
  const farewells = new Set<Promise<void>>();
  let stopping = false;

  const forget = async (desktop: Desktop): Promise<void> => {
    for (let tries = 1; tries <= FORGET_TRIES_MAX; tries += 1) {
      try {
        await commands.deskDisconnected({ connectionId: desktop.connectionId });
        return;
      } catch (error) {
        if (stopping && tries > 3) return;
        if (tries === 1) work.log.warn({ err: error }, 'a desk that left could not be forgotten; trying again');
        await new Promise((resolve) => { setTimeout(resolve, Math.min(1_000, 50 * tries)); });
      }
    }
  };
  const leave = (desktop: Desktop): void => {
    desktop.ended = true;
    audience.remove(desktop);
    if (!present.delete(desktop)) return;
    looking.gone(desktop);
    const done = forget(desktop).finally(() => farewells.delete(done));
    farewells.add(done);
  };
  const welcome = async (desktop: Desktop, cursor: unknown): Promise<void> => {
    const { user, tabId, connectionId } = desktop;
    try {
      await enter(async () => {
        if (desktop.ended) return;
        // Asked again now that a revocation or a change of rights would find this desk: what came in between is not missed.
        const session = await sessions.verify(desktop.socket.handshake.headers.cookie);
        if (session === undefined) { endSession(desktop, 'SIGN_IN_REQUIRED'); return; }
        Object.assign(desktop, { user: session.user });
        await commands.deskConnected({ user, nodeId: parts.nodeId, connectionId, tabId });
        await attach({ work, dispatch, audience }, desktop, cursor);
      });
      if (desktop.ended) { audience.remove(desktop); await forget(desktop); }
    } catch (error) {
      if (!desktop.ended && !isUnavailable(error)) work.log.error({ err: error }, 'a desk could not be brought to live');
      resync(desktop, 'RESTART');
    }
  };
  const onConnection = (socket: DeskSocket): void => {
    const { user, sessionId, tabId, cursor } = socket.data as { user: Desktop['user']; sessionId: string; tabId: string; cursor: unknown };
    const desktop = makeDesktop(socket, { user, sessionId, tabId, connectionId: newId(), position: dispatch.position() });
    present.add(desktop);
    socket.on('disconnect', () => leave(desktop));
    socket.onAny((event: string, ...args: unknown[]) => void requests.serve(desktop, event, args));
    if (stopping) resync(desktop, 'RESTART');
    else void welcome(desktop, cursor);
  };
  const where = (of: (desktop: Desktop) => boolean): Desktop[] => [...present].filter(of);
  const unsubscribe = [
    parts.tail.subscribe((batch) => dispatch.run(batch)),
    sessions.onRevoked(({ sessionIdHash, code }) => {
      for (const desktop of where((one) => one.sessionId === sessionIdHash)) { audience.remove(desktop); endSession(desktop, code); }
    }),
    sessions.onUserChanged((userId) => {
      for (const desktop of where((one) => one.user.id === userId)) { audience.remove(desktop); resync(desktop, 'RIGHTS_CHANGED'); }
    }),
  ];

  return {
    serve(namespace) {
      namespace.use((socket, next) => {
        admit(parts, socket, stopping).then(() => next(), (error: Error) => next(error));
      });
      namespace.on('connection', onConnection);
    },
    customerTyping: (typing) => looking.customerTyping(typing),
    onAgentTyping: (listener) => looking.onAgentTyping(listener),
    stats: () => ({ ...dispatch.stats, sockets: present.size, lagMs: parts.tail.lagMs() }),
    reconnectAll() {
      for (const desktop of [...present]) { audience.remove(desktop); resync(desktop, 'RESTART'); }
    },
    async stop() {
      stopping = true;
      for (const end of unsubscribe) end();
      dispatch.stop();
      for (const desktop of [...present]) { audience.remove(desktop); resync(desktop, 'RESTART'); leave(desktop); }
      looking.stop();
      await Promise.all(farewells);
    },
  };
}

/** Who comes in: our own page, with a living session. Throws what the client is told. */
async function admit(parts: DeskParts, socket: DeskSocket, stopping: boolean): Promise<void> {
  if (stopping) throw refused('SHUTTING_DOWN');
  const { origin, host, cookie } = socket.handshake.headers;
  if (!parts.originAllowed(origin, host)) throw refused('ORIGIN_REFUSED');
  const shaken = handshake.safeParse(socket.handshake.auth);
  if (!shaken.success) throw refused('BAD_REQUEST');
  try {
    const session = await parts.sessions.verify(cookie);
    if (session === undefined) throw refused('SIGN_IN_REQUIRED');
    Object.assign(socket.data as object, { user: session.user, sessionId: session.sessionId, ...shaken.data });
  } catch (error) {
    if (error instanceof Error && 'data' in error) throw error;
    if (error instanceof AppError) throw refused('SIGN_IN_REQUIRED');
    parts.work.log.warn({ err: error }, 'a desk could not be let in');
    throw refused('DATABASE_UNAVAILABLE');
  }
}
