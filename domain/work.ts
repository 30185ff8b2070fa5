/** What a command gets: the database, the log and a way to wake sleepers. Passed in, never imported. */
import type { Db } from '#domain/store/db.ts';

/** Somebody to wake: hints only; a sweep finds what a lost hint forgot (architecture: spine). */
export type WakeTopic = 'journal' | 'assignment' | 'sessions' | 'remote-files' | 'message-changes'
  | `outbound:${string}` | `session-wish:${string}`;

export interface Wake {
  /** Wakes this node's sleepers at once and those of other nodes through Redis. Never throws, never waits. */
  hint(topic: WakeTopic): void;
  /** Calls `listener` at each hint of the topic, from any node. Topics that end in `:*` match by prefix. */
  on(topic: WakeTopic | 'outbound:*', listener: (topic: WakeTopic) => void): () => void;
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The tools of every command in routing/. Time comes from app_now() in SQL or from domain/clock.ts. */
export interface Work {
  readonly db: Db;
  readonly log: Log;
  readonly wake: Wake;
}
