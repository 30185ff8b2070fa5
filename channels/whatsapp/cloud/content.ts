/** What a customer's message holds, in the house's words. Pure: what is not known yet is said to be so, never lost. */
import { finite, list, object, text, type Json } from '#channels/json-fields.ts';
import type { ContactPayload, LocationPayload, MessageKind, RemoteFile } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { cutText } from '#domain/text.ts';
import { phoneOf } from './handles.ts';

export interface Content {
  kind: MessageKind;
  text?: string | undefined;
  files?: RemoteFile[] | undefined;
  payload?: Record<string, unknown> | undefined;
}

/** It becomes part of a path, so it may be nothing that leads elsewhere. */
const FILE_REF = /^[A-Za-z0-9_-]{1,200}$/;

/** Messages that carry a file: their type, what it is to us, and what it is called where it has no name. */
const FILES: Readonly<Record<string, [kind: MessageKind, name: string, ending: string]>> = {
  image: ['image', 'foto', 'jpg'], video: ['video', 'video', 'mp4'], audio: ['audio', 'audio', 'mp3'],
  document: ['document', 'dokumen', 'bin'], sticker: ['sticker', 'stiker', 'webp'],
};

const ENDINGS: Readonly<Record<string, string>> = { 'application/pdf': 'pdf', 'image/png': 'png', 'image/jpeg': 'jpg',
  'image/webp': 'webp', 'audio/mpeg': 'mp3', 'audio/mp4': 'm4a', 'audio/ogg': 'ogg', 'audio/aac': 'aac',
  'audio/amr': 'amr', 'video/mp4': 'mp4', 'video/3gpp': '3gp', 'text/plain': 'txt' };

function words(value: unknown, chars: number): string | undefined {
  return cutText(text(value) ?? '', chars) || undefined;
}

function fileContent(type: string, file: Json | undefined): Content {
  const [kind, plain, usual] = FILES[type] ?? ['document', 'berkas', 'bin'];
  const caption = text(file?.['caption']);
  const ref = text(file?.['id']);
  // Without its id nobody can fetch it; what was said with it still counts.
  if (ref === undefined || !FILE_REF.test(ref)) return { kind, text: caption, payload: { unreadableFile: true } };
  const mediaType = text(file?.['mime_type'])?.split(';')[0]?.trim() ?? '';
  const name = type === 'audio' && file?.['voice'] === true ? 'pesan-suara' : plain;
  const fileName = words(file?.['filename'], limits.fileNameChars) ?? `${name}.${ENDINGS[mediaType] ?? usual}`;
  return { kind, text: caption, files: [{ ref, fileName }] };
}

function locationContent(place: Json | undefined): Content {
  const [latitude, longitude] = [finite(place?.['latitude']), finite(place?.['longitude'])];
  const isPlace = latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90
    && Math.abs(longitude) <= 180;
  if (!isPlace) return { kind: 'other', text: words(place?.['name'], 200), payload: { type: 'location' } };
  const payload: LocationPayload = { latitude, longitude, name: words(place?.['name'], 200),
    address: words(place?.['address'], 400) };
  return { kind: 'location', payload: { ...payload } };
}

function nameOf(card: Json | undefined): string | undefined {
  const name = object(card?.['name']);
  return words(name?.['formatted_name'] ?? name?.['first_name'], limits.nameChars);
}

/** The first card; where several were shared, the names of all are the text. */
function contactsContent(cards: readonly (Json | undefined)[]): Content {
  const [first] = cards;
  const phone = object(list(first?.['phones'])[0]);
  const payload: ContactPayload = { name: nameOf(first),
    phone: phoneOf(phone?.['wa_id']) ?? phoneOf(text(phone?.['phone'])?.replaceAll(/[\s().-]/g, ''))
      ?? words(phone?.['phone'], 32) };
  const names = cards.slice(0, limits.pageItemsDefault).flatMap((card) => nameOf(card) ?? []);
  return { kind: 'contact', payload: { ...payload }, text: cards.length > 1 ? names.join(', ') : undefined };
}

function tapped(label: unknown, data: unknown, type: string): Content {
  const said = text(label) ?? text(data);
  if (said === undefined) return { kind: 'other', payload: { type } };
  return { kind: 'text', text: said, payload: { button: cutText(text(data) ?? said, limits.buttonDataBytes) } };
}

/** What was tapped on buttons or a list, or filled in on a form. */
function interactiveContent(interactive: Json | undefined): Content {
  const reply = object(interactive?.['button_reply']) ?? object(interactive?.['list_reply']);
  if (reply !== undefined) return tapped(reply['title'], reply['id'], 'interactive');
  const form = object(interactive?.['nfm_reply']);
  const filled = words(form?.['response_json'], limits.messageTextChars / 2);
  return { kind: 'other', text: text(form?.['body']) ?? text(form?.['name']),
    payload: { type: text(interactive?.['type'])?.slice(0, 64) ?? 'interactive',
      ...(filled === undefined ? {} : { form: filled }) } };
}

/** A type that this house does not know, or that Meta does not hand on: its name, and whatever words are in it. */
function otherContent(type: string, message: Json): Content {
  const own = object(message[type]);
  const [error] = list(message['errors']).map(object);
  const code = error?.['code'];
  const inner = text(own?.['type'])?.slice(0, 64);
  return { kind: 'other', text: text(own?.['text']) ?? text(own?.['body']) ?? text(own?.['caption']),
    payload: { type: cutText(type, 64), ...(inner === undefined ? {} : { subtype: inner }),
      ...(typeof code === 'number' ? { errorCode: code } : {}) } };
}

function ofType(type: string, message: Json): Content {
  const own = object(message[type]);
  if (Object.hasOwn(FILES, type)) return fileContent(type, own);
  switch (type) {
    case 'text': return { kind: 'text', text: text(own?.['body']) };
    case 'location': return locationContent(own);
    case 'contacts': return contactsContent(list(message['contacts']).map(object));
    case 'button': return tapped(own?.['text'], own?.['payload'], 'button');
    case 'interactive': return interactiveContent(own);
    default: return otherContent(type, message);
  }
}

/** The advertisement or post that led the customer here. */
function referralOf(referral: Json | undefined): Record<string, unknown> | undefined {
  if (referral === undefined) return undefined;
  const found = Object.entries({ url: words(referral['source_url'], limits.linkChars),
    type: words(referral['source_type'], 64), id: words(referral['source_id'], 128),
    headline: words(referral['headline'], 400), body: words(referral['body'], 1_000) })
    .filter(([, value]) => value !== undefined);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** What the message holds. Never throws, and gives something for every type there is or will be. */
export function contentOf(message: Json): Content {
  const type = text(message['type']) ?? 'unknown';
  const content = ofType(type, message);
  const referral = referralOf(object(message['referral']));
  return referral === undefined ? content : { ...content, payload: { ...content.payload, referral } };
}
