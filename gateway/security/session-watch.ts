/** Looks after the sessions and users a node serves: what ended or changed anywhere is known here within 5 s (RA03). */
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import type { Revocation, Session } from './sessions.ts';
import { cleanLinks } from './links.ts';
import * as sql from './session-statements.ts';

/** What a node remembers of a session; the session itself is PostgreSQL's. */
export interface Kept { session: Session; readAt: number; version: number }
export interface KeptUser { user: User | undefined; readAt: number; version: number }

export interface Watch {
  /** One look, now; joined to one that runs. */
  check(): Promise<void>;
  /** A session was found dead by a request. */
  forget(idHash: string): void;
  onRevoked(listener: (revocation: Revocation) => void): () => void;
  onUserChanged(listener: (userId: string) => void): () => void;
  close(): Promise<void>;
}

const CLEAN_EVERY_MS = 600_000;

interface Memory { sessions: Map<string, Kept>; users: Map<string, KeptUser> }

/** Listeners that may come and go. */
function listeners<T>(): { add: (one: (value: T) => void) => () => void; tell: (value: T) => void } {
  const all = new Set<(value: T) => void>();
  return {
    add(one) { all.add(one); return () => { all.delete(one); }; },
    tell(value) { for (const one of all) one(value); },
  };
}

async function deadOf(work: Work, sessions: Memory['sessions']): Promise<Revocation[]> {
  if (sessions.size === 0) return [];
  const hashes = [...sessions.keys()].map((hash) => Buffer.from(hash, 'hex'));
  const dead = await work.db.rows<{ id_hash: Buffer; user_id: string | null; code: string }>(
    sql.deadSessions, [hashes, limits.sessionIdleMinutes]);
  return dead.map((row) => ({ sessionIdHash: row.id_hash.toString('hex'), userId: row.user_id, code: row.code }));
}

/** Users whose version is another one than this node read; what it read of them is dropped. */
async function changedOf(work: Work, { sessions, users }: Memory): Promise<string[]> {
  const known = new Map<string, number>();
  for (const [id, { version }] of users) known.set(id, version);
  for (const { session: { user }, version } of sessions.values()) {
    known.set(user.id, Math.min(version, known.get(user.id) ?? version));
  }
  if (known.size === 0) return [];
  const rows = await work.db.rows<{ id: string; version: number }>(sql.userVersions, [[...known.keys()]]);
  const changed = new Map(rows.filter((row) => row.version !== known.get(row.id)).map((row) => [row.id, row.version]));
  for (const id of changed.keys()) users.delete(id);
  for (const one of sessions.values()) {
    const version = changed.get(one.session.user.id);
    if (version !== undefined) Object.assign(one, { readAt: -Infinity, version });
  }
  return [...changed.keys()];
}

async function clean(work: Work, users: Memory['users']): Promise<void> {
  for (const one of [...sql.cleanings, cleanLinks]) await work.db.rows(one);
  const old = performance.now() - CLEAN_EVERY_MS;
  for (const [id, { readAt }] of users) if (readAt < old) users.delete(id);
}

/** Looks every limits.sessionCheckMs and at each hint `sessions`; ends with close(). */
export function createWatch(work: Work, memory: Memory): Watch {
  const revoked = listeners<Revocation>();
  const changed = listeners<string>();
  let cleanedAt = performance.now();
  let closed = false;
  let again = false;
  let running: Promise<void> | undefined;

  const drop = (revocation: Revocation): void => {
    memory.sessions.delete(revocation.sessionIdHash);
    revoked.tell(revocation);
  };
  const round = async (): Promise<void> => {
    do {
      again = false;
      for (const one of await deadOf(work, memory.sessions)) drop(one);
      for (const id of await changedOf(work, memory)) changed.tell(id);
      if (performance.now() - cleanedAt > CLEAN_EVERY_MS) {
        cleanedAt = performance.now();
        await clean(work, memory.users);
      }
    } while (again && !closed);
  };
  const check = (): Promise<void> => {
    if (closed) return Promise.resolve();
    again = true;
    running ??= round().finally(() => { running = undefined; });
    return running;
  };
  const quietly = (): void => {
    check().catch((error: unknown) => {
      work.log.warn({ err: error }, 'sessions could not be checked; trying again');
    });
  };
  const timer = setInterval(quietly, limits.sessionCheckMs);
  timer.unref();
  const stopHints = work.wake.on('sessions', quietly);
  return {
    check,
    forget(idHash) {
      const found = memory.sessions.get(idHash);
      if (found !== undefined) drop({ sessionIdHash: idHash, userId: found.session.user.id, code: 'SESSION_ENDED' });
    },
    onRevoked: revoked.add,
    onUserChanged: changed.add,
    async close() {
      closed = true;
      clearInterval(timer);
      stopHints();
      await running?.catch(() => undefined);
    },
  };
}
