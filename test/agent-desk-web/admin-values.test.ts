/** What is typed into a field for numbers is judged as typed: it is never taken for another number, or for none. */
import t from 'tap';
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
