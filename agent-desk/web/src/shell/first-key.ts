/**
 * The first key after a dialog or menu opened is its own, also while the keyboard still stands elsewhere: it is led
 * there a moment after the drawing, and whoever types on does not wait for that.
 */
import { overlays } from './useKeys.ts';

/** Those that had the keyboard once: they keep it themselves. */
const met = new WeakSet<Element>();

const takers = 'a[href], button, input, select, textarea, [tabindex]';

/** Where the keyboard is led to: what asks for it, else the first that Tab reaches, else the first that can have it. */
function firstIn(over: HTMLElement): HTMLElement {
  const able = [...over.querySelectorAll<HTMLElement>(takers)].filter((each) => !each.matches(':disabled'));
  return over.querySelector<HTMLElement>('[data-autofocus]') ?? able.find((each) => each.tabIndex >= 0) ?? able[0]
    ?? over;
}

function onEarly(event: KeyboardEvent): void {
  const over = [...document.querySelectorAll<HTMLElement>(overlays)].at(-1);
  if (over === undefined || met.has(over) || event.isComposing) return;
  firstIn(over).focus({ preventScroll: true });
  if (!over.contains(document.activeElement)) return;
  // The press is already on its way to what had the keyboard before; the letter it writes follows the keyboard.
  event.stopImmediatePropagation();
  const { key, code, location, repeat, ctrlKey, shiftKey, altKey, metaKey } = event;
  const again = new KeyboardEvent('keydown', { key, code, location, repeat, ctrlKey, shiftKey, altKey, metaKey,
    bubbles: true, cancelable: true, composed: true });
  if (document.activeElement?.dispatchEvent(again) === false) event.preventDefault();
}

/** Listens from the start, before any dialog does. */
export function leadFirstKeys(): void {
  window.addEventListener('focusin', ({ target }) => {
    const over = target instanceof Element ? target.closest(overlays) : null;
    if (over !== null) met.add(over);
  });
  window.addEventListener('keydown', onEarly, { capture: true });
}
