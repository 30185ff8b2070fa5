/**
 * Comfort of the desk, as pure parts: which key acts, what the palette finds, what becomes a notice, what a machine
 * remembers.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { en } from '../../agent-desk/web/src/i18n/en.ts';
import { id } from '../../agent-desk/web/src/i18n/id.ts';
import { KeyBoard } from '../../agent-desk/web/src/lib/key-board.ts';
import { Stored } from '../../agent-desk/web/src/lib/stored.ts';
import { Center } from '../../agent-desk/web/src/notify/center.ts';
import { dueNotice, isKept, noticesOf, placeOf, type Followed, type Known,
  type Notice } from '../../agent-desk/web/src/notify/notices.ts';
import { fit, marked } from '../../agent-desk/web/src/palette/match.ts';
import { ariaKey, capsOf, commands } from '../../agent-desk/web/src/shell/commands.ts';

const press = (timeStamp = 0): KeyboardEvent => ({ timeStamp }) as KeyboardEvent;

t.test('a key goes to the first that wants it, those of the frame before all others', async (t) => {
  const board = new KeyBoard();
  const heard: string[] = [];
  board.add(() => ({ R: () => { heard.push('page'); }, K: () => { heard.push('page K'); } }), false);
  const away = board.add(() => ({ K: () => { heard.push('frame K'); }, R: () => false, X: undefined }), true);
  t.ok(board.press('R', press()));
  t.ok(board.press('K', press()));
  t.notOk(board.press('X', press()), 'a key that is listed without an action is nobody\'s');
  away();
  board.press('K', press());
  t.same(heard, ['page', 'frame K', 'page K']);
  t.same([...board.names()].sort(), ['K', 'R']);
});

t.test('two keys after another are one name, for a second and a half', async (t) => {
  const board = new KeyBoard();
  const heard: string[] = [];
  board.add(() => ({ 'G I': () => { heard.push('G I'); }, I: () => { heard.push('I'); } }), false);
  t.ok(board.press('G', press(1_000)), 'the first key is taken: the browser does nothing with it');
  board.press('I', press(2_400));
  board.press('G', press(5_000));
  board.press('I', press(6_501));
  board.press('G', press(7_000));
  t.ok(board.press('Z', press(7_100)), 'what completes no sequence is taken and does nothing');
  board.press('I', press(7_200));
  t.same(heard, ['G I', 'I', 'I']);
});

t.test('half of a sequence is no command of its own', async (t) => {
  const board = new KeyBoard();
  const heard: string[] = [];
  board.add(() => ({ 'G I': () => { heard.push('G I'); }, A: () => { heard.push('A'); },
    Escape: () => { heard.push('Escape'); } }), false);
  board.press('G', press(1_000));
  t.ok(board.press('A', press(1_200)), 'whoever may not go to G A does not take a customer');
  board.press('G', press(2_000));
  board.press('Escape', press(2_100));
  board.press('G', press(3_000));
  board.press('A', press(5_000));
  t.same(heard, ['Escape', 'A'], 'Esc acts at once, and a letter that comes late is one of its own');
});

t.test('a letter pressed while its part is being drawn waits for it, and for nothing else', async (t) => {
  const board = new KeyBoard();
  const heard: string[] = [];
  const now = (): KeyboardEvent => press(performance.now());
  t.notOk(board.press('E', now()), 'nothing is on its way: the key is nobody\'s');
  const [first, second] = [board.expect(), board.expect()];
  t.ok(board.press('E', now()));
  first();
  board.add(() => ({ E: () => { heard.push('E'); }, D: () => { heard.push('D'); } }), false);
  await Promise.resolve();
  t.same(heard, [], 'another part is still missing');
  second();
  await Promise.resolve();
  t.same(heard, ['E']);

  const third = board.expect();
  board.press('X', now());
  board.press('D', now());
  board.press('Y', press(performance.now() - 5_000));
  third();
  board.add(() => ({ X: () => { heard.push('X'); }, Y: () => { heard.push('Y'); } }), false);
  await Promise.resolve();
  t.same(heard, ['E', 'D'], 'a later key takes its place, and an old one is forgotten');

  const fourth = board.expect();
  board.press('Z', now());
  board.forget();
  fourth();
  board.add(() => ({ Z: () => { heard.push('Z'); } }), false);
  await Promise.resolve();
  t.same(heard, ['E', 'D'], 'so is one whose author went on by pointer');
});

t.test('a key whose part is hidden waits for the part that it brings', async (t) => {
  const board = new KeyBoard();
  const heard: string[] = [];
  const coming: (() => void)[] = [];
  const away = board.add(() => ({ E: (event) => { coming.push(board.hold('E', event)); } }), false);
  t.ok(board.run('E', press(performance.now())), 'from the palette as well');
  away();
  board.add(() => ({ E: () => { heard.push('E'); } }), false);
  for (const there of coming) there();
  await Promise.resolve();
  t.same(heard, ['E']);
});

t.test('every key that a screen listens to stands in the one table, with its word in both languages', async (t) => {
  const known = new Set(commands.map((each) => each.key));
  t.equal(known.size, commands.length, 'no key twice');
  for (const { word } of commands) {
    t.type((id.command as Record<string, unknown>)[word], 'string', word);
    t.type((en.command as Record<string, unknown>)[word], 'string', word);
  }
  const root = fileURLToPath(new URL('../../agent-desk/web/src/', import.meta.url));
  const used = globSync('**/*.tsx', { cwd: root }).flatMap((file) => {
    const text = readFileSync(`${root}${file}`, 'utf8');
    return [...text.matchAll(/useKeys\(([^]*?)\);\n/g)].flatMap(([, body = '']) =>
      [...body.matchAll(/(?:^|[{,]|\n)\s*(?:'([^']+)'|([A-Z][a-z]*|[A-Z])):/g)]
        .map((found) => ({ file, key: found[1] ?? found[2] ?? '' })));
  });
  t.ok(used.length >= 8, 'the keys of the screens were found');
  for (const { file, key } of used) t.ok(known.has(key), `${file}: ${key} stands in shell/commands.ts`);
});

t.test('keys are written as caps and as aria-keyshortcuts', async (t) => {
  t.same(capsOf('Ctrl+Enter'), ['Ctrl', '↵']);
  t.same(capsOf('G I'), ['G', 'I']);
  t.same(capsOf('/'), ['/']);
  t.equal(ariaKey('Ctrl+K'), 'Control+K');
  t.equal(ariaKey('G I'), undefined);
});

t.test('the palette finds every word, at the start of words first, with marks and capitals ignored', async (t) => {
  t.ok(fit('Budi Santoso', 'budi s') > fit('Siti Budiarti S.', 'budi s'));
  t.ok(fit('Séti Rahmawati', 'seti') > 0);
  t.equal(fit('Budi Santoso', 'budi x'), 0);
  t.ok(fit('Apa pun', '') > 0);
  t.ok(fit('Tarif (.*)', '(.*)') > 0, 'what was typed is no pattern');
  t.same(marked('Budi Santoso', 'san'), [{ text: 'Budi ', hit: false }, { text: 'San', hit: true },
    { text: 'toso', hit: false }]);
  t.equal(marked('a.b', '.').map((part) => part.text).join(''), 'a.b');
});

type Row = Known['mine'][number];
const row = (change: Partial<Row> = {}): Row => ({ id: 'i1', unreadCount: 0, lastMessageAt: '2026-11-21T01:00:00.000Z',
  lastDirection: 'OUT', lastStatus: 'sent', revision: 1, clock: null, acceptedAt: '2026-11-21T00:50:00.000Z',
  snoozedUntil: null, ...change });
const known = (change: Partial<Known> = {}): Known => ({ mine: [row()], offers: [],
  agent: { presence: 'READY', reasonCode: null, since: '2026-11-21T00:00:00.000Z' }, ...change });
const kinds = (before: Known | undefined, after: Known, from = 0, to = 1): string[] =>
  noticesOf(before, after, from, to).map((each) => each.kind);

t.test('what happens to an agent becomes a notice once, and nothing at the first look', async (t) => {
  t.same(kinds(undefined, known()), []);
  t.same(kinds(known(), known()), []);
  const asked = row({ unreadCount: 1, lastDirection: 'IN', lastStatus: null, revision: 2 });
  t.same(kinds(known(), known({ mine: [asked] })), ['message']);
  t.same(kinds(known({ mine: [asked] }), known({ mine: [asked] })), []);
  t.same(kinds(known(), known({ mine: [row({ lastStatus: 'failed' })] })), ['failed']);
  t.same(kinds(known({ mine: [] }), known()), ['assigned']);
  t.same(kinds(known(), known({ offers: [{ id: 'o1', interactionId: 'i9' }] })), ['offer']);
  const missed = { presence: 'BREAK' as const, reasonCode: 'MISSED_OFFER', since: '2026-11-21T02:00:00.000Z' };
  t.same(kinds(known(), known({ agent: missed })), ['missed']);
  t.same(kinds(known({ agent: missed }), known({ agent: missed })), []);
});

t.test('a target that passes is told once, also when nothing else changes', async (t) => {
  const startedAt = '2026-11-21T01:00:00.000Z';
  const passed = Date.parse(startedAt) + 60_000;
  const ran = known({ mine: [row({ clock: { kind: 'FIRST', startedAt, idealS: 30, maxS: 60 } })] });
  t.same(kinds(ran, ran, passed - 2, passed - 1), []);
  t.same(kinds(ran, ran, passed - 1, passed + 1), ['late']);
  t.same(kinds(ran, ran, passed + 1, passed + 2), []);
  t.notOk(isKept('offer'), 'an offer has its own card');
});

t.test('the end of putting aside is told, back with its agent or gone to the queue; earlier ends are no news',
  async (t) => {
    const until = '2026-11-21T03:00:00.000Z';
    const due = Date.parse(until);
    const aside = known({ mine: [row({ snoozedUntil: until })] });
    t.same(kinds(aside, aside, due - 2, due - 1), []);
    t.same(kinds(aside, known(), due - 1, due + 500), ['woken']);
    t.same(kinds(aside, known(), due - 90_000, due - 60_000), [], 'taken up by hand');
    t.same(kinds(aside, known({ mine: [] }), due - 1, due + 500), ['wokenAway'], 'whatever became of it is not seen');
    const left = { id: 'i1', state: 'QUEUED' as const, agentId: null, lastDirection: 'OUT' as const,
      lastMessageAt: '2026-11-21T01:00:00.000Z' };
    const wrote = { ...left, lastDirection: 'IN' as const, lastMessageAt: '2026-11-21T02:00:00.000Z' };
    const early = due - 60_000;
    t.same(kinds(aside, known({ mine: [], left: [wrote] }), early, early), ['wokenAway'], 'for want of room');
    t.same(kinds(aside, known({ mine: [], left: [left] }), early, early), [], 'given back by hand');
    t.same(kinds(aside, known({ mine: [], left: [{ ...wrote, agentId: 'other' }] }), early, due), [], 'taken over');
    t.equal(noticesOf(aside, known(), due, due)[0]?.id, noticesOf(aside, known(), due, due + 1_500)[0]?.id,
      'the same in every tab');
  });

t.test('what others do with a followed ticket is told, one\'s own work only as such', async (t) => {
  const ticket: Followed = { id: 'i5', ticketId: 't5', state: 'IN_SERVICE', tier: 1, queueId: 'q1', agentId: 'other',
    lastDirection: 'OUT', lastMessageAt: '2026-11-21T01:00:00.000Z', dateOrigin: '2026-11-21T00:00:00.000Z',
    queuedAt: null, acceptedAt: null, closedAt: null };
  const told = (before: Partial<Followed>, after: Partial<Followed>): string[] =>
    noticesOf(known({ followed: [{ ...ticket, ...before }] }), known({ followed: [{ ...ticket, ...after }] }), 0, 1,
      'me').map((each) => each.kind);
  t.same(told({}, {}), []);
  t.same(noticesOf(known(), known({ followed: [ticket] }), 0, 1, 'me'), [], 'newly followed is no news');
  t.same(told({}, { state: 'CLOSED', closedAt: '2026-11-21T02:00:00.000Z' }), ['followClosed']);
  t.same(told({ state: 'CLOSED' }, { id: 'i6', state: 'QUEUED', agentId: null }), ['followReopened']);
  t.same(told({}, { state: 'ESCALATED_T2', tier: 2, queueId: 'q2', agentId: null }), ['followEscalated']);
  t.same(told({}, { state: 'QUEUED', queueId: 'q3', agentId: null }), ['followMoved']);
  t.same(told({}, { agentId: 'third' }), ['followMoved']);
  t.same(told({ state: 'QUEUED', agentId: null }, {}), [], 'taken from its queue');
  t.same(told({}, { lastDirection: 'IN', lastMessageAt: '2026-11-21T01:30:00.000Z' }), ['followWrote']);
  t.same(told({ agentId: 'me' }, { state: 'CLOSED', agentId: 'me' }), []);
  t.same(told({ agentId: 'me' }, { state: 'QUEUED', queueId: 'q3', agentId: null }), []);
});

function shelf(): { map: Map<string, string>; getItem: (key: string) => string | null;
  setItem: (key: string, value: string) => void } {
  const map = new Map<string, string>();
  return { map, getItem: (key) => map.get(key) ?? null, setItem: (key, value) => { map.set(key, value); } };
}

t.test('RL06 a request is told once when it is due soon and once when it is late, and leads to its list', async (t) => {
  const [soon, late] = [dueNotice({ id: 'a', late: 'SOON' }), dueNotice({ id: 'a', late: 'YES' })];
  t.not(soon.id, late.id);
  t.same([soon, late].map(placeOf), ['/admin/subject-requests', '/admin/subject-requests']);
  t.equal(placeOf({ kind: 'late', interactionId: 'x' }), '/i/x');
  t.equal(placeOf({ kind: 'missed', interactionId: null }), undefined, 'a missed offer leads nowhere');
});

t.test('notices are kept without names, once over all tabs, and are bounded', async (t) => {
  const keep = shelf();
  const notice = (n: number): Notice => ({ id: `late i${n}`, kind: 'late', interactionId: `i${n}`, at: n,
    read: false });
  const [first, second] = [new Center(keep, 'u1'), new Center(keep, 'u1')];
  t.equal(first.add([notice(1)]).length, 1);
  t.equal(second.add([notice(1)]).length, 1, 'whichever tab speaks hears of it, though another stored it first');
  t.equal(second.add([notice(1)]).length, 0, 'once');
  t.equal(second.all().length, 1);
  t.equal(new Center(keep, 'u1').add([notice(1)]).length, 0, 'nor again after a reload');
  second.markRead((each) => each.interactionId === 'i1');
  first.changedElsewhere('sambung.notices.u1');
  t.equal(first.all()[0]?.read, true);
  first.add(Array.from({ length: 150 }, (_unused, n) => notice(n + 2)));
  t.equal(first.all().length, 100);
  t.equal(first.all()[0]?.id, 'late i151', 'newest first');
  t.equal(new Center(keep, 'u2').all().length, 0);
  first.clear();
  t.same([first.add([notice(151)]), new Center(keep, 'u1').add([notice(151)])], [[], []], 'cleared away is told');
  t.equal(first.add([notice(200)]).length, 1);
  keep.map.set('sambung.notices.u1', '[{"id":1}]');
  t.same(new Center(keep, 'u1').all(), [], 'what is no notice is left out');
  keep.map.set('sambung.notices.u1', 'not json');
  t.same(new Center(keep, 'u1').all(), []);
});

t.test('a choice is remembered, the same for every part of the page and for other tabs', async (t) => {
  const keep = shelf();
  const [first, second] = [new Stored(() => keep), new Stored(() => keep)];
  let told = 0;
  first.subscribe(() => { told += 1; });
  t.equal(first.get('density', 'roomy'), 'roomy');
  first.set('density', 'compact');
  t.equal(second.get('density', 'roomy'), 'compact');
  second.set('density', 'roomy');
  first.changedElsewhere('sambung.density');
  t.equal(first.get('density', 'roomy'), 'roomy');
  t.equal(told, 2);
  keep.map.set('sambung.textSize', '"large"');
  t.equal(first.get('textSize', 100), 100, 'a value of another type is not taken');
  const refuses = new Stored(() => { throw new Error('SecurityError'); });
  refuses.set('density', 'compact');
  t.equal(refuses.get('density', 'roomy'), 'compact', 'kept for this page');
});
