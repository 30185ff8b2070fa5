/** Runs a round again and again: at once when asked, else after a pause; never two at a time. */
import type { Work } from '#domain/work.ts';

export interface Repeating {
  /** Run a round now; if one runs already, one more follows it. */
  now(): void;
  /** Ends it; waits for the round that runs. */
  stop(): Promise<void>;
}

/** A loop that survives errors of its rounds: they are logged, and the next round tries again. */
export function repeating(work: Pick<Work, 'log'>, everyMs: number, round: () => Promise<unknown>): Repeating {
  let isStopped = false;
  let isAsked = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    do {
      isAsked = false;
      await round().catch((error: unknown) => {
        work.log.warn({ code: (error as { code?: unknown }).code ?? (error as Error).name },
          'a sweep failed; the next one tries again');
      });
    } while (isAsked && !isStopped);
  }

  function start(): void {
    clearTimeout(timer);
    if (isStopped) return;
    if (running !== undefined) { isAsked = true; return; }
    running = run().finally(() => {
      running = undefined;
      if (isStopped) return;
      timer = setTimeout(start, everyMs);
    });
  }

  start();
  return {
    now: start,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
