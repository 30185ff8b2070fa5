/** The prepared messages of a conversation and its window, asked for only where its channel has such a thing. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAbilities } from '../lib/abilities.ts';
import type { InteractionView } from '../live/types.ts';
import { useNow } from '../shell/useNow.ts';
import { isWindowClosed, type Templates } from './templates.ts';

const lookMs = 15_000;

/**
 * `closed`: free words would be refused now; it turns by itself when the window passes and when the customer writes.
 * `hours`: how long the window is; null where this account has none, and so no templates either.
 */
export function useTemplates(row: InteractionView, conversationId: string) {
  const asks = (useAbilities(row)?.windowHours ?? null) !== null;
  // What the customer writes opens the window anew: the answer of before holds no more.
  const [wroteAt, setWroteAt] = useState<string | null>(null);
  if (row.lastDirection === 'IN' && row.lastMessageAt !== wroteAt) setWroteAt(row.lastMessageAt);
  const query = useQuery({
    queryKey: ['desk', 'templates', conversationId, wroteAt], enabled: asks, retry: 1, staleTime: lookMs,
    queryFn: ({ signal }) => api.get<Templates>(`/conversations/${conversationId}/templates`, { signal }),
  });
  const now = useNow(lookMs);
  const window = query.data?.window;
  return { query, hours: window?.hours ?? null, openUntil: window?.openUntil ?? null,
    closed: isWindowClosed(window, now) };
}
