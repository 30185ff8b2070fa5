/** The seeded year: true to the product's own rules, found by its search, written once, only into the demo company. */
import t from 'tap';
import { seedDemo } from '#domain/store/seeds/demo.ts';
import { seedYear } from '#domain/store/seeds/year.ts';
import { testWork } from '#test/support/harness.ts';

t.setTimeout(240_000);

const quiet = { seed: 42, say: (): void => undefined };

t.test('a year of the demo company keeps every promise that lists and search rely on', async (t) => {
  const { db } = await testWork(t);
  await t.rejects(seedYear(db, { ...quiet, interactions: 300, days: 14 }), { code: 'STATE_CONFLICT' },
    'no demo, no year');
  await seedDemo(db, { password: 'tidak-dipakai-26', hash: async () => 'x', putSecrets: async () => undefined });
  for (const interactions of [0, 13, 200_001, 1.5, Number.NaN]) {
    await t.rejects(seedYear(db, { ...quiet, interactions, days: 14 }), { code: 'VALIDATION_FAILED' });
  }
  const made = await seedYear(db, { ...quiet, interactions: 300, days: 14 });
  t.ok(made.interactions >= 295 && made.interactions <= 300, `${made.interactions} of 300`);
  const facts = async (sql: string): Promise<unknown> => (await db.dynamic<{ n: unknown }>(`select ${sql} as n`))[0]?.n;
  t.equal(await facts('(select count(*)::int from interactions)'), made.interactions);
  t.equal(await facts('(select count(*)::int from contacts)'), made.contacts);
  t.equal(await facts('(select count(*)::int from messages)'), made.messages);
  t.equal(await facts(`(select count(*)::int from interactions where state <> 'CLOSED' or closed_at < documented_at
    or accepted_at < date_origin or answered_at < accepted_at or documented_at < answered_at)`), 0,
  'times run forward');
  t.equal(await facts(`(select count(*)::int from conversations c where array[last_seq, last_seq] is distinct from
    (select array[count(*)::int, max(m.seq)] from messages m where m.conversation_id = c.id))`), 0,
  'no seq is missing');
  t.equal(await facts('(select count(*)::int from interactions where date_origin > app_now())'), 0,
    'nothing is ahead of now');
  t.equal(await facts('(select count(*)::int from contacts) - (select count(*)::int from search_contacts)'), 0);
  t.ok(await facts(`exists (select from search_messages where words @@ to_tsquery('simple', 'outlet'))`),
    'it can be found');
  t.ok(await facts(`(select count(*) from (select conversation_id from interactions group by 1 having count(*) > 1) r)
    > 20`), 'customers come back');
  await t.rejects(seedYear(db, { ...quiet, interactions: 300, days: 14 }), { code: 'STATE_CONFLICT' }, 'once');
});
