/** The desk server of one node: lets desks in, keeps them live by the tail of the journal, and lets them go. */
import type { Namespace } from 'socket.io';
import { z } from 'zod';
import { AppError, errorMessage, type ErrorCode } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { isUnavailable } from '#domain/store/db.ts';
import type { DeskServerEvents } from '#agent-desk/protocol.ts';
import { createAttach } from './attach.ts';
import { createAudience, type Audience } from './audience.ts';
import { createDispatch, type Dispatch, type DispatchStats } from './dispatch.ts';
import { createLooking, type Looking } from './looking.ts';
import type { DeskParts } from './parts.ts';
import { createRequests, type Requests } from './requests.ts';
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
function refused(code: ErrorCode): Error {
  return Object.assign(new Error(code), { data: { code, message: errorMessage(code, 'id') } });
}

/** How many desks are forgotten at once; the others wait, so that an outage does not take the whole pool. */
const FAREWELLS_AT_ONCE = 3;
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

/** The desks of one node, and what their coming and going takes. */
interface Floor {
  parts: DeskParts;
  audience: Audience<Desktop>;
  dispatch: Dispatch;
  looking: Looking;
  requests: Requests;
  present: Set<Desktop>;
  attach: ReturnType<typeof createAttach>;
  leaving: ReturnType<typeof gate>;
  farewells: Set<Promise<void>>;
  stopping: boolean;
}

/** Tells the database that the desk left, again while it is away: the agent's grace runs from it. */
async function forget(floor: Floor, desktop: Desktop): Promise<void> {
  const { work, commands } = floor.parts;
  for (let tries = 1; tries <= FORGET_TRIES_MAX; tries += 1) {
    try {
      await floor.leaving(() => commands.deskDisconnected({ connectionId: desktop.connectionId }));
      return;
    } catch (error) {
      if (floor.stopping && tries > 3) return;
      if (tries === 1) work.log.warn({ err: error }, 'a desk that left could not be forgotten; trying again');
      await new Promise((resolve) => { setTimeout(resolve, Math.min(1_000, 50 * tries)); });
    }
  }
}

function leave(floor: Floor, desktop: Desktop): void {
  desktop.ended = true;
  floor.audience.remove(desktop);
  if (!floor.present.delete(desktop)) return;
  floor.looking.gone(desktop);
  const done = forget(floor, desktop).finally(() => floor.farewells.delete(done));
  floor.farewells.add(done);
}

async function bringToLive(floor: Floor, desktop: Desktop, cursor: unknown): Promise<void> {
  const { parts } = floor;
  if (desktop.ended) return;
  // Asked again now that a revocation or a change of rights would find this desk: what came in between is not missed.
  const session = await parts.sessions.verify(desktop.socket.handshake.headers.cookie);
  if (session === undefined) { endSession(desktop, 'SIGN_IN_REQUIRED'); return; }
  const { user } = session;
  Object.assign(desktop, { user });
  const { tabId, connectionId } = desktop;
  await parts.commands.deskConnected({ user, nodeId: parts.nodeId, connectionId, tabId });
  await floor.attach(desktop, cursor);
}

async function welcome(floor: Floor, desktop: Desktop, cursor: unknown): Promise<void> {
  try {
    await bringToLive(floor, desktop, cursor);
    if (desktop.ended) { floor.audience.remove(desktop); await forget(floor, desktop); }
  } catch (error) {
    if (!desktop.ended && !isUnavailable(error)) {
      floor.parts.work.log.error({ err: error }, 'a desk could not be brought to live');
    }
    resync(desktop, 'RESTART');
  }
}

function onConnection(floor: Floor, socket: DeskSocket): void {
  const data = socket.data as Pick<Desktop, 'user' | 'sessionId' | 'tabId'> & { cursor: unknown };
  const { user, sessionId, tabId, cursor } = data;
  const position = floor.dispatch.position();
  const desktop = makeDesktop(socket, { user, sessionId, tabId, connectionId: newId(), position });
  floor.present.add(desktop);
  socket.on('disconnect', () => leave(floor, desktop));
  socket.onAny((event: string, ...args: unknown[]) => void floor.requests.serve(desktop, event, args));
  if (floor.stopping) resync(desktop, 'RESTART');
  else void welcome(floor, desktop, cursor);
}

/** Follows the tail, ends desks whose session ended, and sends those round again whose rights changed (RA03). */
function follow(floor: Floor): (() => void)[] {
  const { audience, dispatch, parts } = floor;
  const where = (of: (desktop: Desktop) => boolean): Desktop[] => [...floor.present].filter(of);
  return [
    parts.tail.subscribe((batch) => dispatch.run(batch)),
    parts.sessions.onRevoked(({ sessionIdHash, code }) => {
      for (const desktop of where((one) => one.sessionId === sessionIdHash)) {
        audience.remove(desktop);
        endSession(desktop, code);
      }
    }),
    parts.sessions.onUserChanged((userId) => {
      for (const desktop of where((one) => one.user.id === userId)) {
        audience.remove(desktop);
        resync(desktop, 'RIGHTS_CHANGED');
      }
    }),
  ];
}

/** Builds the desk server. It follows the tail from now on; serve() opens it to sockets. */
export function createDesk(parts: DeskParts): Desk {
  const audience = createAudience<Desktop>();
  const looking = createLooking(parts);
  const dispatch = createDispatch(parts.work, audience, parts.tail.position());
  const floor: Floor = {
    parts, audience, looking, dispatch, attach: createAttach({ work: parts.work, dispatch, audience }),
    requests: createRequests(parts, looking), present: new Set(), leaving: gate(FAREWELLS_AT_ONCE),
    farewells: new Set(), stopping: false,
  };
  const { present } = floor;
  const unsubscribe = follow(floor);
  const sendRound = (desktop: Desktop): void => { audience.remove(desktop); resync(desktop, 'RESTART'); };
  return {
    serve(namespace) {
      namespace.use((socket, next) => {
        admit(parts, socket, floor.stopping).then(() => next(), (error: Error) => next(error));
      });
      namespace.on('connection', (socket) => onConnection(floor, socket));
    },
    customerTyping: (typing) => looking.customerTyping(typing),
    onAgentTyping: (listener) => looking.onAgentTyping(listener),
    stats: () => ({ ...dispatch.stats, sockets: present.size, lagMs: parts.tail.lagMs() }),
    reconnectAll() { for (const desktop of [...present]) sendRound(desktop); },
    async stop() {
      floor.stopping = true;
      for (const end of unsubscribe) end();
      dispatch.stop();
      for (const desktop of [...present]) { sendRound(desktop); leave(floor, desktop); }
      looking.stop();
      await Promise.all(floor.farewells);
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
