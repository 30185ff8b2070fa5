/** Small shared pieces: a key cap, a word in its own reading direction, a link that is safe to follow. */
import type { ReactNode } from 'react';

/** A key of the keyboard, as in "Kirim [Ctrl Enter]"; hidden from screen readers, which get aria-keyshortcuts. */
export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd" aria-hidden="true">{children}</kbd>;
}

/** A name or text of a customer: its direction never turns the words around it. */
export function Bdi({ children }: { children: ReactNode }) {
  return <bdi>{children}</bdi>;
}
