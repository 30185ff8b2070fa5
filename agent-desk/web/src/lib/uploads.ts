/**
 * The files of replies being written, per conversation: on their way up while the agent is elsewhere, and once the
 * server has them part of the draft. What a reload cut off, or the server let go, stands there as lost until it is
 * taken out.
 */
import type { AttachmentView } from '../live/types.ts';
import type { Drafts, Keep } from './drafts.ts';
import { serverNow } from './now.ts';

export interface Upload {
  key: string;
  name: string;
  sizeBytes: number;
  /** The bytes, where they were chosen in this page. */
  file?: File | undefined;
  /** 0 to 1. */
  part: number;
  done?: AttachmentView | undefined;
  problem?: string | undefined;
  /** The same bytes will not be taken another time either. */
  final?: boolean | undefined;
  /** Its bytes are not to be had any more: it must be chosen again. */
  lost?: boolean | undefined;
}

export interface UploadBounds { files: number; bytes: number }
export type AddResult = 'added' | 'too-many' | 'too-large' | 'empty';

export interface UploadParts {
  userId: string;
  drafts: Drafts;
  /** Of this tab alone, over a reload: the names of what is not up yet. */
  keep: Keep;
  send: (file: File, onPart: (part: number) => void, signal: AbortSignal) => Promise<AttachmentView>;
  /** False where the server has the file no more; true also where it could not be asked. */
  has: (fileId: string) => Promise<boolean>;
  /** Why a file did not go up, in words, and whether trying again is of no use. */
  why: (error: unknown) => { words: string; final: boolean };
}

const prefix = 'sambung.uploads.';
const none: readonly Upload[] = [];

function finished(done: AttachmentView): Upload {
  return { key: done.fileId, name: done.fileName, sizeBytes: done.sizeBytes, part: 1, done };
}

function isNamed(value: unknown): value is { name: string; sizeBytes: number } {
  const each = value as Partial<Upload> | null;
  return typeof each === 'object' && each !== null && typeof each.name === 'string'
    && typeof each.sizeBytes === 'number';
}

/** The uploads of one user. `of` gives the same array until something changes, so that React may compare it. */
export class Uploads {
  private readonly parts: UploadParts;
  private readonly lists = new Map<string, readonly Upload[]>();
  private readonly stops = new Map<string, AbortController>();
  /** Files that went up in this page, or of which the server was asked. */
  private readonly known = new Set<string>();
  private readonly listeners = new Set<() => void>();

  constructor(parts: UploadParts) {
    this.parts = parts;
  }

  /** The files of a conversation's reply, in the order in which they were chosen. */
  of(conversationId: string): readonly Upload[] {
    const before = this.lists.get(conversationId) ?? this.lost(conversationId);
    const { files } = this.parts.drafts.get(conversationId);
    // Another tab may have sent or taken out what this one holds, and may have added.
    const held = before.filter(({ done }) => done === undefined
      || files.some(({ fileId }) => fileId === done.fileId));
    const come = files.filter(({ fileId }) => !before.some(({ done }) => done?.fileId === fileId));
    const list = held.length === before.length && come.length === 0 ? before
      : [...held, ...come.map((each) => finished(each))];
    this.lists.set(conversationId, list);
    return list;
  }

  /** Takes files that fit and sends them up; the worst of what was not taken is the answer. */
  add(conversationId: string, files: readonly File[], bounds: UploadBounds): AddResult {
    const list = this.of(conversationId);
    const fitting = files.filter((file) => file.size <= bounds.bytes && file.size > 0);
    const taken = fitting.slice(0, Math.max(0, bounds.files - list.length)).map((file): Upload & { file: File } =>
      ({ key: crypto.randomUUID(), name: file.name, sizeBytes: file.size, file, part: 0 }));
    this.write(conversationId, [...list, ...taken]);
    for (const { key, file } of taken) this.start(conversationId, key, file);
    if (files.some((file) => file.size > bounds.bytes)) return 'too-large';
    if (fitting.length < files.length) return 'empty';
    return taken.length < fitting.length ? 'too-many' : 'added';
  }

  /** Takes one out, stopping it on its way. */
  remove(conversationId: string, key: string): void {
    this.stop(key);
    this.write(conversationId, this.of(conversationId).filter((each) => each.key !== key));
  }

  /** Sends up once more what failed. */
  again(conversationId: string, key: string): void {
    const file = this.of(conversationId).find((each) => each.key === key)?.file;
    if (file === undefined) return;
    this.patch(conversationId, key, { part: 0, problem: undefined, final: undefined });
    this.start(conversationId, key, file);
  }

  /** Puts files there that the server has already: of a reply that comes back. */
  restore(conversationId: string, files: readonly AttachmentView[]): void {
    const list = this.of(conversationId);
    const come = files.filter(({ fileId }) => !list.some(({ done }) => done?.fileId === fileId));
    this.write(conversationId, [...list, ...come.map((each) => finished(each))]);
  }

  /** What is sent is no longer of the draft. */
  clear(conversationId: string): void {
    for (const { key } of this.of(conversationId)) this.stop(key);
    this.write(conversationId, none);
  }

  /** Asks the server once for each file that was kept from before; what it has no more is said to be lost. */
  verify(conversationId: string): void {
    for (const { key, done } of this.of(conversationId)) {
      if (done === undefined || this.known.has(done.fileId)) continue;
      this.known.add(done.fileId);
      void this.parts.has(done.fileId).then((has) => {
        if (!has) this.patch(conversationId, key, { done: undefined, lost: true });
      });
    }
  }

  /** Calls the listener on every change, of other tabs too. Returns the way to stop. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    const stop = this.parts.drafts.subscribe(listener);
    return () => {
      this.listeners.delete(listener);
      stop();
    };
  };

  private start(conversationId: string, key: string, file: File): void {
    const stop = new AbortController();
    this.stops.set(key, stop);
    this.parts.send(file, (part) => { this.patch(conversationId, key, { part }); }, stop.signal).then((done) => {
      this.known.add(done.fileId);
      this.patch(conversationId, key, { part: 1, done });
    }, (error: unknown) => {
      if (!stop.signal.aborted) this.failed(conversationId, key, error);
    }).finally(() => { if (this.stops.get(key) === stop) this.stops.delete(key); });
  }

  private failed(conversationId: string, key: string, error: unknown): void {
    const { words, final } = this.parts.why(error);
    this.patch(conversationId, key, { problem: words, final });
  }

  private stop(key: string): void {
    this.stops.get(key)?.abort();
    this.stops.delete(key);
  }

  private patch(conversationId: string, key: string, change: Partial<Upload>): void {
    const list = this.of(conversationId);
    if (!list.some((each) => each.key === key)) return;
    this.write(conversationId, list.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }

  private write(conversationId: string, list: readonly Upload[]): void {
    const before = this.parts.drafts.get(conversationId).files;
    const files = list.flatMap(({ done }) => done ?? []);
    this.lists.set(conversationId, list);
    this.keepNames(conversationId, list);
    if (files.length !== before.length || files.some(({ fileId }, at) => fileId !== before[at]?.fileId)) {
      this.parts.drafts.set(conversationId, { files }, serverNow());
    }
    for (const listener of this.listeners) listener();
  }

  private keptAs(conversationId: string): string {
    return `${prefix}${this.parts.userId}.${conversationId}`;
  }

  private keepNames(conversationId: string, list: readonly Upload[]): void {
    const names = list.filter(({ done }) => done === undefined).map(({ name, sizeBytes }) => ({ name, sizeBytes }));
    const key = this.keptAs(conversationId);
    try {
      if (names.length === 0) this.parts.keep.removeItem(key);
      else this.parts.keep.setItem(key, JSON.stringify(names));
    } catch { /* a reload then forgets what it cut off */ }
  }

  /** What was on its way when the page was left. */
  private lost(conversationId: string): readonly Upload[] {
    try {
      const names: unknown = JSON.parse(this.parts.keep.getItem(this.keptAs(conversationId)) ?? '[]');
      if (!Array.isArray(names) || names.length === 0) return none;
      return names.filter(isNamed).map(({ name, sizeBytes }) =>
        ({ key: crypto.randomUUID(), name, sizeBytes, part: 0, lost: true }));
    } catch {
      return none;
    }
  }
}
