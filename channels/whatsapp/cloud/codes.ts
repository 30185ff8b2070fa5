/** Meta's error codes in the house's words, and which of them a later try can mend. Pure. */
import type { GraphFailure } from './graph.ts';

/** What a code means to the people who read it; the rest are WHATSAPP_ and the number. */
const REASONS: Readonly<Record<number, string>> = {
  0: 'CREDENTIALS_REFUSED', 190: 'CREDENTIALS_REFUSED',
  3: 'PERMISSION_MISSING', 10: 'PERMISSION_MISSING', 131005: 'PERMISSION_MISSING',
  4: 'RATE_LIMITED', 80007: 'RATE_LIMITED', 130429: 'RATE_LIMITED',
  368: 'ACCOUNT_LOCKED', 131031: 'ACCOUNT_LOCKED',
  130472: 'MARKETING_WITHHELD', 131049: 'MARKETING_WITHHELD', 131050: 'MARKETING_STOPPED',
  130497: 'COUNTRY_RESTRICTED', 131021: 'RECIPIENT_IS_SENDER', 131026: 'UNDELIVERABLE',
  131030: 'RECIPIENT_NOT_ALLOWED', 131042: 'PAYMENT_PROBLEM', 131045: 'NUMBER_NOT_REGISTERED',
  133010: 'NUMBER_NOT_REGISTERED', 131047: 'WINDOW_CLOSED', 131048: 'SPAM_LIMITED', 131052: 'FILE_GONE',
  131053: 'FILE_TYPE_REFUSED', 131056: 'PAIR_RATE', 131057: 'ACCOUNT_MAINTENANCE',
  132000: 'TEMPLATE_GAPS_WRONG', 132001: 'TEMPLATE_MISSING', 132005: 'TEMPLATE_TOO_LONG',
  132007: 'TEMPLATE_REFUSED', 132012: 'TEMPLATE_GAPS_WRONG', 132015: 'TEMPLATE_PAUSED', 132016: 'TEMPLATE_DISABLED',
};

/** Codes of a trouble that passes: the API's own, and being too quick. */
const PASSING = new Set([1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004]);

/** Codes by which the whole account must wait, and for how long, ms. */
const ACCOUNT_WAIT_MS: Readonly<Record<number, number>> = { 4: 30_000, 80007: 30_000, 130429: 1_000, 131057: 60_000 };

/** The stable reason of a code of Meta's. */
export function reasonOfCode(code: number): string {
  if (code >= 200 && code <= 299) return 'PERMISSION_MISSING';
  return REASONS[code] ?? `WHATSAPP_${code}`;
}

/** The reason of a failed call. */
export function reasonOf(failure: GraphFailure): string {
  if (failure.kind !== 'refused') return failure.reasonCode;
  if (failure.code !== undefined) return reasonOfCode(failure.code);
  if (failure.status === 429) return 'RATE_LIMITED';
  return failure.status === 401 ? 'CREDENTIALS_REFUSED' : `WHATSAPP_HTTP_${failure.status}`;
}

/** Meta does not let this account act: its token or its rights are at fault, not the message. */
export function isAuthority(failure: GraphFailure): boolean {
  return failure.kind === 'refused' && ['CREDENTIALS_REFUSED', 'PERMISSION_MISSING'].includes(reasonOf(failure));
}

/** The account cannot send until somebody mends it: its token, its rights, its standing with Meta. */
export function needsAttention(failure: GraphFailure): boolean {
  return isAuthority(failure) || (failure.kind === 'refused'
    && ['ACCOUNT_LOCKED', 'PAYMENT_PROBLEM', 'NUMBER_NOT_REGISTERED'].includes(reasonOf(failure)));
}

/** A later try may go well. 504 is none: a gateway that gave up waiting cannot say whether the message was taken. */
export function isPassing(failure: GraphFailure): boolean {
  if (failure.kind !== 'refused') return failure.reasonCode !== 'EGRESS_NOT_ALLOWED';
  if (failure.code !== undefined && PASSING.has(failure.code)) return true;
  if (failure.status === 429) return true;
  const isNamed = failure.code !== undefined && REASONS[failure.code] !== undefined;
  return failure.status >= 500 && failure.status !== 504 && !isNamed;
}

/**
 * How long the whole account must wait, ms; undefined: only this message does. So it is with PAIR_RATE, the pace of one
 * customer: a wait said here would hold up all others.
 */
export function accountWaitMs(failure: GraphFailure): number | undefined {
  if (failure.kind !== 'refused' || reasonOf(failure) === 'PAIR_RATE') return undefined;
  const own = failure.code === undefined ? undefined : ACCOUNT_WAIT_MS[failure.code];
  return failure.retryAfterMs ?? own ?? (failure.status === 429 && failure.code === undefined ? 1_000 : undefined);
}
