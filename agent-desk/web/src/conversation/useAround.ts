/**
 * A message that the address names (`/i/<interaction>?message=<id>`): the page around it, wherever it stands, and the
 * way from there to the newest messages. Once both touch, they are one thread again.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { api, ApiError, type Page } from '../api/client.ts';
import { notifyWarn } from '../kit/notify.ts';
import { useT } from '../kit/words.ts';
import { joins, together, withEarlier, withLater, type Around } from '../lib/around.ts';
import { keys } from '../live/keys.ts';
import type { Thread } from '../live/thread.ts';
import type { MessageView } from '../live/types.ts';

const aroundRows = 40;
const pageRows = 50;

/** The message that the address points to, if any. */
export function useAimedMessage(): string | undefined {
  const search = useSearch();
  return useMemo(() => {
    const id = new URLSearchParams(search).get('message');
    return id !== null && /^[0-9a-f-]{36}$/i.test(id) ? id : undefined;
  }, [search]);
}

/** The address of a message in its conversation. */
export function messageHref(interactionId: string, messageId: string): string {
  return `/i/${interactionId}?message=${messageId}`;
}

async function fetchAround(conversationId: string, messageId: string,
  signal: AbortSignal): Promise<Around<MessageView>> {
  const message = await api.get<MessageView>(`/messages/${messageId}`, { signal });
  if (message.conversationId !== conversationId) throw new ApiError('NOT_FOUND', '', 404);
  const path = `/conversations/${conversationId}/messages`;
  const [before, after] = await Promise.all([
    api.get<Page<MessageView>>(`${path}?before=${message.seq + 1}&limit=${aroundRows}`, { signal }),
    api.get<Page<MessageView>>(`${path}?after=${message.seq}&limit=${aroundRows}`, { signal })]);
  return { items: together(together(before.items, [message]), after.items), complete: before.nextCursor === null,
    newest: after.nextCursor === null };
}

export interface Aimed {
  /** The part to show instead of the newest messages; undefined once it is one with them, or none was asked for. */
  part: Thread | undefined;
  /** It is being fetched and nothing should be shown yet. */
  pending: boolean;
  loadOlder: () => Promise<void>;
  loadNewer: () => Promise<void>;
  /** Back to the newest messages. */
  leave: () => void;
}

/** Says once that a message cannot be opened; the newest ones are shown then. */
function useSaidMissing(failed: boolean): void {
  const t = useT();
  useEffect(() => { if (failed) notifyWarn(t('talk.aimGone'), t('talk.aimGoneText')); }, [failed, t]);
}

/** `main` is the thread with the newest messages; undefined while it loads. */
export function useAround(conversationId: string | null, messageId: string | undefined,
  main: Thread | undefined): Aimed {
  const client = useQueryClient();
  const [location, navigate] = useLocation();
  const wanted = messageId !== undefined && conversationId !== null && main !== undefined;
  const known = wanted && main.items.some((each) => each.id === messageId);
  const key = keys.around(conversationId ?? '', messageId ?? '');
  const query = useQuery<Around<MessageView>>({ queryKey: key, enabled: wanted && !known, retry: 1,
    staleTime: Number.POSITIVE_INFINITY, gcTime: 60_000,
    queryFn: ({ signal }) => fetchAround(conversationId ?? '', messageId ?? '', signal) });
  const part = known ? undefined : query.data;
  useEffect(() => {
    if (part === undefined || main === undefined || conversationId === null || !joins(part, main)) return;
    client.setQueryData<Thread>(keys.thread(conversationId), (thread) => (thread === undefined ? thread
      : { items: together(part.items, thread.items), complete: part.complete }));
  }, [client, conversationId, part, main]);
  useSaidMissing(wanted && !known && query.isError);
  const load = useCallback(async (where: string, put: typeof withLater<MessageView>): Promise<void> => {
    const page = await api.get<Page<MessageView>>(
      `/conversations/${conversationId}/messages?${where}&limit=${pageRows}`);
    client.setQueryData<Around<MessageView>>(keys.around(conversationId ?? '', messageId ?? ''),
      (old) => (old === undefined ? old : put(old, page.items, page.nextCursor !== null)));
  }, [client, conversationId, messageId]);
  return {
    part, pending: wanted && !known && query.isPending,
    loadOlder: () => load(`before=${part?.items[0]?.seq ?? 0}`, withEarlier),
    loadNewer: () => load(`after=${part?.items.at(-1)?.seq ?? 0}`, withLater),
    leave: () => { navigate(location, { replace: true }); },
  };
}
