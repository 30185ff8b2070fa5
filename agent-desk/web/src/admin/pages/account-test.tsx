/** What an account did lately, and the test that goes there and back. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, codeWord, dayTime, notifyError, serverNow, useLocale } from '../../kit/index.ts';
import type { AccountHealthRecord, AccountRecord, AccountTest } from '../account-types.ts';
import css from '../parts/admin.module.css';
import { CopyField } from '../parts/copy.tsx';
import { Notice } from '../parts/editor.tsx';
import { useWords } from '../use-words.ts';

const lookMs = 2_000;
const settled = ['sent', 'delivered', 'read', 'played', 'failed', 'unknown'];

/** Health of an account; asked anew while it is looked at. */
export function useHealth(accountId: string) {
  return useQuery({
    queryKey: ['admin', 'channel-accounts', 'health', accountId], refetchInterval: 15_000, retry: 1,
    queryFn: ({ signal }) => api.get<AccountHealthRecord>(`/channel-accounts/${accountId}/health`, { signal }),
  });
}

/** The figures of an account: when it last worked, and what lies waiting. */
export function AccountFigures({ health }: { health: AccountHealthRecord }) {
  const w = useWords();
  const locale = useLocale();
  const time = (at: string | null): string =>
    (at === null ? w('health.never') : dayTime(at, serverNow(), { locale }));
  return (
    <div>
      <dl className={css.facts}>
        <dt>{w('health.lastIn')}</dt><dd>{time(health.lastInAt)}</dd>
        <dt>{w('health.lastOut')}</dt><dd>{time(health.lastOutAt)}</dd>
        <dt>{w('health.waiting')}</dt><dd className="num">{health.waiting}</dd>
        <dt>{w('health.failed')}</dt><dd className="num">{health.recentFailed}</dd>
        <dt>{w('health.quarantined')}</dt><dd className="num">{health.quarantined}</dd>
      </dl>
      <p className={css.help} style={{ marginTop: 4 }}>{w('health.recent')}</p>
    </div>
  );
}

function ended(test: AccountTest | undefined): boolean {
  return test?.state === 'EXPIRED' || (test?.replyStatus !== null && settled.includes(test?.replyStatus ?? ''));
}

function useTest(account: AccountRecord) {
  const [begun, setBegun] = useState<AccountTest>();
  const path = `/channel-accounts/${account.id}/tests`;
  const query = useQuery({
    queryKey: ['admin', 'account-test', begun?.id], enabled: begun !== undefined, gcTime: 0, retry: 3,
    queryFn: ({ signal }) => api.post<AccountTest>(`${path}/${begun?.id ?? ''}/check`, {}, { signal }),
    refetchInterval: (state) => (ended(state.state.data) ? false : lookMs),
  });
  const begin = async (): Promise<void> => { setBegun(await api.post<AccountTest>(path)); };
  return { test: query.data ?? begun, begin };
}

function Progress({ test }: { test: AccountTest }) {
  const w = useWords();
  const locale = useLocale();
  const time = (at: string): string => dayTime(at, serverNow(), { locale });
  if (test.state === 'EXPIRED') return <Notice live tone="bad">{w('health.expired')}</Notice>;
  if (test.receivedAt === null) {
    return (
      <>
        <CopyField label={w('health.send')} text={test.code} once />
        <p role="status" className="muted">{w('health.waitingFor', { time: time(test.expiresAt) })}</p>
      </>
    );
  }
  const failed = test.replyStatus === 'failed' || test.replyStatus === 'unknown';
  const reply = w('health.reply', { status: codeWord('status', test.replyStatus ?? 'queued') });
  return (
    <Notice live tone={failed ? 'bad' : ended(test) ? 'ok' : 'plain'}
      title={ended(test) && !failed ? w('health.ok') : undefined}>
      {w('health.received', { time: time(test.receivedAt) })} {reply}
      {test.reasonCode === null ? null : ` (${codeWord('sendReason', test.reasonCode)})`}
    </Notice>
  );
}

/** The button that begins a test, and how it goes. */
export function AccountTestPanel({ account }: { account: AccountRecord }) {
  const w = useWords();
  const { test, begin } = useTest(account);
  const [busy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      await begin();
    } catch (error) {
      notifyError(w('health.test'), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={css.section}>
      <p className={css.label} style={{ marginBottom: 0 }}>{w('health.test')}</p>
      <p className={css.help}>{w('health.testHint')}</p>
      {test === undefined ? null : <Progress test={test} />}
      {test !== undefined && !ended(test) ? null : (
        <Button variant="default" style={{ alignSelf: 'flex-start' }} loading={busy}
          onClick={() => { void start(); }}>{w(test === undefined ? 'health.begin' : 'health.again')}</Button>
      )}
    </div>
  );
}
