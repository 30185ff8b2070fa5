/** The code's twin of the SQL function app_now(): one clock, whose offset only tests may move. */
let offsetMs = 0;

/** Milliseconds since 1970 on the product's clock. */
export function appNowMs(): number {
  return Date.now() + offsetMs;
}

/** The present moment on the product's clock. */
export function appNow(): Date {
  return new Date(appNowMs());
}

/** Follows the offset that the database holds (app_clock); called at boot and by the sweeps of a test run. */
export function setClockOffsetMs(next: number): void {
  offsetMs = next;
}
