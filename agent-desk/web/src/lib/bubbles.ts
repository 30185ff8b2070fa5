/** A conversation cut into what is drawn: day marks, runs of bubbles, notes, lines of the system. */
import { dayKey, type When } from './time.ts';

interface Speaks { direction: 'IN' | 'OUT' | 'NOTE' | 'SYSTEM'; authorKind: string; authorId: string | null;
  createdAt: string }

export interface Placed<M> {
  message: M;
  /** A new day begins before it. */
  newDay: boolean;
  /** First and last of a run: the same speaker, the same day, no longer than 5 minutes after the one before. */
  first: boolean;
  last: boolean;
}

const runMs = 5 * 60_000;

function sameRun(one: Speaks, other: Speaks, when: When): boolean {
  return one.direction === other.direction && (one.direction === 'IN' || one.direction === 'OUT')
    && one.authorKind === other.authorKind
    && one.authorId === other.authorId && dayKey(one.createdAt, when) === dayKey(other.createdAt, when)
    && new Date(other.createdAt).getTime() - new Date(one.createdAt).getTime() <= runMs;
}

/** Where each message stands in the drawing. */
export function placeMessages<M extends Speaks>(messages: readonly M[], when: When): Placed<M>[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    return {
      message, newDay: before === undefined || dayKey(before.createdAt, when) !== dayKey(message.createdAt, when),
      first: before === undefined || !sameRun(before, message, when),
        last: after === undefined || !sameRun(message, after, when),
    };
  });
}
