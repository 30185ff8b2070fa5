/** Files of a reply that was taken back, until its reply box takes them up again; gone with this page. */
import type { AttachmentView } from '../live/types.ts';

const waiting = new Map<string, readonly AttachmentView[]>();
const listeners = new Set<() => void>();

/** Lays the files out for the reply box of the conversation. */
export function setReturnedFiles(conversationId: string, files: readonly AttachmentView[]): void {
  waiting.set(conversationId, files);
  for (const listener of listeners) listener();
}

/** Takes the files that lie there, if any. */
export function takeReturnedFiles(conversationId: string): readonly AttachmentView[] {
  const files = waiting.get(conversationId) ?? [];
  waiting.delete(conversationId);
  return files;
}

/** Calls the listener when files are laid out. Returns the way to stop. */
export function onReturnedFiles(listener: () => void): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}
