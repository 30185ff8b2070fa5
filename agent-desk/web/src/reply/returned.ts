/** What a reply that was taken back consisted of, until its reply box takes it up again; gone with this page. */
import type { AttachmentView } from '../live/types.ts';
import type { TemplateUse } from './templates.ts';

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

/** Calls the listener when something is laid out. Returns the way to stop. */
export function onReturned(listener: () => void): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

const templates = new Map<string, TemplateUse>();

/** Opens the prepared messages of the conversation again, at this one and as it was filled. */
export function returnTemplate(conversationId: string, use: TemplateUse): void {
  templates.set(conversationId, use);
  for (const listener of listeners) listener();
}

/** Takes the prepared message that lies there, if any. */
export function takeReturnedTemplate(conversationId: string): TemplateUse | undefined {
  const use = templates.get(conversationId);
  templates.delete(conversationId);
  return use;
}
