/** A part of a conversation away from its newest messages: what stands around a message that was looked up. Pure. */

interface Placed { id: string; seq: number; version: number }

/** Ordered by seq, without holes among what the reader may see. */
export interface Around<M extends Placed> {
  items: M[];
  /** Nothing earlier exists. */
  complete: boolean;
  /** Nothing later exists. */
  newest: boolean;
}

/** Two runs of messages put together: each once, the newer version, by seq. */
export function together<M extends Placed>(one: readonly M[], other: readonly M[]): M[] {
  const known = new Map(one.map((message) => [message.id, message]));
  for (const message of other) {
    const old = known.get(message.id);
    if (old === undefined || old.version < message.version) known.set(message.id, message);
  }
  return [...known.values()].sort((first, second) => first.seq - second.seq);
}

/** An earlier page before what is there; an empty one means that the start is reached. */
export function withEarlier<M extends Placed>(around: Around<M>, page: readonly M[], more: boolean): Around<M> {
  return { ...around, items: together(around.items, page), complete: !more };
}

/** A later page behind what is there. */
export function withLater<M extends Placed>(around: Around<M>, page: readonly M[], more: boolean): Around<M> {
  return { ...around, items: together(around.items, page), newest: !more };
}

/** A message that changed while it stands here; others are not this part's affair. The same object if nothing did. */
export function withChanged<M extends Placed>(around: Around<M>, message: M): Around<M> {
  const old = around.items.find((each) => each.id === message.id);
  if (old === undefined || old.version >= message.version) return around;
  return { ...around, items: around.items.map((each) => (each.id === message.id ? message : each)) };
}

/** True once this part touches the newest messages that are loaded: from then on both are one thread. */
export function joins<M extends Placed>(around: Around<M>, thread: { items: readonly M[] }): boolean {
  if (around.newest) return true;
  const here = new Set(around.items.map((message) => message.id));
  return thread.items.some((message) => here.has(message.id));
}
