/**
 * Files of messages as the screen uses them: where they are fetched, what the browser may draw of them, and their bytes
 * as a blob of the type the server read from the content, never of the name.
 */
import { useEffect, useState } from 'react';
import type { AttachmentView } from '../live/types.ts';

/** Kinds a browser draws without running anything of the file; SVG is none of them. */
const drawn = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
const texts = new Set(['text/plain', 'text/csv', 'application/json']);

/** What a preview of text reads at most. */
export const textPreviewBytes = 65_536;

/** A voice of at most this is fetched once it comes into sight, so that its length stands there; more only to play. */
export const voiceAheadBytes = 2_097_152;

/** True for a file that is shown as a picture. */
export function isPicture(file: AttachmentView): boolean {
  return drawn.has(file.mediaType);
}

/** How a file is shown in a bubble. */
export function shownAs(file: AttachmentView): 'picture' | 'voice' | 'video' | 'pdf' | 'text' | 'card' {
  if (drawn.has(file.mediaType)) return 'picture';
  if (file.mediaType.startsWith('audio/')) return 'voice';
  if (file.mediaType.startsWith('video/')) return 'video';
  if (file.mediaType === 'application/pdf') return 'pdf';
  return texts.has(file.mediaType) ? 'text' : 'card';
}

/** Where a file is fetched; the server checks the right to it each time. */
export function fileHref(fileId: string): string {
  return `/api/files/${encodeURIComponent(fileId)}`;
}

/** The same address once more: a browser may remember of one that it failed. */
export function againHref(fileId: string, tries: number): string {
  return tries === 0 ? fileHref(fileId) : `${fileHref(fileId)}?again=${tries}`;
}

/** The bytes, as the type given. Throws where they cannot be had. */
export async function fetchBlob(fileId: string, mediaType: string, signal?: AbortSignal): Promise<Blob> {
  const answer = await fetch(fileHref(fileId), { credentials: 'same-origin', signal: signal ?? null });
  if (!answer.ok) throw new Error(`file ${answer.status}`);
  return new Blob([await answer.arrayBuffer()], { type: mediaType });
}

export interface BlobState { url: string | undefined; failed: boolean }

/**
 * An address of the bytes in this page, once they are wanted; given back when the component goes. Another `tries`
 * fetches them anew.
 */
export function useBlobUrl(file: AttachmentView, wanted: boolean, tries = 0): BlobState {
  const [state, setState] = useState<BlobState>({ url: undefined, failed: false });
  const { fileId, mediaType } = file;
  useEffect(() => {
    if (!wanted) return undefined;
    const stop = new AbortController();
    let url: string | undefined;
    fetchBlob(fileId, mediaType, stop.signal).then((blob) => {
      url = URL.createObjectURL(blob);
      setState({ url, failed: false });
    }, () => { if (!stop.signal.aborted) setState({ url: undefined, failed: true }); });
    return () => {
      stop.abort();
      if (url !== undefined) URL.revokeObjectURL(url);
      setState({ url: undefined, failed: false });
    };
  }, [fileId, mediaType, wanted, tries]);
  return state;
}
