/** Text that PostgreSQL can hold and a screen can show; the raw bytes are kept elsewhere (RF20-RF22). */

/** Replaces NUL by U+2400 and lone surrogates by U+FFFD; all else stays as the customer wrote it. */
export function safeText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', '\u2400') : whole;
}

const graphemes = new Intl.Segmenter('id', { granularity: 'grapheme' });

/** Two of these side by side are two graphemes: no need to ask the segmenter. */
const PLAIN = /^[ -~]{2}$/;

/** At most `chars` code units, cut between graphemes, so that no emoji or accent is torn (RF22). */
export function cutText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  if (chars > 0 && PLAIN.test(text.slice(chars - 1, chars + 1))) return text.slice(0, chars);
  let end = 0;
  for (const part of graphemes.segment(text.slice(0, chars + 64))) {
    const next = part.index + part.segment.length;
    if (next > chars) break;
    end = next;
  }
  return text.slice(0, end);
}

/** True if a JSON value nests deeper than `max`; walks with a list of its own, so that depth cannot overflow (RF23). */
export function deeperThan(value: unknown, max: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > max) return true;
    const next: unknown[] = [];
    for (const item of level) {
      if (item !== null && typeof item === 'object') for (const child of Object.values(item)) {
        if (child !== null && typeof child === 'object') next.push(child);
      }
    }
    level = next;
  }
  return false;
}
