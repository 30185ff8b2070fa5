/** Pure rules of messages to customers: what follows from the outcome of a send, and how a message is described. */
import type { Attachment, MessageKind, SendOutcome } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { cutText } from '#domain/text.ts';

/** What is known of a message when an attempt to send it has ended. */
export interface Attempt {
  /** This attempt included. */
  attempts: number;
  /** Since the first attempt, less the waits that the provider asked for: how long it has held its conversation. */
  heldMs: number;
  /** The provider drops a second request with our id. */
  deduplicates: boolean;
  /** The longest it may hold its conversation. */
  windowMs: number;
  /** From 0 to 1, for the jitter. */
  random: number;
}

/** What to write down after an attempt. */
export interface AfterSend {
  status: 'sent' | 'delivered' | 'failed' | 'unknown' | 'queued';
  providerMessageId: string | null;
  /** The provider's ids by part, where there are several. */
  parts?: string[][] | undefined;
  reasonCode: string | null;
  /** Of a retry. */
  delayMs: number;
  /** The provider asked the whole account to wait this long (Retry-After). */
  pauseMs: number;
  /** It ended only because its time was up: an account that is paused keeps the message instead (RF11). */
  exhausted: boolean;
}

const FIRST_BACKOFF_MS = 500;
const LAST_BACKOFF_MS = 15_000;

/** Half fixed, half jitter, doubling from 0.5 s to 15 s. */
export function backoffMs(attempts: number, random: number): number {
  const full = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, attempts - 1));
  return Math.round(full / 2 + random * full / 2);
}

function again(attempt: Attempt, reasonCode: string, afterMs: number | undefined,
  ending: 'failed' | 'unknown'): AfterSend {
  const delayMs = Math.max(afterMs ?? 0, backoffMs(attempt.attempts, attempt.random));
  const pauseMs = Math.min(afterMs ?? 0, limits.sendPauseMsMax);
  // While the whole account waits as it was told, the message holds nobody up: that time is not the message's.
  const heldMs = attempt.heldMs + (pauseMs > 0 ? 0 : delayMs);
  const over = attempt.attempts >= limits.sendAttemptsMax || heldMs > attempt.windowMs;
  return { status: over ? ending : 'queued', providerMessageId: null, reasonCode,
    delayMs: Math.min(delayMs, limits.sendPauseMsMax),
    pauseMs, exhausted: over };
}

/**
 * What follows from an outcome. A retry ends as `failed` when its attempts or its window are used up; a wait that the
 * provider asked for, however long, uses up no window (RF11). An unknown
 * outcome is sent again only where the provider de-duplicates, and stays `unknown` at the end: it may have arrived
 * (RI3).
 */
export function afterSend(outcome: SendOutcome, attempt: Attempt): AfterSend {
  const base: AfterSend = { status: 'failed', providerMessageId: null, reasonCode: null, delayMs: 0, pauseMs: 0,
    exhausted: false };
  switch (outcome.kind) {
    case 'sent': return { ...base, status: outcome.status ?? 'sent', providerMessageId: outcome.providerMessageId,
      parts: outcome.parts };
    case 'failed': return { ...base, reasonCode: outcome.reasonCode };
    case 'retry': return again(attempt, outcome.reasonCode, outcome.afterMs, 'failed');
    case 'unknown': return attempt.deduplicates ? again(attempt, outcome.reasonCode, undefined, 'unknown')
      : { ...base, status: 'unknown', reasonCode: outcome.reasonCode };
  }
}

const PREVIEW_CHARS = 160;

/** What an inbox line shows of a text. */
export function previewOf(text: string | null): string | null {
  return text === null || text === '' ? null : cutText(text, PREVIEW_CHARS);
}

/** What kind a message is by its first file; text without one. */
export function kindOf(attachments: readonly Attachment[]): MessageKind {
  const [first] = attachments;
  if (first === undefined) return 'text';
  const family = first.mediaType.split('/')[0];
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document';
}
