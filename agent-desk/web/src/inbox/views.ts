/** Saved views and quick filters of the inbox with their counts, by the server's own conditions. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../api/client.ts';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { useT } from '../kit/words.ts';
import type { ListFilter } from '../lib/filter.ts';
import { keys } from '../live/keys.ts';
import type { ListName, OpenOrClosed } from '../live/lists.ts';

export interface Definition { view: ListName; state: OpenOrClosed; filter: ListFilter }
export interface SavedView extends Definition { id: string; name: string; sort: number; version: number; count: number }

/** The filters of one press, in the order of the menu. */
export const quickFilters = [
  { word: 'unread', filter: { unread: true } }, { word: 'awaiting', filter: { awaiting: true } },
  { word: 'late', filter: { late: true } },
  { word: 'snoozed', filter: { snoozed: 'only' } }, { word: 'followed', filter: { followed: true } },
] as const satisfies readonly { word: string; filter: ListFilter }[];

/** Whether both filters ask the same, in whatever order the server gives their parts. */
export function sameFilter(one: ListFilter, other: ListFilter): boolean {
  const plain = (filter: ListFilter): string => JSON.stringify(Object.entries(filter)
    .filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
  return plain(one) === plain(other);
}

/** Whether both show the same rows. */
export function sameDefinition(one: Definition, other: Definition): boolean {
  return one.view === other.view && one.state === other.state
    && sameFilter(one.filter, other.filter);
}

const agoMs = 30_000;
/** Below the key of the counts: whatever has those fetched again has these fetched again. */
const savedKey = [...keys.counts, 'saved'] as const;

/** The user's views; fetched while somebody looks at them. */
export function useSavedViews(enabled: boolean) {
  return useQuery({ queryKey: savedKey, enabled, staleTime: 5_000, refetchInterval: agoMs, retry: 1,
    queryFn: async ({ signal }) => (await api.get<{ items: SavedView[] }>('/views', { signal })).items });
}

export interface FilterChoices { queues: { id: string; name: string }[]; agents: { id: string; name: string }[];
  channels: string[] }

/** The queues and agents whose work this user may read, and the channels of the organisation. */
export function useFilterChoices() {
  return useQuery({ queryKey: ['desk', 'configuration', 'choices'], staleTime: 60_000, retry: 1,
    queryFn: ({ signal }) => api.get<FilterChoices>('/views/choices', { signal }) });
}

/** How many rows each quick filter leaves of a list. */
export function useQuickCounts(view: ListName, state: OpenOrClosed, enabled: boolean): readonly number[] | undefined {
  return useQuery({ queryKey: [...keys.counts, 'quick', view, state], enabled, staleTime: 5_000,
    refetchInterval: agoMs, retry: 1,
    queryFn: async ({ signal }) => (await api.post<{ counts: number[] }>('/views/counts',
      { views: quickFilters.map(({ filter }) => ({ view, state, filter })) }, { signal })).counts }).data;
}

/** Keeps, renames, narrows anew and forgets views; each says what became of it. True if it worked. */
export function useViewChanges() {
  const t = useT();
  const client = useQueryClient();
  const attempt = useCallback(async (done: string, act: () => Promise<unknown>): Promise<boolean> => {
    try {
      await act();
      notifyDone(done);
      return true;
    } catch (error) {
      notifyError(t('views.saveFailed'), error);
      return false;
    } finally {
      void client.invalidateQueries({ queryKey: savedKey });
    }
  }, [client, t]);
  return {
    save: (name: string, definition: Definition) => attempt(t('views.saved', { name }),
      () => api.post('/views', { name, definition }, { idempotencyKey: crypto.randomUUID() })),
    rename: (view: SavedView, name: string) => attempt(t('views.saved', { name }),
      () => api.patch(`/views/${view.id}`, { name }, { version: view.version })),
    update: (view: SavedView, { view: list, state, filter }: Definition) =>
      attempt(t('views.updated', { name: view.name }), () => api.patch(`/views/${view.id}`,
        { definition: { view: list, state, filter } }, { version: view.version })),
    remove: (view: SavedView) => attempt(t('views.removed'), () => api.del(`/views/${view.id}`)),
  };
}
