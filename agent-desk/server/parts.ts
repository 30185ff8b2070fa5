/** What the desk server is given: the database, the tail, who is signed in, the commands, and a way to other nodes. */
import type { Tail } from '#domain/journal/tail.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import type { DeskCommands } from './commands.ts';

/** Fire and forget to every node, this one too: typing, who looks. May be lost; holds ids only. */
export interface Bus {
  publish(channel: string, payload: unknown): void;
  subscribe(channel: string, listener: (payload: unknown) => void): () => void;
}

/** The part of the login sessions that sockets need. */
export interface DeskSessions {
  /** The session of a Cookie header, or undefined. Throws if the database is away. */
  verify(cookieHeader: string | undefined): Promise<{ user: User; sessionId: string } | undefined>;
  /** Counts as activity of the user. */
  touch(sessionId: string): void;
  userById(id: string): Promise<User | undefined>;
  /** A session served here ended; told within 5 s (RA03). */
  onRevoked(listener: (revocation: { sessionIdHash: string; code: string }) => void): () => void;
  /** Rights or place of a user served here changed; told within 5 s. */
  onUserChanged(listener: (userId: string) => void): () => void;
}

export interface DeskParts {
  work: Work;
  nodeId: string;
  tail: Tail;
  sessions: DeskSessions;
  commands: DeskCommands;
  bus: Bus;
  /** True if a page of this origin may act for the user (RS17); undefined origin: not a browser. */
  originAllowed(origin: string | undefined, host: string | undefined): boolean;
}

/** A Bus inside one process, for tests and for a single node. */
export function localBus(): Bus {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  return {
    publish(channel, payload) {
      for (const listener of listeners.get(channel) ?? []) queueMicrotask(() => listener(payload));
    },
    subscribe(channel, listener) {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set.add(listener));
      return () => { set.delete(listener); };
    },
  };
}
