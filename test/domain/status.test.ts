/** The status of a message as a merge: RF13 over every permutation, and the rules of what follows a send. */
import t from 'tap';
import fc from 'fast-check';
import { afterSend, backoffMs, kindOf } from '#domain/conversations/rules.ts';
import { heightOf, mergeReceipts, statusOf, type ReceiptStatus,
  type StatusProof } from '#domain/conversations/status.ts';
import { limits } from '#domain/limits.ts';
import { gateRules, judge, type GateFacts } from '#routing/gate.ts';

const proofs: StatusProof[] = [
  ...(['queued', 'sending', 'sent', 'failed', 'unknown'] as const).map((status) => ({ from: 'us' as const, status })),
  ...(['sent', 'delivered', 'read', 'played', 'failed'] as const).map((status) => ({ from: 'provider' as const,
    status })),
];

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length <= 1) { yield [...items]; return; }
  for (let n = 0; n < items.length; n += 1) {
    for (const rest of permutations([...items.slice(0, n), ...items.slice(n + 1)])) yield [items[n] as T, ...rest];
  }
}

t.test('RF13 every permutation of up to 6 receipts, repetitions included, ends in the same status', async (t) => {
  fc.assert(fc.property(
    fc.constantFrom('queued', 'sending', 'sent', 'failed', 'unknown'),
    fc.array(fc.constantFrom<ReceiptStatus>('sent', 'delivered', 'read', 'played', 'failed'), { maxLength: 6 }),
    (own, receipts) => {
      const whole = mergeReceipts(own, receipts);
      for (const order of permutations(receipts)) {
        let status = mergeReceipts(own, []);
        const known: ReceiptStatus[] = [];
        // One at a time, as they come in; what came before stays known.
        for (const receipt of order) { known.push(receipt); status = mergeReceipts(status, known); }
        if (status !== whole) return false;
      }
      return true;
    }), { numRuns: 120 });
  t.pass();
});

t.test('RF13 the merge of any proofs does not depend on order or number', async (t) => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...proofs), { maxLength: 6 }), fc.integer(), (some, seed) => {
    const shuffled = some.toSorted((a, b) => ((heightOf(a) * 31 + seed) % 7) - ((heightOf(b) * 17 + seed) % 7));
    return statusOf(some) === statusOf(shuffled) && statusOf(some) === statusOf([...some, ...some]);
  }));
  t.pass();
});

t.test('any proof overrides failed and unknown of ours; delivered overrides a failure the provider reported',
  async (t) => {
  t.equal(mergeReceipts('unknown', ['sent']), 'sent');
  t.equal(mergeReceipts('failed', ['sent']), 'sent', 'ours');
  t.equal(mergeReceipts('sent', ['failed']), 'failed', 'taken, then undeliverable');
  t.equal(mergeReceipts('failed', ['sent', 'failed']), 'failed', "the provider's own");
  t.equal(mergeReceipts('failed', ['failed', 'delivered']), 'delivered');
  t.equal(mergeReceipts('read', ['delivered', 'failed']), 'read', 'forward only');
});

const attempt = { attempts: 1, heldMs: 0, deduplicates: false, windowMs: 60_000, random: 0.5 };

t.test('RI3 after a send: unknown goes again only where the provider de-duplicates, a retry ends with its window',
  async (t) => {
  t.match(afterSend({ kind: 'sent', providerMessageId: 'p' }, attempt), { status: 'sent', providerMessageId: 'p' });
  t.match(afterSend({ kind: 'sent', providerMessageId: 'p', status: 'delivered' }, attempt), { status: 'delivered' });
  t.match(afterSend({ kind: 'unknown', reasonCode: 'X' }, attempt), { status: 'unknown', exhausted: false });
  t.match(afterSend({ kind: 'unknown', reasonCode: 'X' }, { ...attempt, deduplicates: true }), { status: 'queued' });
  t.match(afterSend({ kind: 'unknown', reasonCode: 'X' }, { ...attempt, deduplicates: true, heldMs: 60_000 }),
    { status: 'unknown' });
  t.match(afterSend({ kind: 'retry', reasonCode: 'X', afterMs: 5_000 }, attempt),
    { status: 'queued', delayMs: 5_000, pauseMs: 5_000 });
  t.match(afterSend({ kind: 'retry', reasonCode: 'X' }, { ...attempt, heldMs: 59_900 }),
    { status: 'failed', exhausted: true });
  t.match(afterSend({ kind: 'retry', reasonCode: 'X' }, { ...attempt, attempts: limits.sendAttemptsMax }),
    { status: 'failed' });
  t.match(afterSend({ kind: 'retry', reasonCode: 'X', afterMs: 1e9 }, attempt), { pauseMs: limits.sendPauseMsMax });
  t.match(afterSend({ kind: 'retry', reasonCode: 'X', afterMs: 300_000 }, { ...attempt, heldMs: 59_000 }),
    { status: 'queued', delayMs: 300_000, exhausted: false }, 'RF11 a wait that was asked for costs no window');
  t.match(afterSend({ kind: 'retry', reasonCode: 'X', afterMs: 5_000 }, { ...attempt, heldMs: 60_001 }),
    { status: 'failed' }, 'but its own time is over all the same');
  fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.double({ min: 0, max: 1, noNaN: true }),
    (attempts, random) =>
    backoffMs(attempts, random) >= 250 && backoffMs(attempts, random) <= 15_000));
});

t.test('the gate: opted out of everything hears nothing; service answers whoever wrote to us', async (t) => {
  const facts: GateFacts = { purpose: 'SERVICE', bulk: false, authorKind: 'AGENT', optOuts: [], customerWrote: true,
    coldUntil: null, coldReasonCode: null };
  t.equal(gateRules.length, 2);
  t.equal(judge(facts).kind, 'send');
  t.equal(judge({ ...facts, optOuts: ['FOLLOW_UP', 'COLLECTION', 'OFFER'] }).kind, 'send');
  t.same(judge({ ...facts, optOuts: ['ALL'] }), { kind: 'refuse', reasonCode: 'OPTED_OUT_ALL' });
  t.same(judge({ ...facts, optOuts: ['OFFER'], customerWrote: false }), { kind: 'refuse', reasonCode: 'OPTED_OUT' });
  t.same(judge({ ...facts, purpose: 'OFFER', optOuts: ['OFFER'] }), { kind: 'refuse', reasonCode: 'OPTED_OUT' });
  t.equal(judge({ ...facts, purpose: 'OFFER', optOuts: ['COLLECTION'] }).kind, 'send');
  const until = new Date(0);
  t.same(judge(facts, [() => ({ kind: 'send' }), () => ({ kind: 'defer', until, reasonCode: 'HOURS' }),
    () => ({ kind: 'refuse', reasonCode: 'X' })]),
    { kind: 'defer', until, reasonCode: 'HOURS' }, 'the first that objects decides');
});

t.test('a message is named after its first file', async (t) => {
  const file = (mediaType: string) => [{ fileId: '', fileName: '', sizeBytes: 1, mediaType }];
  t.same([[], file('image/png'), file('audio/ogg'), file('video/mp4'), file('application/pdf')].map(kindOf),
    ['text', 'image', 'audio', 'video', 'document']);
});

t.test('the gate: while a number may not write first, strangers wait with the reason and answers go on', async (t) => {
  const until = new Date('2026-11-22T17:00:00Z');
  const facts: GateFacts = { purpose: 'SERVICE', bulk: false, authorKind: 'AGENT', optOuts: [], customerWrote: false,
    coldUntil: until, coldReasonCode: 'REACHOUT_LOCKED' };
  t.same(judge(facts), { kind: 'defer', until, reasonCode: 'REACHOUT_LOCKED' });
  t.equal(judge({ ...facts, coldUntil: null }).kind, 'send');
  t.equal(judge({ ...facts, optOuts: ['ALL'] }).kind, 'refuse', 'what was refused for good does not wait');
});
