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

interface Look { nodeId: string; socketId: string; userId: string; conversationId: string | null; typing: boolean; organisationId: string }
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
  return typeof look === 'object' && look !== null && typeof look.socketId === 'string' && typeof look.userId === 'string';
}

/** One node's view. `organisationId` is compared always: ids that came over the bus open nothing. */
export function createLooking(parts: { bus: Bus; nodeId: string; sessions: Pick<DeskSessions, 'userById'> }): Looking {
  const { bus, nodeId } = parts;
  const here = new Map<string, Set<Desktop>>();
  const remote = new Map<string, Remote>();
  const typists = new Set<(typing: Typing) => void>();

  const nameOf = async (userId: string): Promise<User | undefined> => parts.sessions.userById(userId).catch(() => undefined);
  const watchersOf = async (conversationId: string, except: string): Promise<Watcher[]> => {
    const typing = new Map<string, boolean>();
    for (const { user, typing: now } of here.get(conversationId) ?? []) typing.set(user.id, now || typing.get(user.id) === true);
    for (const one of remote.values()) {
      if (one.conversationId === conversationId) typing.set(one.userId, one.typing || typing.get(one.userId) === true);
    }
    typing.delete(except);
    const watchers: Watcher[] = [];
    for (const [userId, now] of [...typing].slice(0, 20)) {
      const user = await nameOf(userId);
      if (user !== undefined) watchers.push({ userId, name: user.name, typing: now });
    }
    return watchers;
  };
  const tellWatchers = async (conversationId: string): Promise<void> => {
    for (const desktop of here.get(conversationId) ?? []) {
      const watchers = await watchersOf(conversationId, desktop.user.id);
      if (!desktop.ended && desktop.looking === conversationId) desktop.socket.emit('watchers', { conversationId, watchers });
    }
  };
  const publish = (desktop: Desktop): void => bus.publish(LOOK, { nodeId, socketId: desktop.id, userId: desktop.user.id,
    conversationId: desktop.looking, typing: desktop.typing, organisationId: desktop.user.organisationId } satisfies Look);
  const leave = (desktop: Desktop): string | null => {
    const { looking } = desktop;
    if (looking === null) return null;
    const set = here.get(looking);
    set?.delete(desktop);
    if (set?.size === 0) here.delete(looking);
    desktop.looking = null;
    desktop.typing = false;
    return looking;
  };
  const unlook = bus.subscribe(LOOK, (payload) => {
    if (!isLook(payload) || payload.nodeId === nodeId) return;
    const before = remote.get(payload.socketId)?.conversationId;
    if (payload.conversationId === null) remote.delete(payload.socketId);
    else remote.set(payload.socketId, { ...payload, heardAt: performance.now() });
    for (const id of new Set([before, payload.conversationId])) if (id) void tellWatchers(id);
  });
  const untype = bus.subscribe(TYPING, (payload) => {
    const typing = payload as Typing;
    void emitTyping(here, typing, nameOf);
  });
  const timer = setInterval(() => {
    for (const set of here.values()) for (const desktop of set) publish(desktop);
    for (const [id, one] of remote) if (performance.now() - one.heardAt > TELL_AGAIN_MS * 3) remote.delete(id);
  }, TELL_AGAIN_MS).unref();

  return {
    async look(desktop, conversationId) {
      const left = leave(desktop);
      if (conversationId !== null) {
        desktop.looking = conversationId;
        const set = here.get(conversationId) ?? new Set();
        here.set(conversationId, set.add(desktop));
      }
      publish(desktop);
      for (const id of new Set([left, conversationId])) if (id !== null) void tellWatchers(id);
      return conversationId === null ? [] : watchersOf(conversationId, desktop.user.id);
    },
    typing(desktop, conversationId, typing) {
      if (desktop.looking !== conversationId || desktop.typing === typing) return;
      desktop.typing = typing;
      const event: Typing = { organisationId: desktop.user.organisationId, conversationId, by: 'agent', userId: desktop.user.id, typing };
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
      const left = leave(desktop);
      if (left === null) return;
      publish(desktop);
      void tellWatchers(left);
    },
    stop() { clearInterval(timer); unlook(); untype(); },
  };
}

async function emitTyping(here: Map<string, Set<Desktop>>, typing: Typing,
  nameOf: (userId: string) => Promise<User | undefined>): Promise<void> {
  const watching = here.get(typing.conversationId);
  if (watching === undefined) return;
  const name = typing.userId === null ? null : (await nameOf(typing.userId))?.name ?? null;
  for (const desktop of watching) {
    if (desktop.ended || desktop.user.id === typing.userId || desktop.user.organisationId !== typing.organisationId) continue;
    desktop.socket.emit('typing', { conversationId: typing.conversationId, by: typing.by, userId: typing.userId,
      name: name?.slice(0, limits.nameChars) ?? null, typing: typing.typing });
  }
}
