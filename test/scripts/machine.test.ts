/** The watch over the machine's own speed, on which the benches of the screen rest. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { speedOf, watchMachine, type Looks } from '../../bench/support/machine.ts';

/** Looks every 2 ms that took 10 us each, but for those named: their number and what they took. */
function looksWith(slow: Record<number, number>): Looks {
  const count = 1_000;
  const room = count + 10;
  return { count, atUs: Float64Array.from({ length: room }, (_, n) => n * 2_000),
    tookUs: Float64Array.from({ length: room }, (_, n) => slow[n] ?? 10) };
}

t.test('a machine that keeps its speed has no slow moment', async (t) => {
  const speed = speedOf(looksWith({}));
  t.equal(speed.slowMoments, 0);
  t.equal(speed.slowPercent, 0);
  t.equal(speed.slowestTimes, 1);
  t.notOk(speed.slowWithin({ fromUs: 0, untilUs: 2_000_000 }));
});

t.test('work of more than twice its time is a slow moment, from the look before to the one after', async (t) => {
  const speed = speedOf(looksWith({ 100: 120, 101: 60, 500: 20 }));
  t.equal(speed.slowMoments, 1, 'twice the time alone is none');
  t.equal(speed.slowestTimes, 12);
  t.ok(speed.slowWithin({ fromUs: 198_500, untilUs: 199_000 }));
  t.ok(speed.slowWithin({ fromUs: 203_000, untilUs: 230_000 }));
  t.notOk(speed.slowWithin({ fromUs: 0, untilUs: 198_000 }), 'before it');
  t.notOk(speed.slowWithin({ fromUs: 204_000, untilUs: 1_990_000 }), 'after it');
});

t.test('the speed comes back in steps: what lies near is one moment, what lies far is another', async (t) => {
  const speed = speedOf(looksWith({ 100: 120, 108: 30, 300: 90 }));
  t.equal(speed.slowMoments, 2);
  t.ok(speed.slowWithin({ fromUs: 209_000, untilUs: 210_000 }), 'between the two steps');
  t.ok(Math.abs(speed.slowPercent - 100 * 24_000 / 1_998_000) < 1e-6, `${speed.slowPercent} %`);
});

t.test('the first and the last look may be slow as well', async (t) => {
  const speed = speedOf(looksWith({ 0: 40, 999: 40 }));
  t.equal(speed.slowMoments, 2);
  t.ok(Math.abs(speed.slowPercent - 100 * 4_000 / 1_998_000) < 1e-6, `${speed.slowPercent} %`);
  t.ok(speed.slowWithin({ fromUs: 1_997_000, untilUs: 3_000_000 }));
});

t.test('a thread watches until it is told to stop, in the clock of process.hrtime', async (t) => {
  const watch = await watchMachine();
  const fromUs = Number(process.hrtime.bigint()) / 1_000;
  let work = '';
  while (Number(process.hrtime.bigint()) / 1_000 < fromUs + 50_000) {
    work = createHash('sha256').update(work).digest('hex');
  }
  const speed = await watch.stop();
  t.ok(speed.slowestTimes >= 1, 'it looked at least once');
  t.ok(speed.slowPercent >= 0 && speed.slowPercent <= 100);
  t.notOk(speed.slowWithin({ fromUs: fromUs - 60_000_000, untilUs: fromUs - 30_000_000 }), 'long before it began');
});
