/** How a channel account is, in plain words: the state, since when, and what to do about it. */
import { dayTime, ErrorState, serverNow, SkeletonRows, useLocale } from '../../kit/index.ts';
import type { AccountRecord } from '../account-types.ts';
import css from '../parts/admin.module.css';
import { StateWord, type StateTone } from '../parts/state-word.tsx';
import { useWords, wordOr } from '../use-words.ts';
import { AccountFigures, useHealth } from './account-test.tsx';

const tones: Record<string, StateTone> = {
  ACTIVE: 'ok', CONNECTED: 'ok', CONNECTING: 'busy', DISABLED: 'off', NEEDS_ATTENTION: 'warn', UNKNOWN: 'none',
};

/** One word in a list. */
export function AccountWord({ account }: { account: AccountRecord }) {
  const w = useWords();
  return <StateWord tone={tones[account.status] ?? 'none'}>
    {wordOr(w, `accounts.states.${account.status}`, account.status)}</StateWord>;
}

/**
 * In the drawer: the sentence with the reason, since when, and the figures of what it did lately; the figures alone
 * where a session tells the rest.
 */
export function AccountHealth({ account, connects, figuresOnly = false }: { account: AccountRecord; connects: boolean;
  figuresOnly?: boolean }) {
  const w = useWords();
  const locale = useLocale();
  const { data: health, error, refetch } = useHealth(account.id);
  if (health === undefined) {
    if (error === null) return <SkeletonRows rows={3} />;
    return <ErrorState error={error} onRetry={() => { void refetch(); }} />;
  }
  if (figuresOnly) return <AccountFigures health={health} />;
  // Whoever tells how it is connected was not connected before the first word.
  const state = account.status === 'ACTIVE' ? health.state ?? (connects ? 'CONNECTING' : 'ACTIVE') : account.status;
  const reason = account.status === 'DISABLED' ? null : health.reasonCode;
  return (
    <div className={css.section}>
      <div>
        <StateWord tone={tones[state] ?? 'none'}>{wordOr(w, `accounts.states.${state}`, state)}</StateWord>{' '}
        {health.since === null ? null
          : <span className="meta">
            {w('accounts.since', { time: dayTime(health.since, serverNow(), { locale }) })}</span>}
        <p className="muted">{wordOr(w, `accounts.stateHelp.${state}`, state)}</p>
        {reason === null ? null
          : <p>{wordOr(w, `accounts.reasons.${reason}`, wordOr(w, `number.reasons.${reason}`, reason))}</p>}
      </div>
      <AccountFigures health={health} />
    </div>
  );
}
