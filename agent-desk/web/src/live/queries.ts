/** What the screens read: the cache that the line keeps fresh, filled by REST where it is not there yet. */
import { queryOptions, skipToken, useInfiniteQuery, useQuery, useQueryClient,
  type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { fetchAll, type Whole } from '../api/all.ts';
import { api, type Page } from '../api/client.ts';
import { useCan } from '../kit/hooks.ts';
import { useDesk } from './context.ts';
import { keys } from './keys.ts';
import type { Live } from './live.ts';
import { emptyThread, withNewest, withOlder, type Thread } from './thread.ts';
import type { ListKind, ListPage } from './lists.ts';
import type { AgentView, ContactView, InteractionView, MessageView, OfferView, Snapshot, TicketView } from './types.ts';

/** Rows of a list that one request asks for; the server gives at most 200. */
const listRows = 50;
const threadRows = 50;
const filterAgainMs = 15_000;
const byEvents = { staleTime: Number.POSITIVE_INFINITY, gcTime: 10 * 60_000 } as const;
/** Filled by the snapshot alone; the query only waits for it. */
const never = { queryFn: skipToken, staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY } as const;

/** The agent's own state; undefined until the line stands. */
export function useAgent(): AgentView | undefined {
  return useQuery<AgentView>({ queryKey: keys.agent, ...never }).data;
}

/** The offers open to me, oldest first. */
export function useOffers(): OfferView[] {
  return useQuery<OfferView[]>({ queryKey: keys.offers, ...never }).data ?? [];
}

/** My own open work; undefined until the line stands. */
export function useMine(): InteractionView[] | undefined {
  return useQuery<InteractionView[]>({ queryKey: keys.mine, ...never }).data;
}

/** How many each list holds. */
export function useCounts(): Snapshot['counts'] | undefined {
  return useQuery({
    queryKey: keys.counts, queryFn: ({ signal }) => api.get<Snapshot['counts']>('/interactions/counts', { signal }),
      staleTime: 60_000, enabled: useCan('interaction.read'),
  }).data;
}

/** A list of interactions, page by page, newer versions that came live kept. */
export function useList(kind: ListKind, enabled: boolean) {
  const { live } = useDesk();
  return useInfiniteQuery({
    queryKey: keys.list(kind), enabled, ...byEvents, initialPageParam: '', retry: 1,
    // What time alone changes, and what only the server knows, is asked for again.
    refetchInterval: [kind.filter?.late, kind.filter?.followed, kind.filter?.awaiting].includes(true)
      ? filterAgainMs : false,
    queryFn: async ({ pageParam, signal }): Promise<ListPage> => {
      const asked = { view: kind.view, state: kind.state, limit: String(listRows),
        ...(kind.filter === undefined ? {} : { filter: JSON.stringify(kind.filter) }),
        ...(pageParam === '' ? {} : { cursor: pageParam }) };
      const page: Page<InteractionView> = kind.q === ''
        ? await api.get(`/interactions?${new URLSearchParams(asked).toString()}`, { signal })
        : await api.post('/interactions/search', { ...asked, q: kind.q }, { signal });
      return { items: page.items.map((row) => live.lately.newest(row)), nextCursor: page.nextCursor };
    },
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/** The row as a list that is loaded holds it. */
function listedRow(client: QueryClient, id: string | undefined): InteractionView | undefined {
  for (const [, data] of client.getQueriesData<{ pages: ListPage[] }>({ queryKey: keys.lists })) {
    for (const page of data?.pages ?? []) {
      const row = page.items.find((each) => each.id === id);
      if (row !== undefined) return row;
    }
  }
  return undefined;
}

/** One interaction; taken from what is known, else fetched. A row of a list stands in until the server has answered. */
export function useInteraction(id: string | undefined) {
  const { live } = useDesk();
  const client = useQueryClient();
  return useQuery<InteractionView>({
    placeholderData: () => listedRow(client, id),
    queryKey: keys.interaction(id ?? ''), enabled: id !== undefined, ...byEvents, retry: 1,
    queryFn: async ({ signal }) =>
      live.lately.newest(await api.get<InteractionView>(`/interactions/${id}`, { signal })),
    initialData: () => client.getQueryData<InteractionView[]>(keys.mine)?.find((row) => row.id === id),
  });
}

function threadOptions(client: QueryClient, live: Live, conversationId: string) {
  const key = keys.thread(conversationId);
  return queryOptions<Thread>({
    queryKey: key, ...byEvents, retry: 1,
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<MessageView>>(`/conversations/${conversationId}/messages?limit=${threadRows}`,
        { signal });
      return withNewest(client.getQueryData<Thread>(key), page.items, live.lately.ofConversation(conversationId));
    },
  });
}

function ticketOptions(id: string) {
  return queryOptions<TicketView>({ queryKey: keys.ticket(id), staleTime: 30_000, retry: 1,
    queryFn: ({ signal }) => api.get<TicketView>(`/tickets/${id}`, { signal }) });
}

/**
 * Fetches what a conversation shows before it is opened: called when the pointer rests on its row, or when it is next.
 * What is there already is not fetched again; nothing is fetched of a row whose text one may not see.
 */
export function usePrefetch(): (row: InteractionView) => void {
  const { live } = useDesk();
  const client = useQueryClient();
  return useCallback((row) => {
    if (row.masked || row.conversationId === null) return;
    void client.prefetchQuery(threadOptions(client, live, row.conversationId));
    void client.prefetchQuery(ticketOptions(row.ticketId));
  }, [client, live]);
}

/** The messages of a conversation: the newest page, then live; older ones by `loadOlder`. */
export function useThread(conversationId: string | null, enabled: boolean) {
  const { live } = useDesk();
  const client = useQueryClient();
  const key = keys.thread(conversationId ?? '');
  const query = useQuery({ ...threadOptions(client, live, conversationId ?? ''),
    enabled: enabled && conversationId !== null });
  const loadOlder = async (): Promise<void> => {
    const first = client.getQueryData<Thread>(key)?.items[0];
    if (first === undefined) return;
    const path = `/conversations/${conversationId}/messages?before=${first.seq}&limit=${threadRows}`;
    const page = await api.get<Page<MessageView>>(path);
    client.setQueryData<Thread>(key, (thread) => withOlder(thread ?? emptyThread, page.items));
  };
  return { query, loadOlder };
}

/** The customer as this user may see them. */
export function useContact(id: string | undefined) {
  return useQuery<ContactView>({
    queryKey: keys.contact(id ?? ''), enabled: id !== undefined, staleTime: 30_000, retry: 1,
    queryFn: ({ signal }) => api.get<ContactView>(`/contacts/${id}`, { signal }),
  });
}

/** The ticket of an interaction. */
export function useTicket(id: string | undefined) {
  return useQuery({ ...ticketOptions(id ?? ''), enabled: id !== undefined });
}

export interface CategoryView {
  id: string; parentId: string | null; code: string; nameId: string; nameEn: string; targetIdealS: number | null;
    targetMaxS: number | null;
  active: boolean;
}
export interface ReasonView { id: string; kind: string; code: string; labelId: string; labelEn: string;
  active: boolean }
export type ReasonKind = 'BREAK' | 'DECLINE' | 'OUTCOME' | 'OOT' | 'UNMASK' | 'REOPEN' | 'ESCALATION';

const configuration = { staleTime: 5 * 60_000, gcTime: 60 * 60_000, retry: 2 } as const;

function activeOf<T extends { active: boolean }>({ rows }: Whole<T>): T[] {
  return rows.filter((each) => each.active);
}

/** The categories that may be chosen. */
export function useCategories() {
  return useQuery({
    queryKey: keys.categories, ...configuration,
    queryFn: ({ signal }) => fetchAll<CategoryView>('/categories', signal), select: activeOf<CategoryView>,
  });
}

/** The reasons of one kind that may be chosen. */
export function useReasons(kind: ReasonKind) {
  return useQuery({
    queryKey: keys.reasons(kind), ...configuration,
    queryFn: ({ signal }) => fetchAll<ReasonView>(`/reasons?kind=${kind}`, signal), select: activeOf<ReasonView>,
  });
}
