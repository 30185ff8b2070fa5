/** Opening hours as people write them: "08.00-12.00, 13.00-17.00", "24 jam", "tutup". Pure. */
import { readClock, zonedTime } from '../lib/snooze.ts';

/** [from, to) in minutes after midnight. */
export type Span = [number, number];

const dayMinutes = 1_440;
const spansMax = 4;
const pair = /^(\d{1,2})(?:[.:](\d{2}))?\s*(?:-|–|—|sd|s\/d|to)\s*(\d{1,2})(?:[.:](\d{2}))?$/i;
const closedWords = ['', '-', '–', 'tutup', 'closed', 'libur'];
const wholeDayWords = ['24 jam', '24jam', '24 h', '24h', '24 hours', '24/7'];

function minutes(hour: string | undefined, minute: string | undefined): number {
  const value = Number(hour) * 60 + Number(minute ?? 0);
  return Number(minute ?? 0) < 60 && value <= dayMinutes ? value : Number.NaN;
}

function parsePart(part: string): Span | undefined {
  const match = pair.exec(part.trim());
  if (match === null) return undefined;
  const [from, to] = [minutes(match[1], match[2]), minutes(match[3], match[4])];
  return from < to ? [from, to] : undefined;
}

/** The spans in order; undefined where they cannot be read or overlap. "00.00" as an end is the end of the day. */
export function parseHours(text: string): Span[] | undefined {
  const words = text.trim().toLowerCase();
  if (closedWords.includes(words)) return [];
  if (wholeDayWords.includes(words)) return [[0, dayMinutes]];
  const spans = words.replace(/(-|–|—)\s*00[.:]00$/u, '$1 24.00').split(/[,;]/).map(parsePart);
  if (spans.some((span) => span === undefined)) return undefined;
  const sorted = (spans as Span[]).toSorted((a, b) => a[0] - b[0]);
  return sorted.every(([from], index) => index === 0 || from >= (sorted[index - 1]?.[1] ?? 0)) ? sorted : undefined;
}

/** True if there are more spans than the server takes for one day. */
export function tooManySpans(spans: readonly Span[]): boolean {
  return spans.length > spansMax;
}

/** How many spans a day may have. */
export const spansPerDay = spansMax;

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}.${String(minute % 60).padStart(2, '0')}`;
}

/** As it is written into the field again; `closed` and `whole` are the words for no and for all hours. */
export function sayHours(spans: readonly (readonly [number, number])[], closed: string, whole: string): string {
  if (spans.length === 0) return closed;
  if (spans.length === 1 && spans[0]?.[0] === 0 && spans[0][1] === dayMinutes) return whole;
  return spans.map(([from, to]) => `${clock(from)}-${clock(to)}`).join(', ');
}

/** "31/12/2026" as "2026-12-31"; undefined for what is no day. */
export function parseDay(text: string): string | undefined {
  const match = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text.trim());
  if (match === null) return undefined;
  const [day, month, year] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}

/** "2026-12-31" as "31/12/2026" (J54). */
export function sayDay(iso: string): string {
  return iso.split('-').toReversed().join('/');
}

/**
 * "21/11/2026", or with a clock "21/11/2026 08.30", as the moment in this zone. A day alone begins at midnight as the
 * first of a span, and ends with it as the last. Undefined for what is neither.
 */
export function dayTimeIn(text: string, zone: string, place: 'first' | 'last'): string | undefined {
  const [dayText = '', ...rest] = text.trim().split(/\s+/);
  const day = parseDay(dayText);
  const clockText = rest.join(' ');
  if (day === undefined) return undefined;
  if (clockText === '') {
    const shown = place === 'first' ? day : new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
    return zonedTime(shown, 0, 0, zone).toISOString();
  }
  const time = readClock(clockText);
  return time === undefined ? undefined : zonedTime(day, time.hour, time.minute, zone).toISOString();
}
