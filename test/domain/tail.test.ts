/** The journal's tail: every row once, in order, whatever the writers do. */
import t from 'tap';
import { appendJournal } from '#domain/journal/append.ts';
import { comparePositions, decodeCursor, encodeCursor } from '#domain/journal/cursor.ts';
import type { JournalRow } from '#domain/journal/events.ts';
import { createTail, presentPosition, readJournal } from '#domain/journal/tail.ts';
import { newId } from '#domain/ids.ts';
import type { Work } from '#domain/work.ts';
import { eventually, testWork } from '#test/support/harness.ts';

const organisationId = newId();

function entry(data: Record<string, unknown>): Parameters<typeof appendJournal>[1][number] {
  return { type: 'interaction.queued', subjectType: 'interaction', subjectId: newId(), actor: { kind: 'SYSTEM' },
    scope: { organisationId }, data };
}

/** Writes transactions of one to three rows; some are slow, some roll back. Gives what was committed. */
async function writer(work: Work, name: number, transactions: number): Promise<string[]> {
  const committed: string[] = [];
  for (let n = 0; n < transactions; n += 1) {
    const keys = Array.from({ length: 1 + (n % 3) }, (_, at) => `${name}-${n}-${at}`);
    const failing = n % 7 === 3;
    try {
      await work.db.transaction(async (tx) => {
        for (const key of keys) {
          await appendJournal(tx, [entry({ key })]);
          if (n % 5 === name % 5) await tx.dynamic('select pg_sleep($1)', [(1 + (n % 4) * 5) / 1_000]);
        }
        if (failing) throw new Error('rolled back on purpose');
        tx.afterCommit(() => work.wake.hint('journal'));
      });
      committed.push(...keys);
    } catch (error) {
      if ((error as Error).message !== 'rolled back on purpose') throw error;
    }
  }
  return committed;
}

t.test('tail: slow and rolled back writers: no row is missed, doubled or out of order', async (t) => {
  const work = await testWork(t);
  const tail = await createTail(work, { batchMax: 40 });
  const seen: JournalRow[] = [];
  tail.subscribe(({ rows }) => { seen.push(...rows); });
  const committed = (await Promise.all(Array.from({ length: 6 }, (_, name) => writer(work, name, 60)))).flat();
  await eventually('all rows', () => seen.length >= committed.length, 20_000);
  await tail.stop();
  t.same(seen.map((row) => row.data?.['key']).sort(), committed.sort(), 'the same set, each once');
  for (let at = 1; at < seen.length; at += 1) {
    const [before, after] = [seen[at - 1], seen[at]];
    if (before === undefined || after === undefined) continue;
    if (comparePositions(before, after) >= 0) t.fail(`row ${after.id} came out of order`);
  }
  t.same(comparePositions(tail.position(), seen.at(-1) ?? tail.position()), 0, 'the cursor stands behind the last row');
});

t.test('tail: a row that committed first waits for an older transaction that commits last', async (t) => {
  const work = await testWork(t);
  const tail = await createTail(work);
  const seen: unknown[] = [];
  tail.subscribe(({ rows }) => { seen.push(...rows.map((row) => row.data?.['key'])); });
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => { release = resolve; });
  let started = (): void => undefined;
  const open = new Promise<void>((resolve) => { started = resolve; });
  const slow = work.db.transaction(async (tx) => {
    await appendJournal(tx, [entry({ key: 'old' })]);
    started();
    await held;
  });
  await open;
  await work.db.transaction((tx) => appendJournal(tx, [entry({ key: 'young' })]));
  work.wake.hint('journal');
  await eventually('the young row to be held back', () => tail.lagMs() > 0);
  t.same(seen, [], 'nothing is given before the older writer is decided');
  release();
  await slow;
  await eventually('both rows', () => seen.length === 2);
  t.same(seen, ['old', 'young']);
  await eventually('no lag', () => tail.lagMs() === 0);
  await tail.stop();
});

t.test('RF07 the tail goes on where it was after its connections were cut', async (t) => {
  const work = await testWork(t);
  const tail = await createTail(work);
  const seen: unknown[] = [];
  tail.subscribe(({ rows }) => { seen.push(...rows.map((row) => row.data?.['n'])); });
  for (let n = 0; n < 10; n += 1) {
    await work.db.transaction((tx) => appendJournal(tx, [entry({ n })]));
    if (n % 3 === 1) {
      await work.db.dynamic(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`).catch(() => undefined);
    }
    await eventually('a working connection', () => work.db.dynamic('select 1').then(() => true, () => false));
  }
  await eventually('ten rows', () => seen.length >= 10);
  t.same(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await tail.stop();
});

t.test('tail: rows of an older epoch come before those of the present one, whatever their xids', async (t) => {
  const work = await testWork(t);
  const from = await presentPosition(work.db);
  await work.db.transaction((tx) => appendJournal(tx, [entry({ key: 'before the restore' })]));
  await work.db.dynamic('update journal_epoch set epoch = 2');
  await work.db.dynamic(`insert into journal (epoch, xid, at, organisation_id, type, subject_type, subject_id,
    actor_kind, data)
    values (2, '5', app_now(), $1, 'interaction.queued', 'interaction', $2, 'SYSTEM', '{"key": "after the restore"}')`,
  [organisationId, newId()]);
  const read = await readJournal(work.db, from, 10);
  t.same(read.rows.map((row) => row.data?.['key']), ['before the restore', 'after the restore']);
});

t.test('tail: readSince gives one organisation only, in order, up to the tail', async (t) => {
  const work = await testWork(t);
  const tail = await createTail(work);
  const from = tail.position();
  let count = 0;
  tail.subscribe(({ rows }) => { count += rows.length; });
  await work.db.transaction((tx) => appendJournal(tx, [entry({ n: 1 }),
    { ...entry({ n: 'foreign' }), scope: { organisationId: newId() } }, entry({ n: 2 })]));
  await eventually('three rows', () => count === 3);
  t.same((await tail.readSince(organisationId, from, 10)).map((row) => row.data?.['n']), [1, 2]);
  t.same((await tail.readSince(organisationId, from, 1)).map((row) => row.data?.['n']), [1]);
  t.same(await tail.readSince(organisationId, tail.position(), 10), []);
  await tail.stop();
});

t.test('a cursor is opaque, and only what was encoded is decoded', async (t) => {
  const position = { epoch: 3, xid: '18446744073709551615', id: '9223372036854775807' };
  t.same(decodeCursor(encodeCursor(position)), position);
  for (const wrong of [undefined, null, 7, {}, '', 'abc', Buffer.from('1:2').toString('base64url'),
    Buffer.from('1:99999999999999999999:1').toString('base64url'), Buffer.from('01:1:1; drop').toString('base64url'),
    'x'.repeat(500), `${encodeCursor(position)}=`]) t.equal(decodeCursor(wrong), undefined);
});
