/**
 * Files on their way up for one message: chosen, pasted or dropped; each with its progress, and each can be stopped.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { uploadFile } from '../api/client.ts';
import { sayError } from '../kit/errors.ts';
import type { AttachmentView } from '../live/types.ts';

/** The server's bounds (domain/limits.ts); it checks again. */
export const maxFiles = 10;
export const maxFileBytes = 20 * 1_048_576;

export interface Upload {
  key: string;
  file: File;
  /** 0 to 1. */
  part: number;
  done?: AttachmentView;
  problem?: string;
}

export type AddResult = 'added' | 'too-many' | 'too-large';

/** The uploads of one reply box; leaving it stops what is not finished. */
export function useUploads() {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const stops = useRef(new Map<string, AbortController>());
  const patch = useCallback((key: string, change: Partial<Upload>) => {
    setUploads((all) => all.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }, []);
  const start = useCallback((key: string, file: File) => {
    const stop = new AbortController();
    stops.current.set(key, stop);
    uploadFile<AttachmentView>('/files', file, (part) => { patch(key, { part }); }, stop.signal).then(
      (done) => { patch(key, { done, part: 1 }); },
      (error: unknown) => { if (!stop.signal.aborted) patch(key, { problem: sayError(error).message }); },
    );
  }, [patch]);
  useEffect(() => {
    const running = stops.current;
    return () => { for (const stop of running.values()) stop.abort(); };
  }, []);
  const add = (files: readonly File[]): AddResult => {
    const fitting = files.filter((file) => file.size <= maxFileBytes);
    const taken = fitting.slice(0, Math.max(0, maxFiles - uploads.length))
      .map((file) => ({ key: crypto.randomUUID(), file, part: 0 }));
    setUploads((all) => [...all, ...taken]);
    for (const { key, file } of taken) start(key, file);
    if (fitting.length < files.length) return 'too-large';
    return taken.length < fitting.length ? 'too-many' : 'added';
  };
  const remove = (key: string): void => {
    stops.current.get(key)?.abort();
    stops.current.delete(key);
    setUploads((all) => all.filter((each) => each.key !== key));
  };
  const again = (key: string): void => {
    const found = uploads.find((each) => each.key === key);
    if (found === undefined) return;
    setUploads((all) => all.map((each) => (each.key === key ? { key, file: each.file, part: 0 } : each)));
    start(key, found.file);
  };
  /** Files that the server has already: of a reply that was taken back. */
  const restore = useCallback((files: readonly AttachmentView[]) => {
    if (files.length === 0) return;
    setUploads((all) => [...all, ...files.map((done) => ({ key: crypto.randomUUID(), part: 1, done,
      file: new File([], done.fileName, { type: done.mediaType }) }))].slice(0, maxFiles));
  }, []);
  /** What is sent is no longer of this box. */
  const clear = (): void => {
    stops.current.clear();
    setUploads([]);
  };
  return { uploads, add, remove, again, restore, clear };
}
