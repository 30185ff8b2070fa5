/** The server's time on this machine: what rings, countdowns and "today" are reckoned from. */

let offsetMs = 0;

/** This machine's own time in ms since 1970; the one place that reads it. */
export function localNow(): number {
  return performance.timeOrigin + performance.now();
}

/** The server's time in ms since 1970, as far as its last word told. */
export function serverNow(): number {
  return localNow() + offsetMs;
}

/** Takes the server's time from its hello; half a round trip of error is of no matter to whole minutes. */
export function learnServerTime(iso: string): void {
  const time = new Date(iso).getTime();
  if (Number.isFinite(time)) offsetMs = time - localNow();
}
