/**
 * Reads what one webhook says about one number: messages, statuses, and what was written on the company's own phone.
 * Pure and total: what should have been readable and is not becomes `unreadable`, and its neighbours go on (INV7).
 */
import { createHash } from 'node:crypto';
import { list, object, text, time, type Json } from '#channels/json-fields.ts';
import type { InboundEvent, InboundMessage, InboundReceipt, SamePerson } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { cutText } from '#domain/text.ts';
import { reasonOfCode } from './codes.ts';
import { contentOf } from './content.ts';
import { bothOf, personOf, phoneOf, type Person } from './handles.ts';

export interface Read { events: InboundEvent[]; receipts: InboundReceipt[]; people: SamePerson[] }

/** One thing that happened, and the bytes it is kept as. */
interface Item { message: Json; contact: Json | undefined; raw: Uint8Array }

const ID_CHARS = 512;

/** Why a message could not be read; becomes the reason an administrator sees. */
class Unreadable extends Error {}

/** Meta writes times as text. */
function at(message: Json): Date | undefined {
  const seconds = message['timestamp'];
  return time(typeof seconds === 'string' && /^\d{1,10}$/.test(seconds) ? Number(seconds) : seconds);
}

function idOf(value: unknown): string {
  const id = text(value);
  if (id === undefined || id.length > ID_CHARS) throw new Unreadable('FIELD_MISSING');
  return id;
}

function senderOf({ message, contact }: Item): Person {
  const person = personOf(message['from'], message['from_user_id'])
    ?? personOf(contact?.['wa_id'], contact?.['user_id']);
  if (person === undefined) throw new Unreadable('SENDER_UNKNOWN');
  return person;
}

function nameOf(contact: Json | undefined): string | undefined {
  const profile = object(contact?.['profile']);
  return cutText(text(profile?.['name']) ?? text(profile?.['username']) ?? '', limits.nameChars) || undefined;
}

function messageOf(item: Item, message: Json, id: string): InboundMessage {
  const { handle, phone } = senderOf(item);
  const content = contentOf(message);
  const quoted = text(object(message['context'])?.['id']);
  return { kind: 'message', dedupKey: `m:${handle}:${id}`, raw: item.raw, handle, sharedHandle: phone !== undefined,
    phone, name: nameOf(item.contact), messageKind: content.kind,
    text: content.text === undefined ? undefined : cutText(content.text, limits.messageTextChars),
    remoteFiles: content.files, payload: content.payload, providerMessageId: id,
    replyToProviderId: quoted === undefined || quoted.length > ID_CHARS ? undefined : quoted, providerAt: at(message) };
}

/** An edit carries the whole message as it is now, but without the outside: its own id and its time. */
function editOf(item: Item, id: string): InboundEvent {
  const { message, raw } = item;
  const edit = object(message['edit']);
  const original = idOf(edit?.['original_message_id']);
  const now = object(edit?.['message']);
  if (now === undefined) throw new Unreadable('FIELD_MISSING');
  const whole = messageOf(item, { ...now, timestamp: message['timestamp'] }, original);
  return { kind: 'edit', dedupKey: `e:${whole.handle}:${id}`, raw, handle: whole.handle, providerMessageId: original,
    text: whole.text, providerAt: at(message), whole };
}

function reactionOf(item: Item, id: string): InboundEvent {
  const { message, raw } = item;
  const { handle } = senderOf(item);
  const reaction = object(message['reaction']);
  return { kind: 'reaction', dedupKey: `r:${handle}:${id}`, raw, handle,
    providerMessageId: idOf(reaction?.['message_id']), emoji: text(reaction?.['emoji']), providerAt: at(message) };
}

/** A notice of WhatsApp's. Of a new number we keep that it is theirs; all else nobody wrote. */
function noticeOf(item: Item, id: string): InboundEvent[] {
  const { message, raw } = item;
  const notice = object(message['system']);
  const phone = phoneOf(notice?.['wa_id']) ?? phoneOf(notice?.['new_wa_id']);
  const isMove = /^(user|customer)_changed_number$/.test(text(notice?.['type']) ?? '');
  if (!isMove || phone === undefined) return [];
  const { handle } = senderOf(item);
  return [{ kind: 'profile', dedupKey: `p:${handle}:${id}`, raw, handle, phone }];
}

function eventsOf(item: Item): InboundEvent[] {
  const { message, raw } = item;
  // Groups are no place where a customer is served.
  if (text(message['group_id']) !== undefined) return [];
  const id = idOf(message['id']);
  switch (text(message['type'])) {
    case 'reaction': return [reactionOf(item, id)];
    case 'edit': return [editOf(item, id)];
    case 'revoke': {
      const { handle } = senderOf(item);
      return [{ kind: 'delete', dedupKey: `d:${handle}:${id}`, raw, handle, providerAt: at(message),
        providerMessageId: idOf(object(message['revoke'])?.['original_message_id']) }];
    }
    case 'system': return noticeOf(item, id);
    default: return [messageOf(item, message, id)];
  }
}

/** What somebody wrote on the company's own phone, where it shares the number: an echo, whoever claims what (RS13). */
function echoOf({ message, raw }: Item): InboundEvent[] {
  const person = personOf(message['to'], message['to_user_id']);
  const type = text(message['type']);
  if (person === undefined || type === 'revoke' || type === 'edit' || type === 'reaction') return [];
  const id = idOf(message['id']);
  const content = contentOf(message);
  return [{ kind: 'echo', dedupKey: `o:${person.handle}:${id}`, raw, handle: person.handle, providerMessageId: id,
    messageKind: content.kind, text: content.text, providerAt: at(message) }];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const STATUSES = new Set(['sent', 'delivered', 'read', 'played', 'failed']);

/** The status of a message of ours; what this house has no word for says nothing. */
function receiptOf(status: Json): InboundReceipt[] {
  const [said, id] = [text(status['status']) ?? '', text(status['id'])];
  if (id === undefined || id.length > ID_CHARS || !STATUSES.has(said)) return [];
  const code = object(list(status['errors'])[0])?.['code'];
  const reasonCode = said !== 'failed' ? undefined : typeof code === 'number' ? reasonOfCode(code) : 'UNDELIVERABLE';
  const clientId = text(status['biz_opaque_callback_data']);
  return [{ providerMessageId: id, status: said as InboundReceipt['status'], reasonCode, providerAt: at(status),
    ...(clientId !== undefined && UUID.test(clientId) ? { clientId } : {}) }];
}

function unreadable(raw: Uint8Array, reasonCode: string): InboundEvent {
  return { kind: 'unreadable', dedupKey: `unreadable:${createHash('sha256').update(raw).digest('hex')}`, raw,
    reasonCode };
}

function readItem(item: Item, read: (item: Item) => InboundEvent[]): InboundEvent[] {
  try {
    return read(item);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return [unreadable(item.raw, error.message)];
  }
}

/** Whose profile belongs to the message: the one that bears its id, else the only one there is. */
function contactOf(contacts: readonly Json[], message: Json): Json | undefined {
  const [from, userId] = [text(message['from']), text(message['from_user_id'])];
  const own = contacts.find((one) => (from !== undefined && one['wa_id'] === from)
    || (userId !== undefined && one['user_id'] === userId));
  return own ?? (contacts.length === 1 ? contacts[0] : undefined);
}

/**
 * What one change says. `rawOf` gives the bytes that an item of it is kept as: such that they can be read again by
 * themselves.
 */
export function readChange(field: string | undefined, value: Json, rawOf: (alone: Json) => Uint8Array): Read {
  const objects = (name: string): Json[] => list(value[name]).map((one) => object(one) ?? {});
  const contacts = objects('contacts');
  const itemsOf = (name: string): Item[] => objects(name).map((message) => {
    const contact = contactOf(contacts, message);
    return { message, contact, raw: rawOf({ metadata: value['metadata'],
      ...(contact === undefined ? {} : { contacts: [contact] }), [name]: [message] }) };
  });
  if (field === 'smb_message_echoes') {
    return { events: itemsOf('message_echoes').flatMap((item) => readItem(item, echoOf)), receipts: [], people: [] };
  }
  if (field !== 'messages') return { events: [], receipts: [], people: [] };
  // Meta could not hand something on: nobody knows what, so a person should.
  const troubles = objects('errors').map((error) => unreadable(rawOf({ metadata: value['metadata'], errors: [error] }),
    typeof error['code'] === 'number' ? `META_ERROR_${Math.trunc(Math.abs(error['code']))}` : 'META_ERROR'));
  return { events: [...itemsOf('messages').flatMap((item) => readItem(item, eventsOf)), ...troubles],
    receipts: objects('statuses').flatMap(receiptOf),
    people: [...objects('messages').flatMap((message) => bothOf(message['from'], message['from_user_id'])),
      ...contacts.flatMap((contact) => bothOf(contact['wa_id'], contact['user_id']))] };
}
