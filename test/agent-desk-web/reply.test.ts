/** What the reply box works out by itself: tokens at the caret, blanks of canned replies, reasons in plain words. */
import { readdirSync, readFileSync } from 'node:fs';
import i18next from 'i18next';
import t from 'tap';
import { fillReply, greetingAt, openBlanks, replyVariables, unknownBlanks } from '#domain/replies/variables.ts';
import { findEmoji, emojis } from '../../agent-desk/web/src/reply/emojis.ts';
import { buttonFault, draftOf, rowsOf } from '../../agent-desk/web/src/reply/offers.ts';
import { factsOf } from '../../agent-desk/web/src/reply/facts.ts';
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
  const hours = [3, 4, 10, 11, 12, 14, 15, 17, 18, 23];
  t.same(hours.map((hour) => greetingAt(hour, 'id').split(' ')[1]),
    ['malam', 'pagi', 'pagi', 'siang', 'siang', 'siang', 'sore', 'sore', 'malam', 'malam']);
  t.same(hours.map((hour) => greetingAt(hour, 'en').split(' ')[1]), ['evening', 'morning', 'morning', 'morning',
    'afternoon', 'afternoon', 'afternoon', 'afternoon', 'evening', 'evening']);
});

t.test('a title stands once before a name, and who has no name leaves no hole', async (t) => {
  const cases: [text: string, name: string, filled: string][] = [
    ['Yth. Bapak/Ibu {{nama_nasabah}},', 'Budi Contoh', 'Yth. Bapak/Ibu Budi Contoh,'],
    ['Yth. Bapak/Ibu {{nama_nasabah}},', 'Ibu Siti', 'Yth. Ibu Siti,'],
    ['Bapak / Ibu {{ nama_nasabah }}', 'Bpk. Budi', 'Bpk. Budi'],
    ['Pak {{nama_nasabah}}', 'Sdri. Rina', 'Sdri. Rina'], ['Bapak/Ibu {{nama_nasabah}}', 'Tn Budi', 'Tn Budi'],
    ['Bapak/Ibu {{nama_nasabah}}', 'Bunga Lestari', 'Bapak/Ibu Bunga Lestari'],
    ['Bapak/Ibu {{nama_nasabah}}', 'Pakpahan', 'Bapak/Ibu Pakpahan'],
    ['Dear Mr./Mrs. {{nama_nasabah}}', 'Mrs Smith', 'Dear Mrs Smith'],
    ['Bapak/Ibu {{nama_nasabah}}', 'Bapak/Ibu', 'Bapak/Ibu'], ['Ibu {{nama_nasabah}}', 'Bapak/Ibu', 'Ibu'],
    ['Dear {{nama_nasabah}}', 'Sir/Madam', 'Dear Sir/Madam'], ['Halo {{nama_nasabah}}', 'Pak Budi', 'Halo Pak Budi'],
    ['Rambu {{nama_nasabah}}', 'Pak Budi', 'Rambu Pak Budi'],
  ];
  for (const [text, name, filled] of cases) t.equal(fillReply(text, { nama_nasabah: name }), filled, `${text} ${name}`);
  t.equal(fillReply('Ibu {{nama_agen}}, Bapak/Ibu {{nama_nasabah}}', { nama_agen: 'Bu Ayu' }),
    'Ibu Bu Ayu, Bapak/Ibu {{nama_nasabah}}', 'only before the customer, and nothing goes with a blank that stays');
});

t.test('the facts follow the language and the clock of the customer, then those of the house', async (t) => {
  await i18next.init({ resources: { id: { desk: id }, en: { desk: en } }, lng: 'en', defaultNS: 'desk',
    ns: ['desk'] });
  const row = { contactName: ' Budi ', ticketNumber: 'TK-1', reportName: 'GENERIC' };
  // 23.30 in Jakarta on the 21st of May, 01.30 in Jayapura on the 22nd, 17.30 in London on the 21st.
  const now = Date.parse('2026-05-21T16:30:00Z');
  const house = 'Asia/Jakarta';
  t.same(factsOf(row, 'Ayu', undefined, now, house), { nama_nasabah: 'Budi', nama_agen: 'Ayu', nomor_tiket: 'TK-1',
    kanal: 'Kanal umum', salam: 'Selamat malam', tanggal: '21 Mei 2026' },
  'the agent reads English, the customer does not');
  t.match(factsOf({ ...row, contactName: null }, 'Ayu', { language: 'en', timeZone: 'Europe/London' }, now, house),
    { nama_nasabah: 'Sir/Madam', kanal: 'General channel', salam: 'Good afternoon', tanggal: '21 May 2026' });
  t.match(factsOf({ ...row, contactName: '  ' }, 'Ayu', { language: null, timeZone: 'Asia/Jayapura' }, now, house),
    { nama_nasabah: 'Bapak/Ibu', salam: 'Selamat malam', tanggal: '22 Mei 2026' });
  t.match(factsOf(row, 'Ayu', { language: 'id', timeZone: 'Mars/Olympus' }, now, 'Europe/London'),
    { salam: 'Selamat sore', tanggal: '21 Mei 2026' }, 'a zone that is none gives way to the house');
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
