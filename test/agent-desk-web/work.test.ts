/** Filters decided on the screen, times that putting aside offers, and what an unnamed customer is called. */
import fc from 'fast-check';
import t from 'tap';
import { isEmptyFilter, matchesFilter, readFilter, type ListFilter } from '../../agent-desk/web/src/lib/filter.ts';
import { visitorTag } from '../../agent-desk/web/src/lib/people.ts';
import { fieldTime, snoozeChoices } from '../../agent-desk/web/src/lib/snooze.ts';
import { belongs, type ListKind } from '../../agent-desk/web/src/live/lists.ts';
import type { InteractionView } from '../../agent-desk/web/src/live/types.ts';

const now = new Date('2026-11-20T03:00:00.000Z').getTime();
const row = { channel: 'generic', categoryId: 'k1', tier: 1, unreadCount: 2, snoozedUntil: null, ticketId: 't1',
  clock: { startedAt: '2026-11-20T02:00:00.000Z', maxS: 600 } };

t.test('each field of a filter narrows alone, and all of them together', async (t) => {
  const passing: ListFilter[] = [{}, { unread: true }, { late: true }, { channels: ['generic', 'x'] }, { tier: 1 },
    { categoryIds: ['k1'] }, { snoozed: 'hide' }];
  const refusing: ListFilter[] = [{ channels: ['x'] }, { tier: 2 }, { categoryIds: ['k2'] }, { snoozed: 'only' }];
  for (const filter of passing) t.equal(matchesFilter(row, filter, now), true, JSON.stringify(filter));
  for (const filter of refusing) t.equal(matchesFilter(row, filter, now), false, JSON.stringify(filter));
  t.equal(matchesFilter({ ...row, clock: null }, { late: true }, now), false, 'no clock runs');
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

t.test('a time that two words would name is offered once', async (t) => {
  for (const [hours, minutes] of [[13, 0], [6, 0], [8, 0]] as const) {
    for (let day = 20; day < 27; day += 1) {
      const choices = snoozeChoices(new Date(2026, 10, day, hours, minutes).getTime());
      t.equal(new Set(choices.map((choice) => choice.at.getTime())).size, choices.length, `${day} at ${hours}`);
    }
  }
});

t.test('the times offered for putting aside are ahead, rising, within a week, and none comes twice', async (t) => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 60 * 24 * 400 }), (minutes) => {
    const from = now + minutes * 60_000;
    const choices = snoozeChoices(from).map((choice) => choice.at.getTime());
    t.ok(choices.every((at) => at > from + 30_000 && at <= from + 8 * 86_400_000));
    t.equal(new Set(choices).size, choices.length);
    const minute = (at: number): number => Math.floor(at / 60_000);
    for (const at of choices) t.equal(minute(new Date(fieldTime(new Date(at))).getTime()), minute(at));
  }), { numRuns: 300 });
});

t.test('RA09 a handle that says nothing becomes a tag; phones and addresses stay what they are', async (t) => {
  t.equal(visitorTag('vi****cc'), 'CC');
  t.equal(visitorTag('****'), '');
  for (const handle of ['0812****567', '+628****567', 'b****o@contoh.id', '0812****567@s.whatsapp.net', '']) {
    t.equal(visitorTag(handle), undefined, handle);
  }
});
