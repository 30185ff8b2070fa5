/** What is typed into a field for numbers is judged as typed: it is never taken for another number, or for none. */
import t from 'tap';
import { dayTimeIn } from '../../agent-desk/web/src/admin/hours.ts';
import * as check from '../../agent-desk/web/src/admin/checks.ts';
import type { Words } from '../../agent-desk/web/src/admin/use-words.ts';
import { typedNumber } from '../../agent-desk/web/src/kit/typed-number.ts';

const w = ((key: string) => key) as Words;

t.test('what stands in a field for numbers keeps its value', async (t) => {
  t.equal(typedNumber(0), 0);
  t.equal(typedNumber(''), '');
  t.equal(typedNumber('007'), 7, 'leading zeros do not empty the field');
  t.equal(typedNumber('99999999999999999999'), 1e20, 'a number beyond all bounds is not none');
  t.ok(Number.isNaN(typedNumber('-')), 'a minus alone is neither none nor a number');
});

t.test('nothing out of bounds passes, and only an empty field is empty', async (t) => {
  for (const typed of ['-', '-5', '0', '36501', '99999999999999999999']) {
    t.equal(check.wholeOrNone(w, typedNumber(typed), 1, 36_500), 'invalid.range', typed);
  }
  t.equal(check.wholeOrNone(w, typedNumber(''), 1, 36_500), undefined);
  t.equal(check.wholeOrNone(w, typedNumber('36500'), 1, 36_500), undefined);
});

t.test('a day, with or without a clock, is a moment of the zone it is read in', async (t) => {
  const zone = 'Asia/Jakarta';
  t.equal(dayTimeIn('21/11/2026', zone, 'first'), '2026-11-20T17:00:00.000Z');
  t.equal(dayTimeIn('21/11/2026', zone, 'last'), '2026-11-21T17:00:00.000Z', 'the day itself is within');
  t.equal(dayTimeIn(' 21/11/2026  08.30 ', zone, 'last'), '2026-11-21T01:30:00.000Z');
  for (const text of ['', '21', '31/02/2026', '11/21/2026', '21/11/2026 25.00']) {
    t.equal(dayTimeIn(text, zone, 'first'), undefined, text);
  }
});
