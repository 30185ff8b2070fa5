/** What was taken back or refused returns to the box it came from, all of it. */
import { serverNow } from '../lib/now.ts';
import type { Desk } from '../live/context.ts';
import type { Pending } from '../live/outbox.ts';
import { draftOf, setOffer } from './offers.ts';
import { setQuote } from './quotes.ts';
import type { TemplateUse } from './templates.ts';

type Returned = Pick<Pending, 'kind' | 'conversationId' | 'text' | 'files' | 'replyToId' | 'offer' | 'mentions'>;

/** Puts it before what was written since; its quote and its buttons take the place of those chosen since. */
export function returnToDraft({ drafts, uploads }: Pick<Desk, 'drafts' | 'uploads'>, back: Returned): void {
  const { conversationId } = back;
  const draft = drafts.get(conversationId);
  const field = back.kind === 'note' ? 'note' : 'text';
  const text = [back.text, draft[field]].filter((each) => each !== '').join('\n');
  const called = back.mentions ?? [];
  const mentions = [...draft.mentions.filter(({ id }) => !called.some((each) => each.id === id)), ...called];
  drafts.set(conversationId, { [field]: text, mentions }, serverNow());
  if (back.kind === 'note') return;
  uploads.restore(conversationId, back.files);
  if (typeof back.replyToId === 'string') setQuote(conversationId, back.replyToId);
  if (back.offer !== undefined) setOffer(conversationId, draftOf(back.offer));
}

const listeners = new Set<() => void>();

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
