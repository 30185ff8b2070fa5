/**
 * What a single message needs of the conversation it stands in: the others by id, the way to them, and quoting. The
 * messages are a context of their own, for they change with every word and only quotes look at them.
 */
import { createContext, useContext } from 'react';
import type { MessageView } from '../live/types.ts';

export interface ThreadContextValue {
  /** Scrolls to a loaded message and marks it for a moment; false if it is not loaded. */
  show: (id: string) => boolean;
  /** Puts the message into the reply box as a quote; undefined where one may not write. */
  quote: ((message: MessageView) => void) | undefined;
}

const nothing: ThreadContextValue = { show: () => false, quote: undefined };

export const ThreadContext = createContext<ThreadContextValue>(nothing);

/** The conversation around a message; outside of one everything is empty. */
export function useThreadContext(): ThreadContextValue {
  return useContext(ThreadContext);
}

/** The messages that are loaded. */
export const ThreadItems = createContext<readonly MessageView[]>([]);

/** A message that is loaded, as it stands now. */
export function useLoaded(id: string | null): MessageView | undefined {
  const items = useContext(ThreadItems);
  return id === null ? undefined : items.find((each) => each.id === id);
}

/** True once a conversation stands and what nobody needs at first sight may be drawn as well. */
export const SettledContext = createContext(true);
