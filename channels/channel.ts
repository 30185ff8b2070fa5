/**
 * The port between the house and a channel: this file is the manual. An adapter translates; it holds no business
 * rule, no
 * routing and no database. It is one folder, one line in registry.ts and one folder of captured payloads in test/.
 */
import type { FieldRule } from '#domain/channels/field-rule.ts';
import type { Agent, IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type {
  AccountView,
  Attachment,
  ChangeOutcome,
  InboundEvent,
  InboundReceipt,
  Medium,
  MessageTemplate,
  OfferPayload,
  OutboundChange,
  OutboundMessage,
  ReceiveResult,
  RemoteFile,
  SamePerson,
  SendOutcome,
} from '#domain/channels/words.ts';
import type { Log } from '#domain/work.ts';

/**
 * How the session stands that an account holds with its provider. IDLE: none is wanted yet. PAIRING: waits for a person
 * to scan or type a code. OFFLINE: lost, tried again by itself. OPERATOR: nothing is tried until a person decides.
 */
export type SessionState = 'IDLE' | 'CONNECTING' | 'PAIRING' | 'OPEN' | 'OFFLINE' | 'OPERATOR';

/** What a session says of itself; what is left out stays as it was. */
export interface SessionTold {
  state: SessionState;
  reasonCode?: string | null;
  /** The account's own number, E.164, and the name it shows. */
  number?: string | null;
  displayName?: string | null;
  /** It was paired just now: the days of its ramp count from here (coldCap). */
  paired?: boolean;
  /** What a person scans or types, and for how long it is good; null: nothing to show any more. */
  code?: { kind: 'QR' | 'CODE'; value: string; validMs: number } | null;
}

/** What an operator wants of a session. */
export interface SessionWish {
  kind: 'PAIR_QR' | 'PAIR_CODE' | 'RECONNECT' | 'LOG_OUT' | 'STOP';
  /** Of PAIR_CODE: the number that the code is typed on, E.164. */
  number?: string;
}

/** What is counted of an account's day, for its health and for what it may still send. */
export type DayCount = 'cold' | 'warm' | 'failed' | 'received' | 'ignored';

/** What a channel that holds a session per account keeps and tells through the house. */
export interface SessionHost {
  /** Keys of the provider's cryptography by kind and id; sealed at rest, read some at a time. */
  readonly keys: {
    get(kind: string, ids: readonly string[]): Promise<Record<string, string>>;
    /** All or none, while `fence` is the account's last lease; null removes. Rejects with LEASE_LOST (INV6). */
    put(values: Readonly<Record<string, Readonly<Record<string, string | null>>>>, fence: bigint): Promise<void>;
    /** Moves every key into a sealed archive, for a session that the provider ended. Rejects with LEASE_LOST. */
    archive(reasonCode: string, fence: bigint): Promise<void>;
  };
  tell(told: SessionTold): Promise<void>;
  current(): Promise<{ state: SessionState; reasonCode: string | null; pairedAt: Date | null } | undefined>;
  /** The operator's wish that nobody has taken yet; taking it removes it. */
  takeWish(): Promise<SessionWish | undefined>;
  /** Calls back when there may be a wish; a hint that may be lost, so look every few seconds as well. */
  onWish(listener: () => void): () => void;
  /** Whom the account may write to first: people who have not written in limits.coldAfterDays. */
  readonly cold: {
    /** How many of them a day; null: as many as one likes. */
    cap(perDay: number | null): Promise<void>;
    /** Until then none at all; routing keeps their messages back and says why. */
    pause(until: Date, reasonCode: string): Promise<void>;
  };
  count(what: DayCount, by?: number): Promise<void>;
  /** Today, in the zone of the house (Asia/Jakarta). */
  today(): Promise<Record<DayCount, number>>;
  readonly gap: {
    /** The account is out of reach since `from`, now unless told; a gap that is open stays. */
    open(reasonCode: string, from?: Date): Promise<void>;
    close(): Promise<void>;
    /** So many messages of the last gap were delivered afterwards. */
    recovered(count: number): Promise<void>;
  };
  readonly outbox: {
    /** Keeps the id under which the provider will know the message, before it leaves; false if it is not on its way. */
    announce(messageId: string, providerMessageId: string): Promise<boolean>;
    /** When this customer last wrote to this account; null: never. */
    lastInboundAt(handle: string): Promise<Date | null>;
  };
  /** How a customer's message of this account is stored: as it was written, or as the place of one without words. */
  standing(providerMessageId: string, handle: string): Promise<'READ' | 'UNREADABLE' | undefined>;
  /**
   * Two handles turned out to be one person, and `is` is what events carry from now on: their points, threads and work
   * come under one contact in one transaction.
   */
  identify(person: SamePerson): Promise<void>;
  /** Of these handles those that identify() was told of with `keeps`, each with the handle of the person. */
  knownAs(handles: readonly string[]): Promise<Record<string, string>>;
}

/** One field of the form by which an administrator sets an account up; drawn by one generic screen. */
export interface SetupField {
  name: string;
  kind: 'text' | 'secret' | 'url' | 'choice' | 'boolean' | 'number' | 'qr' | 'code';
  label: { id: string; en: string };
  help?: { id: string; en: string };
  required?: boolean;
  choices?: readonly string[];
  /** What holds where nothing was chosen. */
  usual?: string;
  rule?: FieldRule;
  /** Secrets that the server makes itself when left empty, shown once. */
  generated?: boolean;
  /** No outside system has to be given this generated secret: it is shown to nobody. */
  ours?: boolean;
  /** Shown, and required, only while another field has this value. */
  when?: { field: string; value: string };
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
  /** The longest text of one message in code units, cut into parts by the channel or not: longer ones are refused. */
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
  /** Whom the request names by two handles: `is` is the one to keep, and `handle` may stand alone another time. */
  people?: readonly SamePerson[];
  /** Handles of events that may be known to be somebody of another handle: then the events are theirs. */
  maybeKnown?: readonly string[];
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
  /** For channels that hold a session of their own (`Channel.session`). */
  readonly session: SessionHost;
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
  /** Calls the listener once: when the connection ends, or at once where it has ended. */
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
  /** What this account can do, where accounts of the channel differ; `capabilities` unless told. Pure. */
  capabilitiesOf?(account: Pick<AccountView, 'settings'>): Capabilities;
  readonly limits: ChannelLimits;
  readonly setup: readonly SetupField[];
  /**
   * Who the account is at its provider, as its secrets say; pure. Two active accounts of one identity would take each
   * other's messages, so the second is refused. Undefined: it does not say, or any number of accounts may be that.
   */
  identityOf?(secret: (name: string) => string | undefined): string | undefined;
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
  /**
   * Of a channel that holds one session per account: whether this node holds it now. Only there messages are claimed
   * for sending, one at a time. Absent: every node can send.
   */
  holds?(host: ChannelHost): boolean;
  /** True of an account that holds a session (pairing, wishes, numbers); its administration page shows it. */
  hasSession?(account: Pick<AccountView, 'settings'>): boolean;
  /** What one account may do, where that differs from `limits`. */
  limitsOf?(account: Pick<AccountView, 'settings'>): Partial<ChannelLimits>;
  /** Prepared messages that the provider has approved, for times when free words are refused (24-hour window). */
  templates?(host: ChannelHost): Promise<MessageTemplate[]>;
  /** How long after the customer's last message free words may be sent; absent: always. */
  windowHoursOf?(account: Pick<AccountView, 'settings'>): number | undefined;
  /** Called when an agent types or stops. Must not block or throw. */
  agentTyping?(host: ChannelHost, handle: string, isTyping: boolean): void;
  /** Called when a customer's browser has connected to the channel's namespace. */
  connected?(host: ChannelHost, socket: CustomerSocket, handshake: Record<string, unknown>): void;
  /** The customer's own page, where the channel has one. */
  readonly page?: CustomerPage;
}
