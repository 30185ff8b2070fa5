/** How the desk writes times, money, sizes, rings, keys, links; and how it cuts a conversation into runs. */
import t from 'tap';
import { placeMessages } from '../../agent-desk/web/src/lib/bubbles.ts';
import { formBody, emptyForm, listWords, missingFields, partBody,
  readForm } from '../../agent-desk/web/src/lib/form.ts';
import { isField, keyName, takesEnter } from '../../agent-desk/web/src/lib/keys.ts';
import { safeHref, textParts } from '../../agent-desk/web/src/lib/links.ts';
import { alarms, ringOf } from '../../agent-desk/web/src/lib/ring.ts';
import {
  clockTime, dayMark, dayTime, fileSize, listTime, maskPhone, rupiah, shortDate, span,
} from '../../agent-desk/web/src/lib/time.ts';

const jakarta = { locale: 'id', zone: 'Asia/Jakarta' } as const;
const english = { locale: 'en', zone: 'Asia/Jakarta' } as const;
const now = new Date('2026-11-21T09:30:00.000Z').getTime();

t.test('times are "09.12", "kemarin 16.40" and "21 Nov 2026" in the reader\'s zone', async (t) => {
  t.equal(clockTime('2026-11-21T02:12:00.000Z', jakarta), '09.12');
  t.equal(clockTime('2026-11-21T02:12:00.000Z', english), '09:12');
  t.equal(dayTime('2026-11-20T09:40:00.000Z', now, jakarta), 'kemarin 16.40');
  t.equal(dayTime('2026-11-21T02:12:00.000Z', now, jakarta), '09.12');
  t.equal(shortDate('2026-11-20T18:00:00.000Z', jakarta), '21 Nov 2026', 'after midnight in Jakarta');
  t.equal(listTime('2026-11-20T09:40:00.000Z', now, jakarta), 'kemarin');
  t.equal(dayMark('2026-11-14T02:00:00.000Z', now, jakarta), 'Sabtu, 14 Nov 2026');
  t.equal(dayMark('2026-11-21T02:00:00.000Z', now, jakarta), 'Hari ini');
  t.equal(dayMark('2026-11-21T02:00:00.000Z', now, english), 'Today');
});

t.test('spans, money, sizes and phones', async (t) => {
  t.equal(span(42_000, 'id'), '00.42');
  t.equal(span(372_900, 'id'), '06.12');
  t.equal(span(3_725_000, 'en'), '1:02:05');
  t.equal(span(-5, 'id'), '00.00');
  t.equal(rupiah(5_000_000), 'Rp5.000.000');
  t.equal(rupiah(-950), '-Rp950');
  t.equal(fileSize(219_000, 'id'), '214 KB');
  t.equal(fileSize(1_258_291, 'id'), '1,2 MB');
  t.equal(maskPhone('+628123456567'), '0812****567');
  t.equal(maskPhone('12345'), '****');
});

t.test('B7 the ring drains in whole minutes, warns in the last quarter and counts up once late', async (t) => {
  const clock = { startedAt: '2026-11-21T09:20:00.000Z', maxS: 1_200 };
  t.match(ringOf(clock, now, 'j'), { tone: 'calm', label: '10', minutes: 10, part: 0.5 });
  t.match(ringOf(clock, now + 6 * 60_000, 'j'), { tone: 'warn', label: '4' });
  t.match(ringOf(clock, now + 10 * 60_000, 'j'), { tone: 'late', label: '+1', part: 1 });
  t.match(ringOf({ ...clock, maxS: 7_800 }, now, 'j'), { label: '2j' });
  t.same(alarms([{ clock }, { clock: { ...clock, maxS: 60 } }, { clock: null }, { clock: { ...clock, maxS: 720 } }],
    now), { late: 1, soon: 1 });
});

t.test('letters act outside fields only, Alt and digit are read from their place', async (t) => {
  const event = { key: 'j', code: 'KeyJ', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  t.equal(keyName(event), 'J');
  t.equal(keyName({ ...event, key: '¡', code: 'Digit1', altKey: true }), 'Alt+1');
  t.equal(keyName({ ...event, key: 'Ω', code: 'KeyZ', altKey: true }), 'Alt+Z', 'Alt writes signs on some machines');
  t.equal(keyName({ ...event, key: 'z', code: 'KeyW', altKey: true }), 'Alt+Z', 'where the letter is told, it counts');
  t.equal(keyName({ ...event, key: 'Enter', code: 'Enter', ctrlKey: true }), 'Ctrl+Enter');
  t.ok(isField({ tagName: 'TEXTAREA' }));
  t.ok(isField({ tagName: 'DIV', getAttribute: () => 'combobox' }));
  t.notOk(isField({ tagName: 'INPUT', type: 'checkbox' }));
  t.ok(takesEnter({ tagName: 'BUTTON' }));
  t.notOk(takesEnter({ tagName: 'BODY' }));
});

t.test('RS only http and https become links; punctuation and marks of direction stay text', async (t) => {
  const parts = textParts('Lihat https://contoh.id/a?b=1. Juga javascript:alert(1) dan HTTP://CONTOH.ID)');
  t.same(parts.filter((part) => part.kind === 'link').map((part) => part.text),
    ['https://contoh.id/a?b=1', 'HTTP://CONTOH.ID']);
  t.equal(parts.map((part) => part.text).join(''),
    'Lihat https://contoh.id/a?b=1. Juga javascript:alert(1) dan HTTP://CONTOH.ID)');
  t.equal(safeHref('javascript:alert(1)'), undefined);
  t.equal(safeHref('data:text/html,x'), undefined);
  t.equal(safeHref('https://user:secret@contoh.id'), undefined);
  t.equal(textParts('https://contoh.id/\u202egpj.exe')[0]?.text, 'https://contoh.id/');
});

t.test('runs end with another speaker, another day or five minutes', async (t) => {
  const said = (direction: 'IN' | 'OUT' | 'NOTE',
    createdAt: string) => ({ direction, authorKind: 'X', authorId: null, createdAt });
  const placed = placeMessages([
    said('IN', '2026-11-20T16:58:00.000Z'), said('IN', '2026-11-20T16:59:00.000Z'),
      said('IN', '2026-11-20T17:01:00.000Z'),
    said('OUT', '2026-11-20T17:02:00.000Z'), said('OUT', '2026-11-20T17:08:00.000Z'),
      said('NOTE', '2026-11-20T17:08:10.000Z'),
  ], jakarta);
  t.same(placed.map((each) => each.newDay), [true, false, true, false, false, false]);
  t.same(placed.map((each) => [each.first, each.last]),
    [[true, false], [false, true], [true, true], [true, true], [true, true], [true, true]]);
});

t.test('C10 the documentation says what is missing and sends an interest only where cross-selling was offered',
  async (t) => {
  t.same(missingFields(emptyForm), ['category', 'summary', 'outcome'], 'from above, as they stand on the screen');
  const full = { ...emptyForm, categoryId: 'c', outcomeCode: 'DONE', summary: '  selesai ',
    productInterest: 'Gadai emas' };
  t.same(missingFields(full), []);
  t.match(formBody(full), { summary: 'selesai', productInterest: null });
  t.match(formBody({ ...full, crossSellingOffered: true }), { productInterest: 'Gadai emas' });
  t.equal(partBody({ ...emptyForm, summary: ' ' }), undefined, 'C9 nothing was filled in');
  t.same(partBody({ ...emptyForm, categoryId: 'c', summary: ' Dobel ' }), { categoryId: 'c', summary: 'Dobel' });
  t.equal(listWords(['Kategori', 'Hasil', 'Ringkasan'], 'dan'), 'Kategori, Hasil dan Ringkasan');
  t.same(readForm('{broken'), emptyForm);
  t.same(readForm(JSON.stringify({ summary: 5, categoryId: 'x' })), { ...emptyForm, categoryId: 'x' });
});
