/** The work of the tickets that are followed: fetched once, then kept true by the line, so that it can be told of. */
import { useQuery } from '@tanstack/react-query';
import { api, type Page } from '../api/client.ts';
import { useCan } from '../kit/hooks.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import { newestOfTickets, type OpenOrClosed } from '../live/lists.ts';
import type { InteractionView } from '../live/types.ts';
import { useFollows } from '../side/acting.ts';

/** As many as one page of the server holds, and pages that reach what one may follow. */
const pageRows = 200;
const pagesMax = 3;

async function followedRows(state: OpenOrClosed, signal: AbortSignal): Promise<InteractionView[]> {
  const rows: InteractionView[] = [];
  let cursor: string | null = '';
  for (let n = 0; n < pagesMax && cursor !== null; n += 1) {
    const query = new URLSearchParams({ view: 'all', state, limit: String(pageRows), filter: '{"followed":true}',
      ...(cursor === '' ? {} : { cursor }) });
    const page: Page<InteractionView> = await api.get(`/interactions?${query.toString()}`, { signal });
    rows.push(...page.items);
    cursor = page.nextCursor;
  }
  return rows;
}

/** Has it there while the frame is; who follows nothing is not asked. */
export function useFollowed(): void {
  const { live } = useDesk();
  const may = useCan('interaction.read');
  const some = (useFollows(may)?.size ?? 0) > 0;
  useQuery<InteractionView[]>({
    queryKey: keys.followed, enabled: some, staleTime: Number.POSITIVE_INFINITY, retry: 1,
    queryFn: async ({ signal }) => newestOfTickets([...await followedRows('open', signal),
      ...await followedRows('closed', signal)].map((row) => live.lately.newest(row))),
  });
}
