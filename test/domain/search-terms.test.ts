/** What was typed, as the search understands it: only itself, however it is spelled or punctuated. */
import t from 'tap';
import { excerpt, isWholeNumber, lexeme, nearNumbers, numberOf, swapped } from '#domain/search/terms.ts';

t.test('numbers are read as people write them, and nothing else is a number', async (t) => {
  for (const typed of ['+62 812-3456-7890', '62812 3456 7890', '0812.3456.7890', '(0812) 34567890']) {
    t.equal(numberOf(typed), typed.startsWith('(') ? undefined : '081234567890', typed);
  }
  t.equal(numberOf('567'), '567');
  for (const typed of ['12', 'TK-261121-0417', 'budi', '0812x', '', '1'.repeat(21)]) {
    t.equal(numberOf(typed), undefined, typed);
  }
  t.ok(isWholeNumber('081234567'));
  t.notOk(isWholeNumber('0812345'));
});

t.test('a number one slip away is found, two slips away is not', async (t) => {
  const near = new Set(nearNumbers('081234567890'));
  for (const slip of ['081234567891', '08123456789', '0812345678900', '018234567890']) t.ok(near.has(slip), slip);
  t.notOk(near.has('081234567890'), 'itself is no slip');
  t.notOk(near.has('081234567801'));
  t.ok(near.size < 300);
  t.same(swapped('bdui').includes('budi'), true);
});

t.test('RS20 RS08 what was typed means only itself', async (t) => {
  t.equal(lexeme("o'neil\\"), "'o''neil\\\\'");
  t.equal(lexeme('bud', true), "'bud':*");
});

t.test('the piece shown holds what was found, marked, within its length, never torn', async (t) => {
  const long = `${'kata '.repeat(60)}angsuran saya dobel ${'lagi '.repeat(60)}`;
  const parts = excerpt(long, ['angsur'], [], 80);
  t.same(parts.filter((part) => part.hit).map((part) => part.text), ['angsuran']);
  t.ok(parts.map((part) => part.text).join('').length <= 90);
  t.equal(parts[0]?.text, '… ');
  t.same(excerpt('pengangsuran', ['x'], ['angsur'], 80), [{ text: 'pengangsuran', hit: true }], 'by its stem');
  t.same(excerpt('', ['x'], [], 80), []);
  t.same(excerpt('𝗕𝘂𝗱𝗶 datang', ['budi'], [], 80)[0], { text: '𝗕𝘂𝗱𝗶', hit: true },
    'styled letters are letters');
  const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'.repeat(100);
  for (const hard of [family, '\u202eabc', 'a'.repeat(5_000), '\u0301'.repeat(500)]) {
    for (const part of excerpt(hard, ['abc'], [], 80)) t.ok(part.text.isWellFormed(), 'well-formed');
  }
});
