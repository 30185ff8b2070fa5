/** The rows of a list: only those in sight are drawn, the next page is fetched before its end is reached. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent,
  type Ref, type RefObject } from 'react';
import { useT } from '../kit/words.ts';
import type { InteractionView } from '../live/types.ts';
import { useDensity } from '../shell/prefs.ts';
import css from './Inbox.module.css';
import { Row, useRowHeight } from './Row.tsx';
import { rowIdAt, useAhead } from './useAhead.ts';

export interface RowListHandle {
  show: (id: string) => void;
  /** Puts the keyboard on the row, as after work that has gone. */
  land: (id: string | undefined) => void;
}

interface Props {
  ref: Ref<RowListHandle>; rows: InteractionView[]; now: number; selectedId: string | undefined; mine: boolean;
    onOpen: (id: string) => void;
  /** The rows chosen for a bulk action; null while none are being chosen. */
  picked: ReadonlySet<string> | null; onPick: (id: string) => void;
  hasMore: boolean; loadingMore: boolean; onMore: () => void;
  /** An offer waits: where the keyboard was only put here, Enter is the offer's. */
  offered: boolean;
}

/** Rows from the end at which the next page is asked for. */
const aheadRows = 12;
/** Rows drawn before and behind those in sight. */
const overscan = 5;

/**
 * The indices of the rows to draw, always as many as were ever drawn at once: so a row that scrolls out lends its
 * elements to the one that scrolls in, for changing some words costs a fraction of making a row.
 */
function usePlaces(first: number, drawn: number, count: number): { places: number; indices: number[] } {
  const [most, setMost] = useState(1);
  if (drawn > most) setMost(drawn);
  const places = Math.min(Math.max(most, drawn), count);
  const start = Math.max(0, Math.min(first, count - places));
  return { places, indices: Array.from({ length: places }, (_unused, n) => start + n) };
}

/** While it scrolls rows keep their places in the page, for a move makes a row anew; at rest they stand in order. */
function inPlace(indices: number[], places: number, scrolling: boolean): number[] {
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

/** The line that a key leads to; undefined for a key that moves nothing. */
function wishOf(key: string, at: number, count: number): number | undefined {
  const moves: Record<string, number> =
    { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1, PageDown: at + 8, PageUp: at - 8 };
  const wish = moves[key];
  return wish === undefined ? undefined : Math.max(0, Math.min(count - 1, wish));
}

/** The row on which the keys stand: the same one wherever it moves, what takes its place once it has gone. */
function useActive(rows: readonly InteractionView[]): [number, (index: number) => void] {
  const [active, setActive] = useState<{ id: string | undefined; index: number }>({ id: undefined, index: 0 });
  const found = active.id === undefined || rows[active.index]?.id === active.id ? active.index
    : rows.findIndex((row) => row.id === active.id);
  const at = Math.min(found === -1 ? active.index : found, rows.length - 1);
  // Where it stood last is where its successor is looked for, however far the rows above have moved it.
  if (found !== -1 && found !== active.index) setActive({ id: active.id, index: found });
  return [at, (index) => { setActive({ id: rows[index]?.id, index }); }];
}

/** What others ask of the list. Returns whether the keyboard was only put here, and nothing was done with it since. */
function useHandle(ref: Ref<RowListHandle>, rows: readonly InteractionView[],
  scroller: RefObject<HTMLDivElement | null>, go: (index: number) => void): RefObject<boolean> {
  const landed = useRef(false);
  useImperativeHandle(ref, () => {
    const show = (id: string | undefined): void => {
      const index = rows.findIndex((row) => row.id === id);
      if (index !== -1) go(index);
    };
    return { show, land: (id) => {
      scroller.current?.focus({ preventScroll: true });
      landed.current = true;
      show(id);
    } };
  });
  return landed;
}

function useVirtualRows(count: number, scroller: RefObject<HTMLDivElement | null>, height: number) {
  // oxlint-disable-next-line react/incompatible-library -- the compiler that this warns for is not used
  const virtual = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => height,
    overscan });
  useEffect(() => { virtual.measure(); }, [virtual, height]);
  return virtual;
}

/** A listbox: one stop of the Tab key, arrows move, Enter opens. */
export function RowList({ ref, rows, now, selectedId, mine, onOpen, picked, onPick, hasMore, loadingMore,
  onMore, offered }: Props) {
  const choose = picked === null ? onOpen : onPick;
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const height = useRowHeight();
  const compact = useDensity()[0] === 'compact';
  const [at, setActive] = useActive(rows);
  const virtual = useVirtualRows(rows.length, scroller, height);
  const drawn = virtual.getVirtualItems();
  const { places, indices } = usePlaces(drawn[0]?.index ?? 0, drawn.length, rows.length);
  const { keepsPlaces, onPointerDownCapture } = useSteady(virtual.isScrolling);
  const lastDrawn = drawn.at(-1)?.index ?? 0;
  const go = (index: number): void => {
    setActive(index);
    virtual.scrollToIndex(index);
  };
  const landed = useHandle(ref, rows, scroller, go);
  useEffect(() => {
    if (hasMore && !loadingMore && lastDrawn >= rows.length - aheadRows) onMore();
  }, [hasMore, loadingMore, lastDrawn, rows.length, onMore]);
  const onKey = (event: KeyboardEvent): void => {
    const wish = wishOf(event.key, at, rows.length);
    const isOpenOne = rows[at]?.id === selectedId;
    if (event.key === 'Enter' && offered && (landed.current || isOpenOne)) return;
    if (event.key === 'Enter' || event.key === ' ') {
      const row = rows[at];
      if (row !== undefined) (event.key === 'Enter' ? onOpen : choose)(row.id);
    } else if (wish === undefined) {
      return;
    } else {
      landed.current = false;
      go(wish);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const selectedAt = useMemo(() => rows.findIndex((row) => row.id === selectedId), [rows, selectedId]);
  const ahead = useAhead(rows, selectedAt === -1 ? [rows[at]] : [rows[selectedAt + 1], rows[selectedAt - 1]]);
  const onClick = (event: MouseEvent): void => {
    const id = rowIdAt(event.target);
    if (id === undefined) return;
    // The keyboard came with the pointer: Enter is still the offer's.
    landed.current = true;
    setActive(rows.findIndex((row) => row.id === id));
    choose(id);
  };
  return (
    <div ref={scroller} className={css.scroll} role="listbox" data-letters="free" tabIndex={0}
      aria-label={t('inbox.list')}
      aria-multiselectable={picked !== null || undefined}
      aria-activedescendant={indices.includes(at) ? `row-${rows[at]?.id ?? ''}` : undefined}
      onKeyDown={onKey} onClick={onClick} {...ahead} onPointerDownCapture={onPointerDownCapture}
      onFocus={() => { landed.current = false; if (selectedAt !== -1) setActive(selectedAt); }}>
      <div className={css.sizer} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {inPlace(indices, places, keepsPlaces).map((index) => {
          const row = rows[index];
          return row === undefined ? null
            : <Row key={index % places} row={row} now={now}
              selected={row.id === selectedId} active={index === at} compact={compact}
              place={index + 1} of={hasMore ? -1 : rows.length}
              picked={picked === null ? undefined : picked.has(row.id)} mine={mine}
              id={`row-${row.id}`} top={index * height} height={height} />;
        })}
      </div>
      {loadingMore ? <p className={css.more} role="presentation">{t('inbox.more')}</p> : null}
    </div>
  );
}
