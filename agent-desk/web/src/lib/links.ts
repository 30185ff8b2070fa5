/** Web addresses in a customer's text: only http and https become links, everything else stays text. */

export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

const address = /\bhttps?:\/\/[^\s<>"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const trailing = new Set('.,;:!?)]}\'"\u201d\u2019');

/** Without the signs behind it; sign by sign from the end, for an expression would look from every place. */
function withoutTrailing(found: string): string {
  let end = found.length;
  while (trailing.has(found[end - 1] ?? '')) end -= 1;
  return found.slice(0, end);
}

/** The text in parts. A full stop or bracket after an address belongs to the sentence, not to the address. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const found of text.matchAll(address)) {
    const shown = withoutTrailing(found[0]);
    const href = safeHref(shown);
    if (href === undefined) continue;
    if (found.index > at) parts.push({ kind: 'text', text: text.slice(at, found.index) });
    parts.push({ kind: 'link', text: shown, href });
    at = found.index + shown.length;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

/** The address if it is one a browser may be sent to; undefined for javascript:, data: and what is no address. */
export function safeHref(value: string): string | undefined {
  try {
    const url = new URL(value);
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
