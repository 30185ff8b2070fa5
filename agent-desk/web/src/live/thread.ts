/**
 * The messages of one conversation as far as they are loaded: ordered by seq, each once, the newest version of each.
 */
import type { MessageView } from './types.ts';

export interface Thread {
  items: MessageView[];
  /** Nothing earlier exists. */
  complete: boolean;
}

export const emptyThread: Thread = { items: [], complete: false };

/**
 * Puts messages into a list ordered by seq; of two versions of one the newer stays. Returns the same list if nothing
 * changed.
 */
export function mergeMessages(items: readonly MessageView[], incoming: readonly MessageView[]): MessageView[] {
  const known = new Map(items.map((message) => [message.id, message]));
  let changed = false;
  for (const message of incoming) {
    const old = known.get(message.id);
    if (old !== undefined && old.version >= message.version) continue;
    known.set(message.id, message);
    changed = true;
  }
  if (!changed) return items as MessageView[];
  return [...known.values()].sort((one, other) => one.seq - other.seq);
}

/** A page of earlier messages put before what is there. An empty page means that the start is reached. */
export function withOlder(thread: Thread, page: readonly MessageView[]): Thread {
  const items = mergeMessages(thread.items, page);
  return { items, complete: page.length === 0 || items[0]?.seq === 1 };
}

/**
 * The newest page fetched again. What is loaded already stays if the page reaches it; if messages are missing between
 * the two, the older part is let go and loads again by scrolling, so that a thread never has a hole.
 */
export function withNewest(thread: Thread | undefined, page: readonly MessageView[],
  since: readonly MessageView[]): Thread {
  const fetched = mergeMessages(page, since);
  const first = fetched[0];
  const last = thread?.items.at(-1);
  if (thread === undefined || first === undefined || last === undefined)
    return { items: fetched, complete: first === undefined || first.seq === 1 };
  if (first.seq > last.seq + 1) return { items: fetched, complete: first.seq === 1 };
  const items = mergeMessages(thread.items, fetched);
  return { items, complete: thread.complete || items[0]?.seq === 1 };
}

/**
 * A message that came live: merged if it joins what is loaded; undefined if something is missing before it (fetch
 * again).
 */
export function withLive(thread: Thread, message: MessageView): Thread | undefined {
  const last = thread.items.at(-1);
  const known = thread.items.some((each) => each.id === message.id);
  if (!known && last !== undefined && message.seq > last.seq + 1) return undefined;
  if (!known && last === undefined && message.seq > 1) return undefined;
  // Older than what is loaded: it will come with its page.
  if (!known && thread.items[0] !== undefined && message.seq < thread.items[0].seq) return thread;
  const items = mergeMessages(thread.items, [message]);
  return items === thread.items ? thread : { ...thread, items };
}

/** The newest message of mine that has not left yet and can be taken back; of two versions the newer counts. */
export function newestHeld(messages: readonly MessageView[], me: string, now: number): MessageView | undefined {
  const newest = new Map<string, MessageView>();
  for (const message of messages) {
    if ((newest.get(message.id)?.version ?? 0) < message.version) newest.set(message.id, message);
  }
  return [...newest.values()].filter((each) => each.authorId === me && each.status === 'queued'
    && each.holdUntil !== undefined && new Date(each.holdUntil).getTime() > now)
    .sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))[0];
}
