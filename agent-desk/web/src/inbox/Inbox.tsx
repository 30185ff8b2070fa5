/** The inbox: three lists with true counts, a search, rows that load while scrolling; J, K and Enter drive it. */
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconClock, IconSearch, IconSortAscending, IconX } from '@tabler/icons-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { ErrorState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { takesEnter } from '../lib/keys.ts';
import { alarms, deadlineOf } from '../lib/ring.ts';
import { rowsOf, type ListName } from '../live/lists.ts';
import { useCounts, useList, useMine, useOffers } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useNow } from '../shell/useNow.ts';
import { useStored } from '../shell/useStored.ts';
import { EmptyList, ListSkeleton } from './EmptyList.tsx';
import css from './Inbox.module.css';
import { RowList, type RowListHandle } from './RowList.tsx';

const names: readonly ListName[] = ['mine', 'queues', 'all'];

/** Rows with a clock by what is left, the others by who spoke last. */
function byUrgency(one: InteractionView, other: InteractionView): number {
  const [first, second] = [deadlineOf(one), deadlineOf(other)];
  if (first !== second) return first < second ? -1 : 1;
  return (other.lastMessageAt ?? other.dateOrigin).localeCompare(one.lastMessageAt ?? one.dateOrigin);
}

function useRows(view: ListName, q: string) {
  const mine = useMine();
  const own = view === 'mine' && q === '';
  const list = useList({ view, state: 'open', q }, !own);
  const pages = list.data?.pages;
  const rows = useMemo<InteractionView[] | undefined>(() => {
    const found = own ? mine : pages === undefined ? undefined : rowsOf(pages);
    return view === 'queues' || found === undefined ? found
      : [...found].sort(byUrgency);
  }, [own, mine, pages, view]);
  return { rows, list, own };
}

/** The list pane. `selectedId` is the conversation that is open. */
export function Inbox({ selectedId }: { selectedId: string | undefined }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [storedView, setView] = useStored<string>('inboxView', 'mine');
  const view = names.find((each) => each === storedView) ?? 'mine';
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), 250);
  const { rows, list, own } = useRows(view, q);
  const now = useNow(5_000);
  const handle = useRef<RowListHandle>(null);
  const field = useRef<HTMLInputElement>(null);
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
  useKeys({
    J: () => { move(1); },
    K: () => { move(-1); },
    Enter: (event) => {
      if (offers > 0 || selectedId !== undefined || takesEnter(event.target as HTMLElement | null)) return false;
      move(1);
      return true;
    },
    'Ctrl+K': () => { field.current?.focus(); field.current?.select(); },
  });
  return (
    <>
      <Tabs view={view} onView={(next) => { setView(next); setSearch(''); }} />
      <div className={css.search}>
        <TextInput ref={field} aria-label={t('inbox.search')} placeholder={t('inbox.search')} value={search}
          aria-keyshortcuts="Control+K" role="searchbox"
          leftSection={<IconSearch size={16} stroke={1.75} aria-hidden="true" />}
            onChange={(event) => { setSearch(event.currentTarget.value); }}
          rightSection={search === '' ? <kbd className="kbd" aria-hidden="true">Ctrl K</kbd>
            : <ClearButton onClear={() => { setSearch(''); field.current?.focus(); }} />}
          rightSectionWidth={search === '' ? 56 : 32}
            onKeyDown={(event) => { if (event.key === 'Escape') { setSearch(''); field.current?.blur(); } }} />
      </div>
      <Alarms rows={rows ?? []} now={now} view={view} />
      {rows === undefined && list.isError && !own
        ? <ErrorState error={list.error} title={t('inbox.failed')} onRetry={() => { void list.refetch(); }} /> : null}
      {rows === undefined && (own || !list.isError) ? <ListSkeleton /> : null}
      {rows !== undefined && rows.length === 0
        ? <EmptyList view={view} q={q} onView={setView} onClear={() => { setSearch(''); }} /> : null}
      {rows !== undefined && rows.length > 0
        ? (
          <RowList ref={handle} rows={rows} now={now} selectedId={selectedId} mine={view === 'mine'} onOpen={open}
            hasMore={!own && list.hasNextPage} loadingMore={list.isFetchingNextPage}
              onMore={() => { void list.fetchNextPage(); }} />
        ) : null}
    </>
  );
}

function ClearButton({ onClear }: { onClear: () => void }) {
  const t = useT();
  return (
    <button type="button" className="iconButton" aria-label={t('inbox.clear')} onClick={onClear}>
      <IconX size={16} stroke={1.75} aria-hidden="true" /></button>
  );
}

function Tabs({ view, onView }: { view: ListName; onView: (view: ListName) => void }) {
  const t = useT();
  const counts = useCounts();
  const mine = useMine()?.length;
  const tabs = useRef<HTMLDivElement>(null);
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
}

function Alarms({ rows, now, view }: { rows: readonly InteractionView[]; now: number; view: ListName }) {
  const t = useT();
  const { late, soon } = alarms(rows, now);
  return (
    <div className={css.tools}>
      <span className="word"><IconSortAscending size={14} stroke={2} aria-hidden="true" />
        {t(view === 'queues' ? 'inbox.sortWait' : 'inbox.sortTime')}</span>
      <span className="grow" />
      {late > 0 ? <span className="word bad num"><IconAlertTriangle size={14} stroke={2} aria-hidden="true" />
        {t('inbox.overdue', { n: late })}</span> : null}
      {soon > 0 ? <span className="word warn num"><IconClock size={14} stroke={2} aria-hidden="true" />
        {t('inbox.soon', { n: soon })}</span> : null}
    </div>
  );
}
