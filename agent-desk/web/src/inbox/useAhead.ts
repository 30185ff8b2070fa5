/** Fetches a conversation a moment before it is opened: where the pointer rests, where the keys stand, what is next. */
import { useEffect, useRef, type PointerEvent } from 'react';
import { usePrefetch } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';

/** A pointer that stays this long on a row may mean it; one that crosses the list does not. */
const restMs = 50;
/** Keys that run through the list pass as well. */
const standMs = 150;

/** The row under a pointer or a click, as RowList marks it. */
export function rowIdAt(target: EventTarget): string | undefined {
  return (target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset['row'];
}

/** Handlers for the list; `stands` are the rows that the next key would open. */
export function useAhead(rows: readonly InteractionView[], stands: readonly (InteractionView | undefined)[]) {
  const prefetch = usePrefetch();
  const timer = useRef<number>(undefined);
  const over = useRef<string>(undefined);
  const fetchRow = (id: string | undefined): void => {
    const row = rows.find((each) => each.id === id);
    if (row !== undefined) prefetch(row);
  };
  useEffect(() => () => { window.clearTimeout(timer.current); }, []);
  const ids = stands.map((row) => row?.id ?? '').join(' ');
  useEffect(() => {
    const wait = window.setTimeout(() => {
      for (const row of stands) if (row !== undefined) prefetch(row);
    }, standMs);
    return () => { window.clearTimeout(wait); };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the ids say whether other rows stand there
  }, [ids, prefetch]);
  return {
    onPointerOver: (event: PointerEvent): void => {
      const id = rowIdAt(event.target);
      if (id === over.current) return;
      over.current = id;
      window.clearTimeout(timer.current);
      if (id !== undefined) timer.current = window.setTimeout(() => { fetchRow(id); }, restMs);
    },
    onPointerDown: (event: PointerEvent): void => { fetchRow(rowIdAt(event.target)); },
    onPointerLeave: (): void => {
      over.current = undefined;
      window.clearTimeout(timer.current);
    },
  };
}
