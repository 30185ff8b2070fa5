/** What the two sides ask of each other, with the shapes of what is asked and answered. */
import type { InboundEvent, InboundReceipt, ReceiveResult } from '#domain/channels/words.ts';
import type { DayCount } from '#channels/channel.ts';
import type { MediaKey } from './content.ts';

/** How a session is opened. */
export interface OpenSession {
  /** ws:// or wss:// of the server. */
  url: string;
  version: [number, number, number] | null;
  /** The number to pair by a code instead of a QR, E.164. */
  pairNumber: string | null;
  /** A server of our own for tests: short times, and files from its own host. */
  isOwnServer: boolean;
}

/** What leaves, made ready by the parent. */
export interface Outgoing {
  providerMessageId: string;
  handle: string;
  text: string | null;
  file: { bytes: Uint8Array; mediaType: string; fileName: string } | null;
  quoted: { id: string; text: string; fromUs: boolean } | null;
  typingMs: number;
  timeoutMs: number;
}

export type SendAnswer =
  | { kind: 'sent' }
  /** Nothing left; it may be tried again. */
  | { kind: 'not-sent'; reasonCode: string }
  /** WhatsApp refused it, by this code. */
  | { kind: 'refused'; code: string }
  /** It left, and nobody knows how it fared. */
  | { kind: 'unknown'; reasonCode: string };

/** Asked by the parent of the child. */
export interface ChildCalls {
  open: [OpenSession, undefined];
  /** Ends the session without a word to WhatsApp; it can be opened again. */
  close: [undefined, undefined];
  /** Tells WhatsApp that this device is no longer linked, and ends. */
  logOut: [undefined, undefined];
  send: [Outgoing, SendAnswer];
  edit: [{ handle: string; id: string; text: string }, SendAnswer];
  recall: [{ handle: string; id: string }, SendAnswer];
  react: [{ handle: string; id: string; emoji: string }, SendAnswer];
  typing: [{ handle: string; isTyping: boolean }, undefined];
  /** Tells the customer that these messages of theirs were read. */
  read: [{ handle: string; ids: string[] }, undefined];
  /** Whether the number is on WhatsApp. */
  check: [{ phone: string }, { exists: boolean }];
  /** Fetches and decrypts a file; at most `bytesMax`. */
  download: [{ media: MediaKey; bytesMax: number; isOwnServer: boolean }, { bytes: Uint8Array }];
}

export interface Opened { number: string | null; displayName: string | null }

/** Asked by the child of the parent. */
export interface ParentCalls {
  keysGet: [{ kind: string; ids: string[] }, Record<string, string>];
  keysPut: [Record<string, Record<string, string | null>>, undefined];
  /** Answers after COMMIT. `ifShown`: instead of the events, where the place of the message is shown already. */
  receive: [{ events: InboundEvent[]; media: Record<string, MediaKey>; offline: boolean; ifShown?: InboundEvent[] },
    ReceiveResult[]];
  receipts: [InboundReceipt[], undefined];
  identify: [{ handle: string; is: string; phone: string }, undefined];
  typing: [{ handle: string; isTyping: boolean }, undefined];
  count: [{ what: DayCount; by: number }, undefined];
  code: [{ kind: 'QR' | 'CODE'; value: string; validMs: number }, undefined];
  paired: [undefined, undefined];
  opened: [Opened, undefined];
  closed: [{ code: number | null }, undefined];
  /** WhatsApp says that nobody new may be written to. */
  reachoutLocked: [{ untilMs: number | null }, undefined];
  log: [{ level: 'info' | 'warn' | 'error'; message: string; fields: Record<string, string | number | boolean> },
    undefined];
}
