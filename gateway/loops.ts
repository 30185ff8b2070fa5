/**
 * A loop that runs again some time after it ended: never twice at once, never ended by an error, stopped with grace.
 */
import type { Log } from '#domain/work.ts';

export interface Loop {
  stop(): Promise<void>;
}

/** Runs `body` every `everyMs` after its last end. An error is logged once per streak and the loop goes on. */
export function startLoop(name: string, everyMs: number, log: Log, body: () => Promise<unknown>): Loop {
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const turn = async (): Promise<void> => {
    try {
      await body();
      if (failing) log.info({ loop: name }, 'loop works again');
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ loop: name, err: error }, 'loop failed; trying again');
      failing = true;
    }
  };
  const plan = (): void => {
    if (stopped) return;
    timer = setTimeout(() => { running = turn().finally(plan); }, everyMs);
  };
  plan();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
