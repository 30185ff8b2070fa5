/** Notes that call me: told in the notification centre, also those written while this desk was away. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, type Page } from '../api/client.ts';
import { useCan } from '../kit/hooks.ts';
import { useDesk, useLine } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import type { MentionView } from '../live/types.ts';
import { mentionId } from '../notify/notices.ts';
import { announce } from '../notify/useNotices.ts';

function useMentions(): MentionView[] {
  const may = useCan('interaction.read');
  return useQuery({
    queryKey: keys.mentions, enabled: may, staleTime: Number.POSITIVE_INFINITY, retry: 1,
    queryFn: async ({ signal }) => (await api.get<Page<MentionView>>('/mentions?limit=50', { signal })).items,
  }).data ?? [];
}

/** Announces every call that was not seen yet; the centre tells each once. Mounted with the frame. */
export function useMentionNotices(): void {
  const mentions = useMentions();
  useEffect(() => {
    for (const each of mentions) {
      if (each.readAt === null) {
        announce({ id: mentionId(each), kind: 'mention', interactionId: each.interactionId });
      }
    }
  }, [mentions]);
}

/** Tells the server that the calls of this conversation were seen, once it is before the reader's eyes. */
export function useMentionsRead(conversationId: string | null): void {
  const { live } = useDesk();
  const online = useLine().phase === 'online';
  const unread = useMentions().some((each) => each.conversationId === conversationId && each.readAt === null);
  useEffect(() => {
    if (conversationId === null || !unread || !online) return;
    void live.request('mention:read', { conversationId }).catch(() => undefined);
  }, [live, conversationId, unread, online]);
}
