/** The session that an account holds with its provider: how it stands in plain words, and what an operator may do. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ApiError, Bdi, ConfirmButton, dayTime, ErrorState, notifyError, serverNow, shortDate, SkeletonRows,
  useLocale } from '../../kit/index.ts';
import type { AccountRecord } from '../account-types.ts';
import parts from '../parts/admin.module.css';
import { FormSection, Notice } from '../parts/editor.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useWords, type Words } from '../use-words.ts';
import { askAgainMs, spacedNumber, standingOf, type SessionView, type SessionWish,
  type Standing } from './account-session-facts.ts';
import { NumberHealth } from './account-session-health.tsx';
import { NumberForm, PairingCode } from './account-session-pair.tsx';
import { sessionReason } from './account-session-words.ts';
import css from './account-session.module.css';

/** What is asked of the server; `number` goes with PAIR_CODE. */
export type Ask = (kind: SessionWish, number?: string) => Promise<void>;

function keyOf(accountId: string): readonly string[] {
  return ['admin', 'channel-accounts', 'session', accountId];
}

/** The session of an account, asked anew while it is looked at; null where its channel holds none. */
export function useAccountSession(accountId: string | undefined) {
  return useQuery<SessionView | null>({
    queryKey: keyOf(accountId ?? ''), enabled: accountId !== undefined, retry: 1, gcTime: 0,
    refetchInterval: ({ state }) => (state.data === null ? false : askAgainMs(state.data)),
    queryFn: async ({ signal }): Promise<SessionView | null> => {
      try {
        return await api.get<SessionView>(`/channel-accounts/${accountId ?? ''}/session`, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
  });
}

function useAsk(accountId: string): Ask {
  const w = useWords();
  const client = useQueryClient();
  return async (kind, number) => {
    try {
      const view = await api.post<SessionView>(`/channel-accounts/${accountId}/session/wishes`,
        number === undefined ? { kind } : { kind, number });
      client.setQueryData(keyOf(accountId), view);
    } catch (error) {
      notifyError(w('number.failed'), error);
    }
  };
}

function Facts({ view }: { view: SessionView }) {
  const w = useWords();
  const locale = useLocale();
  if (view.number === null) return null;
  return (
    <dl className={parts.facts}>
      <dt>{w('number.number')}</dt><dd className={css.own}>{spacedNumber(view.number)}</dd>
      <dt>{w('number.name')}</dt><dd><Bdi>{view.displayName ?? w('number.noName')}</Bdi></dd>
      {view.pairedAt === null ? null
        : <><dt>{w('number.paired')}</dt><dd>{shortDate(view.pairedAt, { locale })}</dd></>}
    </dl>
  );
}

interface ActionProps { wish: SessionWish; standing: Standing; view: SessionView; first: boolean; busy: boolean;
  onAsk: (kind: SessionWish) => void }

function wordOf(w: Words, wish: SessionWish, state: Standing['state']): string {
  if (state === 'PAIRING' || state === 'CONNECTING') {
    if (wish === 'PAIR_QR') return w('number.useQr');
    if (wish === 'PAIR_CODE') return w('number.useCode');
    if (wish === 'STOP' && state === 'PAIRING') return w('number.stopPairing');
  }
  return state === 'OFFLINE' && wish === 'RECONNECT' ? w('number.tryNow') : w(`number.wishes.${wish}`);
}

/** A button a wish; those that end something ask first and say what stays. */
function Action({ wish, standing, view, first, busy, onAsk }: ActionProps) {
  const w = useWords();
  const word = wordOf(w, wish, standing.state);
  if (wish === 'LOG_OUT') {
    return <ConfirmButton danger title={w('number.logOutAsk')} confirm={word} onConfirm={() => { onAsk(wish); }}
      text={w('number.logOutText', { number: spacedNumber(view.number ?? '') })} disabled={busy}>{word}</ConfirmButton>;
  }
  if (wish === 'STOP' && (standing.state === 'OPEN' || standing.state === 'OFFLINE')) {
    return <ConfirmButton danger title={w('number.stopAsk')} text={w('number.stopText')} confirm={word} disabled={busy}
      onConfirm={() => { onAsk(wish); }}>{word}</ConfirmButton>;
  }
  const filled = first && standing.state !== 'PAIRING' && standing.state !== 'CONNECTING';
  return <Button variant={filled ? 'filled' : 'default'} disabled={busy}
    onClick={() => { onAsk(wish); }}>{word}</Button>;
}

/** The buttons, and the number that a pairing code is asked for. */
function Actions({ standing, view, address, ask }: { standing: Standing; view: SessionView; address: string | null;
  ask: Ask }) {
  const [typing, setTyping] = useState(false);
  const [busy, setBusy] = useState(false);
  const go = async (kind: SessionWish, number?: string): Promise<void> => {
    setBusy(true);
    await ask(kind, number);
    setBusy(false);
    setTyping(false);
  };
  const press = (kind: SessionWish): void => {
    if (kind === 'PAIR_CODE') setTyping(!typing);
    else void go(kind);
  };
  return (
    <>
      <div className={css.actions}>
        {standing.wishes.map((wish, at) => <Action key={wish} wish={wish} standing={standing} view={view}
          first={at === 0 && !typing} busy={busy || view.wish !== null} onAsk={press} />)}
      </div>
      {typing ? <NumberForm start={view.number ?? address ?? ''} busy={busy}
        onNumber={(number) => { void go('PAIR_CODE', number); }} /> : null}
    </>
  );
}

interface PanelProps { view: SessionView; account: Pick<AccountRecord, 'status' | 'address'>; mayChange: boolean;
  ask: Ask }

/** How the session stands: the state, why, the code to scan, and what may be done. */
export function SessionPanel({ view, account, mayChange, ask }: PanelProps) {
  const w = useWords();
  const locale = useLocale();
  const standing = standingOf(view);
  const off = account.status === 'DISABLED';
  return (
    <div className={css.panel}>
      <div>
        <p className={css.head} role="status">
          <StateWord tone={off ? 'off' : standing.tone}>
            <strong className={css.strong}>{w(`number.states.${standing.state}`)}</strong></StateWord>
          {view.since === null || standing.state === 'IDLE' ? null : <span className="meta">
            {w('number.since', { time: dayTime(view.since, serverNow(), { locale }) })}</span>}
        </p>
        {standing.reason === null ? null : <p>{sessionReason(w, standing.reason)}</p>}
        <p className="muted">{off ? w('number.disabled') : w(`number.stateHelp.${standing.state}`)}</p>
      </div>
      <Facts view={view} />
      {standing.state === 'PAIRING' && !off ? <PairingCode code={view.code} mayChange={mayChange} /> : null}
      {standing.state === 'CONNECTING' && !off ? <SkeletonRows rows={2} /> : null}
      {view.wish === null ? null
        : <p role="status" className="muted">{w('number.wished', { wish: w(`number.wishes.${view.wish}`) })}</p>}
      {mayChange && !off ? <Actions key={standing.state} standing={standing} view={view} address={account.address}
        ask={ask} /> : null}
    </div>
  );
}

interface SectionProps { account: AccountRecord; mayChange: boolean;
  session: ReturnType<typeof useAccountSession>;
  /** The channel is known to hold sessions: then it shows that it loads, and that it failed. */
  sure: boolean }

/** The sections of the drawer for an account whose channel holds a session; nothing for all others. */
export function SessionSections({ account, mayChange, session, sure }: SectionProps) {
  const w = useWords();
  const ask = useAsk(account.id);
  const { data: view, error, refetch } = session;
  if (view === null || (view === undefined && !sure)) return null;
  if (view === undefined) {
    return (
      <FormSection title={w('number.title')}>
        {error === null ? <SkeletonRows rows={4} />
          : <ErrorState error={error} onRetry={() => { void refetch(); }} />}
      </FormSection>
    );
  }
  return (
    <>
      <FormSection title={w('number.title')}>
        {error === null ? null : <Notice tone="warn">{w('common.stale')}</Notice>}
        <SessionPanel view={view} account={account} mayChange={mayChange} ask={ask} />
      </FormSection>
      <FormSection title={w('number.healthTitle')}><NumberHealth view={view} /></FormSection>
    </>
  );
}
