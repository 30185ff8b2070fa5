/**
 * The status of a message to a customer, as a merge of what is known about it. Each piece of knowledge has a height
 * and the highest wins, so the order in which proofs arrive, and how often, does not matter (RI5, RF13).
 */
import type { InboundReceipt, SendStatus } from '#domain/channels/words.ts';

/** What we know from our own side: where the message stands in our hands, or how our request ended. */
export type OwnStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'unknown';

export type ReceiptStatus = InboundReceipt['status'];

/** One piece of knowledge: ours, or a receipt of the provider. */
export type StatusProof = { from: 'us'; status: OwnStatus } | { from: 'provider'; status: ReceiptStatus };

/** Our own verdicts. `failed` and `unknown` lie below `sent`: any proof that it left overrides them. */
const OWN: Record<OwnStatus, number> = { queued: 0, sending: 1, unknown: 2, failed: 3, sent: 4 };

/**
 * The provider's receipts. Its `failed` lies above `sent`, for providers take a message and say later that it could not
 * be delivered; it lies below `delivered`, which proves that report wrong.
 */
const PROVIDER: Record<ReceiptStatus, number> = { sent: 4, failed: 5, delivered: 6, read: 7, played: 8 };

const SHOWN: readonly SendStatus[] = ['queued', 'sending', 'unknown', 'failed', 'sent', 'failed', 'delivered', 'read',
  'played'];

/** How much a proof says; higher overrides lower. */
export function heightOf(proof: StatusProof): number {
  return proof.from === 'us' ? OWN[proof.status] : PROVIDER[proof.status];
}

/** The status that several proofs amount to, in any order and with repetitions. Nothing known: queued. */
export function statusOf(proofs: Iterable<StatusProof>): SendStatus {
  let height = 0;
  for (const proof of proofs) height = Math.max(height, heightOf(proof));
  return SHOWN[height] ?? 'queued';
}

function asProof(shown: SendStatus): StatusProof {
  switch (shown) {
    case 'delivered': case 'read': case 'played': return { from: 'provider', status: shown };
    default: return { from: 'us', status: shown };
  }
}

/**
 * The status after receipts, given the one that is stored and every receipt known for the message (also those merged
 * before: only they tell whether a stored `failed` is ours or the provider's).
 */
export function mergeReceipts(stored: SendStatus, receipts: Iterable<ReceiptStatus>): SendStatus {
  const proofs: StatusProof[] = [asProof(stored)];
  for (const status of receipts) proofs.push({ from: 'provider', status });
  return statusOf(proofs);
}

/** True where the customer has seen the message. */
export function isSeen(status: SendStatus): boolean {
  return status === 'read' || status === 'played';
}

/** True where an agent may decide to send it again. */
export function isRetryable(status: SendStatus | null): boolean {
  return status === 'failed' || status === 'unknown';
}
