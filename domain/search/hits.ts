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
  /** All words but the last, whole: a look for these need not gather all that begins with them. */
  firm?: TsQuery;
  /** The words whole. Where they alone give enough hits, no beginnings are looked for. */
  exact: TsQuery;
  /** Whether hits of `exact` stand before newer ones. */
  exactFirst: boolean;
  max: number;
  /** So many where more than `max` cost nothing more; not less than `max`. */
  most: number;
}

/** `at`: milliseconds since 1970, with their fractions; of hundreds of hits none needs a Date. */
interface Hit { id: string; at: number; exact: boolean }

const AT = 'extract(epoch from at)::float8 * 1000 as at';

/** The stretch that search_dated (0014-lists) writes into the index, four days of UTC. */
const STRETCH_MS = 345_600_000;

function walkSql(table: string): string {
  return `select id, ${AT}, words @@ $5::tsquery as exact from (
      select id, at, words from ${table} where organisation_id = $1 order by at desc, id desc limit $3::int) newest
    where words @@ $2::tsquery limit $4::int`;
}

/** What the index gives for $2, then by the row itself: organisation, every word, and older than $6. */
function indexSql(table: string): string {
  return `with held as materialized (
      select id, at, organisation_id, words from ${table} where search_dated(words, at) @@ $2::tsquery)
    select id, ${AT}, words @@ $5::tsquery as exact from held where organisation_id = $1 and words @@ $3::tsquery
      and ($6::timestamptz is null or at < $6::timestamptz)
    order by held.at desc, id desc limit $4::int`;
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

/** The statements of one search; what was read once is not read again when more hits are wanted. */
class Reader {
  readonly #db: Queryable;
  readonly #wanted: Wanted;
  readonly #read = new Map<string, Promise<Hit[]>>();

  constructor(db: Queryable, wanted: Wanted) {
    this.#db = db;
    this.#wanted = wanted;
  }

  #once(which: Statement, values: readonly unknown[]): Promise<Hit[]> {
    const key = `${which.name} ${values.map(String).join(' ')}`;
    const read = this.#read.get(key) ?? this.#db.rows<Hit>(which, values);
    this.#read.set(key, read);
    return read;
  }

  /** At most `max` of the newest `rows` rows that hold the words. */
  walk(query: TsQuery, rows: number, max: number): Promise<Hit[]> {
    const { organisationId, kind, exact } = this.#wanted;
    return this.#once(walks[kind], [organisationId, query, rows, max, exact]);
  }

  /** At most `max` of the rows that the index gives for `indexed`, that hold the words, and are older than `before`. */
  look(query: TsQuery, indexed: TsQuery, max: number, before: number | null = null): Promise<Hit[]> {
    const { organisationId, kind, exact } = this.#wanted;
    return this.#once(looks[kind], [organisationId, indexed, query, max, exact,
      before === null ? null : new Date(before)]);
  }
}

function ranked(hits: readonly Hit[], { exactFirst }: Pick<Wanted, 'exactFirst'>): string[] {
  if (!exactFirst) return hits.map((hit) => hit.id);
  return [...hits.filter((hit) => hit.exact), ...hits.filter((hit) => !hit.exact)].map((hit) => hit.id);
}

function cut(hits: Hit[], wanted: Wanted): Hits {
  return { ids: ranked(hits.slice(0, wanted.max), wanted), complete: hits.length <= wanted.max };
}

/** Words to look for, and those of them by which the index is asked. */
interface Words { query: TsQuery; narrow: TsQuery }

/** Stretches back from the newest hit: enough of them, or what they brought with the moment before which to go on. */
async function byStretches(reader: Reader, { query, narrow }: Words, newest: number,
  max: number): Promise<{ hits: Hit[]; before: number }> {
  const hits: Hit[] = [];
  const last = Math.floor(newest / STRETCH_MS);
  // The same bound for few and for many, so that a second look for more goes on from the first.
  const most = (max <= limits.searchNamesMax ? limits.searchNamesMax : max) + 1;
  const stretch = (back: number): Promise<Hit[]> =>
    reader.look(query, allOf([narrow, lexeme(`#${last - back}`)]) ?? narrow, most);
  let asked = 0;
  while (asked < limits.searchStretchesMax && hits.length <= max) {
    // The newest may have begun just now and is alone; two together tell whether all of them would bring enough.
    const together = asked < 2 ? [asked] : [asked, asked + 1];
    for (const found of await Promise.all(together.map(stretch))) hits.push(...found);
    asked += together.length;
    if (asked === 2 && hits.length / asked * limits.searchStretchesMax < max) break;
  }
  return { hits, before: (last - asked + 1) * STRETCH_MS };
}

/** Whether the long words alone are so seldom that to read all their rows costs less than to gather the short ones. */
async function isNarrowRare(reader: Reader, { kind, query, narrow }: Wanted): Promise<boolean> {
  if (narrow === query || kind === 'messages') return true;
  const few = limits.searchCommonHits;
  return (await reader.walk(narrow, limits.searchSampleRows, few)).length < few;
}

/**
 * Hits of what hardly stands in the newest rows, `newest` where it stands there at all: the whole index costs the same
 * for few of them and for many.
 */
async function rareHits(reader: Reader, wanted: Wanted, whole: Words, newest: number | undefined): Promise<Hits> {
  const { query, narrow, exact, firm, max, most } = wanted;
  const first = exact === query ? [] : await reader.look(whole.query, whole.narrow, most + 1);
  if (first.length > max) return cut(first, { ...wanted, max: most });
  if (firm !== undefined && newest !== undefined) {
    const { hits } = await byStretches(reader, { query, narrow: firm }, newest, max);
    if (hits.length > max) return cut(hits, wanted);
  }
  const indexed = await isNarrowRare(reader, wanted) ? narrow : query;
  return cut(await reader.look(query, indexed, most + 1), { ...wanted, max: most });
}

async function newestHits(reader: Reader, wanted: Wanted): Promise<Hits> {
  const { max, query, exact } = wanted;
  const sample = await reader.walk(query, limits.searchSampleRows, Math.max(max, limits.searchNamesMax) + 1);
  const [first] = sample;
  if (sample.length > max) return { ids: ranked(sample, wanted).slice(0, max), complete: false };
  const whole = { query: allOf([query, exact]) ?? query, narrow: exact };
  if (first === undefined || sample.length < limits.searchCommonHits) {
    return rareHits(reader, wanted, whole, first?.at);
  }
  if (exact !== query && sample.filter((hit) => hit.exact).length >= limits.searchCommonHits) {
    const { hits } = await byStretches(reader, whole, first.at, max);
    if (hits.length > max) return cut(hits, wanted);
  }
  const rows = Math.ceil(limits.searchSampleRows * max / sample.length * 1.25);
  if (rows <= max * limits.searchWalkRowsPerHit) {
    const longer = await reader.walk(query, rows, max + 1);
    if (longer.length > max) return cut(longer, wanted);
  }
  const { hits, before } = await byStretches(reader, wanted, first.at, max);
  if (hits.length <= max) hits.push(...await reader.look(query, wanted.narrow, max - hits.length + 1, before));
  return cut(hits, wanted);
}

/**
 * The newest hits, at most as many as each call asks for; a later call for more goes on where the one before ended. A
 * sample of the newest rows tells how common the words are, and so which way is shorter: walking costs rows until
 * there are enough hits, a stretch of the index its hits, the whole index every hit there is. Whole words are tried
 * alone first: for the beginning of a word the index gathers all its rows, whatever stretch is asked.
 */
export function hitsOf(db: Queryable, wanted: Omit<Wanted, 'max'>): (max: number) => Promise<Hits> {
  const reader = new Reader(db, { ...wanted, max: wanted.most });
  return (max) => newestHits(reader, { ...wanted, max });
}

/**
 * Those of the things `idsSql` gives that hold the words, for things one may see anyway, however far back they stand.
 * It gives the newest first; the look ends with the first limits.searchOwnHitsMax.
 */
export async function hitsAmong(db: Queryable, wanted: Omit<Wanted, 'max' | 'most'>, idsSql: string,
  values: readonly unknown[]): Promise<string[]> {
  const { table } = kinds[wanted.kind];
  const hits = await db.dynamic<Hit>(`select s.id, ${AT}, s.words @@ $3::tsquery as exact
    from (${idsSql}) own join ${table} s on s.id = own.id where s.words @@ $1::tsquery limit $2::int`,
  [wanted.query, limits.searchOwnHitsMax, wanted.exact, ...values]);
  return ranked(hits.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)), wanted);
}
