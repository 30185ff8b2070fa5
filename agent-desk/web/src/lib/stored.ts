/** Small choices that this machine remembers, the same for every part of the page and every tab of the browser. */

export type Storable = string | number | boolean;

/** The part of localStorage that is needed; a test gives its own. */
export interface Shelf { getItem: (key: string) => string | null; setItem: (key: string, value: string) => void }

const prefix = 'sambung.';

/** The remembered choices. A browser that keeps nothing starts from the initial values each time. */
export class Stored {
  private readonly shelf: () => Shelf;
  /** What was read or set; null where nothing is kept, so that it is not asked for with every row that is drawn. */
  private readonly values = new Map<string, Storable | null>();
  private readonly listeners = new Set<() => void>();

  constructor(shelf: () => Shelf) {
    this.shelf = shelf;
  }

  /** Calls the listener on every change, here or in another tab. Returns the way to stop. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  };

  /** The remembered value; `initial` where there is none, or one of another type. */
  get<T extends Storable>(key: string, initial: T): T {
    let known = this.values.get(key);
    if (known === undefined) {
      known = this.read(key) ?? null;
      this.values.set(key, known);
    }
    return known === null || typeof known !== typeof initial ? initial : known as T;
  }

  /** Remembers a value and tells everybody. */
  set(key: string, value: Storable): void {
    this.values.set(key, value);
    try { this.shelf().setItem(`${prefix}${key}`, JSON.stringify(value)); } catch { /* kept for this page only */ }
    this.tell();
  }

  /** Another tab wrote; `name` is the browser's, null when everything was cleared. */
  changedElsewhere(name: string | null): void {
    if (name === null) this.values.clear();
    else if (name.startsWith(prefix)) this.values.delete(name.slice(prefix.length));
    else return;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private read(key: string): Storable | undefined {
    try {
      const stored = this.shelf().getItem(`${prefix}${key}`);
      return stored === null ? undefined : JSON.parse(stored) as Storable;
    } catch {
      return undefined;
    }
  }
}

/** The choices of this page. */
export const stored = new Stored(() => localStorage);
