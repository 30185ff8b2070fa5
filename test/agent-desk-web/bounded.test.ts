/** What the desk keeps is bounded, and what did not change stays the same object, so that nothing draws it again. */
import t from 'tap';
import { createCache } from '../../agent-desk/web/src/live/cache.ts';
import { keys } from '../../agent-desk/web/src/live/keys.ts';
import { withRow, type ListKind, type ListPage } from '../../agent-desk/web/src/live/lists.ts';
import type { InteractionView } from '../../agent-desk/web/src/live/types.ts';

const kind: ListKind = { view: 'queues', state: 'open', q: '' };
const row = (id: string, change: Partial<InteractionView> = {}): InteractionView =>
  ({ id, state: 'QUEUED', priority: 0, waitingSince: `2026-11-21T02:00:00.${id}Z`, dateOrigin: '', agentId: null,
    revision: 1, ...change }) as InteractionView;

t.test('of threads nobody looks at only the last thirty are kept; those that are looked at stay', async (t) => {
  const cache = createCache();
  const watched = cache.getQueryCache().build(cache, { queryKey: keys.thread('talk-0') });
  watched.getObserversCount = () => 1;
  for (let n = 0; n < 200; n += 1) cache.setQueryData(keys.thread(`talk-${n}`), { items: [], complete: true });
  const kept = cache.getQueriesData({ queryKey: keys.threads }).map(([key]) => String(key[2]));
  t.equal(kept.length, 30);
  t.ok(kept.includes('talk-0'), 'the one that is open');
  t.ok(kept.includes('talk-199'), 'and the newest');
  t.notOk(kept.includes('talk-100'), 'what was open long ago is gone');
  for (let n = 0; n < 200; n += 1) cache.setQueryData([...keys.counts, n], n);
  t.equal(cache.getQueriesData({ queryKey: keys.counts }).length, 200, 'what has no bound is left alone');
  cache.clear();
});

t.test('a row that changes leaves every other page the same object, and twice the same event changes nothing more',
  async (t) => {
    const page = (from: number): ListPage => ({ nextCursor: 'more',
      items: Array.from({ length: 50 }, (_unused, n) => row(String(from + n))) });
    const pages = [page(100), page(150), page(200)];
    const next = withRow(pages, row('160', { unreadCount: 3, revision: 2 }), kind, 'me');
    t.equal(next[0], pages[0]);
    t.equal(next[2], pages[2]);
    t.equal(next[1]?.items[10]?.unreadCount, 3);
    t.equal(next[1]?.items[11], pages[1]?.items[11], 'its neighbours are the same rows');
    t.equal(withRow(next, row('160', { unreadCount: 1, revision: 1 }), kind, 'me'), next, 'an older one is ignored');
  });
