/** More than can be stored now: what waits is stored, the rest is refused at the door, and nothing in between (P5). */
import t from 'tap';
import { limits } from '#domain/limits.ts';
import { eventually } from '#test/support/harness.ts';
import { outsideServers, signedPost, textEvents } from '#test/support/outside.ts';
import { startProduct } from '#test/support/servers.ts';

t.setTimeout(60_000);

t.test('P5 beyond the bounded queue hooks are refused with a code and a time to come back, and all accepted is stored',
  async (t) => {
  const outside = await outsideServers(t);
  const { url } = await startProduct(t, outside.env);
  const hook = `${url}/hooks/generic/${outside.world.accountKey}`;
  const post = (from: number, count: number, headers: Record<string, string> = {}): Promise<Response> => {
    const body = textEvents(Array.from({ length: count }, (_, n) => (
      { id: `m${from + n}`, from: `nasabah-${from + n}`, text: `pesan ${from + n}` })));
    const signed = signedPost(body, outside.secret);
    return fetch(hook, { ...signed, headers: { ...signed.headers as Record<string, string>, ...headers } });
  };
  const holder = await outside.db.connect();
  await holder.query('begin');
  await holder.query('lock table inbound_events in access exclusive mode');
  // The first is in flight and waits for the lock; what comes after it fills the queue to its bound.
  const accepted = [post(0, 1)];
  await eventually('the first batch waits for the lock', async () => (await holder.query(`select count(*)::int as n
    from pg_locks where not granted and relation = 'inbound_events'::regclass`)).rows[0].n > 0);
  for (let from = 1; from <= limits.intakeWaitingMax; from += 64) accepted.push(post(from, 64));
  // What proves itself wrongly is never stored, so it may ask until the door is shut; then the good one is refused too.
  await eventually('the door is shut', async () => (
    (await fetch(hook, signedPost('{}', 'rahasia-lain'))).status === 503));
  const refused = await post(900_000, 1, { 'accept-language': 'en' });
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '1');
  const said = await refused.json() as { code: string; message: string; requestId: string };
  t.equal(said.code, 'OVERLOADED');
  t.match(said.message, /nothing was accepted/);
  t.equal(refused.headers.get('x-request-id'), said.requestId);
  t.equal((await fetch(`${url}/health/live`)).status, 200, 'other doors stay open');
  await holder.query('rollback');
  await holder.end();
  for (const answer of await Promise.all(accepted)) t.equal(answer.status, 200);
  const [row] = await outside.db.dynamic<{ n: number; refused: number }>(`select count(*)::int as n,
    count(*) filter (where provider_message_id = 'm900000')::int as refused from messages`);
  t.same(row, { n: limits.intakeWaitingMax + 1, refused: 0 });
  t.equal((await post(900_000, 1)).status, 200, 'and the door opens again');
});
