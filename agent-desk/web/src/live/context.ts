/** The line, the drafts and their files as the screens reach them. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Draft, Drafts } from '../lib/drafts.ts';
import type { Uploads } from '../lib/uploads.ts';
import type { Line, Live } from './live.ts';
import type { Pending } from './outbox.ts';
import type { Signals } from './signals.ts';

export interface Desk { live: Live; drafts: Drafts; uploads: Uploads }
export const DeskContext = createContext<Desk | null>(null);

/** The desk's line, drafts and uploads; only below the sign-in gate. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('useDesk is used outside the sign-in gate');
  return desk;
}

/** How the line stands. */
export function useLine(): Line {
  const { live } = useDesk();
  return useSyncExternalStore(live.subscribe, live.line);
}

/** Who types and looks; the component draws again when that changes. */
export function useSignals(): Signals {
  const { live } = useDesk();
  useSyncExternalStore(live.signals.subscribe, live.signals.version);
  return live.signals;
}

/** Everything of this user that is still on its way to the server. */
export function useOutbox(): readonly Pending[] {
  const { live } = useDesk();
  return useSyncExternalStore((listener) => live.outbox.subscribe(listener), () => live.outbox.all());
}

/** The draft of a conversation, also as another tab writes it. */
export function useDraft(conversationId: string): Draft {
  const { drafts } = useDesk();
  return useSyncExternalStore((listener) => drafts.subscribe(listener), () => drafts.get(conversationId));
}
