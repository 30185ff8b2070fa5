/** What a Telegram message holds, in the house's words: its kind, its text, its files and what goes with them. Pure. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { ContactPayload, LocationPayload, MessageKind, RemoteFile } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { cutText } from '#domain/text.ts';
import { finite, list, object, text, whole, type Json } from '#channels/json-fields.ts';

export interface Content {
  kind: MessageKind;
  text?: string | undefined;
  files?: RemoteFile[] | undefined;
  payload?: Record<string, unknown> | undefined;
  /** A phone number that Telegram proves to be the sender's own. */
  ownPhone?: string | undefined;
}

/** Notices of Telegram itself, which nobody wrote: no message of the customer. */
const NOTICES = ['new_chat_members', 'left_chat_member', 'new_chat_title', 'new_chat_photo', 'delete_chat_photo',
  'group_chat_created', 'supergroup_chat_created', 'channel_chat_created', 'message_auto_delete_timer_changed',
  'migrate_to_chat_id', 'migrate_from_chat_id', 'pinned_message', 'write_access_allowed', 'users_shared', 'chat_shared',
  'forum_topic_created', 'video_chat_scheduled', 'video_chat_started', 'video_chat_ended', 'chat_background_set',
  'boost_added', 'connected_website', 'proximity_alert_triggered', 'video_chat_participants_invited'];

/** Kinds of files, in the order they are looked for: an animation comes with a document beside it. */
const FILES: readonly [field: string, kind: MessageKind, name: string, ending: string][] = [
  ['animation', 'video', 'animasi', 'mp4'],
  ['voice', 'audio', 'pesan-suara', 'ogg'],
  ['audio', 'audio', 'audio', 'mp3'],
  ['video_note', 'video', 'pesan-video', 'mp4'],
  ['video', 'video', 'video', 'mp4'],
  ['document', 'document', 'dokumen', 'bin'],
];

const ENDINGS: Readonly<Record<string, string>> = { 'application/pdf': 'pdf', 'image/png': 'png', 'image/gif': 'gif',
  'audio/mpeg': 'mp3', 'audio/mp4': 'm4a', 'audio/ogg': 'ogg', 'video/mp4': 'mp4', 'text/plain': 'txt' };

function remoteFile(file: Json, name: string): RemoteFile | undefined {
  const ref = text(file['file_id']);
  if (ref === undefined || ref.length > 512) return undefined;
  const size = whole(file['file_size']);
  return { ref, fileName: cutText(text(file['file_name']) ?? name, limits.fileNameChars),
    sizeBytes: size === undefined || size < 0 ? undefined : size };
}

/** The largest size of a photo. */
function photoOf(sizes: unknown[]): Json | undefined {
  const area = (one: Json): number => (whole(one['width']) ?? 0) * (whole(one['height']) ?? 0);
  const found = sizes.map(object).filter((one) => one !== undefined);
  return found.toSorted((a, b) => area(b) - area(a))[0];
}

function fileContent(message: Json): Content | undefined {
  const id = whole(message['message_id']) ?? 0;
  const photo = photoOf(list(message['photo']));
  if (photo !== undefined) {
    const file = remoteFile(photo, `foto-${id}.jpg`);
    return file === undefined ? { kind: 'image' } : { kind: 'image', files: [file] };
  }
  for (const [field, kind, name, ending] of FILES) {
    const value = object(message[field]);
    if (value === undefined) continue;
    const file = remoteFile(value, `${name}-${id}.${ENDINGS[text(value['mime_type']) ?? ''] ?? ending}`);
    return file === undefined ? { kind } : { kind, files: [file] };
  }
  return undefined;
}

/** A phone number in E.164, if it is one; Telegram writes it with or without the plus. */
function phoneOf(value: unknown): string | undefined {
  const digits = text(value)?.replaceAll(/[^0-9+]/g, '').replace(/^(?!\+)/, '+');
  if (digits === undefined || digits.length > 20) return undefined;
  const parsed = parsePhoneNumberFromString(digits);
  return parsed?.isValid() === true ? parsed.number : undefined;
}

/** A shared contact. Its number is the sender's own only if Telegram names the sender as its user; else a claim. */
function contactContent(contact: Json, senderId: number): Content {
  const phone = phoneOf(contact['phone_number']);
  const name = [text(contact['first_name']), text(contact['last_name'])].flatMap((part) => part ?? []).join(' ');
  const own = phone !== undefined && whole(contact['user_id']) === senderId;
  const card: ContactPayload & { own: boolean } = { name: cutText(name, limits.nameChars) || undefined,
    phone: phone ?? (cutText(text(contact['phone_number']) ?? '', 32) || undefined), own };
  return { kind: 'contact', payload: { ...card }, ownPhone: own ? phone : undefined };
}

function locationContent(message: Json): Content | undefined {
  const venue = object(message['venue']);
  const place = object(venue?.['location']) ?? object(message['location']);
  const latitude = finite(place?.['latitude']);
  const longitude = finite(place?.['longitude']);
  if (latitude === undefined || longitude === undefined || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
    return undefined;
  }
  const payload: LocationPayload = { latitude, longitude, name: cutText(text(venue?.['title']) ?? '', 200) || undefined,
    address: cutText(text(venue?.['address']) ?? '', 400) || undefined };
  return { kind: 'location', payload: { ...payload } };
}

/** `/start invoice-7` as {command: 'start', argument: 'invoice-7'}; the bot's own name behind @ is left out. */
function commandOf(words: string): Record<string, unknown> | undefined {
  const found = /^\/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+([\s\S]{1,256}))?$/.exec(words);
  if (found === null) return undefined;
  return { command: found[1]?.toLowerCase(), ...(found[2] === undefined ? {} : { argument: found[2] }) };
}

/**
 * What the message holds; undefined for a notice of Telegram itself. What this house does not know yet is kind `other`
 * with its type's name, so that nothing a customer sent goes unseen.
 */
export function contentOf(message: Json, senderId: number): Content | undefined {
  const words = text(message['text']);
  if (words !== undefined) return { kind: 'text', text: words, payload: commandOf(words) };
  const file = fileContent(message);
  if (file !== undefined) return { ...file, text: text(message['caption']) };
  const sticker = object(message['sticker']);
  if (sticker !== undefined) return { kind: 'sticker', text: text(sticker['emoji']) ?? '\u{1F5BC}\uFE0F' };
  const contact = object(message['contact']);
  if (contact !== undefined) return contactContent(contact, senderId);
  const location = locationContent(message);
  if (location !== undefined) return location;
  const dice = object(message['dice']);
  if (dice !== undefined) return { kind: 'other', text: text(dice['emoji']) };
  if (NOTICES.some((field) => field in message)) return undefined;
  const poll = text(object(message['poll'])?.['question']);
  return { kind: 'other', text: text(message['caption']) ?? poll };
}
