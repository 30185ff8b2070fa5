/**
 * Floor of the outbound queue (FL5): bull alone, add and process with nothing to do, producer and worker in one
 * process.
 */
import Bull from 'bull';
import { randomUUID } from 'node:crypto';

export interface Pickup { p50Ms: number; p99Ms: number }

/** The value below which `part` of the values lie. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

const options = { removeOnComplete: true, removeOnFail: true };

async function withQueue<T>(redisUrl: string, body: (queue: Bull.Queue) => Promise<T>): Promise<T> {
  const queue = new Bull(`floor-${randomUUID()}`, redisUrl);
  try {
    await queue.isReady();
    return await body(queue);
  } finally {
    await queue.obliterate({ force: true }).catch(() => undefined);
    await queue.close();
  }
}

/** Jobs a second, 64 adds outstanding, 50 processed at a time, both at once. */
export function bullThroughput(redisUrl: string, jobs: number): Promise<number> {
  return withQueue(redisUrl, async (queue) => {
    const payload = 'x'.repeat(200);
    let done = 0;
    let finish = (): void => undefined;
    const all = new Promise<void>((resolve) => { finish = resolve; });
    void queue.process(50, async () => { if ((done += 1) === jobs) finish(); });
    const from = performance.now();
    let next = 0;
    await Promise.all(Array.from({ length: 64 }, async () => {
      while (next < jobs) { next += 1; await queue.add({ id: randomUUID(), payload }, options); }
    }));
    await all;
    return jobs / ((performance.now() - from) / 1_000);
  });
}

/** From the call of add to the start of its processing, at a fixed rate. */
export function bullPickup(redisUrl: string, perSecond: number, jobs: number): Promise<Pickup> {
  return withQueue(redisUrl, async (queue) => {
    const waits: number[] = [];
    let finish = (): void => undefined;
    const all = new Promise<void>((resolve) => { finish = resolve; });
    void queue.process(50, async (job) => {
      waits.push(performance.now() - (job.data as { at: number }).at);
      if (waits.length === jobs) finish();
    });
    await atRate(perSecond, jobs, async () => { await queue.add({ at: performance.now() }, options); });
    await all;
    return { p50Ms: percentile(waits, 0.5), p99Ms: percentile(waits, 0.99) };
  });
}

/** Calls `body` for k = 0, 1 ... at start + k / rate, whether or not earlier calls have ended; waits for all. */
export async function atRate(perSecond: number, count: number, body: (k: number) => Promise<void>): Promise<void> {
  const from = performance.now();
  const running: Promise<void>[] = [];
  for (let k = 0; k < count;) {
    const due = Math.min(count, Math.floor((performance.now() - from) / 1_000 * perSecond) + 1);
    for (; k < due; k += 1) running.push(body(k));
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
  await Promise.all(running);
}
