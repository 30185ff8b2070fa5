/** Requests about customers' data whose time runs out: told to those who answer them (RL06). */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, type Page } from '../api/client.ts';
import { useCan } from '../kit/hooks.ts';
import { keys } from '../live/keys.ts';
import { dueNotice, type DueRequest } from './notices.ts';
import { announce } from './useNotices.ts';

/** Time passes without an event: so often it is asked anew. */
const everyMs = 10 * 60_000;

/** Announces each request once when it is due soon, and once when it is late. Mounted with the frame. */
export function useDueRequests(): void {
  const manages = useCan('subject-data.manage');
  const approves = useCan('subject-data.approve');
  const due = useQuery({
    queryKey: keys.dueRequests, enabled: manages || approves, staleTime: everyMs, refetchInterval: everyMs, retry: 1,
    queryFn: async ({ signal }) =>
      (await api.get<Page<DueRequest>>('/subject-requests?late=true&limit=50', { signal })).items,
  }).data;
  useEffect(() => {
    for (const request of due ?? []) announce(dueNotice(request));
  }, [due]);
}
