/** In a burst of messages the search rests, for a bounded time, and then brings itself up to date. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { createSearchIndexer, isBurst } from '#domain/search/indexer.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork } from '#test/support/harness.ts';
import { moveClock } from '#test/support/routing.ts';

t.setTimeout(120_000);

t.test('more than one round of rows puts the search off, never longer than its limit', async (t) => {
  const work = await testWork(t);
  const { organisationId } = await smallWorld(work.db);
  const tell = (rows: number): Promise<void> => work.db.transaction(async (tx) => {
    await appendJournal(tx, Array.from({ length: rows }, () => ({ type: 'message.received' as const,
      subjectType: 'message' as const, subjectId: newId(), actor: { kind: 'CUSTOMER' as const },
      scope: { organisationId } })));
  });
  const indexed = (): Promise<boolean> => work.db.dynamic<{ done: boolean }>(`select not exists (select from journal j,
    search_progress p where (j.epoch, j.xid, j.id) > (p.epoch, p.xid, p.id)) as done`).then(([row]) => row?.done === true);

  await tell(limits.searchIndexRowsMax);
  t.equal(await isBurst(work.db), false, 'what one round takes is no burst');
  await tell(1);
  t.equal(await isBurst(work.db), true);
  await moveClock(work.db, limits.searchRestMs / 1_000 + 1);
  t.equal(await isBurst(work.db), false, 'once the oldest has waited long enough the search takes its share');

  const indexer = createSearchIndexer(work, { nodeId: newId() });
  t.teardown(() => indexer.stop());
  await eventually('all of it is indexed', indexed);
});
