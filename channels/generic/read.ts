/**
 * Reads the documented JSON of the generic webhook (docs/channels/generic.md): pure, total, one bad event harms no
 * other.
 */
import { createHash } from 'node:crypto';
import type { ParsedHook } from '#channels/channel.ts';
import type { InboundEvent, InboundReceipt, LocationPayload } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { cutText, deeperThan } from '#domain/text.ts';
import { arraySlices } from './slices.ts';

type Json = Record<string, unknown>;

const ID_CHARS_MAX = 200;
const PHONE = /^\+[1-9][0-9]{6,14}$/;
const EMAIL = /^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}$/;
const RECEIPT_STATUSES = new Set(['sent', 'delivered', 'read', 'played', 'failed']);

/**
 * Why an event could not be read; becomes the reason an administrator sees. The detail names a field, never a value.
 */
class Unreadable extends Error {
  readonly reasonCode: string;
  constructor(reasonCode: string, field: string) {
    super(field);
    this.reasonCode = reasonCode;
  }
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function text(from: Json, field: string, charsMax: number): string | undefined {
  const value = from[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new Unreadable('FIELD_NOT_TEXT', field);
  if (value.length > charsMax) throw new Unreadable('FIELD_TOO_LONG', field);
  return value;
}

function needed(from: Json, field: string, charsMax: number): string {
  const value = text(from, field, charsMax);
  if (value === undefined || value === '') throw new Unreadable('FIELD_MISSING', field);
  return value;
}

function time(from: Json): Date | undefined {
  const value = from['at'];
  if (value === undefined || value === null) return undefined;
  const at = typeof value === 'string' && value.length <= 40 ? new Date(value) : new Date(NaN);
  if (Number.isNaN(at.getTime())) throw new Unreadable('FIELD_NOT_TIME', 'at');
  return at;
}

function matching(from: Json, field: string, pattern: RegExp): string | undefined {
  const value = text(from, field, 254);
  if (value === undefined || value === '') return undefined;
  if (!pattern.test(value)) throw new Unreadable('FIELD_NOT_VALID', field);
  return value;
}

function sender(event: Json): Json {
  const from = event['from'];
  if (typeof from === 'string') return { id: from };
  if (!isObject(from)) throw new Unreadable('FIELD_MISSING', 'from');
  return from;
}

function within(from: Json, field: string, max: number): number {
  const value = from[field];
  if (typeof value !== 'number' || !(Math.abs(value) <= max)) throw new Unreadable('FIELD_NOT_VALID', field);
  return value;
}

function readLocation(event: Json): LocationPayload | undefined {
  const place = event['location'];
  if (place === undefined || place === null) return undefined;
  if (!isObject(place)) throw new Unreadable('FIELD_NOT_VALID', 'location');
  return { latitude: within(place, 'latitude', 90), longitude: within(place, 'longitude', 180),
    name: text(place, 'name', limits.nameChars), address: text(place, 'address', 500) };
}

function readReaction(event: Json, id: string, raw: Uint8Array): InboundEvent {
  return { kind: 'reaction', dedupKey: `reaction:${id}`, raw,
    handle: needed(sender(event), 'id', limits.handleChars),
    providerMessageId: needed(event, 'messageId', ID_CHARS_MAX), emoji: text(event, 'emoji', 64),
    providerAt: time(event) };
}

function readMessage(event: Json, id: string, raw: Uint8Array): InboundEvent {
  const from = sender(event);
  const attachments = event['attachments'];
  if (Array.isArray(attachments) && attachments.length > 0)
    throw new Unreadable('ATTACHMENTS_NOT_SUPPORTED', 'attachments');
  const place = readLocation(event);
  const body = place === undefined ? needed(event, 'text', limits.hookBodyBytes)
    : text(event, 'text', limits.hookBodyBytes);
  return {
    kind: 'message',
    dedupKey: `message:${id}`,
    raw,
    handle: needed(from, 'id', limits.handleChars),
    name: cutText(text(from, 'name', limits.hookBodyBytes) ?? '', limits.nameChars) || undefined,
    phone: matching(from, 'phone', PHONE),
    email: matching(from, 'email', EMAIL),
    messageKind: place === undefined ? 'text' : 'location',
    text: body === undefined ? undefined : cutText(body, limits.messageTextChars),
    payload: place === undefined ? undefined : { ...place },
    providerMessageId: id,
    replyToProviderId: text(event, 'replyTo', ID_CHARS_MAX),
    providerAt: time(event),
  };
}

function readChange(event: Json, kind: 'edit' | 'delete', id: string, raw: Uint8Array): InboundEvent {
  return {
    kind,
    dedupKey: `${kind}:${id}`,
    raw,
    handle: needed(sender(event), 'id', limits.handleChars),
    providerMessageId: needed(event, 'messageId', ID_CHARS_MAX),
    providerAt: time(event),
    text: kind === 'edit' ? cutText(needed(event, 'text', limits.hookBodyBytes), limits.messageTextChars) : undefined,
  };
}

function readSignal(event: Json, kind: 'ended' | 'rating', id: string, raw: Uint8Array): InboundEvent {
  const handle = needed(sender(event), 'id', limits.handleChars);
  if (kind === 'ended') return { kind, dedupKey: `ended:${id}`, raw, handle };
  const score = event['score'];
  if (!Number.isInteger(score) || Number(score) < 1 || Number(score) > 5)
    throw new Unreadable('FIELD_NOT_VALID', 'score');
  const comment = text(event, 'comment', limits.messageTextChars);
  return { kind, dedupKey: `rating:${id}`, raw, handle, score: Number(score), comment };
}

function readReceipt(event: Json): InboundReceipt {
  const status = needed(event, 'status', 20);
  if (!RECEIPT_STATUSES.has(status)) throw new Unreadable('FIELD_NOT_VALID', 'status');
  return {
    providerMessageId: needed(event, 'messageId', ID_CHARS_MAX),
    status: status as InboundReceipt['status'],
    reasonCode: text(event, 'reason', 64),
    providerAt: time(event),
  };
}

function readEvent(event: unknown, raw: Uint8Array, into: ParsedHook): void {
  if (!isObject(event)) throw new Unreadable('NOT_AN_OBJECT', 'event');
  const type = needed(event, 'type', 40);
  if (type === 'receipt') {
    into.receipts.push(readReceipt(event));
    return;
  }
  const id = needed(event, 'id', ID_CHARS_MAX);
  if (type === 'message') into.events.push(readMessage(event, id, raw));
  else if (type === 'edit' || type === 'delete') into.events.push(readChange(event, type, id, raw));
  else if (type === 'reaction') into.events.push(readReaction(event, id, raw));
  else if (type === 'ended' || type === 'rating') into.events.push(readSignal(event, type, id, raw));
  else throw new Unreadable('TYPE_UNKNOWN', 'type');
}

function decode(body: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    throw new AppError(error instanceof RangeError ? 'TOO_DEEP' : 'MALFORMED_JSON');
  }
  if (!isObject(value)) throw new AppError('VALIDATION_FAILED', { field: 'body' });
  if (deeperThan(value, limits.jsonDepthMax)) throw new AppError('TOO_DEEP');
  return value;
}

/**
 * The events and receipts of a body: `{events: [...]}` or one event by itself. An event that cannot be read becomes
 * `unreadable` with its own bytes. Throws AppError MALFORMED_JSON, TOO_DEEP or VALIDATION_FAILED if nothing of it can
 * be used.
 */
export function readBody(body: Uint8Array): ParsedHook {
  const value = decode(body);
  const batch = value['events'];
  const several = batch !== undefined;
  if (several && (!Array.isArray(batch) || batch.length === 0 || batch.length > limits.hookEventsMax)) {
    throw new AppError('VALIDATION_FAILED', { field: 'events', max: limits.hookEventsMax });
  }
  const items: readonly unknown[] = several ? (batch as unknown[]) : [value];
  const slices = items.length > 1 ? arraySlices(body, 'events') : undefined;
  const parsed: ParsedHook = { events: [], receipts: [] };
  items.forEach((item, index) => {
    const own = items.length === 1 ? body : slices?.length === items.length ? slices[index] : undefined;
    const raw = own ?? Buffer.from(JSON.stringify(item));
    try {
      readEvent(item, raw, parsed);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      parsed.events.push({
        kind: 'unreadable',
        dedupKey: `unreadable:${createHash('sha256').update(raw).digest('hex')}`,
        raw,
        reasonCode: error.reasonCode,
        reasonDetail: error.message,
      });
    }
  });
  return parsed;
}
