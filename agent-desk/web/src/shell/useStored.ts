/** A small choice that this machine remembers: a width, a switch. */
import { useState } from 'react';

/** The remembered value and the way to change it; a browser that keeps nothing starts from `initial` each time. */
export function useStored<T extends string | number | boolean>(key: string, initial: T): [T, (value: T) => void] {
  const name = `sambung.${key}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const stored = localStorage.getItem(name);
      if (stored === null) return initial;
      const parsed: unknown = JSON.parse(stored);
      return typeof parsed === typeof initial ? parsed as T : initial;
    } catch {
      return initial;
    }
  });
  const change = (next: T): void => {
    setValue(next);
    try { localStorage.setItem(name, JSON.stringify(next)); } catch { /* kept for this page only */ }
  };
  return [value, change];
}
