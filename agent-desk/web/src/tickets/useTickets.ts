/** The list of tickets, page by page; what changes meanwhile comes by the line (live/tickets.ts). */
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { keys } from '../live/keys.ts';
import type { TicketKind, TicketPage } from '../live/tickets.ts';

const rowsPerPage = 50;
/** Pages of one list; who looks for what is older searches. */
const pagesMax = 20;
/** Rows of one list at most. */
export const ticketsMax = rowsPerPage * pagesMax;

const narrowed: Record<TicketKind, string> = { open: '&state=open', closed: '&state=closed', followed: '&followed=true',
  all: '' };

/** Fetched anew whenever the list is opened. */
export function useTickets(kind: TicketKind) {
  return useInfiniteQuery({
    queryKey: keys.ticketList(kind), staleTime: 0, gcTime: 300_000, retry: 1, initialPageParam: '',
    queryFn: ({ pageParam, signal }) => api.get<TicketPage>(`/tickets?limit=${rowsPerPage}${narrowed[kind]}${
      pageParam === '' ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`, { signal }),
    getNextPageParam: (page, pages) => (pages.length >= pagesMax ? undefined : page.nextCursor ?? undefined),
  });
}
