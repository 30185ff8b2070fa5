/** The ring before a row: how much of the target's time is left, as tokens.md draws it. */

export interface ClockFacts { startedAt: string; maxS: number }
export type RingTone = 'calm' | 'warn' | 'late';
export interface Ring {
  tone: RingTone;
  /** Part of the circle that is drawn, 0 to 1. */
  part: number;
  /** The figure inside: "4", "1j", "+2". */
  label: string;
  /** Whole minutes left (up), or late (also up, at least 1). */
  minutes: number;
}

/** A clock never changes, a row that does brings another: so a list of thousands reads each time of it once. */
const deadlines = new WeakMap<ClockFacts, number>();

function endOf(clock: ClockFacts): number {
  let end = deadlines.get(clock);
  if (end === undefined) {
    end = Date.parse(clock.startedAt) + clock.maxS * 1000;
    deadlines.set(clock, end);
  }
  return end;
}

/** Part of the target's time from which on it is short. */
const warnPart = 0.25;

/** How a target stands at `now` (ms). `hour` is the letter for hours: "j" in Indonesian, "h" in English. */
export function ringOf(clock: ClockFacts, now: number, hour: string): Ring {
  const leftMs = endOf(clock) - now;
  const short = (minutes: number): string => (minutes >= 60 ? `${Math.floor(minutes / 60)}${hour}` : String(minutes));
  if (leftMs <= 0) {
    const minutes = Math.max(1, Math.ceil(-leftMs / 60_000));
    return { tone: 'late', part: 1, label: `+${short(minutes)}`, minutes };
  }
  const minutes = Math.ceil(leftMs / 60_000);
  const part = Math.min(1, leftMs / (clock.maxS * 1000));
  return { tone: part <= warnPart ? 'warn' : 'calm', part, label: short(minutes), minutes };
}

/** When the target is passed, in ms; rows without a running clock come last. */
export function deadlineOf(row: { clock: ClockFacts | null }): number {
  return row.clock === null ? Number.POSITIVE_INFINITY : endOf(row.clock);
}

/** How many of the rows are late and how many will be soon. */
export function alarms(rows: readonly { clock: ClockFacts | null }[], now: number): { late: number; soon: number } {
  let late = 0;
  let soon = 0;
  for (const { clock } of rows) {
    if (clock === null) continue;
    const leftMs = endOf(clock) - now;
    if (leftMs <= 0) late += 1;
    else if (leftMs <= clock.maxS * 1000 * warnPart) soon += 1;
  }
  return { late, soon };
}
