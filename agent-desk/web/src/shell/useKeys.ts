/**
 * Keys for a screen: `useKeys({ J: next, 'Ctrl+Enter': send, 'G I': goInbox })`; letters act only outside fields and
 * dialogs. What is registered here is also what the command palette offers: a command is there while its key works.
 */
import { useEffect, useRef } from 'react';
import { isField, keyName, takesEnter } from '../lib/keys.ts';
import { KeyBoard, type KeyActions } from '../lib/key-board.ts';
import { dialogOpen } from '../lib/overlays.ts';
import { letterKeysOn } from './prefs.ts';

export type { KeyActions } from '../lib/key-board.ts';

/** Every key that acts now. */
export const keyBoard = new KeyBoard();

/** Whether a dialog had the key now pressed: the Escape that closes it means nothing to the page behind it. */
let dialogHadIt = false;

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat && event.key !== 'j' && event.key !== 'k') return;
  const name = keyName(event);
  // A modifier alone is no key, and does not end a sequence.
  if (/(Control|Alt|Shift|Meta)$/.test(event.key) || dialogHadIt || dialogOpen()) return;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (!name.includes('+') && isField(target)) {
    // Esc leaves the field, so that the next letter is a command: the way out for whoever has no pointer.
    if (name === 'Escape' && target?.getAttribute('aria-expanded') !== 'true') target?.blur();
    return;
  }
  if (name.length === 1 && !letterKeysOn()) return;
  if (keyBoard.press(name, event)) event.preventDefault();
}

let pointed = false;
/** What has the focus because it was clicked. */
let clicked: EventTarget | null = null;

/**
 * Whether Enter is this element's own: a field's always, a button's where the keyboard was led to it. Where a click
 * only left the focus behind, Enter means what it means on the screen.
 */
export function ownsEnter(element: HTMLElement | null): boolean {
  return isField(element) || (takesEnter(element) && element !== clicked);
}

if (typeof window !== 'undefined') {
  window.addEventListener('keydown', onKey);
  window.addEventListener('keydown', () => {
    pointed = false;
    dialogHadIt = dialogOpen();
  }, { capture: true, passive: true });
  window.addEventListener('focusin', ({ target }) => { clicked = pointed ? target : null; });
  window.addEventListener('pointerdown', () => {
    pointed = true;
    keyBoard.forget();
  }, { capture: true, passive: true });
}

/**
 * Listens while the component is there. Keys with Ctrl or Alt act in fields as well. `first`: before all others, for
 * the few keys that mean the same on every screen.
 */
export function useKeys(actions: KeyActions, options: { first?: boolean } = {}): void {
  const latest = useRef(actions);
  const first = options.first === true;
  useEffect(() => { latest.current = actions; });
  useEffect(() => keyBoard.add(() => latest.current, first), [first]);
}

/** While `coming`, a letter that nobody wants yet waits for the parts of the screen that are still being drawn. */
export function useKeysComing(coming: boolean): void {
  useEffect(() => (coming ? keyBoard.expect() : undefined), [coming]);
}
