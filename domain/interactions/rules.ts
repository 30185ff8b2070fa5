/** Pure rules of an interaction: its clock with its targets (B7-B12, C13), its breaches, and what a rating is. */
import { runningClock, type ClockFacts, type Target } from './clock.ts';

/** INFORMASI's target (B7), which runs until a category is known. The organisation's own row of it counts first. */
export const informasiTarget: Target = { idealS: 180, maxS: 720 };

export interface ClockShown {
  kind: 'FIRST' | 'NEXT';
  /** ISO-8601 UTC with milliseconds. */
  startedAt: string;
  idealS: number | null;
  maxS: number;
}

/**
 * The clock that the desk's ring shows, in the shape of its view: to the first answer from date_origin (C13), then
 * to the next reply from the first unanswered message, against the same upper bound. `target` null: no category is
 * known yet, so INFORMASI's runs; a target without maxS (SARAN, B10) shows none.
 */
export function clockOf(facts: ClockFacts, target: Target | null): ClockShown | null {
  const clock = runningClock(facts, target ?? informasiTarget);
  return clock === null ? null : { ...clock, startedAt: clock.startedAt.toISOString() };
}

/**
 * When the first answer became late against this target, or null if it is not (yet). Kept at each change of
 * category, so that a breach that happened stays although the new category allows more time (architecture 4).
 */
export function breachedAt(facts: Pick<ClockFacts, 'dateOrigin' | 'answeredAt' | 'customerEndedAt'>,
  target: Target | null, now: Date): Date | null {
  const maxS = (target ?? informasiTarget).maxS;
  if (maxS === null) return null;
  const bound = new Date(facts.dateOrigin.getTime() + maxS * 1000);
  const reached = facts.answeredAt ?? facts.customerEndedAt ?? now;
  return reached > bound ? bound : null;
}

/** B12: where a first answer after `seconds` stands against its target. Suggestions have none (B10). */
export function gradeOf(seconds: number, target: Target): 'ideal' | 'within' | 'over' | 'no-target' {
  if (target.maxS === null) return 'no-target';
  if (seconds > target.maxS) return 'over';
  return target.idealS !== null && seconds <= target.idealS ? 'ideal' : 'within';
}

/** True for a CSAT score: a whole number from 1 to 5. */
export function isScore(score: number): boolean {
  return Number.isInteger(score) && score >= 1 && score <= 5;
}
