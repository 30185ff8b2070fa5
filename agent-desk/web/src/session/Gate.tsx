/** The gate of the desk: signed in, the desk with its line; else the sign-in, over the same address. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { ApiError, onSessionEnded } from '../api/client.ts';
import { takeLocale } from '../i18n/index.ts';
import { ErrorState } from '../kit/states.tsx';
import { Drafts } from '../lib/drafts.ts';
import { pruneKept } from '../lib/kept.ts';
import { serverNow } from '../lib/now.ts';
import { DeskContext, type Desk } from '../live/context.ts';
import { Live } from '../live/live.ts';
import { sayTaken } from '../reply/Taken.tsx';
import { forgetWritten } from '../reply/unsent.ts';
import { createUploads } from '../reply/uploads.ts';
import { FrameSkeleton } from '../shell/FrameSkeleton.tsx';
import { useStored } from '../shell/useStored.ts';
import { Join, joinPath } from './Join.tsx';
import { forgetFetched } from './leave.ts';
import { fetchSession, SessionContext, type Session } from './session.ts';
import { SignIn } from './SignIn.tsx';
import { StepUp, StepUpReturn, stepUpReturned } from './StepUp.tsx';

const pruneEveryMs = 3_600_000;

/** Lets go of what was kept long enough, also while nobody is signed in; whoever shows it hears as of another tab. */
function usePruning(): void {
  useEffect(() => {
    const prune = (): void => {
      for (const key of pruneKept(localStorage, serverNow())) {
        window.dispatchEvent(new StorageEvent('storage', { key }));
      }
    };
    prune();
    const timer = window.setInterval(prune, pruneEveryMs);
    return () => { window.clearInterval(timer); };
  }, []);
}

/** Shows the children with session, line and drafts once somebody is signed in. */
export function Gate({ children }: { children: ReactNode }) {
  const result = stepUpReturned();
  if (result !== null) return <StepUpReturn result={result} />;
  return window.location.pathname === joinPath ? <Join /> : <Inside>{children}</Inside>;
}

function Inside({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [ended, setEnded] = useState(false);
  const query = useQuery<Session | null>({
    queryKey: ['session'], staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY,
    retry: (count, error) => error instanceof ApiError && error.code === 'NETWORK' && count < 3,
    queryFn: async () => {
      try {
        return await fetchSession();
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
  });
  const session = query.data ?? null;
  useEffect(() => onSessionEnded(() => {
    // The first question of a newcomer is refused as well: nothing of theirs has ended.
    if (client.getQueryData<Session | null>(['session']) == null) return;
    setEnded(true);
    client.setQueryData(['session'], null);
  }), [client]);
  usePruning();
  const [wasHere, setWasHere] = useStored<boolean>('signedIn', false);
  const isHere = query.isSuccess ? query.data !== null : undefined;
  useEffect(() => { if (isHere !== undefined) setWasHere(isHere); }, [isHere, setWasHere]);
  const { id: userId, locale } = session?.user ?? {};
  useEffect(() => { takeLocale(locale); }, [userId, locale]);
  // Who comes to the sign-in is not shown a desk first.
  if (query.isPending) return wasHere ? <FrameSkeleton /> : null;
  if (query.isError) return <main><ErrorState error={query.error} onRetry={() => { void query.refetch(); }} /></main>;
  if (session === null) {
    const enter = (next: Session): void => {
      forgetFetched(client);
      client.setQueryData(['session'], next);
      setEnded(false);
    };
    return <SignIn ended={ended} onSignedIn={enter} />;
  }
  return <SessionContext value={session}><WithLine key={session.user.id} userId={session.user.id}>{children}</WithLine>
    </SessionContext>;
}

function WithLine({ userId, children }: { userId: string; children: ReactNode }) {
  const client = useQueryClient();
  const desk = useMemo<Desk>(() => {
    const drafts = new Drafts(localStorage, userId);
    const uploads = createUploads(userId, drafts);
    return { drafts, uploads,
      live: new Live(client, userId, (row, byMe) => {
        if (!byMe && row.conversationId !== null) sayTaken(row, drafts.get(row.conversationId));
        forgetWritten({ drafts, uploads }, userId, row);
      }) };
  }, [client, userId]);
  useEffect(() => {
    const onStorage = (event: StorageEvent): void => { desk.drafts.changedElsewhere(event.key); };
    window.addEventListener('storage', onStorage);
    desk.live.start();
    return () => {
      window.removeEventListener('storage', onStorage);
      desk.live.stop();
    };
  }, [desk]);
  return <DeskContext value={desk}>{children}<StepUp /></DeskContext>;
}
