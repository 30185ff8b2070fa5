/**
 * Who has the keyboard while something lies over the page: a dialog or menu has the keys from the press that opened it,
 * also while the browser's focus is still led there, and when it went the focus is where it was before.
 */

/** What has the keys while it is open. */
const overlays = '[role="dialog"], [role="menu"]';

/** True while a dialog or menu is open. */
export function dialogOpen(): boolean {
  return document.querySelector(overlays) !== null;
}

function topmost(): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(overlays)].at(-1);
}

/** What had the focus last within an overlay, and last outside of all. */
const within = new WeakMap<Element, HTMLElement>();
let outside: HTMLElement | undefined;

const takers = 'a[href], button, input, select, textarea, [tabindex]';

/** Where the focus is led to: what asks for it, else the first that Tab reaches, else the first that can have it. */
function firstIn(over: HTMLElement): HTMLElement {
  const able = [...over.querySelectorAll<HTMLElement>(takers)].filter((each) => !each.matches(':disabled'));
  return able.find((each) => each.matches('[data-autofocus]')) ?? able.find((each) => each.tabIndex >= 0) ?? able[0]
    ?? over;
}

/** Where the key now pressed belongs, if that is elsewhere than where it goes. */
function rightPlace(): HTMLElement | undefined {
  const over = topmost();
  const active = document.activeElement;
  if (over === undefined || active?.closest(overlays)) return undefined;
  const last = within.get(over);
  if (last === undefined) return firstIn(over);
  // It had the focus and lost it, as a button does while it works: what works is left alone.
  if (active !== document.body || last.matches(':disabled')) return undefined;
  return over.contains(last) ? last : firstIn(over);
}

function onKey(event: KeyboardEvent): void {
  const place = event.isComposing ? undefined : rightPlace();
  if (place === undefined) return;
  place.focus({ preventScroll: true });
  if (document.activeElement !== place) return;
  // The press is already on its way to what had the focus before; the letter it writes follows the focus.
  event.stopImmediatePropagation();
  const { key, code, location, repeat, ctrlKey, shiftKey, altKey, metaKey } = event;
  const again = new KeyboardEvent('keydown', { key, code, location, repeat, ctrlKey, shiftKey, altKey, metaKey,
    bubbles: true, cancelable: true, composed: true });
  if (!place.dispatchEvent(again)) event.preventDefault();
}

interface Layer { onClose: () => void; byEscape: boolean }
const layers: (() => Layer)[] = [];

/** Esc is for the uppermost alone: a question over a form closes, and the form stays. */
function onEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.isComposing || event.target instanceof Element
    && event.target.getAttribute('data-mantine-stop-propagation') === 'true') return;
  const layer = layers.at(-1)?.();
  // A menu or a picker that hangs over the dialog closes itself.
  if (layer?.byEscape === true && topmost()?.matches('[aria-modal="true"]') === true) layer.onClose();
}

/** Listens from the start, before any dialog does. */
export function followKeyboard(): void {
  window.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const over = target.closest(overlays);
    if (over === null) outside = target;
    else within.set(over, target);
  });
  window.addEventListener('keydown', onKey, { capture: true });
  window.addEventListener('keydown', onEscape, { capture: true });
}

/**
 * Lays a dialog over the page. Returns the way to take it away, which gives the focus back to what has it now, unless
 * something else was given it meanwhile.
 */
export function layOver(layer: () => Layer): () => void {
  const before = document.activeElement;
  layers.push(layer);
  return () => {
    layers.splice(layers.indexOf(layer), 1);
    // Once it is off the page: until then it has the focus itself.
    queueMicrotask(() => {
      if (document.activeElement !== document.body && document.activeElement !== null) return;
      // What opened it may have gone itself, as the line of a menu does: then what the menu hangs from.
      const back = before?.isConnected === true ? before : dialogOpen() ? undefined : outside;
      if (back instanceof HTMLElement && back.isConnected && back !== document.body)
        back.focus({ preventScroll: true });
    });
  };
}
