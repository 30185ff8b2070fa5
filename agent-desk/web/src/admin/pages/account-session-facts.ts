/** What the page of an account's session works out of what the server tells: pure, without a word of any language. */

export type SessionState = 'IDLE' | 'CONNECTING' | 'PAIRING' | 'OPEN' | 'OFFLINE' | 'OPERATOR';
export type SessionWish = 'PAIR_QR' | 'PAIR_CODE' | 'RECONNECT' | 'LOG_OUT' | 'STOP';

export interface SessionDay {
  /** "2026-11-21", a day of the house. */
  day: string; cold: number; warm: number; failed: number; received: number; ignored: number;
}
export interface SessionGap { reasonCode: string; from: string; until: string | null; recovered: number }
export interface SessionCode { kind: 'QR' | 'CODE'; value: string; until: string }

/** As GET /api/channel-accounts/:id/session answers. */
export interface SessionView {
  state: SessionState | null; reasonCode: string | null; since: string | null; number: string | null;
  displayName: string | null; pairedAt: string | null; code: SessionCode | null; wish: SessionWish | null;
  cold: { cap: number | null; today: number; pausedUntil: string | null; reasonCode: string | null;
    afterDays: number };
  days: SessionDay[]; gaps: SessionGap[];
}

export interface Standing {
  state: SessionState;
  tone: 'ok' | 'off' | 'warn' | 'busy';
  /** The reason whose words say what happened and what to do; null where the state says it all. */
  reason: string | null;
  /** What an operator may do now, the likeliest first. */
  wishes: SessionWish[];
}

const TONES: Record<SessionState, Standing['tone']> = { IDLE: 'off', CONNECTING: 'busy', PAIRING: 'busy', OPEN: 'ok',
  OFFLINE: 'warn', OPERATOR: 'warn' };
const PAIR: readonly SessionWish[] = ['PAIR_QR', 'PAIR_CODE'];
/** After these the old keys are worth nothing: only a new pairing helps. */
const ENDED = new Set(['LOGGED_OUT', 'NOT_PAIRED', 'PAIRING_EXPIRED']);

function wishesOf(view: SessionView, state: SessionState): SessionWish[] {
  const wasPaired = view.number !== null;
  switch (state) {
    case 'IDLE': return [...PAIR];
    case 'CONNECTING': return ['STOP'];
    case 'PAIRING': return [view.code?.kind === 'CODE' ? 'PAIR_QR' : 'PAIR_CODE', 'STOP'];
    case 'OPEN': return ['STOP', 'LOG_OUT'];
    case 'OFFLINE': return ['RECONNECT', 'STOP', 'LOG_OUT'];
    case 'OPERATOR': {
      if (ENDED.has(view.reasonCode ?? '')) return [...PAIR];
      if (wasPaired) return ['RECONNECT', 'LOG_OUT'];
      return view.reasonCode === 'STOPPED' ? [...PAIR] : ['RECONNECT', ...PAIR];
    }
  }
}

/** How the session stands, and what an operator may do about it; a session that has said nothing yet is idle. */
export function standingOf(view: SessionView): Standing {
  const state = view.state ?? 'IDLE';
  const saysItself = view.reasonCode === null || view.reasonCode === 'NOT_PAIRED' || state === 'OPEN'
    || state === 'PAIRING';
  return { state, tone: TONES[state], reason: saysItself ? null : view.reasonCode, wishes: wishesOf(view, state) };
}

const QUICK_MS = 2_000;
const CALM_MS = 15_000;

/** How soon to ask the server again, ms: often while a person waits for a code or a connection. */
export function askAgainMs(view: SessionView | undefined): number {
  const waits = view?.state === 'PAIRING' || view?.state === 'CONNECTING' || (view?.wish ?? null) !== null;
  return waits ? QUICK_MS : CALM_MS;
}

/** Whole seconds until `until`; 0 from then on. */
export function secondsUntil(until: string, nowMs: number): number {
  return Math.max(0, Math.ceil((Date.parse(until) - nowMs) / 1_000));
}

/** A pairing code as it is read out and typed: two groups of four. */
export function codeGroups(code: string): string[] {
  return code.replaceAll(/[^A-Z0-9]/gi, '').toUpperCase().match(/.{1,4}/g) ?? [];
}

/** A typed number as E.164: "0812 3456 7890" is Indonesian, "+65..." stays; undefined for what is no number. */
export function e164Of(typed: string): string | undefined {
  const plain = typed.replaceAll(/[\s().-]/g, '');
  const full = plain.startsWith('+') ? plain : plain.startsWith('00') ? `+${plain.slice(2)}`
    : plain.startsWith('0') ? `+62${plain.slice(1)}` : plain.startsWith('62') ? `+${plain}` : `+62${plain}`;
  return /^\+[1-9]\d{7,14}$/.test(full) ? full : undefined;
}

/** A company's own number as people read it: "+62 812-3456-7890". */
export function spacedNumber(number: string): string {
  const found = /^\+62(\d{3})(\d{3,4})(\d+)$/.exec(number);
  return found === null ? number : `+62 ${found.slice(1).join('-')}`;
}

/** How much of today's new contacts is used up, from 0 to 1; null where there is no cap. */
export function coldPart({ cap, today }: SessionView['cold']): number | null {
  if (cap === null) return null;
  return cap === 0 ? 1 : Math.min(1, today / cap);
}

/** The moment that stands for a day of the house, for writing its date. */
export function noonOf(day: string): string {
  return `${day}T05:00:00.000Z`;
}
