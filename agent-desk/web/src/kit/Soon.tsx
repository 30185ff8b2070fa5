/** What may come a moment after the rest: the conversation is painted first, then what surrounds it. */
import { useDeferredValue, type ReactNode } from 'react';
import { useKeysComing } from '../shell/useKeys.ts';

/**
 * Draws its children right after the paint that `id` came with; until then `room`, which must take the same place, so
 * that nothing moves. Nothing of the id before stays meanwhile; a letter pressed in that moment waits for its part.
 */
export function Soon({ id, room = null, children }: { id: string; room?: ReactNode; children: ReactNode }) {
  const there = useDeferredValue(id, '') === id;
  useKeysComing(!there);
  return there ? children : room;
}
