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

/** What stands in `payload` of a message of kind `location`. */
export interface LocationPayload {
  latitude: number;
  longitude: number;
  name?: string | undefined;
  address?: string | undefined;
}

/** What stands in `payload` of a message of kind `contact`: the phone number is shown masked. */
export interface ContactPayload {
  name?: string | undefined;
  phone?: string | undefined;
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

/** A file that the provider still holds; it is fetched once its message is stored, so no message waits for it. */
export interface RemoteFile {
  /** What the adapter fetches it by; opaque elsewhere, and never a link with a credential in it. */
  ref: string;
  fileName: string;
  sizeBytes?: number | undefined;
}

/** A button under a message to the customer; `data` comes back as their answer, `url` opens a page. */
export interface MessageButton {
  text: string;
  data?: string | undefined;
  url?: string | undefined;
}

/** What stands in `payload` of a message to the customer that offers something to tap. */
export interface OfferPayload {
  /** Rows of buttons. */
  buttons?: MessageButton[][] | undefined;
  /** The words on a button by which the customer shares their own phone number. */
  askContact?: string | undefined;
}

/** A message whose words the provider has approved; `{{1}}` are gaps that the sender fills. */
export interface MessageTemplate {
  name: string;
  language: string;
  category: string;
  header: string | null;
  body: string;
  footer: string | null;
  /** How many gaps the body has; the header may have one of its own. */
  bodyGaps: number;
  headerGaps: number;
}

/** What stands in `payload.template` of a message that uses one. */
export interface TemplateUse {
  name: string;
  language: string;
  body: string[];
  header?: string[] | undefined;
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
  remoteFiles?: RemoteFile[] | undefined;
  payload?: Record<string, unknown> | undefined;
  providerMessageId?: string | undefined;
  replyToProviderId?: string | undefined;
  providerAt?: Date | undefined;
}

/** Two handles of one person, as the provider proves them. */
export interface SamePerson {
  handle: string;
  /** What the person is known by from now on. */
  is: string;
  /** E.164, where the provider vouches for it. */
  phone?: string | undefined;
  /** `handle` alone is to be recognised later (knownAs); needs `phone`, equal to `is`. */
  keeps?: boolean;
}

/**
 * The customer changed, withdrew or reacted to a message; only a reaction may be on one of ours. `reveal`: a message
 * that could not be read (payload.unreadable) can be read now; `whole` is it.
 */
export interface InboundChange extends InboundBase {
  kind: 'edit' | 'delete' | 'reaction' | 'reveal';
  handle: string;
  providerMessageId: string;
  text?: string | undefined;
  /** Of a reaction; absent: it was taken back. */
  emoji?: string | undefined;
  providerAt?: Date | undefined;
  /** Of an edit that carries the whole message: what to store where the original has not come yet (RF13). */
  whole?: InboundMessage | undefined;
}

/** What the provider proves about who writes: a phone number that is their own, or whether they can be reached. */
export interface InboundProfile extends InboundBase {
  kind: 'profile';
  handle: string;
  /** E.164; only where the provider vouches that it belongs to the handle. */
  phone?: string | undefined;
  reachable?: boolean | undefined;
}

/** A message from our own side that came back to us: matched to the outbox, else marked "sent from phone" (RS13). */
export interface InboundEcho extends InboundBase {
  kind: 'echo';
  handle: string;
  providerMessageId: string;
  messageKind: MessageKind;
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

export type InboundEvent =
  InboundMessage | InboundChange | InboundSignal | InboundProfile | InboundEcho | InboundUnreadable;

export interface InboundReceipt {
  providerMessageId: string;
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  reasonCode?: string | undefined;
  providerAt?: Date | undefined;
  /** Our own id of the message, where the provider says it back: it names one whose provider id we never heard. */
  clientId?: string | undefined;
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
  /** The beginning of what is replied to, and whether we had said it; absent where it is not known. */
  replyToText?: string | null | undefined;
  replyToFromUs?: boolean | undefined;
  createdAt: Date;
  offer?: OfferPayload | undefined;
  template?: TemplateUse | undefined;
}

/** What may be done to a message that has been said: change or take back one of ours, react to one of theirs. */
export type ChangeKind = 'EDIT' | 'RECALL' | 'REACTION';

/** A change on its way to the customer, as an adapter's `change` gets it. */
export interface OutboundChange {
  id: string;
  kind: ChangeKind;
  /** The message as it was sent; of a reaction, the customer's. */
  message: OutboundMessage;
  providerMessageId: string;
  /** The provider's ids by part, where the message left in several. */
  sentParts: string[][] | null;
  /** Of an edit. */
  text: string | null;
  /** Of a reaction; null takes ours back. */
  emoji: string | null;
}

/** How a change ended. It says what shall stand, so it may be said again: there is no `unknown`. */
export type ChangeOutcome =
  | { kind: 'done';
    /** The ids by part as they are now, where some went. */
    parts?: string[][] | undefined }
  | { kind: 'retry'; reasonCode: string; afterMs?: number }
  | { kind: 'failed'; reasonCode: string };

/**
 * How a send ended. `unknown`: the request left and no answer came; never re-sent unless `deduplicates` is declared.
 */
export type SendOutcome =
  | { kind: 'sent'; providerMessageId: string; status?: 'sent' | 'delivered';
    /** All ids by part, where it left in several: what a later change needs. */
    parts?: string[][] }
  | { kind: 'retry'; reasonCode: string; afterMs?: number }
  | { kind: 'failed'; reasonCode: string }
  | { kind: 'unknown'; reasonCode: string };
