/**
 * Which rows of a long list are drawn, where in the page they stand, and when they are drawn: only those in sight and
 * some beside them, always as many, each in the elements of one that has scrolled out.
 */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useReducer, useRef, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';

/** Rows drawn beside those in sight, half of them on either side while the list rests. */
const spare = 12;
/** Of these, so many behind while it scrolls: the others stand ready where it goes. */
const spareBehind = 2;

type Direction = 'forward' | 'backward' | null;
interface Sight { startIndex: number; endIndex: number }
const nothing: Sight = { startIndex: 0, endIndex: -1 };

function spareBefore(direction: Direction): number {
  if (direction === null) return spare / 2;
  return direction === 'forward' ? spareBehind : spare - spareBehind;
}

/**
 * The indices of the rows to draw, always as many as were ever drawn at once: so a row that scrolls out lends its
 * elements to the one that scrolls in, for changing some words costs a fraction of making a row.
 */
function usePlaces(sight: Sight | null, direction: Direction, count: number): { places: number; start: number } {
  const [most, setMost] = useState(1);
  const drawn = sight === null ? 0 : sight.endIndex - sight.startIndex + 1 + spare;
  if (drawn > most) setMost(drawn);
  const places = Math.min(Math.max(most, drawn), count);
  const first = (sight?.startIndex ?? 0) - spareBefore(direction);
  return { places, start: Math.max(0, Math.min(first, count - places)) };
}

/** While it scrolls rows keep their places in the page, for a move makes a row anew; at rest they stand in order. */
function inPlace(start: number, places: number, scrolling: boolean): number[] {
  const indices = Array.from({ length: places }, (_unused, n) => start + n);
  return scrolling ? indices.sort((one, other) => one % places - other % places) : indices;
}

/**
 * Whether rows keep their places in the page now. Under a button or a finger that is down nothing changes its place: a
 * row that is moved meanwhile never hears the click.
 */
function useSteady(scrolling: boolean): { keepsPlaces: boolean; onPointerDownCapture: () => void } {
  const down = useRef(false);
  const keepsPlaces = useRef(scrolling);
  useEffect(() => {
    const release = (): void => { down.current = false; };
    const ends = ['pointerup', 'pointercancel'] as const;
    for (const end of ends) window.addEventListener(end, release);
    return () => { for (const end of ends) window.removeEventListener(end, release); };
  }, []);
  if (!down.current) keepsPlaces.current = scrolling;
  return { keepsPlaces: keepsPlaces.current, onPointerDownCapture: () => { down.current = true; } };
}

/** Whether rows stand ready for what is in sight, and for the next frame too where it scrolls on as from `old`. */
function suffices(ready: Sight, sight: Sight, old: Sight, count: number): boolean {
  const moved = sight.startIndex - old.startIndex;
  // A row more: the sight moves by parts of rows.
  const step = moved + Math.sign(moved);
  return ready.startIndex <= Math.max(0, sight.startIndex + Math.min(step, 0))
    && ready.endIndex >= Math.min(count - 1, sight.endIndex + Math.max(step, 0));
}

/**
 * The virtual list. A step of scrolling is drawn right after the frame that shows it, for which rows stand ready, so
 * that neither the frame nor the drawing is a long task by itself; a leap is drawn at once: nobody is to see a gap.
 */
function useSteps(count: number, scroller: RefObject<HTMLDivElement | null>, height: number,
  ready: RefObject<Sight>): Virtualizer<HTMLDivElement, Element> {
  const redraw = useReducer((n: number) => n + 1, 0)[1];
  const last = useRef<Sight>(nothing);
  // oxlint-disable-next-line react/incompatible-library -- the compiler that this warns for is not used
  const virtual = useVirtualizer<HTMLDivElement, Element>({ count, getScrollElement: () => scroller.current,
    estimateSize: () => height, useFlushSync: false, onChange: ({ range }, sync) => {
      const old = last.current;
      last.current = range ?? nothing;
      if (sync && range !== null && !suffices(ready.current, range, old, count)) flushSync(redraw);
    } });
  useEffect(() => { virtual.measure(); }, [virtual, height]);
  return virtual;
}

export interface VirtualRows {
  /** The rows to draw, in the order in which they stand in the page. */
  indices: number[];
  /** How many there are: a row's key is its index modulo this. */
  places: number;
  /** The last index drawn. */
  last: number;
  /** px of the whole list. */
  totalHeight: number;
  scrollTo: (index: number) => void;
  onPointerDownCapture: () => void;
}

/** The rows to draw of `count`, each `height` px. */
export function useVirtualRows(count: number, scroller: RefObject<HTMLDivElement | null>,
  height: number): VirtualRows {
  const ready = useRef<Sight>(nothing);
  const virtual = useSteps(count, scroller, height, ready);
  const scrolling = virtual.isScrolling;
  const { places, start } = usePlaces(virtual.calculateRange(), scrolling ? virtual.scrollDirection : null, count);
  const { keepsPlaces, onPointerDownCapture } = useSteady(scrolling);
  useLayoutEffect(() => {
    ready.current = { startIndex: start, endIndex: start + places - 1 };
    // Asking for a height lays the new rows out now, while no frame waits for it.
    if (scrolling) void scroller.current?.scrollHeight;
  }, [start, places, scrolling, scroller]);
  return { indices: inPlace(start, places, keepsPlaces), places, last: start + places - 1,
    totalHeight: virtual.getTotalSize(), scrollTo: (index) => { virtual.scrollToIndex(index); },
    onPointerDownCapture };
}
