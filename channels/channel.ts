/**
 * The port between the house and a channel: this file is the manual. An adapter translates; it holds no business
 * rule, no
 * routing and no database. It is one folder, one line in registry.ts and one folder of captured payloads in test/.
 */
import type { Agent, IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type {
  AccountView,
  Attachment,
  ChangeOutcome,
  InboundEvent,
  InboundReceipt,
  Medium,
  OfferPayload,
  OutboundChange,
  OutboundMessage,
  ReceiveResult,
  RemoteFile,
  SendOutcome,
} from '#domain/channels/words.ts';
import type { Log } from '#domain/work.ts';

/** One field of the form by which an administrator sets an account up; drawn by one generic screen. */
export interface SetupField {
  name: string;
  kind: 'text' | 'secret' | 'url' | 'choice' | 'boolean' | 'number' | 'qr' | 'code';
  label: { id: string; en: string };
  help?: { id: string; en: string };
  required?: boolean;
  choices?: readonly string[];
  /** Secrets that the server makes itself when left empty, shown once. */
  generated?: boolean;
}

export interface Capabilities {
  attachments: boolean;
  typing: boolean;
  readReceipts: boolean;
  /** Customers' edits come in. */
  edits: boolean;
  replies: boolean;
  rating: boolean;
  /** A message may carry buttons to tap. */
  buttons: boolean;
  /** A message may ask for the customer's own phone number by a button. */
  askContact: boolean;
  /** What was sent can be changed, or taken back; what customers wrote can be reacted to: by `change`. */
  editSent: boolean;
  recallSent: boolean;
  react: boolean;
  /** The provider drops a second request with the same clientId: then, and only then, `unknown` may be sent again. */
  deduplicates: boolean;
}

export interface ChannelLimits {
  textChars: number;
  fileBytes: number;
  /** Messages per second that one account may send. */
  sendsPerSecond: number;
  /** How long a sent message can be taken back; absent: as long as it is there. */
  recallHours?: number;
}

/** A webhook as it came: the body is the raw bytes, for signatures are over those (RS12). */
export interface HookRequest {
  method: 'GET' | 'POST';
  headers: IncomingHttpHeaders;
  query: Record<string, string>;
  body: Uint8Array;
  /** Seconds since 1970 on the product's clock. */
  nowSeconds: number;
}

export type HookVerdict =
  { ok: true } | { ok: false; code: 'SIGNATURE_MISSING' | 'SIGNATURE_WRONG' | 'SIGNATURE_EXPIRED' | 'NOT_FOUND' };

export interface ParsedHook {
  events: InboundEvent[];
  receipts: InboundReceipt[];
  /** Set where the provider waits for more than an empty 200 (a verify challenge). Sent only after COMMIT. */
  answer?: { status: number; contentType: string; body: string };
}

/** What a channel may ask of the house. Durable things go through here; gateway/channel-host.ts implements it. */
export interface ChannelHost {
  readonly account: AccountView;
  readonly log: Log;
  /**
   * Stores events; resolves after COMMIT, so only then acknowledge the provider (INV1). Results are in the order of the
   * events. Rejects with AppError OVERLOADED or DATABASE_UNAVAILABLE: nothing was taken, let the provider send again.
   */
  receive(events: readonly InboundEvent[]): Promise<ReceiveResult[]>;
  /** Merges statuses of sent messages, in any order, repeated or early; resolves after COMMIT. */
  receipt(receipts: readonly InboundReceipt[]): Promise<void>;
  readonly secrets: {
    get(name: string): Promise<string | undefined>;
    /** All or none; encrypted at rest. */
    put(values: Readonly<Record<string, string | null>>): Promise<void>;
  };
  /** What an adapter must not forget over a restart; null removes. */
  readonly cursor: {
    get(name: string): Promise<string | undefined>;
    put(name: string, value: string | null): Promise<void>;
  };
  /** Where the provider reaches this account's hook from outside; null where no public address is known. */
  readonly hookUrl: string | null;
  /**
   * Runs `body` while this node alone holds the account, over all nodes (INV6); `signal` fires when the lease is
   * lost.
   */
  lease(body: (signal: AbortSignal, fence: bigint) => Promise<void>): Promise<'done' | 'held-elsewhere'>;
  /** Messages of one thread with seq > after, oldest first, at most limit (<= 200). Notes are never in it. */
  history(page: {
    handle: string;
    threadKey?: string;
    after?: number;
    before?: number;
    limit: number;
  }): Promise<HistoryPage>;
  readonly media: {
    /** Stores bytes under a random name, type taken from content; rejects FILE_TOO_LARGE, FILE_TYPE_REFUSED. */
    put(file: {
      fileName: string;
      bytes: Readable | Uint8Array;
      uploadedBy: 'CUSTOMER' | 'SYSTEM';
      handle?: string;
    }): Promise<Attachment>;
    get(fileId: string, handle?: string): Promise<{ attachment: Attachment; bytes: Readable } | undefined>;
  };
  /** Passed on to the agents who look at the conversation; may be lost. */
  typing(handle: string, isTyping: boolean): void;
  /** Fetches a URL an administrator configured: only hosts of EGRESS_ALLOW, no redirect, time and size capped. */
  fetch(
    url: string,
    init: { method: string; headers: Record<string, string>; body?: string; timeoutMs: number },
  ): Promise<{ status: number; headers: Record<string, string>; body: string }>;
  /**
   * For a library that talks HTTP by itself: connects where `fetch` may, and to the public addresses of
   * `providerHosts`. Throws FetchFailed `refused` where the address of the URL itself is forbidden.
   */
  agent(url: string): Agent;
  /** Tells administrators how the account is; shown in plain words. */
  health(state: 'CONNECTED' | 'CONNECTING' | 'NEEDS_ATTENTION', reasonCode?: string): void;
}

export interface HistoryMessage {
  id: string;
  seq: number;
  /** As the customer sees it. */
  from: 'customer' | 'agent' | 'bot' | 'system';
  authorName: string | null;
  kind: string;
  text: string | null;
  attachments: Attachment[];
  clientId: string | null;
  providerMessageId: string | null;
  status: string | null;
  createdAt: string;
  deleted: boolean;
  edited: boolean;
  /** What it offers to tap; null where it offers nothing. */
  offer: OfferPayload | null;
}

export interface HistoryPage {
  conversationId: string | null;
  messages: HistoryMessage[];
  lastSeq: number;
  /** Of the open interaction, or of the last one. */
  interaction: {
    id: string;
    state: string;
    queuePosition: number | null;
    agentName: string | null;
    rated: boolean;
  } | null;
}

/** A live connection of a customer's browser (channels that bring their own socket, such as live chat). */
export interface CustomerSocket {
  readonly id: string;
  emit(event: string, payload: unknown): void;
  on(event: string, listener: (payload: unknown, ack?: (answer: unknown) => void) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** What a channel with a page of its own for customers (live chat) tells the routes of that page. */
export interface CustomerPage {
  /** What a browser may know before it has proved anything; no secret, no personal data. */
  settings(account: AccountView): Record<string, unknown>;
  /** Origins, beside our own, that may embed the page and connect from. */
  origins(account: AccountView): readonly string[];
  /** Whose token this is, or undefined: for uploads and downloads. Constant-time in the secret. */
  visitor(host: ChannelHost, token: string): Promise<{ handle: string } | undefined>;
}

/** A channel that runs: long polling, a socket server, a mail connection. */
export interface RunningChannel {
  /** Ends with grace within limits.shutdownGraceMs; never throws. */
  stop(): Promise<void>;
}

/** How the fetching of a provider's file ended. */
export type PullOutcome =
  | { kind: 'stored'; attachment: Attachment }
  | { kind: 'retry'; reasonCode: string; afterMs?: number }
  | { kind: 'failed'; reasonCode: string };

/**
 * What each adapter declares and does. Optional members are for channels that need them; the house checks presence,
 * never a name.
 */
export interface Channel {
  /** Folder name and URL segment. */
  readonly name: string;
  /** The name in reports (B2): LIVE_CHAT, WHATSAPP ... */
  readonly reportName: string;
  readonly medium: Medium;
  /** Which flow of C64 its interactions follow. */
  readonly flow: 'call' | 'social' | 'email' | 'whatsapp' | 'live-chat';
  readonly capabilities: Capabilities;
  readonly limits: ChannelLimits;
  readonly setup: readonly SetupField[];
  /**
   * Called on each hook before anything is parsed. Pure, constant-time in the secret, must not throw. Missing secret:
   * refuse.
   */
  verify?(request: HookRequest, account: AccountView, secret: (name: string) => string | undefined): HookVerdict;
  /**
   * Called on a verified hook. Pure, no I/O, must not throw for bad content: what it cannot read it returns as
   * `unreadable`. Throw AppError MALFORMED_JSON, TOO_DEEP or VALIDATION_FAILED only if the whole body is unusable.
   */
  parse?(request: HookRequest, account: AccountView): ParsedHook;
  /**
   * Sends one message. May block up to limits.sendLeaseMs; the signal fires at the deadline. Called in order per
   * conversation, concurrently over conversations. Must not throw for what a provider answers: it says how it ended.
   * A throw counts as `unknown`.
   */
  send(host: ChannelHost, message: OutboundMessage, signal: AbortSignal): Promise<SendOutcome>;
  /**
   * Changes what was said: called for the kinds that the capabilities name, one at a time per conversation, in order.
   * May be called again for the same change after a crash, so what is so already is `done`. A throw counts as a retry.
   */
  change?(host: ChannelHost, change: OutboundChange, signal: AbortSignal): Promise<ChangeOutcome>;
  /** The signs that one may react with. */
  readonly reactions?: readonly string[];
  /**
   * Called once per account on the nodes of the channels role (under no lease: take one if the provider wants one
   * session).
   */
  start?(host: ChannelHost): Promise<RunningChannel>;
  /** Called on every node after something changed in a conversation of this account. Must not block or throw. */
  changed?(host: ChannelHost, change: { handle: string; threadKey: string; type: string }): void;
  /** The provider's own servers: reachable without EGRESS_ALLOW, at public addresses only. */
  readonly providerHosts?: readonly string[];
  /**
   * Fetches one file that a message of this handle announced as remoteFiles, and stores it by host.media.put. Called
   * after the message's COMMIT, again after a crash; the signal fires at the deadline. A throw counts as a retry.
   */
  pull?(host: ChannelHost, file: RemoteFile & { handle: string }, signal: AbortSignal): Promise<PullOutcome>;
  /** Called when an agent types or stops. Must not block or throw. */
  agentTyping?(host: ChannelHost, handle: string, isTyping: boolean): void;
  /** Called when a customer's browser has connected to the channel's namespace. */
  connected?(host: ChannelHost, socket: CustomerSocket, handshake: Record<string, unknown>): void;
  /** The customer's own page, where the channel has one. */
  readonly page?: CustomerPage;
}
