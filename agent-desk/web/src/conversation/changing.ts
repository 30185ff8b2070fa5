/** Which message is being edited on this screen, and the text meant for it: kept in this tab until it is sent. */
import { useSyncExternalStore } from 'react';

const prefix = 'sambung.edit.';
const listeners = new Set<() => void>();
let editing: string | null = null;

/** Opens the editor under a message, or closes it. */
export function setEditing(messageId: string | null): void {
  editing = messageId;
  for (const listener of listeners) listener();
}

/** True while this message is being edited. */
export function useEditing(messageId: string): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }, () => editing === messageId);
}

/** The text that was being written for this message, if any is left from before. */
export function keptEdit(messageId: string): string | undefined {
  try { return sessionStorage.getItem(`${prefix}${messageId}`) ?? undefined; } catch { return undefined; }
}

/** Keeps the text over a reload; null forgets it. */
export function keepEdit(messageId: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(`${prefix}${messageId}`);
    else sessionStorage.setItem(`${prefix}${messageId}`, text);
  } catch { /* kept for this page only */ }
}
