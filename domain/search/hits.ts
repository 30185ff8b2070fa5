/**
 * The newest rows of the search that hold given words. Words that many rows hold are found by walking back from the
 * newest, rare ones by the index: either alone would read a large part of five million rows for the other's words.
 */
import { limits } from '#domain/limits.ts';
import type { Queryable } from '#domain/store/db.ts';
import { kinds, type Kind } from './documents.ts';
import type { TsQuery } from './terms.ts';

export interface Hits {
  /** Exact ones first, else newest first. */
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
  /** What stands first among the hits: whole words before beginnings of words. */
  exact: TsQuery;
  max: number;
}

interface Hit { id: string; exact: boolean }

async function walk(db: Queryable, wanted: Wanted, rows: number): Promise<Hit[]> {
  const { table } = kinds[wanted.kind];
  return db.dynamic<Hit>(`select id, words @@ $5::tsquery as exact from (
      select id, words from ${table} where organisation_id = $1 order by at desc, id desc limit $3::int) newest
    where words @@ $2::tsquery limit $4::int`,
  [wanted.organisationId, wanted.query, rows, wanted.max + 1, wanted.exact]);
}

async function byIndex(db: Queryable, wanted: Wanted): Promise<Hit[]> {
  const { table } = kinds[wanted.kind];
  return db.dynamic<Hit>(`with held as materialized (
      select id, at, organisation_id, words from ${table} where words @@ $2::tsquery)
    select id, words @@ $5::tsquery as exact from held where organisation_id = $1 and words @@ $3::tsquery
    order by at desc, id desc limit $4::int`,
  [wanted.organisationId, wanted.narrow, wanted.query, wanted.max + 1, wanted.exact]);
}

function ranked(hits: readonly Hit[]): string[] {
  return [...hits.filter((hit) => hit.exact), ...hits.filter((hit) => !hit.exact)].map((hit) => hit.id);
}

function cut(hits: Hit[], max: number): Hits {
  return { ids: ranked(hits.slice(0, max)), complete: hits.length <= max };
}

/**
 * At most `max` newest hits. A sample of the newest rows tells how common the words are, and so which way is shorter:
 * walking costs rows until `max` hits, the index costs a look at every hit.
 */
export async function newestHits(db: Queryable, wanted: Wanted): Promise<Hits> {
  const sample = await walk(db, wanted, limits.searchSampleRows);
  if (sample.length > wanted.max) return cut(sample, wanted.max);
  if (sample.length >= limits.searchCommonHits) {
    const long = await walk(db, wanted, limits.searchWalkRowsMax);
    if (long.length > wanted.max) return cut(long, wanted.max);
  }
  return cut(await byIndex(db, wanted), wanted.max);
}

/** Those of `ids` that hold the words: for things one may see anyway, however far back they stand. */
export async function hitsAmong(db: Queryable, wanted: Wanted, idsSql: string,
  values: readonly unknown[]): Promise<string[]> {
  const { table } = kinds[wanted.kind];
  return ranked(await db.dynamic<Hit>(`with own as materialized (${idsSql})
    select s.id, s.words @@ $3::tsquery as exact from own join ${table} s on s.id = own.id where s.words @@ $1::tsquery
    order by s.at desc, s.id desc limit $2::int`, [wanted.query, wanted.max, wanted.exact, ...values]));
}
