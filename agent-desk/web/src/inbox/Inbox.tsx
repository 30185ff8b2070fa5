/** The inbox: three lists with true counts, filters and saved views, rows that load while scrolling; driven by keys. */
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconClock, IconFilter, IconListCheck, IconX } from '@tabler/icons-react';
import { memo, useCallback, useEffect, useMemo, useRef, useState, type ReactNode,
  type RefObject } from 'react';
import { useLocation } from 'wouter';
import { ErrorState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { isEmptyFilter } from '../lib/filter.ts';
import { takesEnter } from '../lib/keys.ts';
import { dialogOpen } from '../lib/overlays.ts';
import { alarms } from '../lib/ring.ts';
import type { ListName } from '../live/lists.ts';
import { useCounts, useMine, useOffers } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useNow } from '../shell/useNow.ts';
import { BulkBar } from './BulkBar.tsx';
import { EmptyFiltered, EmptyList, ListSkeleton } from './EmptyList.tsx';
import css from './Inbox.module.css';
import { nextWork } from './NextCard.tsx';
import { RowList, type RowListHandle } from './RowList.tsx';
import { listNames as names, useDefinition, useRows } from './useInboxList.ts';
import { ViewMenu } from './ViewMenu.tsx';

/** Rows that one bulk action takes; the server takes no more. */
const pickedMax = 100;

function usePicking(rows: readonly InteractionView[] | undefined) {
  const [ids, setIds] = useState<ReadonlySet<string> | null>(null);
  const picked = useMemo(() => (rows ?? []).filter((row) => ids?.has(row.id) === true), [rows, ids]);
  const toggle = useCallback((id: string): void => {
    setIds((old) => {
      const next = new Set(old);
      if (!next.delete(id) && next.size < pickedMax) next.add(id);
      return next;
    });
  }, []);
  return { on: ids !== null, ids, picked, toggle, begin: () => { setIds(new Set()); }, end: () => { setIds(null); },
    all: () => { setIds(new Set((rows ?? []).slice(0, pickedMax).map((row) => row.id))); } };
}

/** Frames that closing dialogs and the list may take until all stands where it stays. */
const landingFrames = 90;
/** What was open, and what comes after it. Beside the screen: going back to the list makes the screen anew. */
const stood: { open: boolean; next: string | undefined } = { open: false, next: undefined };

/**
 * Whoever closes or hands on a conversation stands where the work goes on: at what the screen says comes next
 * (`nextId`), else at the row after it, at the tabs where no row is left. Whatever else has the keyboard by then keeps
 * it. Returns the place of the tabs.
 */
function useLanding({ selectedId, nextId, rows, list }: { selectedId: string | undefined; nextId: string | undefined;
  rows: readonly InteractionView[] | undefined; list: RefObject<RowListHandle | null> }) {
  const tabs = useRef<HTMLDivElement>(null);
  const count = useRef<number>(undefined);
  const urgent = useRef<string>(undefined);
  useEffect(() => {
    count.current = rows?.length;
    urgent.current = rows?.some(({ id }) => id === nextId) === true ? nextId : undefined;
    const at = rows?.findIndex((row) => row.id === selectedId) ?? -1;
    if (at !== -1) stood.next = (rows?.[at + 1] ?? rows?.[at - 1])?.id;
  }, [selectedId, nextId, rows]);
  useEffect(() => {
    if (selectedId !== undefined) stood.open = true;
    if (selectedId !== undefined || !stood.open) return undefined;
    let left = landingFrames;
    let frame = 0;
    const look = (): void => {
      const nowhere = !dialogOpen() && document.activeElement === document.body;
      const tab = tabs.current?.querySelector<HTMLElement>('[aria-selected=true]');
      if (nowhere && list.current !== null) list.current.land(urgent.current ?? stood.next);
      else if (nowhere && count.current === 0) tab?.focus();
      left -= 1;
      // The last row may still go, and with it the list that has the keyboard: it is looked after to the end.
      if (left > 0) frame = window.requestAnimationFrame(look);
      else stood.open = false;
    };
    frame = window.requestAnimationFrame(look);
    return () => { window.cancelAnimationFrame(frame); };
  }, [selectedId, list]);
  return tabs;
}

// The parts over the rows are memoised: while rows load by scrolling, only the list is drawn again.

/** Narrows the list that is shown; what lies elsewhere is found by Ctrl K, and an empty list leads there. */
const Narrow = memo(function Narrow({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const t = useT();
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className={css.search}>
      <TextInput ref={field} aria-label={t('inbox.search')} placeholder={t('inbox.search')} value={value}
        role="searchbox" leftSection={<IconFilter size={16} stroke={1.75} aria-hidden="true" />}
        onChange={(event) => { onValue(event.currentTarget.value); }} rightSectionWidth={32}
        rightSection={value === '' ? null : <ClearButton onClear={() => { onValue(''); field.current?.focus(); }} />}
        onKeyDown={(event) => { if (event.key === 'Escape') { onValue(''); field.current?.blur(); } }} />
    </div>
  );
});

/** The list pane. `selectedId` is the conversation that is open. */
export function Inbox({ selectedId }: { selectedId: string | undefined }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [definition, setDefinition] = useDefinition();
  const { view } = definition;
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), 250);
  const now = useNow(5_000);
  const { rows, list, own } = useRows(definition, q, now);
  const picking = usePicking(rows);
  const handle = useRef<RowListHandle>(null);
  const mine = useMine();
  const next = selectedId === undefined ? nextWork(mine ?? []) : undefined;
  const tabs = useLanding({ selectedId, nextId: next?.id, rows, list: handle });
  const offers = useOffers().length;
  const open = useCallback((id: string): void => { navigate(`/i/${id}`); }, [navigate]);
  const move = (by: 1 | -1): void => {
    if (rows === undefined || rows.length === 0) return;
    const at = rows.findIndex((row) => row.id === selectedId);
    const next = rows[at === -1 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
    if (next === undefined) return;
    open(next.id);
    handle.current?.show(next.id);
  };
  const go = useCallback((next: ListName): void => {
    setDefinition({ view: next, state: 'open', filter: {} });
    setSearch('');
  }, [setDefinition]);
  useKeys({
    J: () => { move(1); },
    K: () => { move(-1); },
    V: () => { if (picking.on) picking.end(); else picking.begin(); },
    '1': () => { go('mine'); }, '2': () => { go('queues'); }, '3': () => { go('all'); },
    Enter: (event) => {
      if (offers > 0 || selectedId !== undefined || takesEnter(event.target as HTMLElement | null)) return false;
      if (next === undefined) move(1);
      else open(next.id);
      return true;
    },
    Escape: picking.on ? () => { picking.end(); } : undefined,
  });
  return (
    <>
      <Tabs ref={tabs} view={view} onView={go} />
      <Narrow value={search} onValue={setSearch} />
      <Tools rows={rows ?? []} now={now} picking={picking.on}
        onPick={() => { if (picking.on) picking.end(); else picking.begin(); }}>
        <ViewMenu definition={definition} onChange={setDefinition} />
      </Tools>
      {rows === undefined && list.isError && !own
        ? <ErrorState error={list.error} title={t('inbox.failed')} onRetry={() => { void list.refetch(); }} /> : null}
      {rows === undefined && (own || !list.isError) ? <ListSkeleton /> : null}
      {rows !== undefined && rows.length === 0
        ? q === '' && (!isEmptyFilter(definition.filter) || definition.state === 'closed')
          ? <EmptyFiltered onClear={() => { setDefinition({ view, state: 'open', filter: {} }); }} />
          : <EmptyList view={view} q={q} onView={go} onClear={() => { setSearch(''); }} /> : null}
      {rows !== undefined && rows.length > 0
        ? (
          <RowList ref={handle} rows={rows} now={now} selectedId={selectedId} mine={view === 'mine'} onOpen={open}
            picked={picking.ids} onPick={picking.toggle} offered={offers > 0}
            nextThere={next !== undefined && !picking.on} hasMore={!own && list.hasNextPage}
            loadingMore={list.isFetchingNextPage} onMore={() => { void list.fetchNextPage(); }} />
        ) : null}
      {picking.on && rows !== undefined && rows.length > 0 ? <BulkBar rows={picking.picked} onAll={picking.all}
        onEnd={picking.end} /> : null}
    </>
  );
}

function ClearButton({ onClear }: { onClear: () => void }) {
  const t = useT();
  return (
    <button type="button" className="iconButton" aria-label={t('inbox.clear')} title={t('inbox.clear')}
      onClick={onClear}>
      <IconX size={16} stroke={1.75} aria-hidden="true" /></button>
  );
}

const Tabs = memo(function Tabs({ ref: tabs, view, onView }: { ref: RefObject<HTMLDivElement | null>;
  view: ListName; onView: (view: ListName) => void }) {
  const t = useT();
  const counts = useCounts();
  const mine = useMine()?.length;
  const go = (by: number): void => {
    const next = names[(names.indexOf(view) + by + names.length) % names.length] ?? 'mine';
    onView(next);
    tabs.current?.querySelector<HTMLElement>(`[data-view="${next}"]`)?.focus();
  };
  return (
    <div className={css.head} role="tablist" tabIndex={-1} aria-label={t('inbox.tabs')} ref={tabs}
      onKeyDown={(event) => {
      if (event.key === 'ArrowRight') go(1);
      if (event.key === 'ArrowLeft') go(-1);
    }}>
      {names.map((each) => {
        const n = each === 'mine' ? mine ?? counts?.mine : counts?.[each];
        return (
          <button key={each} type="button" role="tab" data-view={each} className={css.tab}
            aria-selected={view === each} tabIndex={view === each ? 0 : -1}
            onClick={() => { onView(each); }}>
            {t(`inbox.${each}`)} <span className={`num ${css.n}`}>{n ?? ''}</span>
          </button>
        );
      })}
    </div>
  );
});

function Tools({ rows, now, picking, onPick, children }: { rows: readonly InteractionView[]; now: number;
  picking: boolean; onPick: () => void; children: ReactNode }) {
  const t = useT();
  const { late, soon } = useMemo(() => alarms(rows, now), [rows, now]);
  return (
    <div className={css.tools}>
      {children}
      <span className="grow" />
      {late > 0 ? <span className="word bad num" title={t('inbox.overdue', { n: late })}>
        <IconAlertTriangle size={14} stroke={2} aria-hidden="true" />{t('inbox.overdue', { n: late })}</span> : null}
      {soon > 0 ? <span className="word warn num" title={t('inbox.soon', { n: soon })}>
        <IconClock size={14} stroke={2} aria-hidden="true" />{late > 0 ? soon : t('inbox.soon', { n: soon })}</span>
        : null}
      <button type="button" className="iconButton" aria-pressed={picking} aria-keyshortcuts="V"
        aria-label={t(picking ? 'work.selectEnd' : 'work.select')} title={`${t('work.select')} (V)`} onClick={onPick}>
        <IconListCheck size={16} stroke={1.75} aria-hidden="true" /></button>
    </div>
  );
}
