/**
 * The newest rows of the search that hold given words, at a cost that follows the hits and not the years: very common
 * words by walking back from the newest row, others through the index, stretch of time by stretch of time.
 */
import { limits } from '#domain/limits.ts';
import { statement, type Queryable, type Statement } from '#domain/store/db.ts';
import { kinds, type Kind } from './documents.ts';
import { allOf, lexeme, type TsQuery } from './terms.ts';

export interface Hits {
  /** Newest first, or exact ones first and then newest. */
  ids: string[];
  /** False where older hits may stand behind these. */
  complete: boolean;
}

export interface Wanted {
  organisationId: string;
  kind: Kind;
  query: TsQuery;
  /** The query without its shortest words, where it has longer ones: each short one would gather half the table. */
  narrow: TsQuery;
  /** The words whole. Where they alone give enough hits, no beginnings are looked for. */
  exact: TsQuery;
  /** Whether hits of `exact` stand before newer ones. */
  exactFirst: boolean;
  max: number;
  /** So many where more than `max` cost nothing more; not less than `max`. */
  most: number;
}

interface Hit { id: string; at: Date; exact: boolean }

/** The stretch that search_dated (0014-lists) writes into the index, four days of UTC. */
const STRETCH_MS = 345_600_000;

function walkSql(table: string): string {
  return `select id, at, words @@ $5::tsquery as exact from (
      select id, at, words from ${table} where organisation_id = $1 order by at desc, id desc limit $3::int) newest
    where words @@ $2::tsquery limit $4::int`;
}

/** What the index gives for $2, then by the row itself: organisation, every word, and older than $6. */
function indexSql(table: string): string {
  return `with held as materialized (
      select id, at, organisation_id, words from ${table} where search_dated(words, at) @@ $2::tsquery)
    select id, at, words @@ $5::tsquery as exact from held where organisation_id = $1 and words @@ $3::tsquery
      and ($6::timestamptz is null or at < $6::timestamptz)
    order by at desc, id desc limit $4::int`;
}

const walks: Record<Kind, Statement> = {
  messages: statement('search.walk-messages', walkSql(kinds.messages.table)),
  contacts: statement('search.walk-contacts', walkSql(kinds.contacts.table)),
  tickets: statement('search.walk-tickets', walkSql(kinds.tickets.table)),
};
const looks: Record<Kind, Statement> = {
  messages: statement('search.look-messages', indexSql(kinds.messages.table)),
  contacts: statement('search.look-contacts', indexSql(kinds.contacts.table)),
  tickets: statement('search.look-tickets', indexSql(kinds.tickets.table)),
};

function walk(db: Queryable, wanted: Wanted, rows: number): Promise<Hit[]> {
  return db.rows(walks[wanted.kind], [wanted.organisationId, wanted.query, rows, wanted.max + 1, wanted.exact]);
}

function look(db: Queryable, wanted: Wanted, indexed: TsQuery, max: number, before: Date | null): Promise<Hit[]> {
  return db.rows(looks[wanted.kind],
    [wanted.organisationId, indexed, wanted.query, max + 1, wanted.exact, before]);
}

function ranked(hits: readonly Hit[], { exactFirst }: Pick<Wanted, 'exactFirst'>): string[] {
  if (!exactFirst) return hits.map((hit) => hit.id);
  return [...hits.filter((hit) => hit.exact), ...hits.filter((hit) => !hit.exact)].map((hit) => hit.id);
}

function cut(hits: Hit[], wanted: Wanted): Hits {
  return { ids: ranked(hits.slice(0, wanted.max), wanted), complete: hits.length <= wanted.max };
}

/** Stretches back from the newest hit: enough of them, or what they brought with the moment before which to go on. */
async function byStretches(db: Queryable, wanted: Wanted, newest: Date): Promise<{ hits: Hit[]; before: Date }> {
  const { max, narrow } = wanted;
  const hits: Hit[] = [];
  let oldest = Math.floor(newest.getTime() / STRETCH_MS) + 1;
  for (let asked = 1; asked <= limits.searchStretchesMax && hits.length <= max; asked += 1) {
    oldest -= 1;
    hits.push(...await look(db, wanted, allOf([narrow, lexeme(`#${oldest}`)]) ?? narrow, max - hits.length, null));
    // The newest stretch may have begun just now; two together tell whether all of them would bring enough.
    if (asked > 1 && hits.length / asked * limits.searchStretchesMax < max) break;
  }
  return { hits, before: new Date(oldest * STRETCH_MS) };
}

/** Hits of what hardly stands in the newest rows: the whole index costs the same for few of them and for many. */
async function rareHits(db: Queryable, wanted: Wanted, whole: Wanted): Promise<Hits> {
  const { kind, query, narrow, exact, max, most } = wanted;
  const first = exact === query ? [] : await look(db, whole, exact, most, null);
  // Beginnings of names are gathered quicker than the rows of a common name are read; of texts there are too many.
  const hits = first.length > max ? first : await look(db, wanted, kind === 'messages' ? narrow : query, most, null);
  return cut(hits, { ...wanted, max: most });
}

/**
 * At most `max` newest hits. A sample of the newest rows tells how common the words are, and so which way is shorter:
 * walking costs rows until `max` hits, a stretch of the index its hits, the whole index every hit there is. Whole words
 * are tried alone first: for the beginning of a word the index gathers all its rows, whatever stretch is asked.
 */
export async function newestHits(db: Queryable, wanted: Wanted): Promise<Hits> {
  const { max, query, exact } = wanted;
  const sample = await walk(db, { ...wanted, max: Math.max(max, limits.searchNamesMax) }, limits.searchSampleRows);
  const [first] = sample;
  if (sample.length > max) return { ids: ranked(sample, wanted).slice(0, max), complete: false };
  const whole = { ...wanted, query: allOf([query, exact]) ?? query, narrow: exact };
  if (first === undefined || sample.length < limits.searchCommonHits) return rareHits(db, wanted, whole);
  if (exact !== query && sample.filter((hit) => hit.exact).length >= limits.searchCommonHits) {
    const { hits } = await byStretches(db, whole, first.at);
    if (hits.length > max) return cut(hits, wanted);
  }
  const rows = Math.ceil(limits.searchSampleRows * max / sample.length * 1.25);
  if (rows <= max * limits.searchWalkRowsPerHit) {
    const longer = await walk(db, wanted, rows);
    if (longer.length > max) return cut(longer, wanted);
  }
  const { hits, before } = await byStretches(db, wanted, first.at);
  if (hits.length <= max) hits.push(...await look(db, wanted, wanted.narrow, max - hits.length, before));
  return cut(hits, wanted);
}

/**
 * Those of the things `idsSql` gives that hold the words, for things one may see anyway, however far back they stand.
 * It gives the newest first; the look ends with the first limits.searchOwnHitsMax.
 */
export async function hitsAmong(db: Queryable, wanted: Omit<Wanted, 'max' | 'most'>, idsSql: string,
  values: readonly unknown[]): Promise<string[]> {
  const { table } = kinds[wanted.kind];
  const hits = await db.dynamic<Hit>(`select s.id, s.at, s.words @@ $3::tsquery as exact
    from (${idsSql}) own join ${table} s on s.id = own.id where s.words @@ $1::tsquery limit $2::int`,
  [wanted.query, limits.searchOwnHitsMax, wanted.exact, ...values]);
  return ranked(hits.toSorted((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1)), wanted);
}
