/** The Query cache of the desk: nothing is fetched for the mere sake of it, the line keeps it fresh. */
import { QueryClient } from '@tanstack/react-query';

/** A new, empty cache; one per page. */
export function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { refetchOnWindowFocus: false, retry: 1 }, mutations: { retry: false } },
  });
}
