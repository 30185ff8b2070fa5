/** What the browser keeps for the agent: drafts and unsent messages, over reload, in every tab, each message once. */
import t from 'tap';
import { eventually } from '#test/support/harness.ts';
import { Drafts } from '../../agent-desk/web/src/lib/drafts.ts';
import { formKey } from '../../agent-desk/web/src/lib/form.ts';
import { forgetWork, keptHoursMax, keptMax, pruneKept } from '../../agent-desk/web/src/lib/kept.ts';
import { Uploads } from '../../agent-desk/web/src/lib/uploads.ts';
import { isHandedOn } from '../../agent-desk/web/src/live/lists.ts';
import { Outbox, passes, type Keep, type Pending } from '../../agent-desk/web/src/live/outbox.ts';
import type { AttachmentView, InteractionView } from '../../agent-desk/web/src/live/types.ts';
import { mentionsOf } from '../../agent-desk/web/src/reply/mentions.ts';
import { returnToDraft } from '../../agent-desk/web/src/reply/returned.ts';

/** The browser's store as several tabs see it. */
function store(): Keep & { map: Map<string, string>; full: boolean; length: number;
  key: (index: number) => string | null } {
  const map = new Map<string, string>();
  return {
    map, full: false,
    get length() { return map.size; },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem(key, value) {
      if (this.full) throw new Error('QuotaExceededError');
      map.set(key, value);
    },
    removeItem: (key) => { map.delete(key); },
  };
}

const file = (fileId: string): AttachmentView =>
  ({ fileId, fileName: fileId, mediaType: 'image/png', sizeBytes: 1 });

const pending = (clientId: string,
  conversationId = 'c'): Pending =>
  ({ clientId, kind: 'send', conversationId, text: clientId, files: [], at: '2026-11-21T01:00:00.000Z' });

t.test('a draft survives a reload, is seen in another tab, and is nobody else\'s', async (t) => {
  const keep = store();
  const first = new Drafts(keep, 'u1');
  const second = new Drafts(keep, 'u1');
  t.equal(second.get('c').text, '');
  const heard: string[] = [];
  second.subscribe((key) => { heard.push(key); });
  first.set('c', { text: 'Selamat pagi' }, 5);
  first.set('c', { note: 'cek' }, 6);
  t.equal(second.get('c').text, '', 'not before the browser told');
  second.changedElsewhere('sambung.draft.u1.c');
  t.match(second.get('c'), { text: 'Selamat pagi', note: 'cek', at: 6 });
  t.equal(heard.length, 1);
  t.equal(second.get('c'), second.get('c'), 'the same object until it changes');
  t.match(new Drafts(keep, 'u1').get('c'), { text: 'Selamat pagi' }, 'after a reload');
  t.match(new Drafts(keep, 'u2').get('c'), { text: '' });
  first.set('c', { text: '', note: '' }, 7);
  t.equal(keep.map.size, 0, 'an empty draft leaves nothing behind');
});

t.test('files and mentions belong to the draft; mentions go with their note', async (t) => {
  const keep = store();
  const drafts = new Drafts(keep, 'u');
  drafts.set('c', { files: [file('a')], note: 'cek @Ayu', mentions: [{ id: '1', name: 'Ayu' }] }, 1);
  const after = new Drafts(keep, 'u');
  t.match(after.get('c'), { files: [{ fileId: 'a' }], mentions: [{ id: '1', name: 'Ayu' }] }, 'after a reload');
  t.same(mentionsOf(after.get('c')), [{ id: '1', name: 'Ayu' }]);
  after.set('c', { note: 'cek Ayu' }, 2);
  t.same(mentionsOf(after.get('c')), [], 'a name that was taken out calls nobody');
  after.set('c', { note: '' }, 3);
  t.same(after.get('c').mentions, []);
  t.equal(keep.map.size, 1, 'the files are still there');
  keep.map.set('sambung.draft.u.d', '{"files": [null, {"fileId": 5}], "mentions": "x"}');
  t.match(after.get('d'), { files: [], mentions: [] });
});

interface Trip { file: File; signal: AbortSignal; end: (answer: AttachmentView | Error) => void }

/** A tab with its uploads; each trip ends when the test says so. */
function tab(keep: Keep, own: Keep, gone: readonly string[] = []) {
  const drafts = new Drafts(keep, 'u');
  const trips: Trip[] = [];
  const uploads = new Uploads({ userId: 'u', drafts, keep: own, has: async (fileId) => !gone.includes(fileId),
    why: (error) => ({ words: (error as Error).message, final: false }),
    send: (chosen, _onPart, signal) => new Promise((resolve, reject) => {
      trips.push({ file: chosen, signal,
        end: (answer) => { if (answer instanceof Error) reject(answer); else resolve(answer); } });
    }) });
  return { drafts, uploads, trips };
}

const bounds = { files: 3, bytes: 10 };
const states = (uploads: Uploads): string[] => uploads.of('c').map((each) =>
  `${each.name} ${each.lost === true ? 'lost' : each.problem ?? (each.done === undefined ? 'running' : 'done')}`);

t.test('files go on while the agent is elsewhere and stand in the order of the choice', async (t) => {
  const [keep, own] = [store(), store()];
  const { drafts, uploads, trips } = tab(keep, own);
  t.equal(uploads.add('c', [new File(['x'], 'a'), new File(['x'], 'b'), new File(['x'.repeat(11)], 'besar')], bounds),
    'too-large');
  t.equal(uploads.add('c', [new File(['x'], 'd'), new File(['x'], 'e')], bounds), 'too-many');
  trips[1]?.end(file('b'));
  trips[2]?.end(new Error('putus'));
  await eventually('both ended', () => states(uploads).join() === 'a running,b done,d putus');
  t.equal(uploads.of('c'), uploads.of('c'), 'the same list until something changes');
  uploads.again('c', uploads.of('c')[2]?.key ?? '');
  trips[3]?.end(file('d'));
  trips[0]?.end(file('a'));
  await eventually('all ended', () => drafts.get('c').files.length === 3);
  t.same(drafts.get('c').files.map(({ fileId }) => fileId), ['a', 'b', 'd']);
  uploads.clear('c');
  t.same([uploads.of('c'), keep.map.size, own.map.size], [[], 0, 0], 'sent: nothing is left');
});

t.test('a reload keeps what is up, and says what it cut off and what the server let go', async (t) => {
  const [keep, own] = [store(), store()];
  const before = tab(keep, own);
  before.uploads.add('c', ['a', 'b', 'd'].map((name) => new File(['x'], name)), bounds);
  before.trips[0]?.end(file('a'));
  before.trips[1]?.end(file('b'));
  await eventually('two are up', () => before.drafts.get('c').files.length === 2);
  const { drafts, uploads } = tab(keep, own, ['b']);
  t.same(states(uploads).sort(), ['a done', 'b done', 'd lost']);
  uploads.verify('c');
  await eventually('the server was asked', () => states(uploads).sort().join() === 'a done,b lost,d lost');
  t.same(drafts.get('c').files.map(({ fileId }) => fileId), ['a']);
  for (const { key, lost } of uploads.of('c')) if (lost === true) uploads.remove('c', key);
  t.same(states(tab(keep, own).uploads), ['a done'], 'taken out, it is not said again');
});

t.test('another tab takes out, adds and sends; what was refused comes back as it was', async (t) => {
  const keep = store();
  const [one, other] = [tab(keep, store()), tab(keep, store())];
  const told = (): void => { one.drafts.changedElsewhere('sambung.draft.u.c'); };
  one.uploads.restore('c', [file('a'), file('b')]);
  other.uploads.restore('c', [file('d'), file('a')]);
  told();
  t.same(states(one.uploads), ['a done', 'b done', 'd done']);
  other.uploads.clear('c');
  told();
  t.same(states(one.uploads), []);
  one.drafts.set('c', { text: 'lagi' }, 1);
  returnToDraft(one, { kind: 'send', conversationId: 'c', text: 'Ini', files: [file('a')], replyToId: 'm',
    offer: { askContact: 'Bagikan' } });
  t.match(one.drafts.get('c'), { text: 'Ini\nlagi', files: [{ fileId: 'a' }] });
  returnToDraft(one, { kind: 'note', conversationId: 'c', text: 'cek @Ayu', files: [],
    mentions: [{ id: '1', name: 'Ayu' }] });
  t.match(one.drafts.get('c'), { note: 'cek @Ayu', mentions: [{ id: '1' }] });
});

t.test('J51 what was written and not sent goes with its age and its number, whoever wrote it', async (t) => {
  const keep = store();
  const hour = 3_600_000;
  const now = 1_000 * hour;
  const drafts = new Drafts(keep, 'u1');
  drafts.set('old', { text: 'lama' }, now - (keptHoursMax + 1) * hour);
  drafts.set('young', { text: 'baru' }, now - (keptHoursMax - 1) * hour);
  new Drafts(keep, 'u2').set('old', { text: 'milik orang lain' }, now - (keptHoursMax + 1) * hour);
  keep.map.set(formKey('u1', 'broken'), '{');
  keep.map.set(formKey('u1', 'undated'), '{"summary":"dari versi lama"}');
  keep.map.set('sambung.density', '"roomy"');
  t.same(pruneKept(keep, now).sort(), ['sambung.draft.u1.old', 'sambung.draft.u2.old', formKey('u1', 'broken')].sort());
  t.same(pruneKept(keep, now), []);
  t.same(pruneKept(keep, now + 2 * hour), ['sambung.draft.u1.young']);
  t.same(pruneKept(keep, now + (keptHoursMax + 1) * hour), [formKey('u1', 'undated')], 'from when it was seen');
  for (let n = 0; n < keptMax + 5; n += 1) drafts.set(`c${n}`, { text: 'x' }, now + n);
  t.equal(pruneKept(keep, now + 1_000).length, 5);
  t.same([keep.map.has('sambung.draft.u1.c4'), keep.map.has('sambung.draft.u1.c5')], [false, true], 'the oldest go');
});

t.test('J51 work that is closed or in other hands takes draft and form with it, what is given back not', async (t) => {
  const keep = store();
  const drafts = new Drafts(keep, 'me');
  drafts.set('c', { text: 'x', note: 'y', files: [file('a')] }, 1);
  keep.map.set(formKey('me', 'i'), '{}');
  forgetWork(keep, drafts, 'me', { id: 'i', conversationId: 'c' });
  t.equal(keep.map.size, 0);
  t.equal(drafts.get('c').text, '');
  const old = { state: 'IN_SERVICE', tier: 1, queueId: 'q', agentId: 'me', revision: 1 } as InteractionView;
  const gone = (change: Partial<InteractionView>): boolean => isHandedOn(old, { ...old, revision: 2, ...change }, 'me');
  t.same([{ state: 'CLOSED' as const }, { tier: 2, agentId: null }, { queueId: 'r', agentId: null },
    { agentId: 'other' }].map(gone), [true, true, true, true]);
  t.same([{}, { state: 'QUEUED' as const, agentId: null }].map(gone), [false, false], 'it may come back');
  t.equal(gone({ state: 'CLOSED', revision: 0 }), false);
});

t.test('a full or broken store loses nothing in this tab', async (t) => {
  const keep = store();
  keep.map.set('sambung.draft.u.c', '{broken');
  const drafts = new Drafts(keep, 'u');
  t.match(drafts.get('c'), { text: '', note: '' });
  keep.full = true;
  drafts.set('c', { text: 'tetap' }, 1);
  t.equal(drafts.get('c').text, 'tetap');
  keep.map.set('sambung.outbox.u', '[{"clientId": 5}, null]');
  const outbox = new Outbox(keep, 'u');
  t.same(outbox.all(), []);
  outbox.add(pending('a'));
  t.equal(outbox.all().length, 1);
});

t.test('INV3 unsent messages survive a reload with the same clientId and are added once', async (t) => {
  const keep = store();
  const outbox = new Outbox(keep, 'u');
  outbox.add(pending('a'));
  outbox.add(pending('b'));
  outbox.add(pending('a'));
  t.same(new Outbox(keep, 'u').waiting().map((each) => each.clientId), ['a', 'b']);
  outbox.settle('a');
  outbox.settle('a');
  t.same(new Outbox(keep, 'u').all().map((each) => each.clientId), ['b']);
});

t.test('a refused message waits for the agent; what passes by itself is tried again', async (t) => {
  const keep = store();
  const outbox = new Outbox(keep, 'u');
  outbox.add(pending('a'));
  outbox.refuse('a', { code: 'INTERACTION_CLOSED', message: 'x' });
  t.same(outbox.waiting(), []);
  t.match(new Outbox(keep, 'u').all()[0]?.refused, { code: 'INTERACTION_CLOSED' });
  outbox.again('a');
  t.equal(outbox.waiting().length, 1);
  t.ok(passes('OVERLOADED'));
  t.notOk(passes('OPTED_OUT'));
});

t.test('two tabs agree: what one settles the other forgets', async (t) => {
  const keep = store();
  const one = new Outbox(keep, 'u');
  const other = new Outbox(keep, 'u');
  let told = 0;
  other.subscribe(() => { told += 1; });
  one.add(pending('a'));
  other.changedElsewhere('sambung.outbox.u');
  t.equal(other.all().length, 1);
  one.settle('a');
  other.changedElsewhere('sambung.outbox.u');
  t.same(other.all(), []);
  other.changedElsewhere('something else');
  t.equal(told, 2);
});
