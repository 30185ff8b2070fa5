/** Cuts a long text into the parts that Telegram takes, between paragraphs where it can. Pure. */
import { cutText } from '#domain/text.ts';

/** Where a text may be cut, best first; a cut must leave at least half of a part, else the next way is tried. */
const SEAMS = [/\n\s*\n/g, /\n/g, /[.!?…]["')\]]*\s/g, /\s/g];

function seamBefore(text: string, chars: number): number {
  const window = text.slice(0, chars);
  for (const seam of SEAMS) {
    let end = 0;
    for (const found of window.matchAll(seam)) end = found.index + found[0].length;
    if (end >= chars / 2) return end;
  }
  return cutText(text, chars).length || chars;
}

/** The parts in order, none over `chars` code units, none empty; together they are the text but for the seams. */
export function splitText(text: string, chars: number): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > chars) {
    const at = seamBefore(rest, chars);
    const part = rest.slice(0, at).trimEnd();
    if (part !== '') parts.push(part);
    rest = rest.slice(at).trimStart();
  }
  if (rest !== '') parts.push(rest);
  return parts;
}
