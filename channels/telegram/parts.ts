/** A message of ours as the calls that Telegram takes: texts of 4,096 characters, files singly or as albums. Pure. */
import type { Attachment, MessageButton, OutboundMessage } from '#domain/channels/words.ts';
import { splitText } from './split.ts';
import type { Json } from '#channels/json-fields.ts';

export const TEXT_CHARS = 4_096;
export const CAPTION_CHARS = 1_024;
const ALBUM_FILES = 10;
/** A request may hold 50 MB (core.telegram.org/bots/api, sending files), and its files are in memory meanwhile. */
const ALBUM_BYTES = 45 * 1_048_576;
const PHOTO_BYTES = 10 * 1_048_576;
const BUTTON_DATA_BYTES = 64;

/** How a file is sent: the method's field and the name of the method. */
type FileKind = 'photo' | 'video' | 'animation' | 'voice' | 'audio' | 'document';

export interface FilePart { file: Attachment; as: FileKind }

/** One call: a text, a file with its caption, or an album. */
export interface Part {
  method: string;
  payload: Json;
  files: FilePart[];
}

const METHODS: Record<FileKind, string> = { photo: 'sendPhoto', video: 'sendVideo', animation: 'sendAnimation',
  voice: 'sendVoice', audio: 'sendAudio', document: 'sendDocument' };

/** What Telegram shows a file as; all that it might refuse as a picture or a sound goes as a document. */
function fileKind(file: Attachment): FileKind {
  switch (file.mediaType) {
    case 'image/jpeg': case 'image/png': case 'image/webp': return file.sizeBytes <= PHOTO_BYTES ? 'photo' : 'document';
    case 'image/gif': return 'animation';
    case 'video/mp4': return 'video';
    case 'audio/ogg': case 'audio/opus': return 'voice';
    case 'audio/mpeg': case 'audio/mp4': case 'audio/x-m4a': return 'audio';
    default: return 'document';
  }
}

/** Files that Telegram takes in one album stand together: pictures with films, documents, or sounds. */
function albumOf(kind: FileKind): string {
  return kind === 'photo' || kind === 'video' ? 'seen' : kind;
}

function groups(files: readonly Attachment[]): FilePart[][] {
  const found: FilePart[][] = [];
  for (const file of files) {
    const part = { file, as: fileKind(file) };
    const last = found.at(-1);
    const together = last?.[0] !== undefined && last.length < ALBUM_FILES
      && last.reduce((sum, each) => sum + each.file.sizeBytes, file.sizeBytes) <= ALBUM_BYTES
      && !['voice', 'animation'].includes(part.as) && albumOf(last[0].as) === albumOf(part.as);
    if (together) last.push(part);
    else found.push([part]);
  }
  return found;
}

function filePart(group: FilePart[], caption: string): Part {
  const [first] = group;
  const words = caption === '' ? {} : { caption };
  if (group.length > 1 || first === undefined) {
    const media = group.map(({ as }, at) => ({ type: as, ...(at === 0 ? words : {}) }));
    return { method: 'sendMediaGroup', payload: { media }, files: group };
  }
  return { method: METHODS[first.as], payload: words, files: group };
}

function buttonOf(button: MessageButton): Json | undefined {
  if (button.url !== undefined) return { text: button.text, url: button.url };
  const data = button.data ?? button.text;
  return Buffer.byteLength(data) <= BUTTON_DATA_BYTES ? { text: button.text, callback_data: data } : undefined;
}

/** What hangs under a message: buttons, or the keyboard that asks for the phone number. */
export function markupOf(message: Pick<OutboundMessage, 'offer'>): Json | undefined {
  const rows = (message.offer?.buttons ?? []).map((row) => row.map(buttonOf).filter((one) => one !== undefined))
    .filter((row) => row.length > 0);
  if (rows.length > 0) return { inline_keyboard: rows };
  const ask = message.offer?.askContact;
  if (ask === undefined || ask === '') return undefined;
  return { keyboard: [[{ text: ask, request_contact: true }]], resize_keyboard: true, one_time_keyboard: true };
}

/** Telegram's id of a message, from ours; undefined where another bot than this one (Bot.place) knows it. */
export function telegramMessageId(key: string | null, place: string): number | undefined {
  const own = key?.startsWith(place) === true ? key.slice(place.length) : '';
  const found = /^-?\d+:(\d+)$/.exec(own);
  return found === null ? undefined : Number(found[1]);
}

/**
 * The calls of a message, in order. The reply quotes in the first, buttons hang on the last. A short text beside files
 * is their caption; a long one follows them.
 */
export function partsOf(message: OutboundMessage, place = ''): Part[] {
  const words = message.text ?? '';
  const files = groups(message.attachments);
  const markup = markupOf(message);
  // Under an album nothing can hang: then the text goes by itself behind it, with the buttons.
  const isBare = markup !== undefined && (files.at(-1)?.length ?? 0) > 1;
  const asCaption = files.length > 0 && words.trim() !== '' && words.length <= CAPTION_CHARS && !isBare;
  const parts = files.map((group, at) => filePart(group, asCaption && at === 0 ? words.trim() : ''));
  if (!asCaption) {
    for (const text of splitText(words, TEXT_CHARS)) {
      parts.push({ method: 'sendMessage', payload: { text }, files: [] });
    }
  }
  const quoted = telegramMessageId(message.replyToProviderId, place);
  const [first] = parts;
  if (first !== undefined && quoted !== undefined) {
    first.payload['reply_parameters'] = { message_id: quoted, allow_sending_without_reply: true };
  }
  const last = parts.at(-1);
  if (markup !== undefined && last !== undefined && last.method !== 'sendMediaGroup') {
    last.payload['reply_markup'] = markup;
  }
  return parts;
}
