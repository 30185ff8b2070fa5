/** Waiting that a signal ends. */

/** Resolves after `ms`, or at once when the signal fires. */
export function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}

/** 0.5 s at the first failure in a row, doubling up to `msMax`. */
export function backoff(failures: number, msMax: number): number {
  return Math.min(msMax, 500 * 2 ** Math.max(0, failures - 1));
}
