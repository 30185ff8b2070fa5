/** RS22: no cell of an export is a formula, whatever the sign that parts cells; and nothing is lost on the way. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import t from 'tap';
import { BYTE_ORDER_MARK, csvLine, readSafeCell, safeCell, separators, type Separator } from '#domain/exports/csv.ts';

t.setTimeout(120_000);

const attacks = ['=1+1', '+62812', '-1', '@SUM(A1)', '\t=1', '\r=1', `=cmd|' /C calc'!A0`, `=HYPERLINK("http://x","y")`,
  '\uFEFF=1', '\uFF1D1+1', '\uFF0B1', '\uFF0D1', '\uFF201', ' =1', '"=1', `'=1`, '\u00A0@x', '\u3000=1', 'a,=1', 'a;=1',
  'a\t=1', 'baris\n=1', 'baris\r\n@x', 'x";"=1', 'x|=1', '\n\n=1', '\uFEFF\uFEFF+1', '""=1', `=IMPORTXML("http://x")`];

/** Where a program that parts cells by any common sign, with or without care for quotes, would see a cell begin. */
function naiveCells(text: string): string[] {
  return text.split(/[\n\r\t,;|]/).map((cell) => cell.replace(/^[ \u00A0\u3000\uFEFF"]+/, ''));
}

const dangerous = /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

t.test('RS22 every known attack is text in the file, read by any sign', async (t) => {
  for (const attack of attacks) {
    const line = csvLine(['id', attack, 'ringkasan'], 'semicolon');
    for (const cell of naiveCells(line.trim())) t.notMatch(cell, dangerous, JSON.stringify(attack));
    t.notMatch(safeCell(attack), /^[=+\-@\t\r]/);
  }
  for (const harmless of ['Budi', 'a=b', 'TK-261121-0417', '0812****567', 'surel@contoh.id', 'Rp1.000.000', '']) {
    t.equal(safeCell(harmless), harmless, 'what cannot be a formula stays as it was');
  }
});

const sign = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ',', ';', '|', '"', `'`, ' ', '\uFEFF', '\uFF1D',
  '\uFF20', '\u3000', '\u00A0', 'a', '1');
const nasty = fc.oneof(fc.array(sign, { maxLength: 12 }).map((signs) => signs.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constantFrom(...attacks));

t.test('RS22 round trip: what is read back is what was written, in both kinds of file', async (t) => {
  fc.assert(fc.property(fc.array(fc.array(nasty, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
    fc.constantFrom<Separator>('semicolon', 'comma'), (rows, separator) => {
      const clean = rows.map((row) => row.map((cell) => cell.replaceAll('\u0000', '')));
      const file = BYTE_ORDER_MARK + clean.map((row) => csvLine(row, separator)).join('');
      const read = parse(file, { bom: true, delimiter: separators[separator] }) as string[][];
      const back = read.map((row) => row.map(readSafeCell));
      if (JSON.stringify(back) !== JSON.stringify(clean)) throw new Error(JSON.stringify({ clean, back }));
    }), { numRuns: 5_000 });
  t.pass('5,000 tables');
});

t.test('RS22 no text of whatever signs begins a formula', async (t) => {
  fc.assert(fc.property(nasty, (text) => {
    const line = csvLine([text], 'comma').slice(1, -3);
    for (const cell of naiveCells(line)) if (dangerous.test(cell)) throw new Error(JSON.stringify({ text, cell }));
  }), { numRuns: 5_000 });
  t.equal(csvLine([null, 5, 'a"b'], 'comma'), '"","5","a""b"\r\n');
});
