/**
 * Whether the machine itself ran at its own speed. A shared host takes a machine's speed away for tens of milliseconds
 * (to a twelfth, on all cores at once, unseen by the guest's own accounts); no program keeps a time of 16 ms in such a
 * moment. A thread does the same small piece of work again and again and times it: work of others on this machine can
 * make it wait, but not make the work itself take twice its time, for the better of two goes counts.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Between two looks: a slow moment lasts tens of milliseconds. */
const EVERY_MS = 2;
const LOOKS_MAX = 1_000_000;
/** Some 10 us of work, done twice a look: less than two hundredths of one core. */
const STEPS = 10_000;
const WARM_UP_LOOKS = 3_000;
/** Of its usual time (the median): from here on the machine counts as slowed down. */
const SLOW_TIMES = 2;
/** Slow looks this near to each other are one slow moment: the speed comes back in steps. */
const JOINED_US = 20_000;

/** Microseconds of the monotonic clock, as a trace of Chromium and process.hrtime tell them. */
export interface Span { fromUs: number; untilUs: number }

export interface MachineSpeed {
  /** Of the time watched, how much of it the machine was slowed down; percent. */
  slowPercent: number;
  /** How many moments of it. */
  slowMoments: number;
  /** What the same work took at most, in times of its median. */
  slowestTimes: number;
  /** Whether the machine was slowed down at some time of the span. */
  slowWithin(span: Span): boolean;
}

export interface MachineWatch { stop(): Promise<MachineSpeed> }

function nowUs(): number {
  return Number(process.hrtime.bigint()) / 1_000;
}

/** Integer work that touches no memory; microseconds. */
function work(): number {
  const startedUs = nowUs();
  let x = 1;
  for (let i = 0; i < STEPS; i += 1) x = (Math.imul(x, 31) + i) | 0;
  const tookUs = nowUs() - startedUs;
  return x === 0 ? tookUs + 1e-9 : tookUs;
}

/** What the watching thread saw: when each look was, and what its work took; only the first `count` are filled. */
export interface Looks { count: number; atUs: Float64Array; tookUs: Float64Array }

function watch(stop: Int32Array): Looks {
  for (let n = 0; n < WARM_UP_LOOKS; n += 1) work();
  const looks = { count: 0, atUs: new Float64Array(LOOKS_MAX), tookUs: new Float64Array(LOOKS_MAX) };
  parentPort?.postMessage('watching');
  while (looks.count < LOOKS_MAX && Atomics.wait(stop, 0, 0, EVERY_MS) === 'timed-out') {
    looks.atUs[looks.count] = nowUs();
    looks.tookUs[looks.count] = Math.min(work(), work());
    looks.count += 1;
  }
  return looks;
}

/** The slow moments of all looks, each from the look before it to the look after it. */
export function speedOf({ count, atUs, tookUs }: Looks): MachineSpeed {
  const usualUs = tookUs.slice(0, count).toSorted()[count >> 1] ?? 0;
  const moments: Span[] = [];
  for (let n = 0; n < count; n += 1) {
    if ((tookUs[n] ?? 0) <= SLOW_TIMES * usualUs) continue;
    const fromUs = atUs[Math.max(n - 1, 0)] ?? 0;
    const untilUs = atUs[Math.min(n + 1, count - 1)] ?? 0;
    const last = moments.at(-1);
    if (last !== undefined && fromUs - last.untilUs < JOINED_US) last.untilUs = untilUs;
    else moments.push({ fromUs, untilUs });
  }
  const slowUs = moments.reduce((sum, one) => sum + one.untilUs - one.fromUs, 0);
  return { slowPercent: 100 * slowUs / Math.max(1, (atUs[count - 1] ?? 0) - (atUs[0] ?? 0)),
    slowMoments: moments.length,
    slowestTimes: tookUs.reduce((most, each) => Math.max(most, each), 0) / Math.max(usualUs, 1),
    slowWithin: ({ fromUs, untilUs }) => moments.some((one) => one.fromUs < untilUs && one.untilUs > fromUs) };
}

/** Watches the machine until it is told to stop. */
export async function watchMachine(): Promise<MachineWatch> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: stop });
  const next = (): Promise<unknown> => new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await next();
  return { async stop() {
    const looks = next() as Promise<Looks>;
    Atomics.store(stop, 0, 1);
    Atomics.notify(stop, 0);
    const speed = speedOf(await looks);
    await worker.terminate();
    return speed;
  } };
}

if (!isMainThread && workerData instanceof Int32Array) parentPort?.postMessage(watch(workerData));
