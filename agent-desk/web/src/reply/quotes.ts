/** Which message a reply is to quote, per conversation: kept in this tab over a reload, gone when it is sent. */
import { useSyncExternalStore } from 'react';

const prefix = 'sambung.quote.';
const listeners = new Set<() => void>();
const known = new Map<string, string | null>();

function read(conversationId: string): string | null {
  const cached = known.get(conversationId);
  if (cached !== undefined) return cached;
  let found: string | null = null;
  try { found = sessionStorage.getItem(`${prefix}${conversationId}`); } catch { /* kept for this page only */ }
  known.set(conversationId, found);
  return found;
}

/** Quotes a message in the reply to this conversation; null quotes nothing. */
export function setQuote(conversationId: string, messageId: string | null): void {
  known.set(conversationId, messageId);
  try {
    if (messageId === null) sessionStorage.removeItem(`${prefix}${conversationId}`);
    else sessionStorage.setItem(`${prefix}${conversationId}`, messageId);
  } catch { /* kept for this page only */ }
  for (const listener of listeners) listener();
}

/** The message to quote, or null. */
export function useQuote(conversationId: string): string | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }, () => read(conversationId));
}
