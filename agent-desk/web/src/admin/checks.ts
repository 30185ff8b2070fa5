/** What is wrong with a field, in words for the user; undefined where nothing is. The server checks all of it again. */
import type { Words } from './use-words.ts';

export type Problem = string | undefined;

/** Something must stand there, at most `max` characters. */
export function text(w: Words, value: string, max = 200): Problem {
  if (value.trim() === '') return w('invalid.required');
  return value.trim().length > max ? w('invalid.tooLong', { max }) : undefined;
}

/** At most `max` characters; may be empty. */
export function shortText(w: Words, value: string, max = 200): Problem {
  return value.trim().length > max ? w('invalid.tooLong', { max }) : undefined;
}

/** A code of lists and roles: `TEAM_LEADER`. */
export function code(w: Words, value: string): Problem {
  if (value === '') return w('invalid.required');
  return /^[A-Z0-9][A-Z0-9_]{1,63}$/.test(value) ? undefined : w('invalid.code');
}

/** The key of a channel account, as it stands in addresses. */
export function key(w: Words, value: string): Problem {
  if (value === '') return w('invalid.required');
  return /^[a-z0-9][a-z0-9-]{1,62}$/.test(value) ? undefined : w('invalid.key');
}

/** A whole number within bounds, both included. */
export function whole(w: Words, value: number | '', min: number, max: number): Problem {
  if (value === '') return w('invalid.required');
  return Number.isInteger(value) && value >= min && value <= max ? undefined : w('invalid.range', { min, max });
}

/** Like `whole`, but may be empty. */
export function wholeOrNone(w: Words, value: number | '', min: number, max: number): Problem {
  return value === '' ? undefined : whole(w, value, min, max);
}

/** A web address that a server can call. */
export function url(w: Words, value: string): Problem {
  return value === '' || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    ? undefined : w('invalid.url');
}
