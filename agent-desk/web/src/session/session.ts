/** Who is signed in: fetched once, given up when the server says so, the place and the drafts kept. */
import { createContext, useContext } from 'react';
import { api, setCsrfToken } from '../api/client.ts';

export interface SessionUser { id: string; npk: string; name: string; locale: string; capacityPoints?: number }
export interface Session { user: SessionUser; permissions: string[]; csrfToken: string }

export const SessionContext = createContext<Session | null>(null);

/** The session of the signed-in user; only below the sign-in gate. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession is used outside the sign-in gate');
  return session;
}

/** The present session; throws ApiError SIGN_IN_REQUIRED without one. */
export async function fetchSession(): Promise<Session> {
  const session = await api.get<Session>('/session');
  setCsrfToken(session.csrfToken);
  return session;
}

/** Signs in. `next` is set where a second step is asked for. Throws ApiError SIGN_IN_FAILED, LOGIN_LOCKED. */
export async function signIn(npk: string, password: string): Promise<{ session: Session }
  | { next: 'totp' | 'enrol' }> {
  const answer = await api.post<{ user?: SessionUser; csrfToken?: string; next?: 'totp' | 'enrol' }>('/session',
    { npk, password });
  if (answer.next !== undefined) return { next: answer.next };
  setCsrfToken(answer.csrfToken ?? '');
  return { session: await fetchSession() };
}

export interface SignInProvider { id: string; name: string }

/** The identity providers one may sign in with; none where they cannot be read, for the password always works. */
export async function fetchProviders(): Promise<SignInProvider[]> {
  return (await api.get<{ items: SignInProvider[] }>('/session/providers').catch(() => ({ items: [] }))).items;
}

export interface Enrolment { secret: string; uri: string }

/** Passes the second step with a code. Throws ApiError CODE_WRONG, STEP_EXPIRED. */
export async function passSecondStep(code: string): Promise<Session> {
  await api.post('/session/second-step', { code });
  return fetchSession();
}

/** The authenticator to set up before the first session. Throws ApiError STEP_EXPIRED. */
export function startEnrolment(): Promise<Enrolment> {
  return api.post<Enrolment>('/session/enrol');
}

/** Confirms it and signs in; the recovery codes are shown this once. Throws ApiError CODE_WRONG, STEP_EXPIRED. */
export async function confirmEnrolment(code: string): Promise<{ session: Session; codes: string[] }> {
  const { recoveryCodes } = await api.post<{ recoveryCodes: string[] }>('/session/enrol/confirm', { code });
  return { session: await fetchSession(), codes: recoveryCodes };
}

export interface JoinLook {
  kind: 'INVITE' | 'RESET'; npk: string; name: string; passwordCharsMin: number; next: 'totp' | 'enrol' | null;
}

/** Whose link this is. Throws ApiError LINK_INVALID {reason}. */
export function lookAtLink(token: string): Promise<JoinLook> {
  return api.post<JoinLook>('/join/look', { token: token === '' ? '-' : token.slice(0, 200) });
}

/** Sets the password by a link; gives the step that follows, null where the desk is open. Throws LINK_INVALID. */
export async function join(token: string, password: string): Promise<'totp' | 'enrol' | null> {
  return (await api.post<{ next?: 'totp' | 'enrol' }>('/join', { token, password })).next ?? null;
}

/** Ends the session on the server; the drafts stay for the next time. */
export async function signOut(): Promise<void> {
  await api.del('/session');
  setCsrfToken('');
}
