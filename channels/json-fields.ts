/** Reading of JSON that a stranger wrote: each getter gives the value if it is what it should be, else undefined. */

export type Json = Record<string, unknown>;

/** The value as an object; arrays are none. */
export function object(value: unknown): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The value as text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value as a whole number that JavaScript holds exactly: ids of users, chats and messages, sizes, times. */
export function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

/** The value as a number that is finite. */
export function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The value as a list. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Seconds since 1970 as a time. */
export function time(value: unknown): Date | undefined {
  const seconds = whole(value);
  return seconds === undefined || seconds <= 0 || seconds > 8_000_000_000 ? undefined : new Date(seconds * 1_000);
}
