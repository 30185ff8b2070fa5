/**
 * CSV that may be opened in a spreadsheet without fear: what customers and colleagues wrote stays text there (RS22).
 * Pure; test/domain/export-csv.test.ts reads it back.
 */

/** What parts the cells: Excel in Indonesia expects a semicolon, most programs a comma. */
export const separators = { semicolon: ';', comma: ',' } as const;
export type Separator = keyof typeof separators;

/** The mark by which Excel knows that a file is UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The start of a cell, or of what a program would take for a cell if it parted the line by another sign: there a
 * formula may begin, also behind spaces, quotes, a byte order mark or an apostrophe, and in full-width signs.
 */
const BEGIN = String.raw`(?=[ \u00A0\u3000\uFEFF'"]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])`;
const INSIDE = String.raw`([\n\r\t,;|])`;
const [formulaInside, escapedInside] = [new RegExp(INSIDE + BEGIN, 'g'), new RegExp(`${INSIDE}'${BEGIN}`, 'g')];
const [formulaFirst, escapedFirst] = [new RegExp(`^${BEGIN}`), new RegExp(`^'${BEGIN}`)];

/** The text with an apostrophe wherever a spreadsheet could begin to calculate; NUL, which ends texts there, goes. */
export function safeCell(text: string): string {
  return text.replaceAll('\u0000', '').replace(formulaInside, `$1'`).replace(formulaFirst, `'`);
}

/** What safeCell was given (without NUL). */
export function readSafeCell(text: string): string {
  return text.replace(escapedFirst, '').replace(escapedInside, '$1');
}

/** One line with its end; every cell is quoted, so that no sign in it can end it. Nothing is an empty cell. */
export function csvLine(cells: readonly (string | number | null)[], separator: Separator): string {
  const shown = cells.map((cell) => (cell === null ? '""' : typeof cell === 'number' ? `"${cell}"`
    : `"${safeCell(cell).replaceAll('"', '""')}"`));
  return `${shown.join(separators[separator])}\r\n`;
}
