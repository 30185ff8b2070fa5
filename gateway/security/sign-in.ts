/**
 * Signing in: counted in PostgreSQL before the password is looked at, the same answer for whatever was wrong (RA04,
 * RS24).
 */
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, JournalEntry } from '#domain/journal/events.ts';
import type { Work } from '#domain/work.ts';
import type { User } from '#domain/people/access.ts';
import { addressKey } from './address.ts';
import { npkHash, reserveGuess } from './guesses.ts';
import type { Passwords } from './passwords.ts';
import { beginStep, secondStepOf } from './second-step.ts';
import { hashId, randomToken } from './tokens.ts';
import * as sql from './session-statements.ts';

export interface SignInRequest {
  npk: string;
  password: string;
  ip: string;
  userAgent?: string | undefined;
  /** The value of the device cookie, if the browser has one. */
  device?: string | undefined;
  /** The id of a session that the browser came with: it ends with this sign-in. */
  oldCookie?: string | undefined;
}

/** The password was right, and a second step is asked for: a code, or setting up an authenticator. */
export interface SecondStep {
  next: 'totp' | 'enrol';
  /** The value for the cookie of the step; it opens nothing but that step. */
  step: string;
}

export interface SignedIn {
  user: User;
  sessionId: string;
  csrfToken: string;
  /** The value for the session cookie; it exists nowhere else. */
  cookie: string;
  /** The value for the device cookie: this browser has signed this user in before. */
  device: string;
}

/**
 * Where an attempt is counted: a browser that signed this user in before has a count of its own (lockout is no
 * weapon).
 */
async function placeOf(work: Work, request: SignInRequest): Promise<{ place: string; known: boolean }> {
  const address = addressKey(request.ip);
  if (request.device === undefined || request.device.length > 100) return { place: address, known: false };
  const hash = hashId(request.device);
  const known = await work.db.rows(sql.knownDevice, [request.npk, hash]);
  return known.length === 0 ? { place: address, known: false } : { place: `device:${hash.toString('hex')}`,
    known: true };
}

function entry(type: JournalEntry['type'], row: sql.UserRow, data?: JournalData): JournalEntry {
  return {
    type, subjectType: 'user', subjectId: row.id, actor: { kind: 'USER', id: row.id },
    scope: { organisationId: row.organisation_id, siteId: row.site_id, branchId: row.branch_id, teamId: row.team_id },
    ...(data === undefined ? {} : { data }),
  };
}

export interface Opening {
  row: sql.UserRow;
  method: 'PASSWORD' | 'OIDC';
  /** What is forgotten once somebody is in; undefined where no password was counted. */
  counted?: { npk: Buffer; place: string } | undefined;
  /** A second factor was shown, to us or to the provider that vouches for it. */
  secondFactor?: boolean;
  /** When somebody who came through a provider proved who they are; undefined: nobody asked them (RA05). */
  provedAt?: Date | undefined;
}

/** Opens the session of somebody who proved who they are. Throws SIGN_IN_FAILED if the password changed meanwhile. */
export async function openSession(
  work: Work, request: Omit<SignInRequest, 'npk' | 'password'>,
  { row, method, counted, secondFactor = false, provedAt }: Opening,
): Promise<SignedIn> {
  const [cookie, csrfToken, device] = [randomToken(), randomToken(), request.device ?? randomToken()];
  const idHash = hashId(cookie);
  await work.db.transaction(async (tx) => {
    const inserted = await tx.rows(sql.insertSession, [idHash, row.organisation_id, row.id, csrfToken, request.ip,
      request.userAgent?.slice(0, 200) ?? null, limits.sessionAbsoluteHours, row.password_hash, method, secondFactor,
      provedAt ?? null]);
    if (inserted.length === 0) throw new AppError('SIGN_IN_FAILED');
    if (counted !== undefined) await tx.rows(sql.forgetAttempts, [counted.npk, counted.place]);
    if (request.oldCookie !== undefined) {
      await tx.rows(sql.revokeSession, [hashId(request.oldCookie), 'SIGNED_IN_ANEW']);
    }
    await tx.rows(sql.keepDevice, [row.organisation_id, row.id, hashId(device)]);
    await appendJournal(tx, [entry('user.signed-in', row, method === 'PASSWORD' ? undefined : { method })]);
    tx.afterCommit(() => { work.wake.hint('journal'); work.wake.hint('sessions'); });
  });
  return {
    user: sql.userOf(row), sessionId: idHash.toString('hex'), csrfToken, cookie, device,
  };
}

/**
 * Makes the function that signs in, or gives the second step to take. Throws SIGN_IN_FAILED (whatever was wrong),
 * LOGIN_LOCKED, OVERLOADED.
 */
export function createSignIn(
  work: Work, passwords: Passwords, exemptsDemo: boolean,
): (request: SignInRequest) => Promise<SignedIn | SecondStep> {
  return async (request) => {
    const npk = npkHash(request.npk);
    const { place, known } = await placeOf(work, request);
    await reserveGuess(work, { npk, place, known });
    const row = await work.db.one<sql.UserRow>(sql.userByNpk, [request.npk]);
    const { ok, outdated } = await passwords.verify(row?.password_hash, request.password);
    if (row === undefined || !ok || row.status !== 'ACTIVE') {
      if (row !== undefined) {
        await work.db.transaction(async (tx) => {
          await appendJournal(tx, [entry('user.sign-in-failed', row)]);
          tx.afterCommit(() => { work.wake.hint('journal'); });
        });
      }
      work.log.warn({ code: 'SIGN_IN_FAILED' }, 'a sign-in failed');
      throw new AppError('SIGN_IN_FAILED');
    }
    if (outdated) {
      const renewed = await passwords.hash(request.password);
      await work.db.rows(sql.rehash, [row.id, renewed, row.password_hash]);
      row.password_hash = renewed;
    }
    const counted = { npk, place };
    const next = await secondStepOf(work, row, exemptsDemo);
    if (next !== undefined) return beginStep(work, row, { next, method: 'PASSWORD', counted });
    return openSession(work, request, { row, method: 'PASSWORD', counted });
  };
}
