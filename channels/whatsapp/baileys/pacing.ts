/**
 * How fast a number writes: like a person, for numbers that write like machines are shut off. Pure. The policy: who
 * wrote to us is answered freely; who has not written lately counts against a daily cap that grows by the week.
 */

const TYPING_MS_PER_CHAR = 30;
const TYPING_MS_MAX = 5_000;
const BETWEEN_CHATS_MS = [1_000, 3_000] as const;
const WEEK_MS = 604_800_000;
/** After 463 (reach-out time-lock) nobody new is written to for so long. */
export const REACHOUT_PAUSE_MS = 86_400_000;

export interface Pace {
  /** How long "typing" shows before the message leaves. */
  typingMs: number;
  /** How long to wait before, since the last message went to another chat. */
  pauseMs: number;
}

/** The pace of one message; `sinceMs` since the last one left, to another chat or the same. */
export function paceOf(message: { chars: number; sameChat: boolean; sinceMs: number; random: number }): Pace {
  const typingMs = Math.min(TYPING_MS_MAX, message.chars * TYPING_MS_PER_CHAR);
  if (message.sameChat) return { typingMs, pauseMs: 0 };
  const [least, most] = BETWEEN_CHATS_MS;
  return { typingMs, pauseMs: Math.max(0, least + (most - least) * message.random - message.sinceMs) };
}

/** At full speed, for a server of our own that shuts nobody off. */
export const noPace: Pace = { typingMs: 0, pauseMs: 0 };

/** How many people a number may write to first today: `start` in its first week, so many more each week, to `max`. */
export function coldCap(ramp: { start: number; max: number; pairedAt: Date | null; nowMs: number }): number {
  const { start, max, pairedAt, nowMs } = ramp;
  const weeks = pairedAt === null ? 0 : Math.max(0, Math.floor((nowMs - pairedAt.getTime()) / WEEK_MS));
  return Math.min(max, start * (1 + weeks));
}
