/** What the server found for the words typed: asked while typing, the last answer kept on the screen meanwhile. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { useSession } from '../session/session.ts';
import { mayFind } from '../shell/rights.ts';

export const searchGroups = ['contacts', 'tickets', 'messages', 'files'] as const;
export type SearchGroup = (typeof searchGroups)[number];

export interface FoundContact { id: string; name: string | null; handleMasked: string; reportName: string | null;
  channel: string | null; domicile: string | null; interactionId: string | null }
export interface FoundTicket { id: string; number: string; state: string; categoryCode: string | null;
  summary: string | null; contactName: string | null; handleMasked: string; openedAt: string; closedAt: string | null;
  interactionId: string | null }
interface Place { messageId: string; conversationId: string; interactionId: string | null; contactName: string | null;
  handleMasked: string; channel: string; reportName: string; at: string }
export interface FoundMessage extends Place { direction: 'IN' | 'OUT' | 'NOTE';
  parts: { text: string; hit: boolean }[] }
export interface FoundFile extends Place { fileId: string; fileName: string; mediaType: string; sizeBytes: number }

interface Group<T> { items: T[]; more: boolean; near: boolean }
export interface Found { contacts?: Group<FoundContact>; tickets?: Group<FoundTicket>;
  messages?: Group<FoundMessage>; files?: Group<FoundFile> }

/** Letters stand this long before they are asked for. */
const pauseMs = 120;

/** True once there is enough to look for. */
export function isEnough(typed: string): boolean {
  return (typed.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= 2;
}

/**
 * Asks for `limit` items of each group. The words go in the body, never in an address, and the answers leave the memory
 * after a minute and at sign-out.
 */
export function useFound(words: string, groups: readonly SearchGroup[], limit: number) {
  const trimmed = words.trim().slice(0, 100);
  const [typed] = useDebouncedValue(trimmed, pauseMs);
  const may = mayFind(useSession().permissions);
  const asked = may && isEnough(typed) && isEnough(trimmed);
  const query = useQuery<Found>({
    queryKey: ['desk', 'search', typed, groups.join(), limit], enabled: asked, staleTime: 10_000, gcTime: 60_000,
    retry: 1, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.post<Found>('/search', { q: typed, groups, limit }, { signal }),
  });
  return { found: asked ? query.data : undefined, asked, error: asked && query.isError ? query.error : undefined,
    pending: may && isEnough(trimmed) && (query.isFetching || typed !== trimmed),
    again: () => { void query.refetch(); } };
}
