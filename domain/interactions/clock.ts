/** The clock of an interaction: how long the customer waits for the first answer, then for the next one (B7-B12). */

export interface ClockFacts {
  state: string;
  dateOrigin: Date;
  answeredAt: Date | null;
  awaitingReplySince: Date | null;
  documentedAt: Date | null;
  customerEndedAt: Date | null;
}

/** Seconds of the category's target; null where the category has none (B10). */
export interface Target {
  idealS: number | null;
  maxS: number | null;
}

export interface RunningClock {
  kind: 'FIRST' | 'NEXT';
  startedAt: Date;
  idealS: number | null;
  maxS: number;
}

const OVER = new Set(['DOCUMENTED', 'CLOSED', 'OOT_COMPLETE']);

/** The clock that runs now, or null. Pure: the screen subtracts the present itself. */
export function runningClock(facts: ClockFacts, target: Target): RunningClock | null {
  if (OVER.has(facts.state) || facts.customerEndedAt !== null || facts.documentedAt !== null) return null;
  if (target.maxS === null) return null;
  if (facts.answeredAt === null) {
    return { kind: 'FIRST', startedAt: facts.dateOrigin, idealS: target.idealS, maxS: target.maxS };
  }
  if (facts.awaitingReplySince === null) return null;
  return { kind: 'NEXT', startedAt: facts.awaitingReplySince, idealS: target.idealS, maxS: target.maxS };
}
