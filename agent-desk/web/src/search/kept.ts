/** The words last searched for, in this tab's memory only: they are names of customers, no address carries them. */
import { useSyncExternalStore } from 'react';

let kept = '';
const listeners = new Set<() => void>();

/** Keeps the words for the page of the search. */
export function keepWords(words: string): void {
  kept = words;
  for (const listener of listeners) listener();
}

/** The kept words, live. */
export function useKeptWords(): string {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }, () => kept);
}
