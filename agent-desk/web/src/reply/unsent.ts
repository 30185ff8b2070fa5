/** What was written for customers and not sent: whether there is any, and letting it go when the work leaves. */
import { useSyncExternalStore } from 'react';
import type { Drafts } from '../lib/drafts.ts';
import { forgetWork } from '../lib/kept.ts';
import { useDesk, type Desk } from '../live/context.ts';
import type { InteractionView } from '../live/types.ts';
import { setOffer } from './offers.ts';
import { setQuote } from './quotes.ts';

type Work = Pick<InteractionView, 'id' | 'conversationId'>;

/** Forgets all that this user wrote about work that is closed or in other hands, files and quote with it. */
export function forgetWritten({ drafts, uploads }: Pick<Desk, 'drafts' | 'uploads'>, userId: string, work: Work): void {
  forgetWork(localStorage, drafts, userId, work);
  const { conversationId } = work;
  if (conversationId === null) return;
  uploads.clear(conversationId);
  setQuote(conversationId, null);
  setOffer(conversationId, null);
}

function isUnsent(drafts: Drafts, { conversationId }: Work): boolean {
  if (conversationId === null) return false;
  const { text, note, files } = drafts.get(conversationId);
  return text.trim() !== '' || note.trim() !== '' || files.length > 0;
}

/** Whether something is written for one of these and not sent. */
export function useUnsent(rows: readonly Work[]): boolean {
  const { drafts } = useDesk();
  return useSyncExternalStore((listener) => drafts.subscribe(listener),
    () => rows.some((row) => isUnsent(drafts, row)));
}
