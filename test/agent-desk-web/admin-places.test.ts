/** What the administration reads and writes as people do: hours, days, CSV, and portions of an import. */
import fc from 'fast-check';
import t from 'tap';
import { spansAreSound } from '#domain/calendars/rules.ts';
import { limits } from '#domain/limits.ts';
import { branchKinds } from '#domain/people/tree.ts';
import { csvCell, csvOf } from '../../agent-desk/web/src/admin/csv.ts';
import { parseDay, parseHours, sayDay, sayHours, spansPerDay,
  tooManySpans } from '../../agent-desk/web/src/admin/hours.ts';
import { portions } from '../../agent-desk/web/src/admin/portions.ts';
import { branchKinds as shownKinds } from '../../agent-desk/web/src/admin/types.ts';

t.test('hours are read as people write them', async (t) => {
  t.same(parseHours('08.00-17.00'), [[480, 1_020]]);
  t.same(parseHours(' 8-12, 13:00 – 17:30 '), [[480, 720], [780, 1_050]]);
  t.same(parseHours('18.00-21.00; 08.00-12.00'), [[480, 720], [1_080, 1_260]], 'in order');
  t.same(parseHours('22.00-24.00'), [[1_320, 1_440]]);
  t.same(parseHours('22.00-00.00'), [[1_320, 1_440]], 'midnight ends the day');
  for (const closed of ['', 'Tutup', 'closed', '-']) t.same(parseHours(closed), []);
  for (const whole of ['24 jam', '24 H', '24/7']) t.same(parseHours(whole), [[0, 1_440]]);
  for (const wrong of ['17-8', '8-25', '08.60-09.00', '8-12, 11-13', 'pagi', '8', '08.00-08.00', '8-12,']) {
    t.equal(parseHours(wrong), undefined, wrong);
  }
});

t.test('whatever the server holds is written so that it reads the same again', async (t) => {
  const spans = fc.uniqueArray(fc.integer({ min: 0, max: 1_440 }), { maxLength: 8 }).map((minutes) => {
    const sorted = minutes.toSorted((a, b) => a - b);
    return Array.from({ length: Math.floor(sorted.length / 2) }, (_, n): [number, number] =>
      [sorted[2 * n] ?? 0, sorted[2 * n + 1] ?? 0]);
  });
  fc.assert(fc.property(spans, (list) => {
    const read = parseHours(sayHours(list, 'tutup', '24 jam'));
    return read !== undefined && JSON.stringify(read) === JSON.stringify(list) && spansAreSound(read);
  }));
  fc.assert(fc.property(fc.string({ maxLength: 30 }), (text) => {
    const read = parseHours(text);
    return read === undefined || spansAreSound(read);
  }));
  t.equal(spansPerDay, limits.calendarSpansPerDayMax);
  t.ok(tooManySpans(Array.from({ length: spansPerDay + 1 }, () => [0, 1])));
});

t.test('J54 days are written DD/MM/YYYY, and no day is made up', async (t) => {
  t.equal(parseDay('31/12/2026'), '2026-12-31');
  t.equal(parseDay(' 1-2-2026 '), '2026-02-01');
  for (const wrong of ['30/02/2026', '31/04/2026', '2026-12-31', '1/13/2026', '', '1/1/26']) {
    t.equal(parseDay(wrong), undefined, wrong);
  }
  t.equal(sayDay('2026-12-31'), '31/12/2026');
});

t.test('CSV that leaves the screen quotes what it must, and no name becomes a formula', async (t) => {
  t.equal(csvOf([['npk', 'nama'], ['10001', 'Budi "Bas", S.E.']]), 'npk,nama\r\n10001,"Budi ""Bas"", S.E."');
  for (const sign of ['=', '+', '-', '@', '\t']) t.ok(csvCell(`${sign}1+1`).replace(/^"/, '').startsWith(`'${sign}`));
  t.equal(csvCell('Sari'), 'Sari');
});

t.test('an import is made in portions of at most what the server takes', async (t) => {
  t.same(portions([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  t.same(portions([], 2), []);
});

t.test('the screen knows the levels of the tree in their order', async (t) => {
  t.same(shownKinds, branchKinds);
});
