/** What a single message needs of the conversation it stands in: the others by id, the way to them, and quoting. */
import { createContext, useContext } from 'react';
import type { MessageView } from '../live/types.ts';

export interface ThreadContextValue {
  /** A message that is loaded. */
  find: (id: string) => MessageView | undefined;
  /** Scrolls to a loaded message and marks it for a moment; false if it is not loaded. */
  show: (id: string) => boolean;
  /** Puts the message into the reply box as a quote; undefined where one may not write. */
  quote: ((message: MessageView) => void) | undefined;
}

const nothing: ThreadContextValue = { find: () => undefined, show: () => false, quote: undefined };

export const ThreadContext = createContext<ThreadContextValue>(nothing);

/** The conversation around a message; outside of one everything is empty. */
export function useThreadContext(): ThreadContextValue {
  return useContext(ThreadContext);
}
