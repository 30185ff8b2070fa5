/**
 * Sign-in sessions: opaque ids whose hash lies in PostgreSQL, shared by HTTP and sockets of every node (RA02). A
 * node believes what it read for at most limits.sessionCheckMs and looks after the sessions it serves as often; so a
 * revocation is known everywhere within 5 s, Redis or not (RA03).
 */
import { limits } from '#domain/limits.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { Tx } from '#domain/store/db.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { Gatherer } from '#routing/gather.ts';
import { createSignIn, type SecondStep, type SignInRequest, type SignedIn } from './sign-in.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createWatch, type Kept, type KeptUser, type Watch } from './session-watch.ts';
import * as sql from './session-statements.ts';
import { createKeyring, revokeKeysOfUser } from './api-keys.ts';
import { voidLinks } from './links.ts';
import { hashId, ID_CHARS, readCookie } from './tokens.ts';

export interface Session {
  user: User;
  /** The hash of the id, in hex: fit for logs and maps; nobody can sign in with it. */
  sessionId: string;
  csrfToken: string;
  /** Set where a program came with an API key: no cookie, so no token against forged requests either. */
  apiKeyId?: string;
}

/** Why a session ended. */
export interface Revocation {
  sessionIdHash: string;
  userId: string | null;
  /** SIGNED_OUT, PASSWORD_CHANGED, ROLES_CHANGED, USER_DISABLED, SESSION_EXPIRED, SESSION_UNKNOWN ... */
  code: string;
}

export interface Sessions {
  readonly passwords: Passwords;
  /** `sambung`, or `__Host-sambung` where cookies are secure. */
  readonly cookieName: string;
  readonly deviceCookieName: string;
  /** The cookie of a second step under way. */
  readonly stepCookieName: string;
  /** This node serves its own machine alone, so invented people of a demo need no authenticator (RA05). */
  readonly exemptsDemo: boolean;
  /**
   * Throws SIGN_IN_FAILED, LOGIN_LOCKED or OVERLOADED. Always makes a new id; one that came along is never taken
   * (RS07).
   */
  signIn(request: SignInRequest): Promise<SignedIn | SecondStep>;
  /** The session of a Cookie header, or undefined. Throws only if the database is away: nobody gets in then. */
  verify(cookieHeader: string | undefined): Promise<Session | undefined>;
  /**
   * What an `Authorization: Bearer smb_...` header opens: the key's user with the key's permissions only; undefined
   * for whatever is wrong.
   */
  verifyKey(header: string): Promise<Session | undefined>;
  /** Counts as activity: call it for what a user does on a socket, or the session falls idle. Never throws. */
  touch(sessionId: string): void;
  signOut(session: Pick<Session, 'sessionId' | 'user'>): Promise<void>;
  /** Ends every session of a user but, where given, one; in `tx` if given. Nodes learn it after the commit. */
  revokeUser(userId: string, code: string, options?: { except?: string; tx?: Pick<Tx, 'rows'> }): Promise<void>;
  /**
   * Calls for each session served by this node that ended, wherever it was ended; within 5 s. Gives the way to stop.
   */
  onRevoked(listener: (revocation: Revocation) => void): () => void;
  /**
   * Calls when rights, queues or place of a user served here changed: ask userById for the user as it is now; within
   * 5 s.
   */
  onUserChanged(listener: (userId: string) => void): () => void;
  /** The user with present rights, at most limits.sessionCheckMs old; undefined if unknown or disabled. */
  userById(id: string): Promise<User | undefined>;
  /** Looks after sessions and users now; sweeps and tests call it. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Cookies get `Secure` and `__Host-` (https); only plain http on loopback goes without. */
  secure?: boolean;
  /** True only where no other machine can sign in: see Sessions.exemptsDemo. */
  exemptsDemo?: boolean;
  passwords?: Passwords;
}

const SESSIONS_AT_ONCE = 256;

/** After these no link to another password opens anything (RS05). */
const ENDS_LINKS = new Set(['PASSWORD_CHANGED', 'USER_DISABLED']);

/** After these no API key of the user lives on either (RS06). */
const ENDS_KEYS = new Set(['PASSWORD_CHANGED', 'ROLES_CHANGED', 'USER_DISABLED']);

interface Loading {
  work: Work;
  kept: Map<string, Kept>;
  watch: Pick<Watch, 'forget'>;
  touch: (...hashes: string[]) => void;
}

/** Reads many sessions by one statement, in the order of their hashes; remembers what lives, forgets what does not. */
async function loadSessions(hashes: readonly string[], { work, kept, watch, touch }: Loading):
Promise<(Session | undefined)[]> {
  const rows = await work.db.rows<sql.UserRow & { id_hash: string; csrf_token: string; stale: boolean }>(
    sql.sessionsWithUsers, [hashes.map((hash) => Buffer.from(hash, 'hex')), limits.sessionIdleMinutes]);
  const found = new Map(rows.map((row) => [row.id_hash, row]));
  const stale = rows.filter((row) => row.stale).map((row) => row.id_hash);
  if (stale.length > 0) touch(...stale);
  return hashes.map((idHash) => {
    const row = found.get(idHash);
    if (row === undefined) { watch.forget(idHash); return undefined; }
    const session: Session = { user: sql.userOf(row), sessionId: idHash, csrfToken: row.csrf_token };
    kept.set(idHash, { session, readAt: performance.now(), version: row.version });
    return session;
  });
}

/** One process's view of the sessions. */
export function createSessions(work: Work, options: SessionOptions = {}): Sessions {
  const cookieName = options.secure === true ? '__Host-sambung' : 'sambung';
  const passwords = options.passwords ?? createPasswords();
  const kept = new Map<string, Kept>();
  const users = new Map<string, KeptUser>();
  const watch = createWatch(work, { sessions: kept, users });
  const exemptsDemo = options.exemptsDemo === true;
  const signIn = createSignIn(work, passwords, exemptsDemo);
  const keyring = createKeyring(work);

  // When a node or a network comes back, all desks ask at once: one statement for all, not a connection for each.
  const loads = new Gatherer<string, Session | undefined>(SESSIONS_AT_ONCE,
    (hashes) => loadSessions(hashes, { work, kept, watch, touch }));
  const touch = (...hashes: string[]): void => {
    void work.db.rows(sql.touchSession, [hashes.map((hash) => Buffer.from(hash, 'hex'))]).catch(() => undefined);
  };
  const revokeUser: Sessions['revokeUser'] = async (userId, code, { except, tx } = {}) => {
    const spared = except === undefined ? null : Buffer.from(except, 'hex');
    await (tx ?? work.db).rows(sql.revokeSessionsOfUser, [userId, code, spared]);
    await (tx ?? work.db).rows(sql.dropSteps, [userId]);
    if (ENDS_LINKS.has(code)) await (tx ?? work.db).rows(voidLinks, [userId]);
    if (ENDS_KEYS.has(code)) await (tx ?? work.db).rows(revokeKeysOfUser, [userId, code]);
    if (tx === undefined) { work.wake.hint('sessions'); await watch.check(); }
  };

  return {
    passwords, cookieName, deviceCookieName: options.secure === true ? '__Host-sambung-device' : 'sambung-device',
    stepCookieName: options.secure === true ? '__Host-sambung-step' : 'sambung-step',
    signIn, exemptsDemo,
    async verify(cookieHeader) {
      const id = readCookie(cookieHeader, cookieName);
      if (id === undefined || id.length !== ID_CHARS) return undefined;
      const idHash = hashId(id).toString('hex');
      const found = kept.get(idHash);
      if (found !== undefined && performance.now() - found.readAt < limits.sessionCheckMs) return found.session;
      return loads.push(idHash);
    },
    verifyKey: keyring.verify,
    touch: (idHash) => touch(idHash),
    async signOut(session) {
      await work.db.transaction(async (tx) => {
        const ended = await tx.rows(sql.revokeSession, [Buffer.from(session.sessionId, 'hex'), 'SIGNED_OUT']);
        if (ended.length > 0) await appendJournal(tx, [signedOut(session.user)]);
        tx.afterCommit(() => { work.wake.hint('journal'); work.wake.hint('sessions'); });
      });
      await watch.check();
    },
    revokeUser,
    onRevoked: watch.onRevoked,
    onUserChanged: watch.onUserChanged,
    async userById(id) {
      const found = users.get(id);
      if (found !== undefined && performance.now() - found.readAt < limits.sessionCheckMs) return found.user;
      const row = await work.db.one<sql.UserRow>(sql.userById, [id]);
      const user = row?.status === 'ACTIVE' ? sql.userOf(row) : undefined;
      users.set(id, { user, version: row?.version ?? 0, readAt: performance.now() });
      return user;
    },
    check: watch.check,
    close: watch.close,
  };
}

function signedOut(user: User): Parameters<typeof appendJournal>[1][number] {
  return {
    type: 'user.signed-out', subjectType: 'user', subjectId: user.id, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId, siteId: user.siteId, branchId: user.branchId, teamId: user.teamId },
    data: { reason: 'SIGNED_OUT' },
  };
}
