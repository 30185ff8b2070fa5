/**
 * What agents wrote about customers and have not sent: this browser keeps it for a while, not for ever (J51). Drafts
 * and forms bear their author's id in their names; the bounds hold for all authors of a machine together.
 */
import type { Drafts, Keep } from './drafts.ts';
import { formKey } from './form.ts';

export interface ListedKeep extends Keep { readonly length: number; key: (index: number) => string | null }

/** What was written on Friday afternoon is there on Monday morning. */
export const keptHoursMax = 72;
/** Drafts, and forms, of one machine; the oldest go. */
export const keptMax = 100;

const kinds = ['sambung.draft.', 'sambung.form.'] as const;

/** When it was written; what does not say so counts from now on, what cannot be read is of no use. */
function writtenAt(keep: Keep, name: string, now: number): number {
  try {
    const value = JSON.parse(keep.getItem(name) ?? '') as Record<string, unknown>;
    if (typeof value['at'] === 'number') return value['at'];
    keep.setItem(name, JSON.stringify({ ...value, at: now }));
    return now;
  } catch {
    return 0;
  }
}

/** Removes what is too old or too much; `now` in ms. Gives the names that went. */
export function pruneKept(keep: ListedKeep, now: number): string[] {
  const names = Array.from({ length: keep.length }, (_unused, index) => keep.key(index) ?? '');
  return kinds.flatMap((kind) => {
    const found = names.filter((name) => name.startsWith(kind))
      .map((name) => ({ name, at: writtenAt(keep, name, now) }))
      .sort((one, other) => other.at - one.at);
    const gone = found.filter(({ at }, index) => index >= keptMax || now - at > keptHoursMax * 3_600_000);
    for (const { name } of gone) keep.removeItem(name);
    return gone.map(({ name }) => name);
  });
}

/** Removes what this user wrote about work that is closed or in other hands. */
export function forgetWork(keep: Keep, drafts: Drafts, userId: string,
  work: { id: string; conversationId: string | null }): void {
  if (work.conversationId !== null) drafts.forget(work.conversationId);
  try { keep.removeItem(formKey(userId, work.id)); } catch { /* nothing was kept */ }
}
