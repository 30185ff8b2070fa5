/**
 * A form meets a newer version of its record: what was typed stays, what others changed comes in, clashes are
 * named.
 */
import fc from 'fast-check';
import t from 'tap';
import { changedFields, changesOf, mergeDraft, same } from '../../agent-desk/web/src/admin/draft.ts';

const base = { name: 'Layanan 1', priority: 0, skills: ['a'], active: true };

t.test('only what was changed is sent', async (t) => {
  t.strictSame(changedFields(base, { ...base, skills: ['a'] }), []);
  t.strictSame(changesOf(base, { ...base, priority: 3 }), { priority: 3 });
});

t.test('a field nobody else touched keeps what was typed, a field only others touched takes theirs', async (t) => {
  const merged = mergeDraft(base, { ...base, name: 'Layanan Utama' }, { ...base, priority: 5 });
  t.strictSame(merged.draft, { ...base, name: 'Layanan Utama', priority: 5 });
  t.strictSame(merged.clashes, []);
});

t.test('a field both changed keeps what was typed and is named with both values', async (t) => {
  const merged = mergeDraft(base, { ...base, skills: ['a', 'b'] }, { ...base, skills: ['c'] });
  t.strictSame(merged.draft.skills, ['a', 'b']);
  t.strictSame(merged.clashes, [{ field: 'skills', mine: ['a', 'b'], theirs: ['c'] }]);
});

t.test('the same change by both is no clash', async (t) => {
  t.strictSame(mergeDraft(base, { ...base, priority: 2 }, { ...base, priority: 2 }).clashes, []);
});

t.test('whatever the three versions, nothing typed is lost and nothing of the others either', async (t) => {
  const record = fc.record({ a: fc.integer({ min: 0, max: 2 }), b: fc.array(fc.boolean(), { maxLength: 2 }),
    c: fc.constantFrom(null, 'x') });
  fc.assert(fc.property(record, record, record, (first, mine, theirs) => {
    const { draft } = mergeDraft(first, mine, theirs);
    for (const field of ['a', 'b', 'c'] as const) {
      const typed = !same(first[field], mine[field]);
      if (!same(draft[field], typed ? mine[field] : theirs[field])) return false;
    }
    return true;
  }));
  t.pass('held for every case');
});
