/**
 * Counts guesses in PostgreSQL before what was guessed is looked at, so that a thousand at once are a thousand counted
 * ones; after limits.loginFailuresMax within the window each further one has to wait longer (RA04).
 */
import { createHash } from 'node:crypto';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import type { Work } from '#domain/work.ts';
import * as sql from './session-statements.ts';

/** The first delay after limits.loginFailuresMax failures; it doubles with each further one, up to the window. */
const FIRST_DELAY_S = 15;

/** Under which an account's guesses are counted: never the number itself. */
export function npkHash(npk: string): Buffer {
  return createHash('sha256').update(`npk ${npk}`).digest();
}

export interface Guess {
  npk: Buffer;
  /** An address, or what stands for a browser or a session that is known. */
  place: string;
  /** A known place is not judged by what others did, at its address or with its account's number elsewhere. */
  known: boolean;
}

/**
 * Throws LOGIN_LOCKED if the account and place, the address, or the account from wherever had its share; else counts
 * this as failed for now.
 */
export async function reserveGuess(work: Pick<Work, 'db'>, { npk, place, known }: Guess): Promise<void> {
  await work.db.transaction(async (tx) => {
    await tx.rows(sql.lockAttempts, [npk, place]);
    const row = await tx.one<{ recent: number; last_age_s: number | null; of_ip: number;
      of_account: number }>(
      sql.countAttempts, [npk, place, limits.loginFailureWindowMinutes]);
    const { recent = 0, last_age_s: age = null, of_ip: ofIp = 0, of_account: ofAccount = 0 } = row ?? {};
    const over = recent - limits.loginFailuresMax;
    const grown = Math.min(FIRST_DELAY_S * 2 ** Math.min(over, 10), limits.loginFailureWindowMinutes * 60);
    const delay = over < 0 ? 0 : grown;
    if (age !== null && age < delay) throw new AppError('LOGIN_LOCKED', { retryAfterSeconds: Math.ceil(delay - age) });
    const flooded = !known && (ofIp >= limits.loginFailuresPerIpHourMax
      || ofAccount >= limits.loginFailuresPerAccountHourMax);
    if (flooded) throw new AppError('LOGIN_LOCKED', { retryAfterSeconds: 3_600 });
    await tx.rows(sql.noteAttempt, [npk, place]);
  });
}

/**
 * Runs a proof that a signed-in user gives once more. Whoever took a session over guesses no faster at the password or
 * the code behind it than a stranger at the door; a right proof forgets the wrong ones. Throws LOGIN_LOCKED.
 */
export async function guardedProof<T>(work: Pick<Work, 'db'>, session: { sessionId: string; user: { npk: string } },
  proof: () => Promise<T>): Promise<T> {
  const guess = { npk: npkHash(session.user.npk), place: `session:${session.sessionId}`, known: true };
  await reserveGuess(work, guess);
  const proved = await proof();
  await work.db.rows(sql.forgetAttempts, [guess.npk, guess.place]);
  return proved;
}
