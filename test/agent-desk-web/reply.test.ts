/** What the reply box works out by itself: tokens at the caret, blanks of canned replies, reasons in plain words. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { fillReply, greetingAt, openBlanks, replyVariables, unknownBlanks } from '#domain/replies/variables.ts';
import { findEmoji, emojis } from '../../agent-desk/web/src/reply/emojis.ts';
import { buttonFault, draftOf, rowsOf } from '../../agent-desk/web/src/reply/offers.ts';
import { replaceToken, tokenAt } from '../../agent-desk/web/src/reply/tokens.ts';
import { en } from '../../agent-desk/web/src/i18n/en.ts';
import { id } from '../../agent-desk/web/src/i18n/id.ts';

t.test('a slash or an at sign is a token at the caret only where a word could begin', async (t) => {
  t.match(tokenAt('/', 1, 'text'), { kind: 'canned', word: '', from: 0, to: 1 });
  t.match(tokenAt('Baik /Sal', 9, 'text'), { word: 'sal', from: 5, to: 9 });
  for (const text of ['dan/atau', 'https://contoh.id', '1/2', 'a @b', '/ada spasi']) {
    t.equal(tokenAt(text, text.length, 'text'), undefined, text);
  }
  t.match(tokenAt('cek @Rina P', 11, 'note'), { kind: 'mention', word: 'rina p', from: 4 });
  t.equal(tokenAt('rina@contoh.id', 14, 'note'), undefined, 'an address calls nobody');
  t.equal(tokenAt('cek @Rina', 3, 'note'), undefined, 'the caret stands elsewhere');
  const ayu = 'cek @Ayu ';
  t.match(tokenAt(ayu, ayu.length, 'note'), { kind: 'mention' }, 'a name that nobody chose is still looked for');
  for (const text of [ayu, `${ayu}tolong`, 'cek @Ayu.', 'cek @Ayu Dewi ']) {
    t.equal(tokenAt(text, text.length, 'note', ['Ayu', 'Ayu Dewi']), undefined, `${text}: behind a chosen name`);
  }
  t.match(tokenAt('@Ayun', 5, 'note', ['Ayu']), { word: 'ayun' }, 'another name that begins with it');
  t.same(replaceToken('Baik /sal ya', { from: 5, to: 9 }, 'Salam'), { text: 'Baik Salam ya', caret: 10 });
});

t.test('blanks are filled once and what nothing fills stays to be seen', async (t) => {
  const facts = { nama_nasabah: '{{nama_agen}} $& Budi', salam: 'Selamat pagi', nomor_tiket: '' };
  t.equal(fillReply('{{salam}}, {{ nama_nasabah }}. {{nomor_tiket}} {{lain}}', facts),
    'Selamat pagi, {{nama_agen}} $& Budi. {{nomor_tiket}} {{lain}}', 'a value is not filled again');
  t.same(openBlanks('{{a}} dan {{a}} dan {{b}}'), ['{{a}}', '{{b}}']);
  t.same(unknownBlanks(`${replyVariables.map((name) => `{{${name}}}`).join('')} {{__proto__}} {{ktp}}`),
    ['__proto__', 'ktp']);
  t.same([3, 4, 10, 11, 14, 15, 17, 18, 23].map(greetingAt).map((each) => each.split(' ')[1]),
    ['malam', 'pagi', 'pagi', 'siang', 'siang', 'sore', 'sore', 'malam', 'malam']);
});

t.test('emoji are found by words of both languages, each stands once', async (t) => {
  t.ok(findEmoji('terima').includes('🙏'));
  t.ok(findEmoji('thank').includes('🙏'));
  t.same(findEmoji('tidakadasama'), []);
  t.equal(new Set(emojis.map(([sign]) => sign)).size, emojis.length);
});

t.test('every reason for which a message can stay behind has a sentence in both languages', async (t) => {
  const folders = ['routing', 'channels/generic', 'channels/live-chat', 'channels/telegram'];
  const code = folders.flatMap((folder) => {
    const at = new URL(`../../${folder}/`, import.meta.url);
    return readdirSync(at).filter((name) => /^(?:outbound|change|gate|send|adapter|outcome)[\w-]*\.ts$/.test(name))
      .map((name) => readFileSync(new URL(name, at), 'utf8'));
  }).join('\n');
  const kinds = /kind: '(?:failed|retry|unknown|refuse|defer)',(?: until: \w+,)?\s*reasonCode: '([A-Z_]+)'/g;
  const codes = new Set([...code.matchAll(kinds)].map((found) => found[1] ?? ''));
  t.ok(codes.size >= 6, [...codes].join(' '));
  for (const each of codes) {
    t.ok(each in id.reason, `${each} in Indonesian`);
    t.ok(each in en.reason, `${each} in English`);
  }
});

t.test('buttons become rows as they leave and lines as they return; what is wrong with one is named', async (t) => {
  const buttons = [{ text: ' Ya ' }, { text: 'Tidak' }, { text: 'Situs', url: ' https://contoh.id ' }];
  const rows = rowsOf({ buttons, perRow: 2, askContact: null });
  t.same(rows, { buttons: [[{ text: 'Ya' }, { text: 'Tidak' }], [{ text: 'Situs', url: 'https://contoh.id' }]] });
  t.same(draftOf(rows ?? {}), { perRow: 2, askContact: null,
    buttons: [{ text: 'Ya' }, { text: 'Tidak' }, { text: 'Situs', url: 'https://contoh.id' }] });
  t.same(rowsOf({ buttons: [], perRow: 1, askContact: 'Bagikan' }), { askContact: 'Bagikan' });
  t.equal(rowsOf({ buttons: [], perRow: 3, askContact: null }), undefined);
  t.equal(rowsOf(null), undefined);
  t.same([{ text: ' ' }, { text: 'Ya' }, { text: 'x', url: 'http://a.id' }, { text: 'x', url: 'javascript:alert(1)' },
    { text: 'x', url: 'https://a.id' }].map((each) => buttonFault(each, [each, { text: 'Ya' }])),
  ['empty', 'twice', 'url', 'url', undefined]);
});
