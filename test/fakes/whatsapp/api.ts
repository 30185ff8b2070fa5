/** What tests and the terminal use of the fake: the server, the company's number, and the phones of its customers. */
import type { proto } from '@whiskeysockets/baileys';
import type { FileKind } from './contents.ts';

export interface FakeWhatsApp {
  /** http://127.0.0.1:PORT; the product makes its socket's address of it. */
  readonly url: string;
  /** The certificate under which files are uploaded; empty without `mediaCa`. */
  readonly caPem: string;
  /** The public key that Baileys would have to know as WhatsApp's (WA_CERT_DETAILS.PUBLIC_KEY). */
  readonly rootKey: Uint8Array;
  /** What went wrong within the fake itself; empty in a good test. */
  readonly errors: readonly Error[];
  /** How many sockets were ever opened. */
  readonly connections: number;
  /** How often a login found a socket of the same account still open, which it then replaced. */
  readonly replaced: number;
  /** How many sockets are logged in now. */
  sockets(account?: FakeAccount): number;
  /** How many logins were let in. */
  loginsOf(account: FakeAccount): number;
  /** The company's number, made at the first call. */
  account(pn?: string): FakeAccount;
  /** A customer on WhatsApp, made at the first call; `hideNumber` and `name` hold from this call on. */
  phone(pn: string, options?: { hideNumber?: boolean; name?: string }): FakePhone;
  /** A number that is not on WhatsApp; so are all that were never made. */
  absent(pn: string): void;
  stop(): Promise<void>;
}

export interface FakeAccount {
  readonly pn: string;
  /** Digits. */
  readonly lid: string;
  readonly isPaired: boolean;
  /** Its client is logged in now. */
  readonly isOnline: boolean;
  /** Its client has told WhatsApp that the device is no longer linked. */
  readonly removedByClient: boolean;
  /** Presence of the client in order: available, unavailable, subscribe, composing, paused. */
  readonly presence: string[];
  /** Stanzas that the client has not confirmed. */
  readonly waiting: number;
  /** The account's own phone: its `inbox` has the copies of what the client sent. */
  readonly handset: FakePhone;
  /** Scans a QR code; resolves once the device is linked. */
  scan(qr: string): Promise<void>;
  /** Types a pairing code, dashes or not; rejects where it is the wrong one. */
  typeCode(code: string): Promise<void>;
  /** Refuses logins with this reason (401, 403, ...) until it is undefined. */
  refuseLogin(reason: number | undefined): void;
  /** Ends the socket with a stream error. */
  streamError(code: number): void;
  /** Cuts the socket. */
  drop(): void;
  /** Takes everything, logins too, and answers nothing; what was held back is said once it speaks again. */
  mute(isMute: boolean): void;
  /** Sends a frame that cannot be decrypted. */
  corruptFrame(): void;
  /** While it refuses, no socket opens: of no account, for nobody knows yet whose it is. */
  refuseConnections(isRefusing: boolean): void;
  /** The next messages to customers are refused with this code, and reach nobody. */
  nackNext(code: number, count?: number): void;
  /** The device is removed on the account's phone. */
  logOutFromPhone(): void;
  /** The account's owner writes on the phone itself; gives the id. The customer's inbox stays as it is. */
  handsetSends(to: FakePhone, text: string): Promise<string>;
  history(texts: { from: FakePhone; text: string }[]): Promise<void>;
  groupMessage(text: string): Promise<void>;
  /** What else comes of no single person: somebody's status, a channel's post. */
  crowdMessage(kind: 'group' | 'status' | 'newsletter', text: string): Promise<void>;
}

export interface Received { id: string; text: string | null; message: proto.IMessage; at: number }

export interface SayOptions {
  id?: string;
  replyTo?: string;
  /** How the sender is named; by the LID unless said otherwise, as in most live traffic. */
  addressing?: 'pn' | 'lid';
}

export interface SentFile { kind: FileKind; bytes: Buffer; fileName?: string; mimetype?: string; caption?: string }

export interface FakePhone {
  readonly pn: string;
  /** Digits. */
  readonly lid: string;
  /** Whatever could be decrypted, each copy of it. */
  readonly inbox: Received[];
  /** What the client said of this phone's messages. */
  readonly receipts: { id: string; type: string | undefined }[];
  /** Says by itself that a message was delivered; true at first. */
  delivers: boolean;
  /** Repeats a message when the client could not read it; true at first. */
  repeatsOnRequest: boolean;
  /** Gives the message's id; while the account is away it waits on the server. */
  says(account: FakeAccount, text: string, options?: SayOptions): Promise<string>;
  sends(account: FakeAccount, message: proto.IMessage, options?: SayOptions): Promise<string>;
  sendsFile(account: FakeAccount, file: SentFile, options?: SayOptions): Promise<string>;
  /** The first copy cannot be decrypted; the client's retry receipt brings the real one. */
  sendsUnreadable(account: FakeAccount, text: string): Promise<string>;
  edits(account: FakeAccount, id: string, text: string): Promise<string>;
  deletes(account: FakeAccount, id: string): Promise<string>;
  /** `fromMe`: the message is one of this phone's own. */
  reacts(account: FakeAccount, id: string, emoji: string, options?: { fromMe?: boolean }): Promise<string>;
  /** The message once more: the same ciphertext, or encrypted anew. */
  repeats(account: FakeAccount, id: string, how: 'same' | 'fresh'): Promise<void>;
  /** Any message with any attributes of its stanza; `plaintext: 'true'` leaves it unencrypted. */
  forges(account: FakeAccount, message: proto.IMessage, attrs?: Record<string, string>): Promise<string>;
  reads(account: FakeAccount, ids: string[]): Promise<void>;
  plays(account: FakeAccount, ids: string[]): Promise<void>;
  /** Says that a message could not be read here. */
  asksAgain(account: FakeAccount, id: string): Promise<void>;
  typing(account: FakeAccount, isTyping: boolean): void;
  /** The file of a message in the inbox, decrypted. */
  receivedFile(id: string): Promise<Buffer>;
}
