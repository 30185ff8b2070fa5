/** The rows of a list: only those in sight are drawn, the next page is fetched before its end is reached. */
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type Ref,
  type RefObject } from 'react';
import { useT } from '../kit/words.ts';
import type { InteractionView } from '../live/types.ts';
import { useDensity } from '../shell/prefs.ts';
import css from './Inbox.module.css';
import { Row, useRowHeight } from './Row.tsx';
import { rowIdAt, useAhead } from './useAhead.ts';
import { useVirtualRows } from './useVirtualRows.ts';

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
  /** An offer waits; the screen says what comes next. */
  offered: boolean; nextThere: boolean;
}

/** Rows from the end at which the next page is asked for. */
const aheadRows = 12;

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

/** A listbox: one stop of the Tab key, arrows move, Enter opens. */
export function RowList({ ref, rows, now, selectedId, mine, onOpen, picked, onPick, hasMore, loadingMore,
  onMore, offered, nextThere }: Props) {
  const choose = picked === null ? onOpen : onPick;
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const height = useRowHeight();
  const compact = useDensity()[0] === 'compact';
  const [at, setActive] = useActive(rows);
  const { indices, places, last, totalHeight, scrollTo, onPointerDownCapture } =
    useVirtualRows(rows.length, scroller, height);
  const go = (index: number): void => {
    setActive(index);
    scrollTo(index);
  };
  const landed = useHandle(ref, rows, scroller, go);
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - aheadRows) onMore();
  }, [hasMore, loadingMore, last, rows.length, onMore]);
  const onKey = (event: KeyboardEvent): void => {
    const wish = wishOf(event.key, at, rows.length);
    const isOpenOne = rows[at]?.id === selectedId;
    // Where the keyboard was only put here, Enter is what the screen offers: the offer's, else that of the next work.
    if (event.key === 'Enter' && (landed.current ? offered || nextThere : offered && isOpenOne)) return;
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
      <div className={css.sizer} role="presentation" style={{ height: totalHeight }}>
        {indices.map((index) => {
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
