/** The times that putting aside offers: in the zone of the user's site, always ahead, never twice the same. */
import { dayKey, theHomeZone } from './time.ts';

export type SnoozeWord = 'inHours' | 'thisEvening' | 'tomorrow' | 'nextWeek';
export interface SnoozeChoice { word: SnoozeWord; hours: number; at: Date }

const clocks = new Map<string, Intl.DateTimeFormat>();

/** How far the zone's clock is ahead of UTC at a moment, in ms. */
function zoneOffset(at: number, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric',
      day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    clocks.set(zone, clock);
  }
  const parts = clock.formatToParts(new Date(at));
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(at / 1_000) * 1_000;
}

/** The moment at which the clock of a zone shows this day ("2026-11-21") and time. */
export function zonedTime(day: string, hour: number, minute: number, zone = theHomeZone()): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const wall = Date.UTC(year, month - 1, date, hour, minute);
  // The offset at the guess may be another than at the moment itself, where a zone changes its clocks.
  const guess = wall - zoneOffset(wall, zone);
  return new Date(wall - zoneOffset(guess, zone));
}

/** The day so many days ahead, as "2026-11-21". */
export function dayAhead(now: number, days: number, zone = theHomeZone()): string {
  const [year = 0, month = 1, date = 1] = dayKey(now, { locale: 'en', zone }).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/** One and three hours, four in the afternoon if it is well ahead, tomorrow at nine, Monday at nine. */
export function snoozeChoices(now: number, zone = theHomeZone()): SnoozeChoice[] {
  const hour = 3_600_000;
  const choices: SnoozeChoice[] = [1, 3].map((hours) =>
    ({ word: 'inHours', hours, at: new Date(now + hours * hour) }));
  const evening = zonedTime(dayAhead(now, 0, zone), 16, 0, zone);
  if (evening.getTime() - now > hour) choices.push({ word: 'thisEvening', hours: 0, at: evening });
  choices.push({ word: 'tomorrow', hours: 0, at: zonedTime(dayAhead(now, 1, zone), 9, 0, zone) });
  const weekday = new Date(dayAhead(now, 0, zone)).getUTCDay();
  const toMonday = (8 - weekday) % 7 || 7;
  if (toMonday > 1)
    choices.push({ word: 'nextWeek', hours: 0, at: zonedTime(dayAhead(now, toMonday, zone), 9, 0, zone) });
  // At one in the afternoon three hours reach four, at six tomorrow at nine: the first way to say a time stands.
  return choices.filter((choice, index) =>
    choices.findIndex((other) => other.at.getTime() === choice.at.getTime()) === index);
}

/** A time of day as people write it: "9", "09.00", "9:30", "0930". Undefined where it is none. */
export function readClock(text: string): { hour: number; minute: number } | undefined {
  const found = /^\s*(\d{1,2})(?:\s*[.:]?\s*(\d{2}))?\s*$/.exec(text);
  if (found === null) return undefined;
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)];
  return hour < 24 && minute < 60 ? { hour, minute } : undefined;
}

/** What people call a zone: WIB, WITA, WIT; another by its own name. */
export function zoneWord(zone = theHomeZone()): string {
  const words: Record<string, string> = { 'Asia/Jakarta': 'WIB', 'Asia/Pontianak': 'WIB', 'Asia/Makassar': 'WITA',
    'Asia/Jayapura': 'WIT' };
  return words[zone] ?? zone;
}
