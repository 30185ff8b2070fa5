/** The words that channels and the rest of the house share about what comes in and goes out. */

export type Medium = 'VOICE' | 'CHAT' | 'MESSAGING' | 'SOCIAL' | 'EMAIL';

/**
 * Points of an agent's pool that one interaction of a medium takes, unless its queue says otherwise (architecture 4).
 */
export const costPoints: Record<Medium, number> = { VOICE: 100, CHAT: 25, MESSAGING: 20, SOCIAL: 20, EMAIL: 10 };

export type MessageKind =
  'text' | 'image' | 'document' | 'audio' | 'video' | 'location' | 'contact' | 'sticker' | 'other';

/** A file as a message holds it; the bytes are in the BlobStore under the file's id. */
export interface Attachment {
  fileId: string;
  fileName: string;
  mediaType: string;
  sizeBytes: number;
}

export type SendStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'played' | 'failed' | 'unknown';

/** What a channel account is to its adapter. Secrets are fetched through the host, never carried. */
export interface AccountView {
  id: string;
  organisationId: string;
  channel: string;
  /** The name in URLs: /hooks/:channel/:key. */
  key: string;
  name: string;
  address: string | null;
  settings: Record<string, unknown>;
}

interface InboundBase {
  /** Unique per account and direction for ever; the adapter builds it (with the chat, where ids are per chat). INV2. */
  dedupKey: string;
  /** The bytes this event was read from, kept as they came. */
  raw: Uint8Array;
}

export interface InboundMessage extends InboundBase {
  kind: 'message';
  /** Opaque outside the adapter: who wrote, on this account. */
  handle: string;
  /** One thread per value where a handle has several (e-mail); '' elsewhere. */
  threadKey?: string;
  name?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  /** A contact point known beyond this account (a phone, say) is shared between accounts of the channel. */
  sharedHandle?: boolean;
  messageKind: MessageKind;
  text?: string | undefined;
  attachments?: Attachment[] | undefined;
  payload?: Record<string, unknown> | undefined;
  providerMessageId?: string | undefined;
  replyToProviderId?: string | undefined;
  providerAt?: Date | undefined;
}

export interface InboundChange extends InboundBase {
  kind: 'edit' | 'delete';
  handle: string;
  providerMessageId: string;
  text?: string | undefined;
  providerAt?: Date | undefined;
}

/** The customer ended the conversation, or rated it. */
export interface InboundSignal extends InboundBase {
  kind: 'ended' | 'rating';
  handle: string;
  score?: number | undefined;
  comment?: string | undefined;
}

/** An event that could not be read at all: quarantined with its reason, its neighbours go on (INV7). */
export interface InboundUnreadable extends InboundBase {
  kind: 'unreadable';
  reasonCode: string;
  reasonDetail?: string | undefined;
}

export type InboundEvent = InboundMessage | InboundChange | InboundSignal | InboundUnreadable;

export interface InboundReceipt {
  providerMessageId: string;
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  reasonCode?: string | undefined;
  providerAt?: Date | undefined;
}

export type ReceiveOutcome = 'stored' | 'duplicate' | 'quarantined';

export interface ReceiveResult {
  outcome: ReceiveOutcome;
  conversationId?: string;
  messageId?: string;
  seq?: number;
}

/** A message on its way to a customer, as an adapter's `send` gets it. */
export interface OutboundMessage {
  id: string;
  /** Stable over retries: a provider that de-duplicates gets this as its key. */
  clientId: string;
  conversationId: string;
  seq: number;
  handle: string;
  threadKey: string;
  authorKind: 'AGENT' | 'BOT' | 'SYSTEM';
  authorName: string | null;
  kind: MessageKind;
  text: string | null;
  attachments: Attachment[];
  replyToProviderId: string | null;
  createdAt: Date;
}

/**
 * How a send ended. `unknown`: the request left and no answer came; never re-sent unless `deduplicates` is declared.
 */
export type SendOutcome =
  | { kind: 'sent'; providerMessageId: string; status?: 'sent' | 'delivered' }
  | { kind: 'retry'; reasonCode: string; afterMs?: number }
  | { kind: 'failed'; reasonCode: string }
  | { kind: 'unknown'; reasonCode: string };
