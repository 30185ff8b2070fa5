/** From a decrypted WhatsApp message to our words. Pure: what cannot be read is said, nothing is guessed. */
import { getContentType, normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import type { ContactPayload, InboundEvent, LocationPayload, MessageKind, RemoteFile } from '#domain/channels/words.ts';

type Content = proto.IMessage;

/** What is needed to fetch a file later: kept sealed by the id of its message, never in a link. */
export interface MediaKey {
  type: 'image' | 'video' | 'audio' | 'document' | 'sticker';
  mediaKey: string;
  url: string | null;
  directPath: string | null;
  sizeBytes: number | null;
}

/** Of a message: what it says, and what a file in it is fetched by. */
export interface Said {
  messageKind: MessageKind;
  text?: string | undefined;
  payload?: Record<string, unknown> | undefined;
  file?: { fileName: string; media: MediaKey } | undefined;
  replyTo?: string | undefined;
}

const EXTENSIONS: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp',
  'video/mp4': 'mp4', 'audio/ogg': 'ogg', 'audio/mpeg': 'mp3', 'audio/mp4': 'm4a', 'application/pdf': 'pdf' };

interface FileMessage {
  mediaKey?: Uint8Array | null; url?: string | null; directPath?: string | null; mimetype?: string | null;
  fileLength?: number | { toNumber(): number } | null; fileName?: string | null; caption?: string | null;
}

function sizeOf(length: FileMessage['fileLength']): number | null {
  const bytes = typeof length === 'number' ? length : length?.toNumber() ?? null;
  return bytes !== null && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null;
}

function fileOf(type: MediaKey['type'], file: FileMessage): Said['file'] {
  if (file.mediaKey == null || file.mediaKey.length !== 32 || (file.url == null && file.directPath == null)) {
    return undefined;
  }
  const extension = EXTENSIONS[(file.mimetype ?? '').split(';')[0]?.trim() ?? ''];
  const given = file.fileName?.trim();
  const fileName = given !== undefined && given !== '' ? given.slice(0, 200)
    : `${type}${extension === undefined ? '' : `.${extension}`}`;
  return { fileName, media: { type, mediaKey: Buffer.from(file.mediaKey).toString('base64'), url: file.url ?? null,
    directPath: file.directPath ?? null, sizeBytes: sizeOf(file.fileLength) } };
}

function filed(type: MediaKey['type'], kind: MessageKind, file: FileMessage): Said {
  const found = fileOf(type, file);
  const text = file.caption?.trim() === '' ? undefined : file.caption ?? undefined;
  // Without its keys nobody can read the file; what was said with it still counts.
  return { messageKind: kind, text,
    ...(found === undefined ? { payload: { unreadableFile: true } } : { file: found }) };
}

/** The first telephone number of a vCard. */
function phoneOfCard(card: string | null | undefined): string | undefined {
  const line = (card ?? '').split(/\r?\n/).find((each) => /^(item\d+\.)?TEL/i.test(each));
  const waid = /waid=(\d{7,15})/i.exec(line ?? '')?.[1];
  const digits = waid ?? line?.split(':').at(-1)?.replaceAll(/[^\d+]/g, '');
  return digits === undefined || digits === '' ? undefined : waid === undefined ? digits : `+${waid}`;
}

function contactOf(contact: proto.Message.IContactMessage | null | undefined): Said {
  const payload: ContactPayload = { name: contact?.displayName ?? undefined, phone: phoneOfCard(contact?.vcard) };
  return { messageKind: 'contact', payload: { ...payload } };
}

function locationOf(place: proto.Message.ILocationMessage | proto.Message.ILiveLocationMessage): Said {
  const { degreesLatitude: latitude, degreesLongitude: longitude } = place;
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return { messageKind: 'other' };
  const named = place as proto.Message.ILocationMessage;
  const payload: LocationPayload = { latitude, longitude, name: named.name ?? undefined,
    address: named.address ?? undefined };
  return { messageKind: 'location', payload: { ...payload } };
}

/** What was tapped on a list, a button or a template, as its words. */
function tapped(content: Content): string | undefined {
  return content.buttonsResponseMessage?.selectedDisplayText ?? content.listResponseMessage?.title
    ?? content.templateButtonReplyMessage?.selectedDisplayText ?? undefined;
}

/** What a message says; undefined for one that says nothing to people (keys, protocol). */
export function saidOf(message: Content): Said | undefined {
  const content = normalizeMessageContent(message);
  const type = content === undefined ? undefined : getContentType(content);
  if (content === undefined || type === undefined) return undefined;
  const context = (content[type] as { contextInfo?: proto.IContextInfo | null } | null)?.contextInfo;
  const replyTo = context?.stanzaId ?? undefined;
  const said = saidBy(content, type);
  return said === undefined ? undefined : { ...said, ...(replyTo === undefined ? {} : { replyTo }) };
}

function saidBy(content: Content, type: keyof Content): Said | undefined {
  switch (type) {
    case 'conversation': return { messageKind: 'text', text: content.conversation ?? '' };
    case 'extendedTextMessage': return { messageKind: 'text', text: content.extendedTextMessage?.text ?? '' };
    case 'imageMessage': return filed('image', 'image', content.imageMessage ?? {});
    case 'videoMessage':
    case 'ptvMessage': return filed('video', 'video', content.videoMessage ?? content.ptvMessage ?? {});
    case 'audioMessage': return filed('audio', 'audio', content.audioMessage ?? {});
    case 'documentMessage': return filed('document', 'document', content.documentMessage ?? {});
    case 'stickerMessage': return filed('sticker', 'sticker', content.stickerMessage ?? {});
    case 'locationMessage': return locationOf(content.locationMessage ?? {});
    case 'liveLocationMessage': return locationOf(content.liveLocationMessage ?? {});
    case 'contactMessage': return contactOf(content.contactMessage);
    case 'contactsArrayMessage': return contactOf(content.contactsArrayMessage?.contacts?.[0]);
    case 'protocolMessage':
    case 'senderKeyDistributionMessage':
    case 'messageContextInfo':
    case 'reactionMessage':
    case 'keepInChatMessage':
    case 'encReactionMessage': return undefined;
    default: {
      const words = tapped(content);
      return words === undefined ? { messageKind: 'other' } : { messageKind: 'text', text: words };
    }
  }
}

/** Where a message came from, as the stanza around it tells. */
export interface Envelope {
  id: string;
  /** Of the customer. */
  handle: string;
  name: string | undefined;
  at: Date | undefined;
  raw: Uint8Array;
}

/** Its id among all of the account: ids are the sender's own, so who sent it is part of it (INV2). */
export function keyOf(envelope: Pick<Envelope, 'id' | 'handle'>, what = 'm'): string {
  return `${what}:${envelope.handle}:${envelope.id}`;
}

/** Events for the house, and the keys of files by the id under which they are fetched. */
export interface Read { events: InboundEvent[]; media: Record<string, MediaKey> }

function messageEvent(envelope: Envelope, said: Said): Read {
  const { id, handle, name, at, raw } = envelope;
  const ref = `${handle}:${id}`;
  const remoteFiles: RemoteFile[] | undefined = said.file === undefined ? undefined
    : [{ ref, fileName: said.file.fileName, sizeBytes: said.file.media.sizeBytes ?? undefined }];
  return { media: said.file === undefined ? {} : { [ref]: said.file.media },
    events: [{ kind: 'message', dedupKey: keyOf(envelope), raw, handle, sharedHandle: handle.startsWith('+'),
      name, phone: handle.startsWith('+') ? handle : undefined, messageKind: said.messageKind, text: said.text,
      payload: said.payload, remoteFiles, providerMessageId: id, replyToProviderId: said.replyTo, providerAt: at }] };
}

const NOTHING: Read = { events: [], media: {} };

/**
 * What a customer's message tells. Of protocol messages only the two that people send themselves are read, and only
 * about the sender's own messages: the house looks a message up by who wrote it (RS13, CVE-2026-48063).
 */
export function readMessage(envelope: Envelope, message: Content): Read {
  const content = normalizeMessageContent(message) ?? {};
  // Only a device of our own says what was sent from our side; from anybody else it is a forgery.
  if (content.deviceSentMessage != null) return NOTHING;
  const { handle, raw, at: providerAt } = envelope;
  const { reactionMessage: reaction, protocolMessage: protocol } = content;
  if (reaction?.key?.id != null) {
    const emoji = reaction.text == null || reaction.text === '' ? undefined : reaction.text;
    return { media: {}, events: [{ kind: 'reaction', dedupKey: keyOf(envelope, 'r'), raw, handle, emoji,
      providerMessageId: reaction.key.id, providerAt }] };
  }
  if (protocol != null) {
    const { Type } = proto.Message.ProtocolMessage;
    const id = protocol.key?.id;
    if (id == null) return NOTHING;
    if (protocol.type === Type.REVOKE) {
      return { media: {}, events: [{ kind: 'delete', dedupKey: keyOf(envelope, 'd'), raw, handle,
        providerMessageId: id, providerAt }] };
    }
    const text = protocol.type === Type.MESSAGE_EDIT && protocol.editedMessage != null
      ? saidOf(protocol.editedMessage) : undefined;
    if (text === undefined) return NOTHING;
    return { media: {}, events: [{ kind: 'edit', dedupKey: keyOf(envelope, 'e'), raw, handle, providerMessageId: id,
      text: text.text ?? '', providerAt }] };
  }
  const said = saidOf(message);
  return said === undefined ? NOTHING : messageEvent(envelope, said);
}

/** What somebody wrote on the account's own phone: an echo, matched to what we sent (RS13). */
export function readHandset(envelope: Envelope, message: Content): InboundEvent[] {
  const said = saidOf(message);
  if (said === undefined) return [];
  return [{ kind: 'echo', dedupKey: keyOf(envelope, 'o'), raw: envelope.raw, handle: envelope.handle,
    providerMessageId: envelope.id, messageKind: said.messageKind, text: said.text, providerAt: envelope.at }];
}

/** A message that could not be decrypted: its place is kept until the sender's phone repeats it. */
export function unreadable(envelope: Envelope): InboundEvent {
  return { kind: 'message', dedupKey: keyOf(envelope, 'u'), raw: envelope.raw, handle: envelope.handle,
    sharedHandle: envelope.handle.startsWith('+'), name: envelope.name,
    phone: envelope.handle.startsWith('+') ? envelope.handle : undefined, messageKind: 'other',
    payload: { unreadable: true }, providerMessageId: envelope.id, providerAt: envelope.at };
}

/** The message that was unreadable at first, for its place; what came with it is fetched as ever. */
export function revealed(envelope: Envelope, read: Read): Read {
  const [whole] = read.events;
  if (whole?.kind !== 'message') return read;
  return { media: read.media, events: [{ kind: 'reveal', dedupKey: keyOf(envelope, 'v'), raw: envelope.raw,
    handle: envelope.handle, providerMessageId: envelope.id, whole, providerAt: envelope.at }] };
}
