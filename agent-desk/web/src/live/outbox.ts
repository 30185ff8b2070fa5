/**
 * Messages on their way from this machine to the server: kept in the browser until the server has them, sent again
 * with the same clientId after any break, so that a click is one message (INV3) whatever happens in between.
 */
import type { Mention } from '../lib/drafts.ts';
import type { AttachmentView } from './types.ts';

export interface Pending {
  clientId: string;
  kind: 'send' | 'note';
  conversationId: string;
  text: string;
  files: AttachmentView[];
  /** ISO time of the click. */
  at: string;
  /** The message it answers. */
  replyToId?: string | null | undefined;
  /** What the customer may tap. */
  offer?: { buttons?: { text: string; url?: string | undefined }[][]; askContact?: string } | undefined;
  /** Seconds it waits on the server for second thoughts. */
  undoSeconds?: number | undefined;
  /** Whom a note calls. */
  mentions?: readonly Mention[] | undefined;
  /** Set when the server refused it: it waits for the agent to decide. */
  refused?: { code: string; message: string } | undefined;
}

export interface Keep {
  getItem: (key: string) => string | null;
  setItem: (key: string, value: string) => void;
  removeItem: (key: string) => void;
}

/** Refusals that pass by themselves: the same message is tried again. */
const passing = new Set(['OVERLOADED', 'DATABASE_UNAVAILABLE', 'SHUTTING_DOWN', 'TOO_MANY_REQUESTS', 'NETWORK',
  'TIMEOUT', 'SIGN_IN_REQUIRED']);

/** True if the same message may go through a moment later without anybody doing anything. */
export function passes(code: string): boolean {
  return passing.has(code);
}

function isPending(value: unknown): value is Pending {
  const each = value as Partial<Pending> | null;
  return typeof each === 'object' && each !== null && typeof each.clientId === 'string'
    && typeof each.conversationId === 'string'
    && typeof each.text === 'string' && Array.isArray(each.files) && (each.kind === 'send' || each.kind === 'note');
}

/** The outbox of one user in this browser; other tabs read the same. Listeners hear every change, of other tabs too. */
export class Outbox {
  private readonly keep: Keep;
  private readonly key: string;
  private readonly listeners = new Set<() => void>();
  private cached: Pending[] | undefined;

  constructor(keep: Keep, userId: string) {
    this.keep = keep;
    this.key = `sambung.outbox.${userId}`;
  }

  /** Everything on its way, oldest first. The same array until something changes. */
  all(): readonly Pending[] {
    if (this.cached !== undefined) return this.cached;
    try {
      const stored: unknown = JSON.parse(this.keep.getItem(this.key) ?? '[]');
      this.cached = Array.isArray(stored) ? stored.filter(isPending) : [];
    } catch {
      this.cached = [];
    }
    return this.cached;
  }

  private write(next: Pending[]): void {
    this.cached = next;
    try {
      if (next.length === 0) this.keep.removeItem(this.key);
      else this.keep.setItem(this.key, JSON.stringify(next));
    } catch {
      // A browser that keeps nothing (full, private) still sends; only a reload would forget.
    }
    for (const listener of this.listeners) listener();
  }

  /** Adds a message; its clientId is its name from now on. */
  add(pending: Pending): void {
    if (this.all().some((each) => each.clientId === pending.clientId)) return;
    this.write([...this.all(), pending]);
  }

  /** The server has it. */
  settle(clientId: string): void {
    if (this.all().some((each) => each.clientId === clientId))
      this.write(this.all().filter((each) => each.clientId !== clientId));
  }

  /** The server will not take it as it is. */
  refuse(clientId: string, refused: { code: string; message: string }): void {
    this.write(this.all().map((each) => (each.clientId === clientId ? { ...each, refused } : each)));
  }

  /** The agent wants it tried again. */
  again(clientId: string): void {
    this.write(this.all().map((each) => (each.clientId === clientId ? { ...each, refused: undefined } : each)));
  }

  /** What may be sent now. */
  waiting(): Pending[] {
    return this.all().filter((each) => each.refused === undefined);
  }

  /** Another tab changed the store. */
  changedElsewhere(key: string | null): void {
    if (key !== null && key !== this.key) return;
    this.cached = undefined;
    for (const listener of this.listeners) listener();
  }

  /** Calls the listener on every change. Returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }
}
