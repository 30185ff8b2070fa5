/**
 * Finds the bytes of each element of a JSON array inside a body, so that a quarantined event keeps its own raw text.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** The index after the string that opens at `at`. */
function skipString(body: Uint8Array, at: number): number {
  let index = at + 1;
  while (index < body.length && body[index] !== QUOTE) index += body[index] === BACKSLASH ? 2 : 1;
  return index + 1;
}

/** The index of the comma or bracket that ends the value which starts at `at`. */
function skipValue(body: Uint8Array, at: number): number {
  let depth = 0;
  let index = at;
  while (index < body.length) {
    const byte = body[index];
    if (byte === QUOTE) {
      index = skipString(body, index);
      continue;
    }
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      if (depth === 0) return index;
      depth -= 1;
    } else if (byte === COMMA && depth === 0) return index;
    index += 1;
  }
  return index;
}

function trimmed(body: Uint8Array, from: number, to: number): Uint8Array {
  let start = from;
  let end = to;
  while (start < end && isSpace(body[start])) start += 1;
  while (end > start && isSpace(body[end - 1])) end -= 1;
  return body.subarray(start, end);
}

function elements(body: Uint8Array, open: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = open + 1;
  for (;;) {
    const end = skipValue(body, at);
    const element = trimmed(body, at, end);
    if (element.length > 0) found.push(element);
    if (end >= body.length || body[end] !== COMMA) return found;
    at = end + 1;
  }
}

/**
 * The raw bytes of each element of the array under the top-level property `name` of a valid JSON object; undefined if
 * it is
 * not found as such (an escaped property name, say). Walks the bytes once, without recursion; of equal names the last
 * counts.
 */
export function arraySlices(body: Uint8Array, name: string): Uint8Array[] | undefined {
  let at = 0;
  while (at < body.length && body[at] !== OPEN_OBJECT) at += 1;
  let found: Uint8Array[] | undefined;
  at += 1;
  while (at < body.length) {
    while (isSpace(body[at])) at += 1;
    if (body[at] !== QUOTE) return found;
    const end = skipString(body, at);
    const key = Buffer.from(body.subarray(at + 1, end - 1)).toString('latin1');
    at = end;
    while (isSpace(body[at])) at += 1;
    if (body[at] !== COLON) return found;
    at += 1;
    while (isSpace(body[at])) at += 1;
    if (key === name && body[at] === OPEN_ARRAY) found = elements(body, at);
    at = skipValue(body, at);
    if (body[at] !== COMMA) return found;
    at += 1;
  }
  return found;
}
