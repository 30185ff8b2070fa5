/** The part of a conversation around a message that was looked up: grown both ways it is the thread, each once. */
import fc from 'fast-check';
import t from 'tap';
import { joins, together, withChanged, withEarlier, withLater,
  type Around } from '../../agent-desk/web/src/lib/around.ts';

interface Message { id: string; seq: number; version: number }

const message = (seq: number, version = 1): Message => ({ id: `m${seq}`, seq, version });
const run = (from: number, to: number): Message[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_unused, index) => message(from + index));

t.test('C1 growing by pages from any message reaches both ends, in order and without doubles', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 299 }),
    fc.integer({ min: 1, max: 60 }), fc.boolean(), (length, offset, rows, upFirst) => {
      const aimed = 1 + (offset % length);
      const before = (seq: number): Message[] => run(Math.max(1, seq - rows), seq - 1);
      const after = (seq: number): Message[] => run(seq + 1, Math.min(length, seq + rows));
      let around: Around<Message> = { items: [message(aimed)], complete: aimed === 1, newest: aimed === length };
      const up = (): void => {
        while (!around.complete) {
          const page = before(around.items[0]!.seq);
          around = withEarlier(around, page, page[0]!.seq > 1);
        }
      };
      if (upFirst) up();
      while (!around.newest) {
        const page = after(around.items.at(-1)!.seq);
        around = withLater(around, page, page.at(-1)!.seq < length);
      }
      up();
      return JSON.stringify(around.items) === JSON.stringify(run(1, length));
    }), { numRuns: 500 });
});

t.test('C1 a part joins the newest messages once they touch, not before', async (t) => {
  const around = (from: number, to: number, newest = false): Around<Message> =>
    ({ items: run(from, to), complete: false, newest });
  const thread = { items: run(50, 90) };
  t.equal(joins(around(10, 30), thread), false);
  t.equal(joins(around(10, 49), thread), false, 'side by side is not yet known to be without a hole');
  t.equal(joins(around(10, 50), thread), true);
  t.equal(joins(around(10, 40, true), thread), true, 'and where nothing later exists');
  t.same(together(run(10, 60), thread.items).map((each) => each.seq), run(10, 90).map((each) => each.seq));
});

t.test('C1 an edit reaches a message that stands in the part; older versions and other messages change nothing',
  async (t) => {
    const around: Around<Message> = { items: run(10, 12), complete: false, newest: false };
    t.equal(withChanged(around, message(99, 5)), around);
    t.equal(withChanged(around, message(11, 1)), around);
    t.equal(withChanged(around, message(11, 2)).items[1]?.version, 2);
  });
