/** Changing presence from anywhere: the menu, Alt 1..5, the missed-offer card. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ApiError } from '../api/client.ts';
import { notifyError, notifyWarn } from '../kit/notify.ts';
import { useT } from '../kit/words.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import type { AgentView, PresenceName } from '../live/types.ts';

/** The five in the order of their keys: Alt 1 to Alt 5. */
export const presences: readonly PresenceName[] = ['READY', 'BUSY', 'BREAK', 'WRAP_UP', 'OFFLINE'];

/** Asks the server to change presence; says in words why it did not. True if it did. */
export function useSetPresence(): (presence: PresenceName, reasonCode?: string) => Promise<boolean> {
  const t = useT();
  const client = useQueryClient();
  const { live } = useDesk();
  return useCallback(async (presence, reasonCode) => {
    try {
      const { agent } = await live.request('presence:set', { presence, reasonCode: reasonCode ?? null });
      client.setQueryData<AgentView>(keys.agent,
        (old) => (old !== undefined && old.version > agent.version ? old : agent));
      live.signals.forgetMissed();
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'NO_SEAT_FREE')
        notifyWarn(t('presence.noSeatTitle'), t('presence.noSeatText'));
      else notifyError(t('presence.failed'), error);
      return false;
    }
  }, [client, live, t]);
}
