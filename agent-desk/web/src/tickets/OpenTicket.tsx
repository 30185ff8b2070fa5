/** The address of a ticket: leads to the conversation in which it is read, or says why there is none. */
import { Button } from '@mantine/core';
import { IconTicketOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Redirect } from 'wouter';
import { api, EmptyState, ErrorState, SkeletonRows } from '../kit/index.ts';
import { useTicketWords } from './words.ts';

/** The page at /t/:id. */
export default function OpenTicket({ ticketId }: { ticketId: string }) {
  const w = useTicketWords();
  const opens = useQuery({
    queryKey: ['desk', 'ticket-opens', ticketId], staleTime: 0, gcTime: 0, retry: 1,
    queryFn: ({ signal }) => api.get<{ interactionId: string | null }>(
      `/tickets/${encodeURIComponent(ticketId)}/interaction`, { signal }),
  });
  if (opens.data?.interactionId !== undefined && opens.data.interactionId !== null)
    return <Redirect to={`/i/${opens.data.interactionId}`} replace />;
  const toList = <Button component={Link} href="/tickets" variant="default">{w('toList')}</Button>;
  return (
    <main aria-busy={opens.isPending || undefined}>
      <h1 className="sr">{w('opening')}</h1>
      {opens.isPending ? <SkeletonRows rows={10} height={56} /> : null}
      {opens.isError ? <ErrorState error={opens.error} title={w('openFailed')} actions={toList}
        onRetry={() => { void opens.refetch(); }} /> : null}
      {opens.isSuccess ? <EmptyState icon={<IconTicketOff size={28} stroke={1.5} />} title={w('noTalk')}
        actions={toList}>{w('noTalkText')}</EmptyState> : null}
    </main>
  );
}
