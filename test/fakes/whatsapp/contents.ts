/** What phones say to each other: messages as WhatsApp encodes them, and their words. */
import { deflateSync } from 'node:zlib';
import { normalizeMessageContent, proto } from '@whiskeysockets/baileys';

const { Type } = proto.Message.ProtocolMessage;

/** The words of a message; null where it has none of its own, as an edit or a reaction. */
export function textOf(given: proto.IMessage): string | null {
  const message = normalizeMessageContent(given.deviceSentMessage?.message ?? given);
  return message?.conversation || message?.extendedTextMessage?.text || message?.imageMessage?.caption
    || message?.videoMessage?.caption || message?.documentMessage?.caption || null;
}

/** The kind of stanza a message travels in. */
export function stanzaType(given: proto.IMessage): string {
  const message = normalizeMessageContent(given) ?? {};
  if (message.reactionMessage != null) return 'reaction';
  return fileIn(message) === undefined ? 'text' : 'media';
}

/** A text; `replyTo` quotes the message of that id, which `author` wrote. */
export function textMessage(text: string, replyTo?: { id: string; author: string }): proto.IMessage {
  if (replyTo === undefined) return { conversation: text };
  return { extendedTextMessage: { text, contextInfo: { stanzaId: replyTo.id, participant: replyTo.author,
    quotedMessage: { conversation: '...' } } } };
}

/** `chat`: with whom, as the sender sees it. */
export function editMessage(chat: string, id: string, text: string): proto.IMessage {
  return { protocolMessage: { type: Type.MESSAGE_EDIT, key: { remoteJid: chat, fromMe: true, id },
    editedMessage: { conversation: text }, timestampMs: Date.now() } };
}

export function deleteMessage(chat: string, id: string): proto.IMessage {
  return { protocolMessage: { type: Type.REVOKE, key: { remoteJid: chat, fromMe: true, id } } };
}

/** An empty emoji takes the reaction back. */
export function reactionMessage(chat: string, id: string, emoji: string, isOwn: boolean): proto.IMessage {
  return { reactionMessage: { key: { remoteJid: chat, fromMe: isOwn, id }, text: emoji,
    senderTimestampMs: Date.now() } };
}

export type FileKind = 'image' | 'document' | 'audio' | 'video' | 'sticker';

/** What a message says of a file. */
export interface FileFacts {
  url?: string | null; directPath?: string | null; mediaKey?: Uint8Array | null; mimetype?: string | null;
  fileSha256?: Uint8Array | null; fileEncSha256?: Uint8Array | null; fileLength?: unknown; fileName?: string | null;
  caption?: string | null;
}

const FILE_KINDS: readonly FileKind[] = ['image', 'document', 'audio', 'video', 'sticker'];

/** The file that a message carries. */
export function fileIn(given: proto.IMessage): { kind: FileKind; file: FileFacts } | undefined {
  const message = normalizeMessageContent(given) ?? {};
  for (const kind of FILE_KINDS) {
    const file = message[`${kind}Message`] as FileFacts | null | undefined;
    if (file != null) return { kind, file };
  }
  return undefined;
}

/** One chat of the past. `pn` is null for somebody whose number is hidden. */
export interface PastChat { lid: string; pn: string | null; messages: { id: string; text: string }[] }

/** What a phone sends a newly linked device of its past; with no chats only that there is nothing more to come. */
export function historyMessage(chats: readonly PastChat[]): proto.IMessage {
  const seconds = Math.floor(Date.now() / 1_000) - 3_600;
  const syncType = proto.HistorySync.HistorySyncType.RECENT;
  const conversations = chats.map(({ lid, pn, messages }): proto.IConversation => ({
    id: lid, lidJid: lid, ...(pn === null ? {} : { pnJid: pn }),
    messages: messages.map(({ id, text }, at) => ({ msgOrderId: at + 1, message: {
      key: { remoteJid: lid, fromMe: false, id }, message: { conversation: text }, messageTimestamp: seconds + at } })),
  }));
  const known = chats.flatMap(({ lid, pn }) => (pn === null ? [] : [{ lidJid: lid, pnJid: pn }]));
  const bytes = proto.HistorySync.encode({ syncType, progress: 100, chunkOrder: 1, conversations,
    phoneNumberToLidMappings: known }).finish();
  return { protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification: {
    syncType: proto.Message.HistorySyncType.RECENT, progress: 100, chunkOrder: 1,
    initialHistBootstrapInlinePayload: deflateSync(bytes) } } };
}
