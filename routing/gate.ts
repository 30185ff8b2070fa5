/**
 * The gate on the one road out: asked when a message is about to be sent, not when it was written, so that what changed
 * meanwhile counts. An ordered list of pure rules; the first that objects decides, and its reason is stored.
 */

/** What the rules may look at; read in the statement that claims the message. */
export interface GateFacts {
  /** Why we write: SERVICE, FOLLOW_UP, COLLECTION, OFFER. */
  purpose: string;
  bulk: boolean;
  authorKind: 'AGENT' | 'BOT' | 'SYSTEM';
  /** The purposes the customer has opted out of and not taken back. */
  optOuts: readonly string[];
  /** The customer has written in this conversation. */
  customerWrote: boolean;
  /** Until when the account may not write first to somebody who has not written lately; null: it may, or they wrote. */
  coldUntil: Date | null;
  coldReasonCode: string | null;
}

export type Verdict =
  | { kind: 'send' }
  | { kind: 'defer'; until: Date; reasonCode: string }
  | { kind: 'refuse'; reasonCode: string };

export type GateRule = (facts: GateFacts) => Verdict;

const SEND: Verdict = { kind: 'send' };

/**
 * A customer who opted out of everything hears nothing; one who opted out of a purpose hears nothing of that purpose.
 * The answer to somebody who wrote to us is service and passes, unless everything was refused.
 */
export const optOutRule: GateRule = (facts) => {
  if (facts.optOuts.includes('ALL')) return { kind: 'refuse', reasonCode: 'OPTED_OUT_ALL' };
  if (facts.purpose === 'SERVICE') {
    return facts.customerWrote || facts.optOuts.length === 0 ? SEND : { kind: 'refuse', reasonCode: 'OPTED_OUT' };
  }
  return facts.optOuts.includes(facts.purpose) ? { kind: 'refuse', reasonCode: 'OPTED_OUT' } : SEND;
};

/** A number's health: who has not written lately waits while the account may not write first; answers go on. */
export const coldRule: GateRule = ({ coldUntil, coldReasonCode }) =>
  (coldUntil === null ? SEND : { kind: 'defer', until: coldUntil, reasonCode: coldReasonCode ?? 'COLD_PAUSED' });

/**
 * In the order they are asked. Contact hours, frequency and third parties join here with the programmes that need
 * them.
 */
export const gateRules: readonly GateRule[] = [optOutRule, coldRule];

/** The verdict of the first rule that does not say `send`. Pure. */
export function judge(facts: GateFacts, rules: readonly GateRule[] = gateRules): Verdict {
  for (const rule of rules) {
    const verdict = rule(facts);
    if (verdict.kind !== 'send') return verdict;
  }
  return SEND;
}
