/** Who looks at a conversation and who types in it: shared between nodes by the bus, may be lost, kept nowhere. */
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import type { Watcher } from '#agent-desk/protocol.ts';
import type { Bus, DeskSessions } from './parts.ts';
import type { Desktop } from './viewer.ts';

const LOOK = 'desk:look';
/** The bus channel on which desks and channels tell each other who types. */
export const TYPING = 'desk:typing';
/** Watchers of other nodes are forgotten after three times this, unless told again. */
const TELL_AGAIN_MS = 20_000;
/** Names shown beside a conversation; more are a crowd. */
const WATCHERS_MAX = 20;

interface Look { nodeId: string; socketId: string; userId: string; conversationId: string | null; typing: boolean;
  organisationId: string }
export interface Typing {
  organisationId: string; conversationId: string; by: 'customer' | 'agent'; userId: string | null; typing: boolean;
}
interface Remote extends Look { heardAt: number }

export interface Looking {
  /** The desktop looks at this conversation now, or at none. Gives who else does. */
  look(desktop: Desktop, conversationId: string | null): Promise<Watcher[]>;
  typing(desktop: Desktop, conversationId: string, typing: boolean): void;
  /** The customer types; from the channel. */
  customerTyping(typing: { organisationId: string; conversationId: string; typing: boolean }): void;
  /** Calls when an agent of this node types, so that the channel may show it to the customer. */
  onAgentTyping(listener: (typing: Typing) => void): () => void;
  gone(desktop: Desktop): void;
  stop(): void;
}

function isLook(value: unknown): value is Look {
  const look = value as Look | null;
  return typeof look === 'object' && look !== null && typeof look.socketId === 'string'
    && typeof look.userId === 'string';
}

/** Who looks where: on this node by socket, on the others by what they last said. */
interface Register {
  here: Map<string, Set<Desktop>>;
  remote: Map<string, Remote>;
  nameOf(userId: string): Promise<User | undefined>;
}

async function watchersOf(register: Register, conversationId: string, except: string): Promise<Watcher[]> {
  const typing = new Map<string, boolean>();
  for (const { user, typing: now } of register.here.get(conversationId) ?? []) {
    typing.set(user.id, now || typing.get(user.id) === true);
  }
  for (const one of register.remote.values()) {
    if (one.conversationId === conversationId) typing.set(one.userId, one.typing || typing.get(one.userId) === true);
  }
  typing.delete(except);
  const watchers: Watcher[] = [];
  for (const [userId, now] of [...typing].slice(0, WATCHERS_MAX)) {
    const user = await register.nameOf(userId);
    if (user !== undefined) watchers.push({ userId, name: user.name, typing: now });
  }
  return watchers;
}

async function tellWatchers(register: Register, conversationId: string): Promise<void> {
  for (const desktop of register.here.get(conversationId) ?? []) {
    const watchers = await watchersOf(register, conversationId, desktop.user.id);
    if (!desktop.ended && desktop.looking === conversationId) {
      desktop.socket.emit('watchers', { conversationId, watchers });
    }
  }
}

function enter(register: Register, desktop: Desktop, conversationId: string): void {
  desktop.looking = conversationId;
  const set = register.here.get(conversationId) ?? new Set();
  register.here.set(conversationId, set.add(desktop));
}

function leave(register: Register, desktop: Desktop): string | null {
  const { looking } = desktop;
  if (looking === null) return null;
  const set = register.here.get(looking);
  set?.delete(desktop);
  if (set?.size === 0) register.here.delete(looking);
  desktop.looking = null;
  desktop.typing = false;
  return looking;
}

/** What another node said of one of its sockets. */
function hear(register: Register, look: Look): void {
  const before = register.remote.get(look.socketId)?.conversationId;
  if (look.conversationId === null) register.remote.delete(look.socketId);
  else register.remote.set(look.socketId, { ...look, heardAt: performance.now() });
  for (const id of new Set([before, look.conversationId])) if (id) void tellWatchers(register, id);
}

/** One node's view. `organisationId` is compared always: ids that came over the bus open nothing. */
export function createLooking(
  parts: { bus: Bus; nodeId: string; sessions: Pick<DeskSessions, 'userById'> },
): Looking {
  const { bus, nodeId } = parts;
  const register: Register = {
    here: new Map(), remote: new Map(),
    nameOf: async (userId) => parts.sessions.userById(userId).catch(() => undefined),
  };
  const typists = new Set<(typing: Typing) => void>();
  const publish = (desktop: Desktop): void => bus.publish(LOOK, { nodeId, socketId: desktop.id, userId: desktop.user.id,
    conversationId: desktop.looking, typing: desktop.typing,
    organisationId: desktop.user.organisationId } satisfies Look);
  const unlook = bus.subscribe(LOOK, (payload) => {
    if (isLook(payload) && payload.nodeId !== nodeId) hear(register, payload);
  });
  const untype = bus.subscribe(TYPING, (payload) => void emitTyping(register, payload as Typing));
  const timer = setInterval(() => {
    for (const set of register.here.values()) for (const desktop of set) publish(desktop);
    for (const [id, one] of register.remote) {
      if (performance.now() - one.heardAt > TELL_AGAIN_MS * 3) register.remote.delete(id);
    }
  }, TELL_AGAIN_MS).unref();

  return {
    async look(desktop, conversationId) {
      const left = leave(register, desktop);
      if (conversationId !== null) enter(register, desktop, conversationId);
      publish(desktop);
      for (const id of new Set([left, conversationId])) if (id !== null) void tellWatchers(register, id);
      return conversationId === null ? [] : watchersOf(register, conversationId, desktop.user.id);
    },
    typing(desktop, conversationId, typing) {
      if (desktop.looking !== conversationId || desktop.typing === typing) return;
      desktop.typing = typing;
      const event: Typing = { organisationId: desktop.user.organisationId, conversationId, by: 'agent',
        userId: desktop.user.id, typing };
      bus.publish(TYPING, event);
      publish(desktop);
      for (const listener of typists) listener(event);
    },
    customerTyping(typing) { bus.publish(TYPING, { ...typing, by: 'customer', userId: null } satisfies Typing); },
    onAgentTyping(listener) {
      typists.add(listener);
      return () => { typists.delete(listener); };
    },
    gone(desktop) {
      const left = leave(register, desktop);
      if (left === null) return;
      publish(desktop);
      void tellWatchers(register, left);
    },
    stop() { clearInterval(timer); unlook(); untype(); },
  };
}

async function emitTyping(register: Register, typing: Typing): Promise<void> {
  const watching = register.here.get(typing.conversationId);
  if (watching === undefined) return;
  const name = typing.userId === null ? null : (await register.nameOf(typing.userId))?.name ?? null;
  for (const desktop of watching) {
    if (desktop.ended || desktop.user.id === typing.userId
      || desktop.user.organisationId !== typing.organisationId) continue;
    desktop.socket.emit('typing', { conversationId: typing.conversationId, by: typing.by, userId: typing.userId,
      name: name?.slice(0, limits.nameChars) ?? null, typing: typing.typing });
  }
}
