/** Which key was meant, and whether it may act: single letters never while somebody types. */

export interface KeyFacts { key: string; code: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean;
  shiftKey: boolean }

/** The name of the key as the screens write it: "J", "Enter", "Ctrl+Enter", "Alt+1", "?". */
export function keyName(event: KeyFacts): string {
  // Alt changes what a key writes on some layouts; the digit or letter is read from its place on the keyboard then.
  const placed = /^(?:Digit(\d)|Key([A-Z]))$/.exec(event.code);
  const [, digit, letter] = placed ?? [];
  const meant = digit ?? (/^[a-z]$/i.test(event.key) ? undefined : letter);
  const base = event.altKey && meant !== undefined ? meant
    : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${base}`;
}

interface ElementFacts { tagName: string; isContentEditable?: boolean; type?: string;
  getAttribute?: (name: string) => string | null }

const textless = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color']);

/** True while the focus is in something one types into or chooses with letters. */
export function isField(element: ElementFacts | null): boolean {
  if (element === null) return false;
  if (element.isContentEditable === true || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') return true;
  // A list that chooses nothing by letters leaves them to the screen.
  if (element.getAttribute?.('data-letters') === 'free') return false;
  const role = element.getAttribute?.('role') ?? '';
  if (role === 'textbox' || role === 'combobox' || role === 'listbox' || role === 'menuitem' || role === 'option'
    || role === 'searchbox') return true;
  return element.tagName === 'INPUT' && !textless.has(element.type ?? 'text');
}

/** True where Enter already means something: a button, a link, a field. */
export function takesEnter(element: ElementFacts | null): boolean {
  if (element === null) return false;
  const role = element.getAttribute?.('role') ?? '';
  return isField(element) || element.tagName === 'BUTTON' || element.tagName === 'A' || element.tagName === 'INPUT'
    || role === 'button' || role === 'tab' || role === 'separator' || role === 'link';
}
