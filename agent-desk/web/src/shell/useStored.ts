/** A small choice that this machine remembers: a width, a switch. Every part that uses the key sees the same value. */
import { useCallback, useSyncExternalStore } from 'react';
import { stored, type Storable } from '../lib/stored.ts';

/** The remembered value and the way to change it; a browser that keeps nothing starts from `initial` each time. */
export function useStored<T extends Storable>(key: string, initial: T): [T, (value: T) => void] {
  const value = useSyncExternalStore(stored.subscribe, () => stored.get(key, initial));
  const change = useCallback((next: T): void => { stored.set(key, next); }, [key]);
  return [value, change];
}
