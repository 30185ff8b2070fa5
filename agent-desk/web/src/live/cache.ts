/** The Query cache of the desk: nothing is fetched for its own sake, the line keeps it fresh, and it is bounded. */
import { QueryClient } from '@tanstack/react-query';

/**
 * How many of each kind are kept while nobody looks at them: enough to go back to what was open a while ago at once;
 * a day of work must not fill the memory.
 */
const keptAtMost: Record<string, number> = { thread: 30, interaction: 60, ticket: 60, contact: 60, list: 6, around: 4,
  link: 100, message: 60, earlier: 20, search: 20 };

/** Lets go of what was looked at longest ago, kind by kind. Returns the way to stop. */
export function boundCache(client: QueryClient): () => void {
  const cache = client.getQueryCache();
  const byKind = new Map<string, Set<string>>();
  return cache.subscribe(({ type, query }) => {
    if (type !== 'added' && type !== 'removed' && type !== 'observerRemoved') return;
    const kind = String(query.queryKey[1]);
    const most = keptAtMost[kind];
    if (most === undefined) return;
    const kept = byKind.get(kind) ?? new Set<string>();
    byKind.set(kind, kept);
    kept.delete(query.queryHash);
    if (type === 'removed') return;
    kept.add(query.queryHash);
    if (kept.size <= most) return;
    for (const hash of kept) {
      const old = cache.get(hash);
      if (old === undefined) kept.delete(hash);
      else if (old !== query && old.getObserversCount() === 0 && old.state.fetchStatus === 'idle') {
        cache.remove(old);
        if (kept.size <= most) return;
      }
    }
  });
}

/** A new, empty cache; one per page. */
export function createCache(): QueryClient {
  const client = new QueryClient({
    // Asked also where the browser holds itself offline: a question that waits in silence looks like nothing found.
    defaultOptions: { queries: { refetchOnWindowFocus: false, retry: 1, networkMode: 'always',
      refetchOnReconnect: true }, mutations: { retry: false, networkMode: 'always' } },
  });
  boundCache(client);
  return client;
}
