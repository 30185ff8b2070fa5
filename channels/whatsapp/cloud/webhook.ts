/** The webhook of an app at Meta: the question by which it is set up, and what it brings, proved on the raw bytes. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HookRequest, HookVerdict, ParsedHook } from '#channels/channel.ts';
import { list, object, text, type Json } from '#channels/json-fields.ts';
import type { AccountView } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { deeperThan } from '#domain/text.ts';
import { isIdAlone } from './handles.ts';
import { readChange } from './read.ts';

export const SIGNATURE_HEADER = 'x-hub-signature-256';
/** Meta puts up to 1,000 changes into one call. */
const ITEMS_MAX = 1_000;
/** It is said back as it came, so it may be nothing that a browser would take for more than a word. */
const CHALLENGE = /^[\w.-]{1,256}$/;

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** True if both are the same and not empty; takes as long either way. */
function isSame(given: string, expected: string | undefined): boolean {
  return timingSafeEqual(digest(given), digest(expected ?? '')) && expected !== undefined && expected !== '';
}

/** Whether the caller who sets the webhook up knows our token. */
function verifySetup(query: HookRequest['query'], secret: string | undefined): HookVerdict {
  const token = text(query['hub.verify_token']);
  if (query['hub.mode'] !== 'subscribe' || !CHALLENGE.test(text(query['hub.challenge']) ?? '')) {
    return { ok: false, code: 'NOT_FOUND' };
  }
  if (token === undefined) return { ok: false, code: 'SIGNATURE_MISSING' };
  return isSame(token, secret) ? { ok: true } : { ok: false, code: 'SIGNATURE_WRONG' };
}

/** The header of a body under this app secret. */
export function signatureOf(body: Uint8Array, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
}

/**
 * Whether the request is Meta's, in constant time: a GET bears our verify token, a POST the signature of its raw body
 * under the app secret. Without these secrets the account is closed (RS12).
 */
export function verifyHook(request: HookRequest, secret: (name: string) => string | undefined): HookVerdict {
  if (request.method === 'GET') return verifySetup(request.query, secret('verifyToken'));
  const given = request.headers[SIGNATURE_HEADER];
  if (typeof given !== 'string' || given === '') return { ok: false, code: 'SIGNATURE_MISSING' };
  const appSecret = secret('appSecret');
  const expected = appSecret === undefined || appSecret === '' ? undefined : signatureOf(request.body, appSecret);
  return isSame(given.toLowerCase(), expected) ? { ok: true } : { ok: false, code: 'SIGNATURE_WRONG' };
}

function decode(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    throw new AppError(error instanceof RangeError ? 'TOO_DEEP' : 'MALFORMED_JSON');
  }
  const body = object(value);
  if (body === undefined) throw new AppError('VALIDATION_FAILED', { field: 'body' });
  if (deeperThan(body, limits.jsonDepthMax)) throw new AppError('TOO_DEEP');
  return body;
}

/** One change, and the business account it came under. */
interface Change { entryId: unknown; field: string | undefined; value: Json }

/** The changes that are about this account's number; one app may serve several, each with its own webhook here. */
function changesOf(body: Json, account: AccountView): Change[] {
  const own = account.settings['phoneNumberId'];
  return list(body['entry']).flatMap((entry) => list(object(entry)?.['changes']).flatMap((change): Change[] => {
    const value = object(object(change)?.['value']);
    const number = text(object(value?.['metadata'])?.['phone_number_id']);
    if (value === undefined || number === undefined || number !== own) return [];
    return [{ entryId: object(entry)?.['id'], field: text(object(change)?.['field']), value }];
  }));
}

function itemsIn({ value }: Change): number {
  return ['messages', 'statuses', 'message_echoes', 'errors'].reduce((sum, name) => sum + list(value[name]).length, 0);
}

/**
 * What a verified request says: the challenge of a GET, else the events and receipts of a POST about the account's own
 * number. Throws AppError MALFORMED_JSON, TOO_DEEP or VALIDATION_FAILED if nothing of it can be used.
 */
export function parseHook(request: HookRequest, account: AccountView): ParsedHook {
  if (request.method === 'GET') {
    return { events: [], receipts: [], answer: { status: 200, contentType: 'text/plain; charset=utf-8',
      body: text(request.query['hub.challenge']) ?? '' } };
  }
  const body = decode(request.body);
  const changes = changesOf(body, account);
  const items = changes.reduce((sum, change) => sum + itemsIn(change), 0);
  if (items > ITEMS_MAX) throw new AppError('VALIDATION_FAILED', { field: 'entry', max: ITEMS_MAX });
  const read = changes.map(({ entryId, field, value }) => readChange(field, value, (alone) => (items === 1
    ? request.body : Buffer.from(JSON.stringify({ object: body['object'], entry: [{ id: entryId,
      changes: [{ field, value: { messaging_product: value['messaging_product'], ...alone } }] }] })))));
  const events = read.flatMap((one) => one.events);
  return { events, receipts: read.flatMap((one) => one.receipts), people: read.flatMap((one) => one.people),
    maybeKnown: events.flatMap((event) => ('handle' in event && isIdAlone(event.handle) ? [event.handle] : [])) };
}
