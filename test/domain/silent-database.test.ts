/** RF07: a database that stops answering in the midst of a statement, with its connections still open. */
import t from 'tap';
import { isUnavailable, openDb } from '#domain/store/db.ts';
import { eventually, testWork } from '#test/support/harness.ts';
import { faultProxy } from '#test/support/proxy.ts';

const SILENT_MS = 1_000;

t.test('RF07: what is under way on a silent database ends as unavailable, and what is asked later is answered',
  async (t) => {
    const work = await testWork(t);
    const url = work.db.pool.options.connectionString ?? '';
    const proxy = await faultProxy(t, { port: Number(new URL(url).port) });
    const db = openDb({ url: proxy.url(url), applicationName: 'silent', connectionsMax: 2, silentMs: SILENT_MS });
    t.teardown(() => db.close());
    const answer = async (): Promise<unknown> => (await db.dynamic<{ one: number }>('select 1 as one'))[0]?.one;
    t.equal(await answer(), 1, 'it answers at first');
    proxy.set({ blackhole: true });
    const statement = db.dynamic('select 2').then(() => undefined, (error: unknown) => error);
    const transaction = db.transaction((tx) => tx.dynamic('select 3')).then(() => undefined, (error: unknown) => error);
    t.ok(isUnavailable(await statement), 'the single statement');
    t.ok(isUnavailable(await transaction), 'the transaction');
    proxy.set({});
    t.equal(await answer(), 1, 'a new connection takes the place of the lost one');
  });

t.test('RF07: a connection that nobody uses may be silent for as long as it likes', async (t) => {
  const work = await testWork(t);
  const url = work.db.pool.options.connectionString ?? '';
  const db = openDb({ url, applicationName: 'resting', connectionsMax: 1, silentMs: SILENT_MS });
  t.teardown(() => db.close());
  const backend = async (): Promise<unknown> =>
    (await db.dynamic<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid;
  const first = await backend();
  const rested = performance.now() + 2 * SILENT_MS;
  await eventually('it has rested for twice the bound', () => performance.now() > rested);
  t.equal(await backend(), first, 'the same connection serves again');
});
