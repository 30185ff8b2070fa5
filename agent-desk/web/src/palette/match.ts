/** How well a line fits what was typed: every word must be found, at the start of a word before the middle of one. */

/** Small letters without marks, so that "Séti" finds "seti". */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** 0: does not fit. Above: the larger the better; an empty query fits everything alike. */
export function fit(text: string, query: string): number {
  const hay = plain(text);
  const words = plain(query).split(/\s+/).filter((word) => word !== '');
  // What begins with the very letters that were typed comes before all else.
  let sum = words.length > 0 && hay.startsWith(words.join(' ')) ? 11 : 1;
  for (const word of words) {
    const at = hay.indexOf(word);
    if (at === -1) return 0;
    const starts = hay.startsWith(word) ? 6 : new RegExp(`[^\\p{L}\\p{N}]${escaped(word)}`, 'u').test(hay) ? 3 : 1;
    sum += starts;
  }
  return sum;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The parts of a text, those that were typed marked; joined they are the text again. */
export function marked(text: string, query: string): { text: string; hit: boolean }[] {
  const words = query.split(/\s+/).filter((word) => word !== '').map(escaped);
  if (words.length === 0) return [{ text, hit: false }];
  return text.split(new RegExp(`(${words.join('|')})`, 'giu')).filter((part) => part !== '')
    .map((part) => ({ text: part, hit: new RegExp(`^(${words.join('|')})$`, 'iu').test(part) }));
}
