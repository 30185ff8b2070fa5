/**
 * When a place is open: a week of spans in its own zone, with days that differ (J47, J49, J50). Pure; minutes count
 * from local midnight, and a shift over midnight is two spans that touch.
 */
import { DateTime } from 'luxon';
import { limits } from '#domain/limits.ts';

/** [from, to) in minutes after local midnight: 0 <= from < to <= 1440. */
export type Span = readonly [number, number];

/** Monday first; an empty day is closed. */
export type Week = readonly (readonly Span[])[];

export interface Calendar {
  /** IANA name: Asia/Jakarta, Asia/Makassar, Asia/Jayapura. */
  timeZone: string;
  weekly: Week;
  /** Local days (YYYY-MM-DD) that differ from their weekday, with their own spans; no spans: closed all day. */
  holidays: ReadonlyMap<string, readonly Span[]>;
}

const DAY_MINUTES = 1_440;

/** True if the spans are whole minutes of one day, in order, and do not overlap. */
export function spansAreSound(spans: readonly Span[]): boolean {
  return spans.every(([from, to], index) => Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to
    && to <= DAY_MINUTES && (index === 0 || from >= (spans[index - 1]?.[1] ?? 0)));
}

function spansOf(calendar: Calendar, day: DateTime): readonly Span[] {
  return calendar.holidays.get(day.toISODate() ?? '') ?? calendar.weekly[day.weekday - 1] ?? [];
}

function minuteOf(day: DateTime, minute: number): number {
  const start = day.startOf('day');
  const at = minute === DAY_MINUTES ? start.plus({ days: 1 })
    : start.set({ hour: Math.floor(minute / 60), minute: minute % 60 });
  return at.toMillis();
}

/** True if the place is open at this moment; the first minute of a span is open, its last moment is not. */
export function isOpen(calendar: Calendar, at: Date): boolean {
  const local = DateTime.fromJSDate(at, { zone: calendar.timeZone });
  return spansOf(calendar, local).some(([from, to]) =>
    at.getTime() >= minuteOf(local, from) && at.getTime() < minuteOf(local, to));
}

/**
 * The next moment at which the place opens or closes; null if nothing changes within limits.calendarLookAheadDays
 * (always open, or closed for good). Spans that touch, over midnight too, are one.
 */
export function nextChange(calendar: Calendar, at: Date): Date | null {
  const open = isOpen(calendar, at);
  let until: number | null = null;
  const today = DateTime.fromJSDate(at, { zone: calendar.timeZone }).startOf('day');
  for (let ahead = 0; ahead <= limits.calendarLookAheadDays; ahead += 1) {
    const day = today.plus({ days: ahead });
    for (const [from, to] of spansOf(calendar, day)) {
      const [begins, ends] = [minuteOf(day, from), minuteOf(day, to)];
      if (ends <= at.getTime()) continue;
      if (!open) return new Date(begins);
      if (until !== null && begins > until) return new Date(until);
      until = ends;
    }
    if (until !== null && until < minuteOf(day, DAY_MINUTES)) return new Date(until);
  }
  return null;
}
