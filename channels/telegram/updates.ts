/**
 * Reads one update of the Bot API: pure and total. Telegram may deliver it again, by webhook or by polling, so keys are
 * made of bot, chat and message and not of the update alone, whose numbers start anew after a quiet week.
 */
import { createHash } from 'node:crypto';
import type { InboundChange, InboundEvent, InboundMessage } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { cutText, deeperThan } from '#domain/text.ts';
import { placeIn } from './bot.ts';
import { contentOf, type Content } from './content.ts';
import { list, object, text, time, whole, type Json } from '#channels/json-fields.ts';

/** What the bot asks Telegram for; all else is never delivered. */
export const ALLOWED_UPDATES = ['message', 'edited_message', 'callback_query', 'message_reaction',
  'my_chat_member'] as const;

export interface ReadUpdate {
  events: InboundEvent[];
  /** A tapped button waits for a word that it was heard. */
  callbackId?: string;
}

/** Why an update could not be read; becomes the reason an administrator sees. */
class Unreadable extends Error {}

interface Sender {
  /** What keys begin with (Bot.place). */
  place: string;
  chatId: number;
  senderId: number;
  handle: string;
  name: string | undefined;
}

/** Who writes, in a private chat; undefined in groups and channels, where no customer is served. */
function senderOf(place: string, chat: Json | undefined, from: Json | undefined): Sender | undefined {
  if (text(chat?.['type']) !== 'private') return undefined;
  const chatId = whole(chat?.['id']);
  const senderId = whole(from?.['id']);
  if (chatId === undefined || senderId === undefined) throw new Unreadable('FIELD_MISSING');
  const name = [text(from?.['first_name']), text(from?.['last_name'])].flatMap((part) => part ?? []).join(' ');
  return { place, chatId, senderId, handle: String(chatId), name: cutText(name, limits.nameChars) || undefined };
}

/** A message's id on the account: Telegram's own is unique within its bot's chat only. */
export function messageKey({ place, chatId }: Pick<Sender, 'place'> & { chatId: number | string },
  messageId: number): string {
  return `${place}${chatId}:${messageId}`;
}

function messageIdOf(message: Json): number {
  const id = whole(message['message_id']);
  if (id === undefined || id < 0) throw new Unreadable('FIELD_MISSING');
  return id;
}

function payloadOf(message: Json, content: Content): Record<string, unknown> | undefined {
  const album = text(message['media_group_id']);
  const payload = { ...content.payload, ...(album === undefined ? {} : { albumId: album.slice(0, 64) }) };
  return Object.keys(payload).length === 0 ? undefined : payload;
}

function messageOf(message: Json, sender: Sender, content: Content, raw: Uint8Array): InboundMessage {
  const id = messageKey(sender, messageIdOf(message));
  const quoted = whole(object(message['reply_to_message'])?.['message_id']);
  return {
    kind: 'message',
    dedupKey: `m:${id}`,
    raw,
    handle: sender.handle,
    name: sender.name,
    messageKind: content.kind,
    text: content.text === undefined ? undefined : cutText(content.text, limits.messageTextChars),
    remoteFiles: content.files,
    payload: payloadOf(message, content),
    providerMessageId: id,
    replyToProviderId: quoted === undefined ? undefined : messageKey(sender, quoted),
    providerAt: time(message['date']),
  };
}

function readMessage(message: Json, raw: Uint8Array, place: string): InboundEvent[] {
  const sender = senderOf(place, object(message['chat']), object(message['from']));
  if (sender === undefined) return [];
  const content = contentOf(message, sender.senderId);
  if (content === undefined) return [];
  const event = messageOf(message, sender, content, raw);
  if (sender.senderId !== sender.chatId) {
    // Written on our side of the chat: never the customer's word, whatever it claims (RS13).
    return [{ kind: 'echo', dedupKey: event.dedupKey, raw, handle: event.handle,
      providerMessageId: event.providerMessageId ?? '', messageKind: event.messageKind, text: event.text,
      providerAt: event.providerAt }];
  }
  if (content.ownPhone === undefined) return [event];
  return [event, { kind: 'profile', dedupKey: `p:${event.providerMessageId}`, raw, handle: sender.handle,
    phone: content.ownPhone }];
}

function readEdit(message: Json, updateId: number, raw: Uint8Array, place: string): InboundEvent[] {
  const [event] = readMessage(message, raw, place);
  // A live location is edited every few seconds as it moves; the place it was shared from stays.
  if (event?.kind !== 'message' || event.messageKind === 'location') return [];
  const change: InboundChange = {
    kind: 'edit',
    dedupKey: `e:${event.providerMessageId}:${whole(message['edit_date']) ?? 0}:${updateId}`,
    raw,
    handle: event.handle,
    providerMessageId: event.providerMessageId ?? '',
    text: event.text,
    providerAt: time(message['edit_date']),
    whole: event,
  };
  return [change];
}

/** What stands on the button that carries this data. */
function labelOf(message: Json, data: string): string {
  for (const row of list(object(message['reply_markup'])?.['inline_keyboard'])) {
    for (const button of list(row)) {
      const found = object(button);
      if (found?.['callback_data'] === data) return text(found['text']) ?? data;
    }
  }
  return data;
}

function readTap(query: Json, raw: Uint8Array, place: string): ReadUpdate {
  const callbackId = text(query['id']);
  const message = object(query['message']);
  const data = text(query['data']);
  if (callbackId === undefined || callbackId.length > 128) throw new Unreadable('FIELD_MISSING');
  if (message === undefined || data === undefined) return { events: [], callbackId };
  const sender = senderOf(place, object(message['chat']), object(query['from']));
  if (sender === undefined || sender.chatId !== sender.senderId) return { events: [], callbackId };
  const quoted = messageKey(sender, messageIdOf(message));
  return { callbackId, events: [{ kind: 'message', dedupKey: `c:${place}${callbackId}`, raw, handle: sender.handle,
    name: sender.name, messageKind: 'text', text: cutText(labelOf(message, data), limits.messageTextChars),
    payload: { button: cutText(data, 64) }, providerMessageId: `${place}tap:${callbackId}`,
    replyToProviderId: quoted }] };
}

function readReaction(reaction: Json, updateId: number, raw: Uint8Array, place: string): InboundEvent[] {
  const sender = senderOf(place, object(reaction['chat']), object(reaction['user']));
  if (sender === undefined || sender.chatId !== sender.senderId) return [];
  const id = messageKey(sender, messageIdOf(reaction));
  const emoji = list(reaction['new_reaction']).flatMap((one) => text(object(one)?.['emoji']) ?? [])[0];
  return [{ kind: 'reaction', dedupKey: `r:${id}:${whole(reaction['date']) ?? 0}:${updateId}`, raw,
    handle: sender.handle, providerMessageId: id, emoji, providerAt: time(reaction['date']) }];
}

/** The customer blocked the bot, or took it back. */
function readMembership(change: Json, updateId: number, raw: Uint8Array, place: string): InboundEvent[] {
  const sender = senderOf(place, object(change['chat']), object(change['from']));
  const status = text(object(change['new_chat_member'])?.['status']);
  if (sender === undefined || (status !== 'kicked' && status !== 'member')) return [];
  return [{ kind: 'profile', dedupKey: `s:${place}${sender.chatId}:${whole(change['date']) ?? 0}:${updateId}`, raw,
    handle: sender.handle, reachable: status === 'member' }];
}

function readKnown(update: Json, raw: Uint8Array): ReadUpdate {
  const updateId = whole(update['update_id']);
  if (updateId === undefined) throw new Unreadable('FIELD_MISSING');
  const place = placeIn(update);
  const [type, body] = ALLOWED_UPDATES.map((name) => [name, object(update[name])] as const)
    .find(([, value]) => value !== undefined) ?? [];
  if (type === undefined || body === undefined) return { events: [] };
  switch (type) {
    case 'message': return { events: readMessage(body, raw, place) };
    case 'edited_message': return { events: readEdit(body, updateId, raw, place) };
    case 'callback_query': return readTap(body, raw, place);
    case 'message_reaction': return { events: readReaction(body, updateId, raw, place) };
    case 'my_chat_member': return { events: readMembership(body, updateId, raw, place) };
  }
}

/**
 * The events of one update. What should have been readable and is not becomes `unreadable`, to be quarantined; updates
 * that concern no customer (groups, channels, notices of Telegram) give none.
 */
export function readUpdate(update: unknown, raw: Uint8Array): ReadUpdate {
  try {
    const known = object(update);
    if (known === undefined) throw new Unreadable('NOT_AN_OBJECT');
    return readKnown(known, raw);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const dedupKey = `unreadable:${createHash('sha256').update(raw).digest('hex')}`;
    return { events: [{ kind: 'unreadable', dedupKey, raw, reasonCode: error.message }] };
  }
}

/** The update in a webhook's body. Throws AppError MALFORMED_JSON, TOO_DEEP or VALIDATION_FAILED. */
export function decodeUpdate(body: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    throw new AppError(error instanceof RangeError ? 'TOO_DEEP' : 'MALFORMED_JSON');
  }
  const update = object(value);
  if (update === undefined) throw new AppError('VALIDATION_FAILED', { field: 'body' });
  if (deeperThan(update, limits.jsonDepthMax)) throw new AppError('TOO_DEEP');
  return update;
}
