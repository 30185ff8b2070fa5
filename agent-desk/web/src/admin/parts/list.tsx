/** A page of the settings that is a list: title, filters, table, paging, and every state a list can be in. */
import { Button, CloseButton, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconFilterOff, IconPlus, IconRefreshAlert, IconSearch, type Icon } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import {
  api, type Column, DataTable, EmptyState, type Page, PageBody, PageHeader, SelectField, tableOf,
} from '../../kit/index.ts';
import { isEnough } from '../../search/found.ts';
import { useWords } from '../use-words.ts';
import css from './admin.module.css';

export type Filters = Record<string, string | null | undefined>;

/** The address of a list with its filters; empty ones are left out. */
export function pathWith(path: string, filters: Filters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/**
 * A list of the API, page by page; words typed wait 250 ms. The key begins with ['admin', noun], so a save
 * refreshes it. `words` that name customers go to the search of the list, in its body and never in an address; below
 * two signs it is the list as it is.
 */
export function useAdminList<T>(noun: string, path: string, filters: Filters,
  { enabled = true, words = '' }: { enabled?: boolean; words?: string } = {}) {
  const [settled] = useDebouncedValue({ ...filters, words: isEnough(words) ? words.trim() : '' }, 250,
    { leading: true });
  return useInfiniteQuery({
    queryKey: ['admin', noun, 'list', path, settled],
    queryFn: ({ pageParam, signal }) => {
      const { words: q, ...rest } = settled;
      const asked = { ...rest, cursor: pageParam, limit: '50' };
      if (q === '') return api.get<Page<T>>(pathWith(path, asked), { signal });
      const given = Object.entries({ ...asked, q }).filter(([, value]) => (value ?? '') !== '');
      return api.post<Page<T>>(`${path}/search`, Object.fromEntries(given), { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
    enabled,
  });
}

type ListQuery<T> = ReturnType<typeof useAdminList<T>>;

/** The box to search in, with a way to empty it. */
export function SearchField({ value, onChange,
  label }: { value: string; onChange: (value: string) => void; label: string }) {
  const w = useWords();
  return (
    <TextInput className={css.search} type="search" autoComplete="off" aria-label={label} placeholder={label}
      value={value} size="sm"
      leftSection={<IconSearch size={16} stroke={1.75} />}
      rightSection={value === '' ? null : (
        <CloseButton size="sm" aria-label={w('common.clearFilters')} onClick={() => { onChange(''); }} />
      )}
      onChange={(event) => { onChange(event.currentTarget.value); }} />
  );
}

interface FilterProps {
  label: string;
  /** What stands there while nothing is chosen: "Semua site". */
  all: string;
  value: string | null;
  onChange: (value: string | null) => void;
  data: { value: string; label: string }[];
}

/** One narrowing of a list; choosing the first entry takes it off. */
export function FilterSelect({ label, all, value, onChange, data }: FilterProps) {
  return (
    <SelectField className={css.filter} aria-label={label} value={value ?? ''}
      data={[{ value: '', label: all }, ...data]}
      onChange={(chosen) => { onChange(chosen === '' ? null : chosen); }} />
  );
}

/** The filters of a list side by side. */
export function FilterBar({ children }: { children: ReactNode }) {
  return <div className={css.filters}>{children}</div>;
}

interface Empty { icon: Icon; title: string; hint: string; action?: ReactNode }

interface ListProps<T> {
  title: string;
  lead: string;
  actions?: ReactNode;
  filters?: ReactNode;
  /** How many filters are set, and how to take them off. */
  filterCount: number;
  onClear: () => void;
  query: ListQuery<T>;
  rows?: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** The address of a row's drawer. */
  hrefOf?: (row: T) => string;
  /** Opens a row that has no address of its own. */
  onOpen?: (row: T) => void;
  empty: Empty;
  above?: ReactNode;
}

function NoMatch({ count, onClear }: { count: number; onClear: () => void }) {
  const w = useWords();
  return (
    <EmptyState icon={<IconFilterOff size={28} stroke={1.5} />} title={w('common.noMatch')}
      actions={<Button variant="default" onClick={onClear}>{w('common.clearFilters')}</Button>}>
      {w('common.noMatchHint', { n: count })}
    </EmptyState>
  );
}

function Standing({ empty }: { empty: Empty }) {
  return (
    <EmptyState icon={<empty.icon size={28} stroke={1.5} />} title={empty.title}
      actions={empty.action}>{empty.hint}</EmptyState>
  );
}

/** The note that what is shown is old because the last fetch failed. */
export function StaleNote({ shown }: { shown: boolean }) {
  const w = useWords();
  if (!shown) return null;
  return (
    <div className={`${css.notice} ${css.warnNotice}`} role="status" style={{ marginBottom: 12 }}>
      <IconRefreshAlert size={16} stroke={1.75} aria-hidden="true" /><p>{w('common.stale')}</p>
    </div>
  );
}

/** The whole page of a list. */
export function ListPage<T>(props: ListProps<T>) {
  const w = useWords();
  const [, go] = useLocation();
  const { query, hrefOf } = props;
  const table = tableOf(query);
  const rows = props.rows ?? table.rows;
  const bare = rows === undefined || rows.length === 0;
  const shown = rows?.length ?? 0;
  return (
    <>
      <PageHeader title={props.title} description={props.lead} actions={props.actions} />
      <PageBody>
        {props.above}
        {props.filters}
        <StaleNote shown={query.isError && query.data !== undefined} />
        <div className={bare ? css.pane : undefined} aria-busy={query.isPlaceholderData}>
          <DataTable label={props.title} {...table} rows={rows} columns={props.columns} rowKey={props.rowKey}
            onOpen={hrefOf === undefined ? props.onOpen : (row) => { go(hrefOf(row)); }}
            empty={props.filterCount > 0 ? <NoMatch count={props.filterCount} onClear={props.onClear} /> : <Standing
              empty={props.empty} />} />
        </div>
        {shown > 0 ? <p className={css.foot}
          role="status">{w(query.hasNextPage ? 'common.shownMore' : 'common.shown', { n: shown })}</p> : null}
      </PageBody>
    </>
  );
}

/** The one filled button of a list page: makes a new record. */
export function AddButton({ href, children }: { href: string; children: ReactNode }) {
  const [, go] = useLocation();
  return <Button leftSection={<IconPlus size={16} stroke={1.75} />} onClick={() => { go(href); }}>{children}</Button>;
}

/** A name with a quieter second line. */
export function NameCell({ name, sub }: { name: ReactNode; sub?: ReactNode }) {
  return (
    <>
      <span className={css.cellName}>{name}</span>
      {sub === undefined || sub === null || sub === '' ? null : <span className={css.cellSub}>{sub}</span>}
    </>
  );
}
