/** Telegram's adapter without a network: the contract, how messages are read, cut and sent, and what errors mean. */
import fc from 'fast-check';
import t from 'tap';
import type { HookRequest } from '#channels/channel.ts';
import { commandsOf, telegram } from '#channels/telegram/adapter.ts';
import type { CallFailure } from '#channels/telegram/api.ts';
import { partsOf } from '#channels/telegram/parts.ts';
import { outcomeOf } from '#channels/telegram/send.ts';
import { splitText } from '#channels/telegram/split.ts';
import { SECRET_HEADER } from '#channels/telegram/webhook.ts';
import type { AccountView, Attachment, OutboundMessage } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { declarations, payloads, totality, type Subject } from './contract.ts';

const SECRET = 'rahasia_webhook-01';
const account: AccountView = { id: newId(), organisationId: newId(), channel: 'telegram', key: 'uji', name: 'Uji',
  address: null, settings: { mode: 'webhook' } };

function sign(body: Uint8Array, nowSeconds: number): HookRequest {
  return { method: 'POST', query: {}, body, nowSeconds, headers: { [SECRET_HEADER]: SECRET } };
}

const subject: Subject = { channel: telegram, account, secrets: { webhookSecret: SECRET }, sign };

declarations(t, telegram);
payloads(t, subject);
totality(t, subject);

t.test('RS12 the webhook is closed without its secret, with another one, by GET, and while polling', async (t) => {
  const request = sign(Buffer.from('{}'), 0);
  const verdict = (of: Partial<HookRequest>, secret: string | undefined, settings = account.settings): unknown =>
    telegram.verify?.({ ...request, ...of }, { ...account, settings: { ...settings } }, () => secret);
  t.same(verdict({}, SECRET), { ok: true });
  t.same(verdict({}, undefined), { ok: false, code: 'SIGNATURE_WRONG' }, 'an account without a secret is closed');
  t.same(verdict({ headers: { [SECRET_HEADER]: '' } }, ''), { ok: false, code: 'SIGNATURE_MISSING' });
  t.same(verdict({ headers: {} }, SECRET), { ok: false, code: 'SIGNATURE_MISSING' });
  t.same(verdict({ headers: { [SECRET_HEADER]: `${SECRET}x` } }, SECRET), { ok: false, code: 'SIGNATURE_WRONG' });
  t.same(verdict({ method: 'GET' }, SECRET), { ok: false, code: 'NOT_FOUND' });
  t.same(verdict({}, SECRET, { mode: 'polling' }), { ok: false, code: 'NOT_FOUND' });
});

t.test('a long text is cut between paragraphs, else lines, else words, and never within a sign', async (t) => {
  t.same(splitText('satu dua', 100), ['satu dua']);
  t.same(splitText('', 100), []);
  t.same(splitText(`${'a'.repeat(60)}\n\n${'b'.repeat(60)}`, 100), ['a'.repeat(60), 'b'.repeat(60)]);
  const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}';
  t.ok(splitText(family.repeat(40), 50).every((part) => part.length <= 50 && part.length % family.length === 0));
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
    const parts = splitText(text, 40);
    const bare = (of: string): string => of.replaceAll(/\s+/g, '');
    return parts.every((part) => part.length > 0 && part.length <= 40 && part.isWellFormed())
      && bare(parts.join('')) === bare(text);
  }), { numRuns: 500 });
});

function file(mediaType: string, sizeBytes = 1_000): Attachment {
  return { fileId: newId(), fileName: 'berkas', mediaType, sizeBytes };
}

function message(more: Partial<OutboundMessage>): OutboundMessage {
  return { id: newId(), clientId: newId(), conversationId: newId(), seq: 2, handle: '7001', threadKey: '',
    authorKind: 'AGENT', authorName: 'Sari', kind: 'text', text: 'Baik', attachments: [], replyToProviderId: null,
    createdAt: new Date(0), ...more };
}

function methodsOf(more: Partial<OutboundMessage>): string[] {
  return partsOf(message(more)).map((part) => `${part.method}${part.files.length > 1 ? ` ${part.files.length}` : ''}`);
}

t.test('a message becomes as few calls as Telegram allows', async (t) => {
  t.same(methodsOf({}), ['sendMessage']);
  t.same(methodsOf({ text: 'x'.repeat(9_000) }), ['sendMessage', 'sendMessage', 'sendMessage']);
  t.same(methodsOf({ attachments: [file('image/png')] }), ['sendPhoto'], 'a short text is the caption');
  t.same(methodsOf({ text: 'x'.repeat(1_025), attachments: [file('image/png')] }), ['sendPhoto', 'sendMessage']);
  t.same(methodsOf({ text: null, attachments: [file('image/png'), file('video/mp4')] }), ['sendMediaGroup 2']);
  t.same(methodsOf({ text: null, attachments: [file('image/png'), file('application/pdf')] }),
    ['sendPhoto', 'sendDocument']);
  t.same(methodsOf({ text: null, attachments: [file('audio/ogg'), file('audio/ogg')] }), ['sendVoice', 'sendVoice']);
  t.same(methodsOf({ attachments: [file('image/png', 11_000_000)] }), ['sendDocument'], 'a picture over 10 MB');
  t.same(methodsOf({ text: null, attachments: Array.from({ length: 5 }, () => file('video/mp4', 20_000_000)) }),
    ['sendMediaGroup 2', 'sendMediaGroup 2', 'sendVideo'], 'a request holds 50 MB at most');
  t.same(methodsOf({ text: ' ' }), []);
});

t.test('a reply quotes in the first part, buttons hang on the last', async (t) => {
  const parts = partsOf(message({ text: 'x'.repeat(5_000), replyToProviderId: '7001:40',
    offer: { buttons: [[{ text: 'Ya', data: 'ya' }, { text: 'Situs', url: 'https://contoh.id' }],
      [{ text: 'lama', data: 'é'.repeat(40) }]] } }));
  t.match(parts[0]?.payload, { reply_parameters: { message_id: 40, allow_sending_without_reply: true } });
  t.equal(parts[0]?.payload['reply_markup'], undefined);
  t.same(parts[1]?.payload['reply_markup'], { inline_keyboard: [[{ text: 'Ya', callback_data: 'ya' },
    { text: 'Situs', url: 'https://contoh.id' }]] }, 'data over 64 bytes is no button');
  const album = partsOf(message({ text: 'pilih', attachments: [file('image/png'), file('image/png')],
    offer: { buttons: [[{ text: 'Ya' }]] } }));
  t.match(album, [{ method: 'sendMediaGroup' }, { method: 'sendMessage', payload: { text: 'pilih',
    reply_markup: { inline_keyboard: [[{ text: 'Ya' }]] } } }], 'an album carries no buttons: the text does');
  const [asked] = partsOf(message({ offer: { askContact: 'Bagikan nomor saya' } }));
  t.match(asked?.payload['reply_markup'], { keyboard: [[{ text: 'Bagikan nomor saya', request_contact: true }]] });
});

t.test('RF11 what a failed call means for the message', async (t) => {
  const refused = (code: number, description = '', retryAfterMs?: number): CallFailure =>
    ({ kind: 'refused', code, description, retryAfterMs });
  t.same(outcomeOf(refused(429, 'Too Many Requests: retry after 7', 7_000), 0),
    { kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 7_000 });
  t.same(outcomeOf(refused(403, 'Forbidden: bot was blocked by the user'), 0),
    { kind: 'failed', reasonCode: 'BLOCKED_BY_CUSTOMER' });
  t.same(outcomeOf(refused(400, 'Bad Request: chat not found'), 0), { kind: 'failed', reasonCode: 'CHAT_NOT_FOUND' });
  t.same(outcomeOf(refused(400, 'Bad Request: message is too long'), 0),
    { kind: 'failed', reasonCode: 'TELEGRAM_400' });
  t.same(outcomeOf(refused(401), 0), { kind: 'retry', reasonCode: 'CREDENTIALS_REFUSED' });
  t.same(outcomeOf(refused(502), 0), { kind: 'retry', reasonCode: 'TELEGRAM_502' });
  t.same(outcomeOf(refused(504), 0), { kind: 'unknown', reasonCode: 'TELEGRAM_504' });
  t.same(outcomeOf({ kind: 'unreached', reasonCode: 'ECONNREFUSED' }, 0),
    { kind: 'retry', reasonCode: 'ECONNREFUSED' });
  t.same(outcomeOf({ kind: 'unanswered', reasonCode: 'ECONNRESET' }, 0), { kind: 'unknown', reasonCode: 'ECONNRESET' });
});

t.test('the list of commands is read from the setting; what is none is left out', async (t) => {
  t.same(commandsOf('start: Mulai, /Bantuan: Cara memakai: singkat, buruk nama: x, kosong:'), [
    { command: 'start', description: 'Mulai' }, { command: 'bantuan', description: 'Cara memakai: singkat' }]);
  t.same(commandsOf(undefined), []);
});
