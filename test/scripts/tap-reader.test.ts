/** What the test runner reads out of tap's stream: the counts of its last line hang on it. */
import t from 'tap';
import { TapReader, type FileResult } from '../../scripts/tap-reader.ts';

function read(text: string): FileResult[] {
  const reader = new TapReader();
  const results = text.split('\n').map((line) => reader.push(line));
  return [...results, reader.end()].filter((result) => result !== undefined);
}

const STREAM = `TAP version 14
1..3
# Subtest: test/a.test.ts
    # Subtest: adds up
        ok 1 - one and one
        not ok 2 - two and two
          ---
          diff: |
            not ok 9 - this is only text
          ...
        1..2
    not ok 1 - adds up # time=5ms
      ---
      at: somewhere
      ...
    ok 2 - left out # SKIP no reason
    1..2
not ok 1 - test/a.test.ts # time=12.5ms

# Subtest: test/b.test.ts
    ok 1 - fine
    1..1
ok 2 - test/b.test.ts # time=1ms

# Subtest: test/c.test.ts
    1..0 # no tests found
not ok 3 - test/c.test.ts # time=3ms
`;

t.test('test runner: single assertions count, subtests and skipped ones do not', async (t) => {
  const [a, b, c] = read(STREAM);
  t.match(a, { file: 'test/a.test.ts', passed: 1, failed: 1, skipped: 1, took: '12.5ms' });
  t.match(b, { file: 'test/b.test.ts', passed: 1, failed: 0 });
  t.match(c, { file: 'test/c.test.ts', passed: 0, failed: 1 }, 'a file without a test is a failure');
  t.match(a?.failures, [/^adds up > two and two\n.*diff: \|\n.*this is only text/], 'with its place and its reason');
});

t.test('test runner: a run that was cut off is a failure', async (t) => {
  const [only] = read('TAP version 14\n# Subtest: test/a.test.ts\n    ok 1 - fine');
  t.match(only, { file: 'test/a.test.ts', passed: 1, failed: 1 });
});
