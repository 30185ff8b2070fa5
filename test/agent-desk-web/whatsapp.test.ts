/** What the screens of WhatsApp work out by themselves: sessions, fields that apply, waits, reasons, templates. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { filledText } from '#domain/conversations/templates.ts';
import { setup } from '#channels/whatsapp/setup.ts';
import { fieldsFor, type SetupField } from '../../agent-desk/web/src/admin/account-types.ts';
import { askAgainMs, codeGroups, coldPart, e164Of, noonOf, secondsUntil, spacedNumber, standingOf,
  type SessionView } from '../../agent-desk/web/src/admin/pages/account-session-facts.ts';
import { numberEn } from '../../agent-desk/web/src/admin/words/number-en.ts';
import { numberId } from '../../agent-desk/web/src/admin/words/number-id.ts';
import { en } from '../../agent-desk/web/src/i18n/en.ts';
import { id } from '../../agent-desk/web/src/i18n/id.ts';
import { reasonKey } from '../../agent-desk/web/src/lib/reasons.ts';
import { isUnreadable, waitOf } from '../../agent-desk/web/src/lib/waits.ts';
import { emptyGaps, findTemplates, isWindowClosed, openGaps, piecesOf, templateTitle, filledUse,
  type Template } from '../../agent-desk/web/src/reply/templates.ts';

function session(change: Partial<SessionView>): SessionView {
  return { state: 'OPEN', reasonCode: null, since: null, number: '+6281500000001', displayName: 'Layanan Contoh',
    pairedAt: null, code: null, wish: null, days: [], gaps: [],
    cold: { cap: 10, today: 0, pausedUntil: null, reasonCode: null, afterDays: 30 }, ...change };
}

t.test('only the fields of the chosen provider are shown', async (t) => {
  const fields = setup as readonly SetupField[];
  const names = (settings: Record<string, unknown>): string[] => fieldsFor(fields, settings).map(({ name }) => name);
  t.same(names({}), ['provider', 'greeting', 'awayText'], 'only what both have before the choice');
  t.ok(names({ provider: 'cloud' }).includes('phoneNumberId'));
  t.notOk(names({ provider: 'cloud' }).includes('coldDailyStart'));
  t.ok(names({ provider: 'device' }).includes('coldDailyStart'));
  t.notOk(names({ provider: 'device' }).includes('accessToken'));
});

t.test('each state of a session offers what helps, and nothing that cannot', async (t) => {
  const wishes = (change: Partial<SessionView>): string => standingOf(session(change)).wishes.join(' ');
  const fresh = { number: null };
  t.equal(wishes({ state: null, ...fresh }), 'PAIR_QR PAIR_CODE', 'nothing was said yet');
  t.equal(wishes({ state: 'IDLE', reasonCode: 'NOT_PAIRED', ...fresh }), 'PAIR_QR PAIR_CODE');
  t.equal(wishes({ state: 'PAIRING', ...fresh, code: { kind: 'QR', value: 'x', until: '' } }), 'PAIR_CODE STOP');
  t.equal(wishes({ state: 'PAIRING', ...fresh, code: { kind: 'CODE', value: 'x', until: '' } }), 'PAIR_QR STOP');
  t.equal(wishes({ state: 'OPEN' }), 'STOP LOG_OUT');
  t.equal(wishes({ state: 'OFFLINE', reasonCode: 'TIMED_OUT' }), 'RECONNECT STOP LOG_OUT');
  for (const reasonCode of ['CONFLICT', 'BANNED', 'CLIENT_OUTDATED', 'MULTIDEVICE_MISMATCH', 'BAD_SESSION', 'STOPPED',
    'EGRESS_REFUSED', 'SOMETHING_NEW']) {
    t.equal(wishes({ state: 'OPERATOR', reasonCode }), 'RECONNECT LOG_OUT', reasonCode);
  }
  t.equal(wishes({ state: 'OPERATOR', reasonCode: 'LOGGED_OUT' }), 'PAIR_QR PAIR_CODE', 'old keys are worth nothing');
  t.equal(wishes({ state: 'OPERATOR', reasonCode: 'STOPPED', ...fresh }), 'PAIR_QR PAIR_CODE', 'never linked');
  t.equal(standingOf(session({ state: 'IDLE', reasonCode: 'NOT_PAIRED' })).reason, null, 'the state says it');
  t.equal(standingOf(session({ state: 'OPERATOR', reasonCode: 'BANNED' })).reason, 'BANNED');
});

t.test('every reason that a session gives has its sentence in both languages', async (t) => {
  const folder = new URL('../../channels/whatsapp/baileys/', import.meta.url);
  const [account, reconnect] = ['account.ts', 'reconnect.ts']
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const told = [...`${account}`.matchAll(/tell\(\{[^}]*reasonCode: '([A-Z_]+)'/g),
    ...`${reconnect}`.matchAll(/\d{3}: '([A-Z_]+)'|operator\('([A-Z_]+)'\)/g)]
    .map((found) => found[1] ?? found[2] ?? '');
  t.ok(told.includes('BANNED') && told.includes('STOPPED') && told.includes('CONFLICT'), told.join(' '));
  for (const code of told) {
    if (code === 'NOT_PAIRED') continue;
    t.ok(code in numberId.reasons, `${code} in Indonesian`);
    t.ok(code in numberEn.reasons, `${code} in English`);
  }
});

t.test('the server is asked often only while somebody waits', async (t) => {
  t.equal(askAgainMs(session({ state: 'PAIRING' })), 2_000);
  t.equal(askAgainMs(session({ state: 'CONNECTING' })), 2_000);
  t.equal(askAgainMs(session({ state: 'IDLE', wish: 'PAIR_QR' })), 2_000);
  for (const view of [undefined, session({}), session({ state: 'OFFLINE' })]) t.equal(askAgainMs(view), 15_000);
});

t.test('numbers are read as people type them, codes shown as people read them out', async (t) => {
  for (const typed of ['0812 3456 7890', '812-3456-7890', '62812 3456 7890', '+62 812.3456.7890', '0062 81234567890']) {
    t.equal(e164Of(typed), '+6281234567890', typed);
  }
  t.equal(e164Of('+65 8123 4567'), '+6581234567', 'another country');
  for (const typed of ['', '08', '+0812345678', '0812 3456 7890 1234 5678', 'satu dua']) {
    t.equal(e164Of(typed), undefined, typed);
  }
  t.equal(spacedNumber('+6281234567890'), '+62 812-3456-7890');
  t.equal(spacedNumber('+6581234567'), '+6581234567');
  t.same(codeGroups('abcd1234'), ['ABCD', '1234']);
  t.same(codeGroups('ABCD-1234'), ['ABCD', '1234']);
  t.equal(secondsUntil('2026-11-21T02:00:10.000Z', Date.parse('2026-11-21T02:00:00.500Z')), 10);
  t.equal(secondsUntil('2026-11-21T02:00:10.000Z', Date.parse('2026-11-21T03:00:00.000Z')), 0);
  t.match(new Date(noonOf('2026-11-21')).toISOString(), /^2026-11-21T05/, 'noon in Jakarta');
});

t.test('what of today\'s new contacts is used up', async (t) => {
  const cold = { pausedUntil: null, reasonCode: null, afterDays: 30 };
  t.equal(coldPart({ ...cold, cap: 10, today: 3 }), 0.3);
  t.equal(coldPart({ ...cold, cap: 10, today: 12 }), 1);
  t.equal(coldPart({ ...cold, cap: 0, today: 0 }), 1, 'nobody at all');
  t.equal(coldPart({ ...cold, cap: null, today: 40 }), null);
});

t.test('every reason for which WhatsApp keeps a message back or refuses it has a sentence', async (t) => {
  const codes = new Set<string>();
  for (const folder of ['baileys', 'cloud']) {
    const at = new URL(`../../channels/whatsapp/${folder}/`, import.meta.url);
    for (const name of readdirSync(at).filter((each) => /^(?:provider|send|codes)\.ts$/.test(each))) {
      const code = readFileSync(new URL(name, at), 'utf8');
      const said = /kind: '(?:failed|retry|unknown)',\s*reasonCode: '([A-Z_]+)'|\d: '([A-Z_]+)'/g;
      for (const found of code.matchAll(said)) {
        codes.add(found[1] ?? found[2] ?? '');
      }
    }
  }
  const files = new Set(['FILE_KEY_GONE', 'FILE_NOT_FETCHED', 'FILE_HOST_REFUSED']);
  t.ok(codes.has('NOT_ON_WHATSAPP') && codes.has('WINDOW_CLOSED'), [...codes].join(' '));
  for (const code of codes) {
    if (files.has(code)) continue;
    t.ok(code in id.reason, `${code} in Indonesian`);
    t.ok(code in en.reason, `${code} in English`);
  }
  t.same(reasonKey('WHATSAPP_479'), { code: 'WHATSAPP', status: '479' });
  t.same(reasonKey('WHATSAPP_HTTP_502'), { code: 'WHATSAPP', status: 'HTTP 502' });
  t.same(reasonKey('CALLBACK_503'), { code: 'CALLBACK', status: '503' });
  t.same(reasonKey('WHATSAPP_BUSY'), { code: 'WHATSAPP_BUSY', status: '' });
});

t.test('a message that waits says why and until when; one that is merely tried again says nothing', async (t) => {
  const message = { direction: 'OUT', status: 'queued', reasonCode: null as string | null, deletedAt: null };
  t.equal(waitOf(message), undefined);
  t.equal(waitOf({ ...message, reasonCode: 'CONNECTION_FAILED' }), undefined);
  t.same(waitOf({ ...message, reasonCode: 'NOT_CONNECTED' }), { word: 'NOT_CONNECTED', until: null });
  t.same(waitOf({ ...message, reasonCode: 'ACCOUNT_LOCKED' }), { word: 'ACCOUNT', until: null });
  const until = { waitUntil: '2026-11-21T17:00:00.000Z' };
  t.same(waitOf({ ...message, reasonCode: 'COLD_CAP_REACHED', ...until }),
    { word: 'COLD_CAP_REACHED', until: until.waitUntil });
  t.same(waitOf({ ...message, reasonCode: 'SOMETHING_NEW', ...until }), { word: 'OTHER', until: until.waitUntil });
  t.equal(waitOf({ ...message, reasonCode: 'COLD_PAUSED', holdUntil: until.waitUntil }), undefined, 'held back');
  t.equal(waitOf({ ...message, reasonCode: 'COLD_PAUSED', status: 'failed' }), undefined);
  t.same(waitOf(message, false), { word: 'NOT_READY', until: null }, 'nothing leaves an account without connection');
  t.same(waitOf({ ...message, reasonCode: 'CONNECTION_FAILED' }, false), { word: 'NOT_READY', until: null });
  t.same(waitOf({ ...message, reasonCode: 'REACHOUT_LOCKED', ...until }, false),
    { word: 'REACHOUT_LOCKED', until: until.waitUntil }, 'what the message itself says is more');
  t.equal(waitOf({ ...message, status: 'sent' }, false), undefined);
  t.equal(waitOf({ ...message, reasonCode: 'COLD_PAUSED', deletedAt: until.waitUntil }), undefined);
  t.ok(isUnreadable({ unreadable: true }));
  t.notOk(isUnreadable({}));
});

const template: Template = { name: 'pengingat_angsuran', language: 'id', category: 'UTILITY', header: 'Untuk {{1}}',
  body: 'Yth. {{1}}, angsuran {{2}} jatuh tempo {{ 3 }}.', footer: 'Terima kasih', bodyGaps: 3, headerGaps: 1 };

t.test('a template is filled as the server fills it, and open gaps stay to be seen', async (t) => {
  const open = emptyGaps(template);
  t.same(open, { header: [''], body: ['', '', ''] });
  t.equal(openGaps(open), 4);
  t.equal(openGaps({ header: ['Sari'], body: ['Sari', ' ', '5'] }), 1);
  t.same(piecesOf(template.body, ['Sari', '', '']).map(({ text, isOpen }) => (isOpen ? '?' : text)).join(''),
    'Yth. Sari, angsuran ? jatuh tempo ?.');
  const plain = { ...template, body: 'Yth. {{1}}, angsuran {{2}}.', bodyGaps: 2 };
  const use = filledUse(plain, { header: [' Sari '], body: ['Sari\nContoh', '  ke-4 '] });
  t.same(use, { name: 'pengingat_angsuran', language: 'id', header: ['Sari'], body: ['Sari Contoh', 'ke-4'] });
  const words = (text: string, values: readonly string[]): string =>
    piecesOf(text, values).map((piece) => piece.text).join('');
  t.equal([words(plain.header ?? '', use.header ?? []), words(plain.body, use.body), plain.footer].join('\n\n'),
    filledText(plain, use), 'the preview is what the customer reads');
  t.notOk('header' in filledUse({ ...template, headerGaps: 0 }, { header: [], body: [] }));
  t.equal(words('{{1}} {{1}} {{x}}', ['{{2}}']), '{{2}} {{2}} {{x}}', 'a value is not filled again');
});

t.test('templates are found by name and text, the reader\'s language first', async (t) => {
  const items = [{ ...template, language: 'en', name: 'angsuran_lama' }, template,
    { ...template, name: 'salam', body: 'Halo', header: null, footer: null }];
  t.same(findTemplates(items, '', 'id').map(({ name }) => name), ['pengingat_angsuran', 'salam', 'angsuran_lama']);
  t.same(findTemplates(items, 'ANGSURAN jatuh', 'en').map(({ language }) => language), ['en', 'id']);
  t.same(findTemplates(items, 'pengingat angsuran', 'id').length, 1, 'as the name is read');
  t.same(findTemplates(items, 'tidak ada', 'id'), []);
  t.equal(templateTitle('pengingat_angsuran'), 'Pengingat angsuran');
});

t.test('the window: closed once it passed or where nobody wrote, absent for accounts without one', async (t) => {
  const now = Date.parse('2026-11-21T02:00:00.000Z');
  t.equal(isWindowClosed({ hours: 24, openUntil: '2026-11-21T02:00:01.000Z' }, now), false);
  t.equal(isWindowClosed({ hours: 24, openUntil: '2026-11-21T02:00:00.000Z' }, now), true);
  t.equal(isWindowClosed({ hours: 24, openUntil: null }, now), true);
  t.equal(isWindowClosed({ hours: null, openUntil: null }, now), false);
  t.equal(isWindowClosed(undefined, now), false);
});
