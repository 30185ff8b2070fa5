/** Why a message that is to be sent still waits, and until when, as far as its view tells. Pure. */

/** Reasons with words of their own; the troubles of an account are one to who writes. */
const WAITS = {
  COLD_CAP_REACHED: 'COLD_CAP_REACHED', COLD_PAUSED: 'COLD_PAUSED', REACHOUT_LOCKED: 'REACHOUT_LOCKED',
  NOT_CONNECTED: 'NOT_CONNECTED', HELD_ELSEWHERE: 'HELD_ELSEWHERE', NUMBER_NOT_CHECKED: 'NUMBER_NOT_CHECKED',
  PAIR_RATE: 'PAIR_RATE', RATE_LIMITED: 'RATE_LIMITED', ACCOUNT_NOT_ACTIVE: 'ACCOUNT_NOT_ACTIVE',
  CREDENTIALS_REFUSED: 'ACCOUNT', PERMISSION_MISSING: 'ACCOUNT', ACCOUNT_LOCKED: 'ACCOUNT', PAYMENT_PROBLEM: 'ACCOUNT',
  NUMBER_NOT_REGISTERED: 'ACCOUNT',
} as const;

export type WaitWord = (typeof WAITS)[keyof typeof WAITS] | 'NOT_READY' | 'OTHER';
export interface Wait { word: WaitWord; until: string | null }

interface Waiting { direction: string; status: string | null; reasonCode: string | null; deletedAt: string | null;
  /** Its author may still take it back: that line tells of the wait. */
  holdUntil?: string | undefined }

function untilOf(message: object): string | null {
  return 'waitUntil' in message && typeof message.waitUntil === 'string' ? message.waitUntil : null;
}

/**
 * The wait of a message of ours; undefined where it does not wait, or only for a moment: a try that failed and is made
 * again at once needs no words. While the account is not `ready` nothing of it leaves, whatever else is known.
 */
export function waitOf(message: Waiting, ready = true): Wait | undefined {
  const { direction, status, reasonCode, deletedAt, holdUntil } = message;
  if (direction !== 'OUT' || status !== 'queued' || deletedAt !== null || holdUntil !== undefined) return undefined;
  const until = untilOf(message);
  if (reasonCode !== null && reasonCode in WAITS) return { word: WAITS[reasonCode as keyof typeof WAITS], until };
  if (!ready) return { word: 'NOT_READY', until: null };
  return until === null ? undefined : { word: 'OTHER', until };
}

/** Whether a message came that could not be decrypted yet; the real one takes its place by itself. */
export function isUnreadable(message: object): boolean {
  return 'unreadable' in message && message.unreadable === true;
}
