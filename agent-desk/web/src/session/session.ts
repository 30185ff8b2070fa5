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
export async function signIn(npk: string, password: string): Promise<{ session: Session } | { next: string }> {
  const answer = await api.post<{ user?: SessionUser; csrfToken?: string; next?: string }>('/session',
    { npk, password });
  if (answer.next !== undefined) return { next: answer.next };
  setCsrfToken(answer.csrfToken ?? '');
  return { session: await fetchSession() };
}

/** Ends the session on the server; the drafts stay for the next time. */
export async function signOut(): Promise<void> {
  await api.del('/session');
  setCsrfToken('');
}
