/** From what was typed to what is looked up in each kind: words, their stems, numbers, and what they may have meant. */
import { can, type User } from '#domain/people/access.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import { allOf, anyOf, isWholeNumber, lexeme, nearNumbers, numberOf, swapped, type TsQuery } from './terms.ts';

export interface Asked {
  words: string[];
  stems: string[];
  /** The digits of a telephone's, ticket's or other number, where only that was typed. */
  number: string | undefined;
  address: string | undefined;
}

/** One look-up: `narrow` is the query without its shortest words, `firm` all words whole but the last. */
export interface Lookup { query: TsQuery; narrow: TsQuery; firm?: TsQuery }

const understand = statement('search.understand', `select search_names($1) as words,
  array(select to_tsquery('indonesian', quote_literal(word))::text from unnest(search_names($1)) with ordinality
    w(word, place) order by place) as stems`);

/** Parts what was typed; the words are parted by PostgreSQL, as those of the rows were. */
export async function askedFor(db: Queryable, typed: string): Promise<Asked> {
  const found = await db.one<{ words: string[]; stems: string[] }>(understand, [typed]);
  const max = limits.searchWordsMax;
  return {
    words: (found?.words ?? []).slice(0, max),
    stems: (found?.stems ?? []).slice(0, max).map((stem) => stem.replaceAll(/^'|'$/g, '')),
    number: numberOf(typed), address: typed.includes('@') ? typed.normalize('NFKC').trim().toLowerCase() : undefined,
  };
}

function lookup(words: readonly string[], form: (word: string, at: number) => TsQuery): Lookup | undefined {
  const query = allOf(words.map(form));
  if (query === null) return undefined;
  const long = words.map((word, at) => ({ word, at })).filter(({ word }) => word.length > 2);
  return { query, narrow: allOf(long.map(({ word, at }) => form(word, at))) ?? query };
}

/**
 * Messages that hold every word, as it is or by its stem; the last, which may be half typed, also by its beginning: in
 * millions of messages each beginning gathers thousands of words.
 */
export function messageLookup({ words, stems }: Asked): Lookup | undefined {
  return lookup(words, (word, at) =>
    anyOf([lexeme(word, at === words.length - 1), stems[at] ? lexeme(stems[at]) : null]) ?? '');
}

/** Messages that hold every word whole, or its stem: what a message's look-up finds without the half-typed. */
export function wholeWords({ words, stems }: Asked): TsQuery {
  return allOf(words.map((word, at) => anyOf([lexeme(word), stems[at] ? lexeme(stems[at]) : null]) ?? '')) ?? '';
}

/** Messages with a file whose name holds every word. */
export function fileLookup({ words }: Asked): Lookup | undefined {
  return lookup(words, (word) => lexeme(`%${word}`, true));
}

/** The words that are typed to their end, for the last may be half typed; undefined where none of them is long. */
function firmly(words: readonly string[]): { firm?: TsQuery } {
  const firm = allOf(words.slice(0, -1).filter((word) => word.length > 2).map((word) => lexeme(word)));
  return firm === null ? {} : { firm };
}

/** Tickets by number, summary or the customer's name; TK alone would be all of them. */
export function ticketLookup({ words, stems, number }: Asked): Lookup | undefined {
  const kept = words.map((word, at) => ({ word, stem: stems[at] })).filter(({ word }) => word !== 'tk');
  const byWords = lookup(kept.map(({ word }) => word), (word, at) =>
    anyOf([lexeme(word, true), kept[at]?.stem ? lexeme(kept[at].stem) : null]) ?? '');
  if (number === undefined) return byWords && { ...byWords, ...firmly(kept.map(({ word }) => word)) };
  const byNumber = lexeme(`=${number}`, true);
  return { query: anyOf([byWords?.query ?? null, byNumber]) ?? '',
    narrow: anyOf([byWords?.narrow ?? null, byNumber]) ?? '' };
}

/** Contacts by name, by a whole number or address, and by those digits of a number that the mask leaves open. */
export function contactLookup({ words, number, address }: Asked): Lookup | undefined {
  const marks: TsQuery[] = [];
  if (address !== undefined) marks.push(lexeme(`@${address}`));
  if (number !== undefined) {
    if (isWholeNumber(number)) marks.push(lexeme(`=${number}`));
    else if (number.length <= 4) marks.push(lexeme(`=${number}`, true));
    if (number.length === 3) marks.push(lexeme(`~${[...number].reverse().join('')}`, true));
  }
  const byName = lookup(words, (word) => lexeme(word, true));
  const query = anyOf([byName?.query ?? null, ...marks]);
  if (query === null) return undefined;
  return { query, narrow: anyOf([byName?.narrow ?? null, ...marks]) ?? query,
    ...(marks.length === 0 ? firmly(words) : {}) };
}

/**
 * Contacts by what the mask hides: parts of a number or address, and whole numbers with a slip in them. Only for who
 * may unmask them: anybody else could find a hidden digit out by trying ten (RA09).
 */
export function hiddenLookup(user: User, { number, address }: Asked): Lookup | undefined {
  if (!can(user, 'contact.unmask')) return undefined;
  const marks: TsQuery[] = [];
  if (address !== undefined) marks.push(lexeme(`@${address}`, true));
  if (number !== undefined) {
    marks.push(lexeme(`=${number}`, true), lexeme(`~${[...number].reverse().join('')}`, true));
    if (isWholeNumber(number)) marks.push(...nearNumbers(number).map((near) => lexeme(`=${near}`)));
  }
  const query = anyOf(marks);
  return query === null ? undefined : { query, narrow: query };
}

const nearWords = statement('search.near', `select asked.word, near.word as near
  from unnest($2::text[]) asked(word) cross join lateral (
    select w.word from search_words w where w.organisation_id = $1
      and (w.word % asked.word or w.word = any($3::text[])) and w.word <> asked.word
    order by similarity(w.word, asked.word) + case when w.word = any($3::text[])
      and length(w.word) = length(asked.word) then 0.5 else 0 end desc, w.word limit $4::int) near`);

/** The shortest word in which a slip can be told from another word. */
const SLIP_CHARS = 4;

/** The same names as they may have been meant, or undefined where nothing is spelled alike; also for tickets. */
export async function nearNames(db: Queryable, organisationId: string,
  { words, number }: Asked): Promise<Lookup | undefined> {
  const long = words.filter((word) => word.length >= SLIP_CHARS && !/\d/.test(word));
  if (number !== undefined || long.length === 0) return undefined;
  const rows = await db.rows<{ word: string; near: string }>(nearWords,
    [organisationId, long, long.flatMap(swapped), limits.searchNearWordsMax]);
  if (rows.length === 0) return undefined;
  return lookup(words, (word) => anyOf([lexeme(word, true),
    ...rows.filter((row) => row.word === word).map((row) => lexeme(row.near))]) ?? '');
}

/** Tickets whose number is one slip away from what was typed. */
export function nearTicket({ number, words }: Asked): Lookup | undefined {
  const digits = number ?? (words[0] === 'tk' ? words.slice(1).join('') : '');
  if (!/^\d{8,14}$/.test(digits)) return undefined;
  const query = anyOf(nearNumbers(digits).map((near) => lexeme(`=${near}`)));
  return query === null ? undefined : { query, narrow: query };
}
