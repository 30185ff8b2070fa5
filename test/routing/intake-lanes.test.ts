/** The lanes of intake: no handle ever overtakes itself, whoever writes and however the batches end. */
import fc from 'fast-check';
import t from 'tap';
import type { ReceiveResult } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { IntakeLanes } from '#routing/intake-lanes.ts';
import type { Entry } from '#routing/intake-threads.ts';

t.setTimeout(120_000);

const account = { id: '0190a000-0000-7000-8000-000000000001' } as Entry['account'];

function entry(handle: string, n: number, kind: 'message' | 'read' = 'message'): Entry {
  return { account, event: { kind, handle, dedupKey: String(n), raw: Buffer.alloc(0) } as unknown as Entry['event'],
    eventId: String(n), messageId: String(n), hash: '' };
}

const handleOf = (one: Entry): string => (one.event as { handle: string }).handle;

interface Arrival { handle: number; signal: boolean; pauseTurns: number }
const arrivals = fc.array(fc.record({ handle: fc.integer({ min: 0, max: 5 }), signal: fc.boolean(),
  pauseTurns: fc.integer({ min: 0, max: 3 }) }), { minLength: 1, maxLength: 60 });

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => { setImmediate(resolve); });
}

/** Pushes the arrivals, each batch taking as many turns and ending as `ends` says; gives what the store saw. */
async function drive(given: readonly Arrival[], ends: readonly number[]): Promise<{
  started: Entry[]; overlaps: number; settled: number; largest: number; left: number;
}> {
  const seen = { started: [] as Entry[], overlaps: 0, settled: 0, largest: 0, left: 0 };
  const inFlight = new Map<string, number>();
  let batches = 0;
  const lanes = new IntakeLanes(async (entries): Promise<ReceiveResult[]> => {
    const end = ends[batches % ends.length] ?? 0;
    batches += 1;
    seen.largest = Math.max(seen.largest, entries.length);
    for (const handle of new Set(entries.map(handleOf))) {
      if (inFlight.has(handle)) seen.overlaps += 1;
      inFlight.set(handle, 1);
    }
    seen.started.push(...entries);
    await turns(end);
    for (const handle of new Set(entries.map(handleOf))) inFlight.delete(handle);
    if (end % 5 === 4) throw new Error('the database is away');
    return entries.map((_, n) => ((end + n) % 3 === 0 ? { outcome: 'duplicate' }
      : { outcome: 'stored', conversationId: 'c', messageId: 'm', seq: 1 }) as ReceiveResult);
  });
  for (const [n, { handle, signal, pauseTurns }] of given.entries()) {
    lanes.push({ entry: entry(`h${handle}`, n, signal ? 'read' : 'message'),
      done: () => { seen.settled += 1; }, failed: () => { seen.settled += 1; } });
    await turns(pauseTurns);
  }
  await lanes.drained();
  seen.left = lanes.waiting();
  return seen;
}

t.test('INV4 messages and signals of one handle reach the database in the order they came, one batch at a time',
  async (t) => {
    await fc.assert(fc.asyncProperty(arrivals, fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
      async (given, ends) => {
        const seen = await drive(given, ends);
        t.equal(seen.settled, given.length, 'each is answered once');
        t.equal(seen.left, 0);
        t.equal(seen.overlaps, 0, 'never in two batches at once');
        for (let handle = 0; handle <= 5; handle += 1) {
          const order = seen.started.filter((one) => handleOf(one) === `h${handle}`).map((one) => Number(one.eventId));
          t.same(order, order.toSorted((x, y) => x - y));
        }
        t.ok(seen.largest <= limits.intakeBatchMax);
      }), { numRuns: 60 });
  });

t.test('newcomers gather while their lane rests, and those already known do not wait for them', async (t) => {
  const batches: string[][] = [];
  let slow = 0;
  const lanes = new IntakeLanes(async (entries) => {
    batches.push(entries.map(handleOf));
    if (entries.some((one) => handleOf(one).startsWith('new'))) {
      slow += 1;
      await turns(200);
    }
    return entries.map(() => ({ outcome: 'stored', conversationId: 'c', messageId: 'm', seq: 1 }));
  });
  let n = 0;
  const send = (handle: string): Promise<unknown> => new Promise((done, failed) => {
    n += 1;
    lanes.push({ entry: entry(handle, n), done, failed });
  });
  await send('old');
  let stored = 0;
  const newcomers = Array.from({ length: 9 }, (_, k) => send(`new-${k}`).then(() => { stored += 1; }));
  await turns(2);
  newcomers.push(...Array.from({ length: 8 }, (_, k) => send(`newer-${k}`).then(() => { stored += 1; })));
  await send('old');
  t.equal(stored, 0, 'the known one is stored while newcomers rest or are in flight');
  await Promise.all(newcomers);
  t.ok(slow <= 2, `seventeen newcomers needed ${slow} batches`);
  await lanes.drained();
});

t.test('P5 a handle is forgotten by halves, so memory of handles is bounded', async (t) => {
  const lanes = new IntakeLanes(async (entries) => entries.map(() =>
    ({ outcome: 'stored', conversationId: 'c', messageId: 'm', seq: 1 })));
  const count = limits.intakeKnownMax * 2 + 500;
  let done = 0;
  for (let n = 0; n < count; n += 1) {
    lanes.push({ entry: entry(`h${n}`, n), done: () => { done += 1; }, failed: () => undefined });
  }
  await lanes.drained();
  t.equal(done, count);
  t.ok(lanes.known() <= limits.intakeKnownMax * 2, String(lanes.known()));
});
