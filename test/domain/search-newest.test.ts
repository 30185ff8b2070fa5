/** The newest hits, whichever way they are found: as if every row had been looked at and sorted. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { hitsOf } from '#domain/search/hits.ts';
import { allOf, lexeme, type TsQuery } from '#domain/search/terms.ts';
import { testWork, type TestWork } from '#test/support/harness.ts';

t.setTimeout(120_000);

const ROWS = 9_000;
const [ours, theirs] = [newId(), newId()];

/** Rows, three at a time; each word stands in every so manieth row, and in no rhythm with the days. */
async function fill(work: TestWork, kind: 'messages' | 'contacts', minutes: number): Promise<void> {
  await work.db.dynamic(`insert into search_${kind} (id, organisation_id, at, words)
    select gen_random_uuid(), case when n % 10 = 0 then $2::uuid else $1::uuid end,
      timestamptz '2026-11-20 10:00Z' - n / 3 * $4::int * interval '1 minute',
      array_to_tsvector(array_remove(array['semua',
        case when n % 2 = 0 then 'separuh' end, case when n % 7 = 1 then 'tujuh' end,
        case when n % 13 = 2 then 'tigabelas' end, case when n % 40 = 3 then 'seldom' end,
        case when n % 997 = 5 then 'langka' end, case when n > 8500 then 'dahulu' end,
        case when n % 101 = 4 and n > 3000 then 'lamakini' end], null))
    from generate_series(1, $3::int) n`, [ours, theirs, ROWS, minutes]);
}

async function sorted(work: TestWork, kind: string, query: TsQuery): Promise<string[]> {
  const rows = await work.db.dynamic<{ id: string }>(`select id from search_${kind} where organisation_id = $1
    and words @@ $2::tsquery order by at desc, id desc`, [ours, query]);
  return rows.map((row) => row.id);
}

for (const kind of ['messages', 'contacts'] as const) {
  t.test(`the newest ${kind} are those that sorting all rows would give`, async (t) => {
    const work = await testWork(t);
    await fill(work, kind, 144);
    const words = ['semua', 'separuh', 'tujuh', 'tigabelas', 'seldom', 'langka', 'dahulu', 'lamakini', 'tiada'];
    const queries = [...words.map((word) => lexeme(word)), lexeme('se', true), lexeme('lama', true),
      allOf([lexeme('tujuh'), lexeme('tigabelas')]) ?? '', allOf([lexeme('separuh'), lexeme('seldom')]) ?? '',
      allOf([lexeme('semua'), lexeme('dahulu')]) ?? ''];
    for (const query of queries) {
      const all = await sorted(work, kind, query);
      for (const max of [1, 20, 150, 1_000, ROWS]) {
        const found = await hitsOf(work.db,
          { organisationId: ours, kind, query, narrow: query, exact: query, exactFirst: false, most: max })(max);
        t.same(found, { ids: all.slice(0, max), complete: all.length <= max }, `${query}, ${max} of ${all.length}`);
      }
    }
  });
}

t.test('a shorter query for the index changes nothing; whole words stand first', async (t) => {
  const work = await testWork(t);
  await fill(work, 'contacts', 10);
  const query = allOf([lexeme('tujuh'), lexeme('se', true)]) ?? '';
  const wanted = { organisationId: ours, kind: 'contacts' as const, query, narrow: lexeme('tujuh'),
    exactFirst: true };
  const all = await sorted(work, 'contacts', query);
  t.same((await hitsOf(work.db, { ...wanted, exact: query, most: 100 })(100)).ids, all.slice(0, 100));
  const exact = allOf([lexeme('tujuh'), lexeme('separuh')]) ?? '';
  const whole = await sorted(work, 'contacts', exact);
  t.same((await hitsOf(work.db, { ...wanted, exact, most: 500 })(500)).ids, whole.slice(0, 500),
    'whole words that suffice are the hits');
  const rare = allOf([lexeme('tujuh'), lexeme('seldom')]) ?? '';
  const first = new Set(await sorted(work, 'contacts', rare));
  t.ok(first.size > 0 && first.size < 100);
  const newest = all.slice(0, 1_000);
  t.same((await hitsOf(work.db, { ...wanted, exact: rare, most: 1_000 })(1_000)).ids,
    [...newest.filter((id) => first.has(id)), ...newest.filter((id) => !first.has(id))]);
  const scarce = lexeme('langka');
  t.equal((await hitsOf(work.db, { ...wanted, query: scarce, narrow: scarce, exact: scarce, most: 50 })(4))
    .ids.length, (await sorted(work, 'contacts', scarce)).length, 'where few are asked and all cost no more, all');
});

t.test('words of which all but the last are whole are found stretch by stretch, and more of them on from there',
  async (t) => {
    const work = await testWork(t);
    await fill(work, 'contacts', 10);
    const query = allOf([lexeme('separuh', true), lexeme('lang', true)]) ?? '';
    const all = await sorted(work, 'contacts', query);
    const newest = hitsOf(work.db, { organisationId: ours, kind: 'contacts', query, narrow: query,
      exact: lexeme('tiada'), firm: lexeme('separuh'), exactFirst: true, most: 10 });
    t.same(await newest(1), { ids: all.slice(0, 1), complete: false });
    t.same(await newest(3), { ids: all.slice(0, 3), complete: false });
    t.same(await newest(10), { ids: all, complete: true }, `all ${all.length}`);
    t.ok(all.length > 3);
  });
