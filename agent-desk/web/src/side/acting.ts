/** What is done with one or many conversations: asked of the server, said in words, the lists follow by events. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext } from 'react';
import { useLocation } from 'wouter';
import { api, ApiError } from '../api/client.ts';
import { notifyDone, notifyError, notifyWarn } from '../kit/notify.ts';
import { codeWord, useT } from '../kit/words.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import type { InteractionView } from '../live/types.ts';
import { forgetWritten } from '../reply/unsent.ts';
import { useSession } from '../session/session.ts';

/** The dialogs that the work pane can open for some rows. */
export type Doing = { what: 'transfer' | 'snooze'; rows: readonly InteractionView[] };
export const DoingContext = createContext<(doing: Doing) => void>(() => undefined);

/** Opens the dialog of transferring or snoozing for these rows. */
export function useStart(): (doing: Doing) => void {
  return useContext(DoingContext);
}

export interface BulkAnswer { done: number; results: { id: string; ok: boolean; code: string | null }[] }
const followsKey = keys.follows;

/** The tickets this user follows. */
export function useFollows(enabled = true): ReadonlySet<string> | undefined {
  return useQuery({ queryKey: followsKey, enabled, staleTime: 30_000, retry: 1,
    queryFn: async ({ signal }) => (await api.get<{ ticketIds: string[] }>('/follows', { signal })).ticketIds,
    select: (ids): ReadonlySet<string> => new Set(ids) }).data;
}

/** With how many of the rows it went well; unheard: the server did not answer. */
export type BulkEnd = 'all' | 'some' | 'unheard';

/** Does something with each of the rows. What did not work is said with its reason. */
export function useBulk(): (rows: readonly InteractionView[], what: Record<string, unknown>) => Promise<BulkEnd> {
  const t = useT();
  const client = useQueryClient();
  const forget = useForget();
  return useCallback(async (rows, what) => {
    try {
      const answer = await api.post<BulkAnswer>('/interactions/bulk', { ids: rows.map((row) => row.id), what });
      const failed = answer.results.filter((one) => !one.ok);
      if (what['action'] === 'transfer') {
        const gone = new Set(answer.results.filter((one) => one.ok).map((one) => one.id));
        for (const row of rows) if (gone.has(row.id)) forget(row);
      }
      if (failed.length === 0) notifyDone(t('work.bulkDone', { n: answer.done }));
      else {
        const codes = [...new Set(failed.map((one) => one.code ?? 'other'))];
        const known = (code: string): string => codeWord('work.bulkCode',
          ['NOT_FOUND', 'FORBIDDEN', 'STATE_CONFLICT', 'VALIDATION_FAILED', 'CAPACITY_EXCEEDED', 'INTERACTION_CLOSED']
            .includes(code) ? code : 'other');
        notifyWarn(t('work.bulkPart', { done: answer.done, n: answer.results.length }),
          t('work.bulkWhy', { why: [...new Set(codes.map(known))].join('; ') }));
      }
      void client.invalidateQueries({ queryKey: keys.counts });
      void client.invalidateQueries({ queryKey: followsKey });
      void client.invalidateQueries({ queryKey: keys.followed });
      void client.invalidateQueries({ queryKey: keys.lists });
      return failed.length === 0 ? 'all' : 'some';
    } catch (error) {
      notifyError(t('error.title'), error);
      return 'unheard';
    }
  }, [client, forget, t]);
}

/** Follows or unfollows the ticket of a row; the screen shows it at once and takes it back where it failed. */
export function useFollow(): (row: InteractionView, follow: boolean) => Promise<void> {
  const t = useT();
  const client = useQueryClient();
  return useCallback(async (row, follow) => {
    const before = client.getQueryData<string[]>(followsKey) ?? [];
    const rest = before.filter((id) => id !== row.ticketId);
    client.setQueryData<string[]>(followsKey, follow ? [row.ticketId, ...rest] : rest);
    try {
      const path = `/tickets/${row.ticketId}/follow`;
      await (follow ? api.put(path, {}) : api.del(path));
      notifyDone(t(follow ? 'work.followed' : 'work.unfollowed', { number: row.ticketNumber }));
      void client.invalidateQueries({ queryKey: keys.counts });
      void client.invalidateQueries({ queryKey: keys.followed });
      void client.invalidateQueries({ queryKey: keys.lists });
    } catch (error) {
      client.setQueryData<string[]>(followsKey, before);
      notifyError(t('work.followFailed'), error);
    }
  }, [client, t]);
}

/**
 * Leads from a conversation that is done with back to the list. Who went on to another one while the server answered
 * stays there.
 */
export function useBackToList(): (interactionId: string) => void {
  const [, navigate] = useLocation();
  return useCallback((interactionId) => {
    // The page of this moment, not the one that was drawn when it was asked.
    if (window.location.pathname === `/i/${interactionId}`) navigate('/');
  }, [navigate]);
}

/** Forgets what this user wrote about work that is closed or was handed on, and had not sent. */
export function useForget(): (row: InteractionView) => void {
  const desk = useDesk();
  const { user } = useSession();
  return useCallback((row) => { forgetWritten(desk, user.id, row); }, [desk, user.id]);
}

/** What the server's reason means for the person who tried; its own message otherwise. */
export function reasonOf(error: unknown): unknown {
  const reason = error instanceof ApiError ? error.details?.['reason'] : undefined;
  if (!(error instanceof ApiError) || typeof reason !== 'string') return error;
  if (!['AGENT_NOT_READY', 'AGENT_WITHOUT_ROOM', 'NOT_ANSWERED'].includes(reason)) return error;
  return new ApiError(error.code, codeWord('work', reason), error.status, error.requestId, error.details);
}
