/** CSV that leaves this screen: a name that begins like a formula stays text in a spreadsheet. */

/** One cell: quoted where it must be; a sign that a spreadsheet would calculate with gets an apostrophe before it. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines with CRLF, as RFC 4180 wants them. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(csvCell).join(',')).join('\r\n');
}

/** Hands a file to the browser, which keeps it where downloads go. */
export function saveFile(fileName: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}

/** Hands the text to the browser as a file; the mark before it tells spreadsheets that it is UTF-8. */
export function saveCsv(fileName: string, rows: readonly (readonly string[])[]): void {
  saveFile(fileName, new Blob(['\uFEFF', csvOf(rows)], { type: 'text/csv;charset=utf-8' }));
}
