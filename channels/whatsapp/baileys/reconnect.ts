/** What to do when a session ended, by the code WhatsApp gave. Pure: the same story gives the same answer. */

/** How the tries of one account went so far. */
export interface Tries {
  /** Failed in a row; a session that stayed open for OPEN_COUNTS_MS begins anew. */
  attempts: number;
  /** When another client took the session's place, ms. */
  replacedAt: readonly number[];
  badSessions: number;
}

export type AfterClose =
  | { kind: 'again'; afterMs: number; reasonCode: string }
  /** Nothing is tried until a person decides. */
  | { kind: 'operator'; reasonCode: string }
  /** The phone ended the session: its keys are of no use any more. */
  | { kind: 'logged-out'; reasonCode: string };

export const noTries: Tries = { attempts: 0, replacedAt: [], badSessions: 0 };

/** Open for so long, a session was well: what failed before it counts no more. */
export const OPEN_COUNTS_MS = 60_000;
/** Out of reach for so long, administrators are told. */
export const ALERT_AFTER_MS = 300_000;
const BACKOFF_MS_MAX = 60_000;
const REPLACED_WAIT_MS = 5_000;
const REPLACED_WITHIN_MS = 60_000;
const REPLACED_MAX = 3;
const BAD_SESSIONS_MAX = 3;
const OUTDATED_WAIT_MS = 1_800_000;

/** The codes of Baileys' DisconnectReason, and what they mean for people. */
const REASONS: Record<number, string> = { 401: 'LOGGED_OUT', 403: 'BANNED', 405: 'CLIENT_OUTDATED', 408: 'TIMED_OUT',
  411: 'MULTIDEVICE_MISMATCH', 428: 'CONNECTION_CLOSED', 440: 'REPLACED', 500: 'BAD_SESSION', 503: 'UNAVAILABLE',
  515: 'RESTART_REQUIRED' };

/** 1, 2, 4 ... 60 seconds, each between half and the whole of it. */
function backoff(attempts: number, random: number): number {
  const ms = Math.min(BACKOFF_MS_MAX, 1_000 * 2 ** Math.max(0, attempts - 1));
  return Math.round(ms * (0.5 + random / 2));
}

/**
 * After a close with `code` (undefined: none was given). `openMs` is how long the session had been open, `random` from
 * 0 to below 1. Gives what to do and the story from here on.
 */
export function afterClose(before: Tries, close: { code: number | undefined; openMs: number; nowMs: number;
  random: number }): { tries: Tries; next: AfterClose } {
  const { code, openMs, nowMs, random } = close;
  const tries = openMs >= OPEN_COUNTS_MS ? { ...noTries, replacedAt: before.replacedAt } : before;
  const reasonCode = code === undefined ? 'CONNECTION_LOST' : REASONS[code] ?? 'CONNECTION_LOST';
  const operator = (reason: string): { tries: Tries; next: AfterClose } =>
    ({ tries: noTries, next: { kind: 'operator', reasonCode: reason } });
  const again = (changed: Partial<Tries>, afterMs: number): { tries: Tries; next: AfterClose } =>
    ({ tries: { ...tries, ...changed }, next: { kind: 'again', afterMs, reasonCode } });
  switch (code) {
    case 515: return again({}, 0);
    case 401: return { tries: noTries, next: { kind: 'logged-out', reasonCode } };
    case 403:
    case 411: return operator(reasonCode);
    case 405: return again({ attempts: tries.attempts + 1 }, OUTDATED_WAIT_MS);
    case 440: {
      const replacedAt = [...tries.replacedAt.filter((at) => nowMs - at < REPLACED_WITHIN_MS), nowMs];
      return replacedAt.length >= REPLACED_MAX ? operator('CONFLICT') : again({ replacedAt }, REPLACED_WAIT_MS);
    }
    case 500: {
      const badSessions = tries.badSessions + 1;
      if (badSessions >= BAD_SESSIONS_MAX) return operator(reasonCode);
      return again({ badSessions, attempts: tries.attempts + 1 }, backoff(tries.attempts + 1, random));
    }
    default: return again({ attempts: tries.attempts + 1 }, backoff(tries.attempts + 1, random));
  }
}
