/** What somebody typed into the search, as terms that PostgreSQL can look up; pure text to text. */
import { limits } from '#domain/limits.ts';

/** A tsquery as text. Lexemes are always quoted, so that what was typed means only itself (RS20). */
export type TsQuery = string;

/** The lexeme in quotes, as tsquery wants it; `prefix` also takes what begins so. */
export function lexeme(word: string, prefix = false): TsQuery {
  return `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}'${prefix ? ':*' : ''}`;
}

/** All of these, or null for none. */
export function allOf(parts: readonly TsQuery[]): TsQuery | null {
  return parts.length === 0 ? null : parts.map((part) => `(${part})`).join(' & ');
}

/** Any of these, or null for none. */
export function anyOf(parts: readonly (TsQuery | null)[]): TsQuery | null {
  const some = parts.filter((part) => part !== null);
  return some.length === 0 ? null : some.map((part) => `(${part})`).join(' | ');
}

/**
 * The digits of what looks like a number (three digits at least, nothing but what people write between them), with
 * +62 and 62 as the national 0; undefined for anything else.
 */
export function numberOf(typed: string): string | undefined {
  const text = typed.normalize('NFKC').trim();
  if (!/^\+?\d[\d\s().-]*$/.test(text)) return undefined;
  const digits = text.replaceAll(/\D/g, '');
  if (digits.length < 3 || digits.length > 20) return undefined;
  return digits.startsWith('62') && (digits.length >= 9 || text.startsWith('+')) ? `0${digits.slice(2)}` : digits;
}

/** A number as long as a telephone's: it names one person, nobody guesses it digit by digit. */
export function isWholeNumber(digits: string): boolean {
  return digits.length >= limits.searchWholeNumberDigits;
}

/** Every number one slip away: a wrong digit, one too many, one too few, two changed over. */
export function nearNumbers(digits: string): string[] {
  const near = new Set<string>();
  for (let at = 0; at <= digits.length; at += 1) {
    const [before, after] = [digits.slice(0, at), digits.slice(at)];
    for (let digit = 0; digit <= 9; digit += 1) {
      near.add(`${before}${digit}${after}`);
      if (after !== '') near.add(`${before}${digit}${after.slice(1)}`);
    }
    if (after !== '') near.add(before + after.slice(1));
    if (after.length > 1) near.add(`${before}${after[1]}${after[0]}${after.slice(2)}`);
  }
  near.delete(digits);
  return [...near];
}

/** A word with two neighbours changed over, each way: trigrams do not see that slip in a short word. */
export function swapped(word: string): string[] {
  const signs = [...word];
  return signs.slice(1).map((sign, at) =>
    [...signs.slice(0, at), sign, signs[at] ?? '', ...signs.slice(at + 2)].join(''));
}

export interface Part { text: string; hit: boolean }

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/** How much of a text stands before the first word that was found. */
const LEAD_CHARS = 40;

/**
 * The piece of a text around the first word found, at most `chars` long, cut between words, with what was found marked.
 * A word is found if it begins with one of `words` or holds one of `stems`.
 */
export function excerpt(text: string, words: readonly string[], stems: readonly string[], chars: number): Part[] {
  const plain = text.replaceAll(/\s+/g, ' ').trim();
  const hits = [...plain.matchAll(WORD)].filter(([word]) => {
    const low = word.normalize('NFKC').toLowerCase();
    return words.some((one) => low.startsWith(one)) || stems.some((stem) => stem.length > 2 && low.includes(stem));
  });
  const first = hits[0]?.index ?? 0;
  const start = first <= LEAD_CHARS ? 0 : plain.indexOf(' ', first - LEAD_CHARS) + 1 || first;
  let end = Math.min(plain.length, start + chars);
  if (end < plain.length) end = Math.max(plain.lastIndexOf(' ', end), start + Math.floor(chars / 2));
  const parts: Part[] = start > 0 ? [{ text: '… ', hit: false }] : [];
  let at = start;
  for (const hit of hits) {
    const till = hit.index + hit[0].length;
    if (hit.index < at || till > end) continue;
    if (hit.index > at) parts.push({ text: plain.slice(at, hit.index), hit: false });
    parts.push({ text: hit[0], hit: true });
    at = till;
  }
  const rest = plain.slice(at, end).toWellFormed();
  if (rest !== '' || end < plain.length) parts.push({ text: `${rest}${end < plain.length ? ' …' : ''}`, hit: false });
  return parts;
}
