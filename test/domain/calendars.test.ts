/** When a place is open: zones, spans over midnight, holidays, and that two ways of asking agree (J47, J49, J50). */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import t from 'tap';
import { isOpen, nextChange, spansAreSound, type Calendar, type Span } from '#domain/calendars/rules.ts';

const office: Span[] = [[480, 1020]];
const week = [office, office, office, office, office, [[480, 720]] as Span[], []];

function calendar(over: Partial<Calendar> = {}): Calendar {
  return { timeZone: 'Asia/Jakarta', weekly: week, holidays: new Map(), ...over };
}

function at(local: string, zone = 'Asia/Jakarta'): Date {
  return DateTime.fromISO(local, { zone }).toJSDate();
}

function said(date: Date | null, zone = 'Asia/Jakarta'): string | null {
  return date === null ? null : DateTime.fromJSDate(date, { zone }).toFormat('yyyy-MM-dd HH:mm');
}

t.test('J49 a place is open from the first minute of a span and closed from its last', async (t) => {
  t.notOk(isOpen(calendar(), at('2026-11-23T07:59:59.999')));
  t.ok(isOpen(calendar(), at('2026-11-23T08:00')));
  t.ok(isOpen(calendar(), at('2026-11-23T16:59:59.999')));
  t.notOk(isOpen(calendar(), at('2026-11-23T17:00')));
  t.notOk(isOpen(calendar(), at('2026-11-22T09:00')), 'on Sunday');
});

t.test('J49 the same moment is another hour in WITA and WIT', async (t) => {
  const moment = at('2026-11-23T16:30');
  t.ok(isOpen(calendar(), moment));
  t.notOk(isOpen(calendar({ timeZone: 'Asia/Makassar' }), moment), '17.30 WITA');
  t.notOk(isOpen(calendar({ timeZone: 'Asia/Jayapura' }), moment), '18.30 WIT');
  t.ok(isOpen(calendar({ timeZone: 'Asia/Jayapura' }), at('2026-11-23T06:00')), '08.00 WIT');
});

t.test('J50 a holiday closes the day, or gives it other hours', async (t) => {
  const holidays = new Map<string, Span[]>([['2026-12-25', []], ['2026-12-24', [[480, 720]]]]);
  t.notOk(isOpen(calendar({ holidays }), at('2026-12-25T09:00')));
  t.ok(isOpen(calendar({ holidays }), at('2026-12-24T09:00')));
  t.notOk(isOpen(calendar({ holidays }), at('2026-12-24T13:00')));
  t.equal(said(nextChange(calendar({ holidays }), at('2026-12-24T12:00'))), '2026-12-26 08:00');
});

t.test('the next change is the end of what is open, or the next opening', async (t) => {
  t.equal(said(nextChange(calendar(), at('2026-11-23T09:00'))), '2026-11-23 17:00');
  t.equal(said(nextChange(calendar(), at('2026-11-21T12:00'))), '2026-11-23 08:00', 'over the Sunday');
  const night = calendar({ weekly: week.map(() => [[0, 360], [1_320, 1_440]] as Span[]) });
  t.equal(said(nextChange(night, at('2026-11-23T23:00'))), '2026-11-24 06:00', 'midnight is no change');
  const broken = calendar({ weekly: week.map(() => [[480, 720], [780, 1_020]] as Span[]) });
  t.equal(said(nextChange(broken, at('2026-11-23T09:00'))), '2026-11-23 12:00');
  t.equal(said(nextChange(broken, at('2026-11-23T12:30'))), '2026-11-23 13:00');
  t.equal(nextChange(calendar({ weekly: week.map(() => [[0, 1_440]] as Span[]) }), at('2026-11-23T09:00')), null);
  t.equal(nextChange(calendar({ weekly: week.map(() => []) }), at('2026-11-23T09:00')), null);
});

const minute = fc.integer({ min: 0, max: 1_440 });
const day = fc.uniqueArray(minute, { maxLength: 6 }).map((minutes) => {
  const sorted = minutes.toSorted((a, b) => a - b);
  return Array.from({ length: Math.floor(sorted.length / 2) }, (_, n): Span =>
    [sorted[2 * n] ?? 0, sorted[2 * n + 1] ?? 0]);
});

t.test('nothing changes before the next change, and something does at it, for any week', async (t) => {
  fc.assert(fc.property(fc.array(day, { minLength: 7, maxLength: 7 }), fc.integer({ min: 0, max: 10_079 }),
    fc.constantFrom('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'), (weekly, minutes, timeZone) => {
      const cal = calendar({ weekly, timeZone });
      const start = DateTime.fromISO('2026-11-23', { zone: timeZone }).plus({ minutes }).toJSDate();
      const change = nextChange(cal, start);
      const now = isOpen(cal, start);
      if (change === null) {
        for (let hour = 0; hour < 8 * 24; hour += 1) {
          if (isOpen(cal, new Date(start.getTime() + hour * 3_600_000)) !== now) return false;
        }
        return true;
      }
      return change.getTime() > start.getTime() && isOpen(cal, change) !== now
        && isOpen(cal, new Date(change.getTime() - 1)) === now;
    }), { numRuns: 300 });
  t.pass();
});

t.test('spans are whole minutes of one day, in order, without overlap', async (t) => {
  t.ok(spansAreSound([]));
  t.ok(spansAreSound([[0, 1_440]]));
  t.ok(spansAreSound([[0, 60], [60, 120]]), 'they may touch');
  for (const wrong of [[[60, 60]], [[120, 60]], [[0, 61], [60, 120]], [[-1, 5]], [[0, 1_441]], [[0, 1.5]],
    [[100, 200], [0, 50]]] as Span[][]) t.notOk(spansAreSound(wrong), JSON.stringify(wrong));
});
