/** What an agent has written but not sent, per conversation: kept over reload and crash, the same in every tab. */

export interface Draft { text: string; note: string; at: number }
export interface Keep { getItem: (key: string) => string | null; setItem: (key: string, value: string) => void;
  removeItem: (key: string) => void }

const prefix = 'sambung.draft.';
const emptyDraft: Draft = { text: '', note: '', at: 0 };

function parse(stored: string | null): Draft {
  if (stored === null) return emptyDraft;
  try {
    const value = JSON.parse(stored) as Partial<Draft>;
    return {
      text: typeof value.text === 'string' ? value.text : '', note: typeof value.note === 'string' ? value.note : '',
      at: typeof value.at === 'number' ? value.at : 0,
    };
  } catch {
    return emptyDraft;
  }
}

/** The drafts of one user. `get` gives the same object until the draft changes, so that React may compare it. */
export class Drafts {
  private readonly keep: Keep;
  private readonly userId: string;
  private readonly cache = new Map<string, Draft>();
  private readonly listeners = new Set<(key: string) => void>();

  constructor(keep: Keep, userId: string) {
    this.keep = keep;
    this.userId = userId;
  }

  private key(conversationId: string): string {
    return `${prefix}${this.userId}.${conversationId}`;
  }

  /** The draft of a conversation; an empty one if nothing was written. */
  get(conversationId: string): Draft {
    const key = this.key(conversationId);
    let draft = this.cache.get(key);
    if (draft === undefined) {
      draft = parse(this.keep.getItem(key));
      this.cache.set(key, draft);
    }
    return draft;
  }

  /** Writes at once: a crash between two keys may lose one letter, never a line. `at` is the time in ms. */
  set(conversationId: string, change: Partial<Pick<Draft, 'text' | 'note'>>, at: number): void {
    const key = this.key(conversationId);
    const next = { ...this.get(conversationId), ...change, at };
    this.cache.set(key, next);
    try {
      if (next.text === '' && next.note === '') this.keep.removeItem(key);
      else this.keep.setItem(key, JSON.stringify(next));
    } catch {
      // A full or closed store: the draft lives on in this tab.
    }
    this.tell(key);
  }

  /** Another tab wrote a draft. */
  changedElsewhere(key: string | null): void {
    if (key === null) this.cache.clear();
    else if (key.startsWith(prefix)) this.cache.delete(key);
    else return;
    this.tell(key ?? '');
  }

  private tell(key: string): void {
    for (const listener of this.listeners) listener(key);
  }

  /** Calls the listener on every change. Returns the way to stop. */
  subscribe(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }
}
