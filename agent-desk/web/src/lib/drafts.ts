/** What an agent has written but not sent, per conversation: kept over reload and crash, the same in every tab. */
import type { AttachmentView } from '../live/types.ts';

/** A colleague whom a note calls by `@name`. */
export interface Mention { id: string; name: string }

export interface Draft {
  text: string;
  note: string;
  /** Files of the reply that the server has, in the order in which they were chosen. */
  files: readonly AttachmentView[];
  /** Whom the note calls; gone with the note. */
  mentions: readonly Mention[];
  at: number;
}
export interface Keep { getItem: (key: string) => string | null; setItem: (key: string, value: string) => void;
  removeItem: (key: string) => void }

const prefix = 'sambung.draft.';
const emptyDraft: Draft = { text: '', note: '', files: [], mentions: [], at: 0 };

function isFile(value: unknown): value is AttachmentView {
  const each = value as Partial<AttachmentView> | null;
  return typeof each === 'object' && each !== null && typeof each.fileId === 'string'
    && typeof each.fileName === 'string' && typeof each.mediaType === 'string' && typeof each.sizeBytes === 'number';
}

function isMention(value: unknown): value is Mention {
  const each = value as Partial<Mention> | null;
  return typeof each === 'object' && each !== null && typeof each.id === 'string' && typeof each.name === 'string';
}

function listOf<T>(value: unknown, is: (each: unknown) => each is T): T[] {
  return Array.isArray(value) ? value.filter(is) : [];
}

function parse(stored: string | null): Draft {
  if (stored === null) return emptyDraft;
  try {
    const value = JSON.parse(stored) as Partial<Draft>;
    return {
      text: typeof value.text === 'string' ? value.text : '', note: typeof value.note === 'string' ? value.note : '',
      files: listOf(value.files, isFile), mentions: listOf(value.mentions, isMention),
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
  set(conversationId: string, change: Partial<Omit<Draft, 'at'>>, at: number): void {
    const key = this.key(conversationId);
    const changed = { ...this.get(conversationId), ...change, at };
    const next = changed.note === '' ? { ...changed, mentions: [] } : changed;
    this.cache.set(key, next);
    try {
      if (next.text === '' && next.note === '' && next.files.length === 0) this.keep.removeItem(key);
      else this.keep.setItem(key, JSON.stringify(next));
    } catch {
      // A full or closed store: the draft lives on in this tab.
    }
    this.tell(key);
  }

  /** Nothing more is to be said there. */
  forget(conversationId: string): void {
    this.set(conversationId, { text: '', note: '', files: [] }, 0);
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
