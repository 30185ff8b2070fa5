/** How a channel account is, in plain words: the state, since when, and what to do about it. */
import { useQuery } from '@tanstack/react-query';
import { api, dayTime, type Page, serverNow, useCan, useLocale } from '../../kit/index.ts';
import type { AccountRecord } from '../account-types.ts';
import { pathWith } from '../parts/list.tsx';
import { StateWord, type StateTone } from '../parts/state-word.tsx';
import type { AuditRow } from '../types.ts';
import { useWords, wordOr } from '../use-words.ts';

const tones: Record<string, StateTone> = {
  ACTIVE: 'ok', CONNECTED: 'ok', CONNECTING: 'busy', DISABLED: 'off', NEEDS_ATTENTION: 'warn', UNKNOWN: 'none',
};

interface LastWord { state: string; reasonCode: string | null; since: string }

/**
 * What the channel last said of its connection, from the journal; undefined without audit.read or before its first
 * word.
 */
function useLastWord(accountId: string, wanted: boolean): LastWord | undefined {
  const mayRead = useCan('audit.read');
  const query = useQuery({
    queryKey: ['admin', 'audit', 'health', accountId], enabled: wanted && mayRead, retry: false,
    queryFn: ({ signal }) => api.get<Page<AuditRow>>(
      pathWith('/audit', { subjectId: accountId, type: 'channel-account.health-changed', limit: '1' }), { signal }),
  });
  const row = query.data?.items[0];
  if (row === undefined) return undefined;
  const { state, reasonCode } = row.data ?? {};
  return { state: String(state ?? 'UNKNOWN'), reasonCode: typeof reasonCode === 'string' ? reasonCode : null,
    since: row.at };
}

/** One word in a list; in the drawer the sentence with the reason too. */
export function AccountHealth({ account, short }: { account: AccountRecord; short?: boolean }) {
  const w = useWords();
  const locale = useLocale();
  const health = useLastWord(account.id, short !== true);
  const state = account.status === 'ACTIVE' ? health?.state ?? 'ACTIVE' : account.status;
  const word = <StateWord tone={tones[state] ?? 'none'}>{wordOr(w, `accounts.states.${state}`, state)}</StateWord>;
  if (short === true) return word;
  const reason = account.status === 'DISABLED' ? null : health?.reasonCode ?? null;
  return (
    <div>
      {word}{' '}
      {health === undefined ? null
        : <span className="meta">{w('accounts.since', { time: dayTime(health.since, serverNow(), { locale }) })}</span>}
      <p className="muted">{wordOr(w, `accounts.stateHelp.${state}`, state)}</p>
      {reason === null ? null : <p>{wordOr(w, `accounts.reasons.${reason}`, reason)}</p>}
    </div>
  );
}
