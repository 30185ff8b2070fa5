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

/** How a target stands at `now` (ms). `hour` is the letter for hours: "j" in Indonesian, "h" in English. */
export function ringOf(clock: ClockFacts, now: number, hour: string): Ring {
  const leftMs = new Date(clock.startedAt).getTime() + clock.maxS * 1000 - now;
  const short = (minutes: number): string => (minutes >= 60 ? `${Math.floor(minutes / 60)}${hour}` : String(minutes));
  if (leftMs <= 0) {
    const minutes = Math.max(1, Math.ceil(-leftMs / 60_000));
    return { tone: 'late', part: 1, label: `+${short(minutes)}`, minutes };
  }
  const minutes = Math.ceil(leftMs / 60_000);
  const part = Math.min(1, leftMs / (clock.maxS * 1000));
  return { tone: part <= 0.25 ? 'warn' : 'calm', part, label: short(minutes), minutes };
}

/** When the target is passed, in ms; rows without a running clock come last. */
export function deadlineOf(row: { clock: ClockFacts | null }): number {
  return row.clock === null ? Number.POSITIVE_INFINITY
    : new Date(row.clock.startedAt).getTime() + row.clock.maxS * 1000;
}

/** How many of the rows are late and how many will be soon. */
export function alarms(rows: readonly { clock: ClockFacts | null }[], now: number): { late: number; soon: number } {
  let late = 0;
  let soon = 0;
  for (const row of rows) {
    const tone = row.clock === null ? 'calm' : ringOf(row.clock, now, 'j').tone;
    if (tone === 'late') late += 1;
    if (tone === 'warn') soon += 1;
  }
  return { late, soon };
}
