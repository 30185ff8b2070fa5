/** Leaving the desk, so that the next person at this browser finds nothing of the last. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { notifyError } from '../kit/notify.ts';
import { useT } from '../kit/words.ts';
import { signOut } from './session.ts';

/** Drops everything that was fetched for the person who was here, settings and search included. */
export function forgetFetched(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}

/** Signs out; says so where the server could not be asked; the desk stays open then. */
export function useLeave(): () => Promise<void> {
  const t = useT();
  const client = useQueryClient();
  return async () => {
    try {
      await signOut();
      client.setQueryData(['session'], null);
      forgetFetched(client);
    } catch (error) {
      notifyError(t('error.title'), error);
    }
  };
}
