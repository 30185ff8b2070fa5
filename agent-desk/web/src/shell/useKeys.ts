/** Keys for a screen: `useKeys({ J: next, 'Ctrl+Enter': send })`; letters act only outside fields and dialogs. */
import { useEffect, useRef } from 'react';
import { isField, keyName } from '../lib/keys.ts';

/** Returning false lets the key go on to the browser and to others. */
export type KeyActions = Record<string, ((event: KeyboardEvent) => boolean | void) | undefined>;

/** True while a dialog or menu is open: it has the keys. */
export function dialogOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}

/** Listens while the component is there. Keys with Ctrl or Alt act in fields as well. */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => { latest.current = actions; });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat && event.key !== 'j' && event.key !== 'k') return;
      const name = keyName(event);
      const action = latest.current[name];
      if (action === undefined || dialogOpen()) return;
      if (!name.includes('+') && isField(event.target as HTMLElement | null)) return;
      if (action(event) !== false) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => { window.removeEventListener('keydown', onKey); };
  }, []);
}
