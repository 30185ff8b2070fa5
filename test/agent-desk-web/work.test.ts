/** Filters decided on the screen, times that putting aside offers, and what an unnamed customer is called. */
import fc from 'fast-check';
import t from 'tap';
import { isEmptyFilter, matchesFilter, readFilter, type ListFilter } from '../../agent-desk/web/src/lib/filter.ts';
import { visitorTag } from '../../agent-desk/web/src/lib/people.ts';
import { dayAhead, readClock, snoozeChoices, zonedTime, zoneWord } from '../../agent-desk/web/src/lib/snooze.ts';
import { belongs, type ListKind } from '../../agent-desk/web/src/live/lists.ts';
import type { InteractionView } from '../../agent-desk/web/src/live/types.ts';

const now = new Date('2026-11-20T03:00:00.000Z').getTime();
const row = { channel: 'generic', categoryId: 'k1', tier: 1, unreadCount: 2, snoozedUntil: null, ticketId: 't1',
  queueId: 'q1', agentId: null, answeredAt: null, documentedAt: null, customerEndedAt: null, lastDirection: 'IN',
  clock: { startedAt: '2026-11-20T02:00:00.000Z', maxS: 600 } };

t.test('each field of a filter narrows alone, and all of them together', async (t) => {
  const passing: ListFilter[] = [{}, { unread: true }, { late: true }, { channels: ['generic', 'x'] }, { tier: 1 },
    { categoryIds: ['k1'] }, { snoozed: 'hide' }, { queueIds: ['q0', 'q1'] }, { awaiting: true }];
  const refusing: ListFilter[] = [{ channels: ['x'] }, { tier: 2 }, { categoryIds: ['k2'] }, { snoozed: 'only' },
    { queueIds: ['q2'] }, { agentIds: ['a1'] }];
  for (const filter of passing) t.equal(matchesFilter(row, filter, now), true, JSON.stringify(filter));
  for (const filter of refusing) t.equal(matchesFilter(row, filter, now), false, JSON.stringify(filter));
  t.equal(matchesFilter({ ...row, clock: null }, { late: true }, now), false, 'no clock runs');
  t.equal(matchesFilter({ ...row, agentId: 'a1' }, { agentIds: ['a1'] }, now), true);
  t.equal(matchesFilter({ ...row, documentedAt: '2026-11-20T02:30:00.000Z' }, { awaiting: true }, now), false);
  const answered = { ...row, answeredAt: '2026-11-20T02:10:00.000Z' };
  t.equal(matchesFilter(answered, { awaiting: true }, now), true, 'a clock runs for the next answer');
  t.equal(matchesFilter({ ...answered, clock: null, lastDirection: 'OUT' }, { awaiting: true }, now), false);
  t.equal(matchesFilter({ ...answered, clock: null }, { awaiting: true }, now), undefined, 'only the server knows');
  t.equal(matchesFilter({ ...row, unreadCount: 0 }, { unread: true }, now), false);
  t.equal(matchesFilter({ ...row, categoryId: null }, { categoryIds: ['k1'] }, now), false);
  t.equal(matchesFilter(row, Object.assign({}, ...passing) as ListFilter, now), true);
});

t.test('what only the server knows is neither shown nor taken away until it says so', async (t) => {
  t.equal(matchesFilter(row, { followed: true }, now), undefined);
  t.equal(matchesFilter(row, { followed: true, tier: 2 }, now), false, 'refused whatever is followed');
  t.equal(matchesFilter(row, { followed: true }, now, new Set(['t1'])), true);
  t.equal(matchesFilter(row, { followed: true }, now, new Set()), false);
  const seen = { ...row, state: 'IN_SERVICE', agentId: 'me' } as unknown as InteractionView;
  const kind = (change: Partial<ListKind>): ListKind => ({ view: 'mine', state: 'open', q: '', ...change });
  t.equal(belongs(seen, kind({ filter: { followed: true } }), 'me'), undefined);
  t.equal(belongs(seen, kind({ filter: { tier: 2 } }), 'me'), false);
  t.equal(belongs(seen, kind({ filter: { tier: 1 }, q: 'budi' }), 'me'), undefined);
  t.equal(belongs(seen, kind({ filter: { tier: 1 } }), 'me'), true);
});

t.test('a remembered filter that cannot be read narrows nothing', async (t) => {
  for (const text of ['', '{', 'null', '[]', '3']) t.ok(isEmptyFilter(readFilter(text)), text);
  t.same(readFilter('{"late":true}'), { late: true });
});

const zones = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura', 'Europe/Berlin', 'America/New_York'];

t.test('a time that two words would name is offered once', async (t) => {
  for (const [hours, minutes] of [[13, 0], [6, 0], [8, 0]] as const) {
    for (let day = 20; day < 27; day += 1) {
      const from = zonedTime(`2026-11-${day}`, hours, minutes, 'Asia/Jakarta').getTime();
      const choices = snoozeChoices(from, 'Asia/Jakarta');
      t.equal(new Set(choices.map((choice) => choice.at.getTime())).size, choices.length, `${day} at ${hours}`);
    }
  }
});

t.test('the times offered for putting aside are ahead, rising, within a week, and none comes twice', async (t) => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 60 * 24 * 400 }), fc.constantFrom(...zones), (minutes, zone) => {
    const from = now + minutes * 60_000;
    const choices = snoozeChoices(from, zone).map((choice) => choice.at.getTime());
    t.ok(choices.every((at) => at > from + 30_000 && at <= from + 8 * 86_400_000));
    t.equal(new Set(choices).size, choices.length);
  }), { numRuns: 300 });
});

t.test('a day and a time mean that clock in the zone of the site, whatever zone this computer stands in', async (t) => {
  t.equal(zonedTime('2026-11-23', 9, 30, 'Asia/Jakarta').toISOString(), '2026-11-23T02:30:00.000Z');
  t.equal(zonedTime('2026-11-23', 9, 30, 'Asia/Makassar').toISOString(), '2026-11-23T01:30:00.000Z');
  t.equal(zonedTime('2026-11-23', 9, 30, 'Asia/Jayapura').toISOString(), '2026-11-23T00:30:00.000Z');
  t.equal(dayAhead(Date.parse('2026-11-20T18:00:00.000Z'), 0, 'Asia/Jakarta'), '2026-11-21', 'past midnight there');
  t.equal(dayAhead(Date.parse('2026-12-31T03:00:00.000Z'), 1, 'Asia/Jakarta'), '2027-01-01');
  const [ahead, hours, minutes] = [fc.integer({ min: 0, max: 40 }), fc.integer({ min: 4, max: 23 }),
    fc.integer({ min: 0, max: 59 })];
  fc.assert(fc.property(ahead, hours, minutes, fc.constantFrom(...zones), (days, hour, minute, zone) => {
      const day = dayAhead(now, days, zone);
      const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
        .format(zonedTime(day, hour, minute, zone));
      const two = (value: number): string => String(value).padStart(2, '0');
      const [year, month, date] = day.split('-');
      return parts === `${date}/${month}/${year}, ${two(hour)}:${two(minute)}`;
    }), { numRuns: 300 });
});

t.test('a time of day is read as people write it', async (t) => {
  for (const text of ['9', '09.00', '9:00', ' 9 . 00 ', '0900', '900']) {
    t.same(readClock(text), { hour: 9, minute: 0 }, text);
  }
  t.same(readClock('23.59'), { hour: 23, minute: 59 });
  for (const text of ['', '24.00', '9.60', '9.5', 'pagi', '12345', '-1', '9.00 pagi']) {
    t.equal(readClock(text), undefined, text);
  }
  t.same(['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura', 'UTC'].map((zone) => zoneWord(zone)),
    ['WIB', 'WITA', 'WIT', 'UTC']);
});

t.test('RA09 a handle that says nothing becomes a tag; phones and addresses stay what they are', async (t) => {
  t.equal(visitorTag('vi****cc'), 'CC');
  t.equal(visitorTag('****'), '');
  for (const handle of ['0812****567', '+628****567', 'b****o@contoh.id', '0812****567@s.whatsapp.net', '']) {
    t.equal(visitorTag(handle), undefined, handle);
  }
});
