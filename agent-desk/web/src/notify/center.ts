/** The kept notices of one user on this machine: ids and kinds only, newest first, the same in every tab. */
import type { Shelf } from '../lib/stored.ts';
import type { Notice } from './notices.ts';

/** More than a shift brings; the oldest go. */
const keptMax = 100;
/** Ids of what was cleared away that are still known. */
const toldMax = 200;
/** Ids that a page remembers to have heard of. */
const heardMax = 1_000;

export class Center {
  private readonly shelf: Shelf;
  private readonly name: string;
  private readonly listeners = new Set<() => void>();
  private readonly heard: Set<string>;
  private list: readonly Notice[];

  constructor(shelf: Shelf, userId: string) {
    this.shelf = shelf;
    this.name = `sambung.notices.${userId}`;
    this.list = this.read();
    this.heard = new Set(this.list.map((each) => each.id));
  }

  /** Calls the listener on every change. Returns the way to stop. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  };

  /** Newest first; the same array until something changes. */
  all = (): readonly Notice[] => this.list;

  /**
   * Adds what no tab has stored yet; gives what this page hears of for the first time, whichever tab stored it: the one
   * that speaks need not be the first to know.
   */
  add(notices: readonly Notice[]): Notice[] {
    this.list = this.read();
    const told = new Set(this.told());
    const known = new Set(this.list.map((each) => each.id));
    const fresh = notices.filter((each) => !known.has(each.id) && !told.has(each.id));
    if (fresh.length > 0) this.write([...fresh.toReversed(), ...this.list].slice(0, keptMax));
    const news = notices.filter((each) => !this.heard.has(each.id) && !told.has(each.id));
    for (const { id } of news) this.heard.add(id);
    for (const id of this.heard) {
      if (this.heard.size <= heardMax) break;
      this.heard.delete(id);
    }
    return news;
  }

  /** Marks as read what `which` says. */
  markRead(which: (notice: Notice) => boolean): void {
    if (!this.list.some((each) => !each.read && which(each))) return;
    this.write(this.list.map((each) => (which(each) ? { ...each, read: true } : each)));
  }

  /** Forgets all, but for what was told: that is told no more. */
  clear(): void {
    const told = [...this.list.map((each) => each.id), ...this.told()].slice(0, toldMax);
    try { this.shelf.setItem(`${this.name}.told`, JSON.stringify(told)); } catch { /* told again after a reload */ }
    this.write([]);
  }

  /** The ids of what was told and cleared away. */
  private told(): string[] {
    try {
      const found: unknown = JSON.parse(this.shelf.getItem(`${this.name}.told`) ?? '[]');
      return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
    } catch {
      return [];
    }
  }

  /** Another tab wrote under `name`. */
  changedElsewhere(name: string | null): void {
    if (name !== null && name !== this.name) return;
    this.list = this.read();
    this.tell();
  }

  private write(list: readonly Notice[]): void {
    this.list = list;
    try { this.shelf.setItem(this.name, JSON.stringify(list)); } catch { /* kept for this page only */ }
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private read(): readonly Notice[] {
    try {
      const found: unknown = JSON.parse(this.shelf.getItem(this.name) ?? '[]');
      return Array.isArray(found) ? found.filter(isNotice) : [];
    } catch {
      return this.list ?? [];
    }
  }
}

function isNotice(value: unknown): value is Notice {
  const each = value as Partial<Notice> | null;
  return typeof each?.id === 'string' && typeof each.kind === 'string' && typeof each.at === 'number'
    && (each.interactionId === null || typeof each.interactionId === 'string');
}
