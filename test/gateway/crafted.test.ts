/** What a crafted request must not do: make the server fail, or leave a guessable trace (RS20, RA09). */
import { createHash } from 'node:crypto';
import t from 'tap';
import { encodePage } from '#domain/pages.ts';
import { routeTable } from '#gateway/security/plugin.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(180_000);

t.test('RS20 crafted cursors and NULs are 400 on every list, never 500', async (t) => {
  const { app, parts, as } = await wholeApp(t);
  const world = await smallWorld(parts.work.db);
  await parts.work.db.dynamic(`update roles set permissions = (select array_agg(distinct p) from roles r,
    unnest(r.permissions) p) where code = 'ADMIN'`);
  const lists = routeTable(app).filter((route) => route.method === 'GET' && !route.url.includes(':')
    && route.url.startsWith('/api/') && !/openapi|oidc|chat|seals/.test(route.url));
  t.ok(lists.length > 15, `${lists.length} lists`);
  const values = ['x', '', 1, -1e300, null, 'infinity', '2026-13-45', '9'.repeat(40), '\\', "'", '\ud800', 'a\0b'];
  const cursors = [1, 2, 3, 4].flatMap((length) => values.map((value) => encodePage(Array(length).fill(value))));
  const bad: string[] = [];
  for (const { url } of lists) {
    // A session of its own for each list: the flood limit counts by session.
    const browser = await as(world.administrator);
    for (const cursor of [...cursors, 'not base64', 'AAAA']) {
      const answer = await browser.get(`${url}?cursor=${encodeURIComponent(cursor)}`);
      if (answer.status >= 500) bad.push(`${url} ${Buffer.from(cursor, 'base64url').toString()} ${answer.status}`);
      if (answer.status === 429) t.fail('the flood limit came in between');
    }
    for (const query of ['q=a%00b', 'limit=%00', '%00=1']) {
      const answer = await browser.get(`${url}?${query}`);
      if (answer.status !== 400) bad.push(`${url}?${query} ${answer.status}`);
    }
  }
  t.same(bad, []);
  const nul = await (await as(world.administrator)).call('POST', '/api/skills', { code: 'NUL', name: 'a\0b' });
  t.equal(nul.status, 400, 'nor does a NUL in a body');
});

t.test('RA09 a stored idempotency key does not tell the body to somebody who can guess it', async (t) => {
  const { parts, as } = await wholeApp(t);
  const world = await smallWorld(parts.work.db);
  const browser = await as(world.administrator);
  const body = { code: 'MOBIL', name: 'Mobil' };
  const send = () => browser.call('POST', '/api/skills', body, { 'idempotency-key': 'satu-dua-tiga' });
  t.equal((await send()).status, 201);
  const again = await send();
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } });
  const [row] = await parts.work.db.dynamic<{ request_hash: Buffer }>('select request_hash from idempotency_keys');
  const plain = createHash('sha256').update('POST /api/skills\n').update(JSON.stringify(body)).digest('hex');
  t.not(row?.request_hash.toString('hex'), plain);
});
