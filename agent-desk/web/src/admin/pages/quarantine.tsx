/** Quarantine: what could not be taken in, why, the original as plain text, and taking it in after all. */
import { Button } from '@mantine/core';
import { IconFileAlert, IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, ApiError, type Column, dayTime, fileSize, notifyError, serverNow, useCan,
  useLocale } from '../../kit/index.ts';
import { useAllAccounts, useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { CopyButton } from '../parts/copy.tsx';
import { FormSection, Notice, SideDrawer } from '../parts/editor.tsx';
import { FilterBar, FilterSelect, ListPage, NameCell, useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { isRawCut, type QuarantinedEvent, type QuarantineFilters }
  from '../../../../../domain/channels/quarantine.ts';
import { useWords, wordOr, type Words } from '../use-words.ts';

const home = '/admin/quarantine';

/** What the reason means; SQL_22P05 and the like are all of the database. */
function reasonText(w: Words, code: string | null): string {
  if (code === null) return '–';
  return wordOr(w, `quarantine.reasons.${code.startsWith('SQL_') ? 'DATABASE_REFUSED' : code}`, code);
}

function Facts({ event }: { event: QuarantinedEvent }) {
  const w = useWords();
  const locale = useLocale();
  const time = (iso: string): string => dayTime(iso, serverNow(), { locale });
  return (
    <dl className={css.facts}>
      <dt>{w('common.status')}</dt>
      <dd><StateWord tone={event.state === 'QUARANTINED'
        ? 'warn' : 'ok'}>{wordOr(w, `quarantine.states.${event.state}`, event.state)}</StateWord></dd>
      <dt>{w('quarantine.reason')}</dt>
      <dd>{reasonText(w, event.reasonCode)} <span className="meta">{event.reasonCode}</span></dd>
      {event.reasonDetail === null ? null : <><dt>{w('common.details')}</dt><dd>{event.reasonDetail}</dd></>}
      <dt>{w('quarantine.account')}</dt><dd>{event.accountName}</dd>
      <dt>{w('quarantine.received')}</dt><dd className="num">{time(event.receivedAt)}</dd>
      <dt>{w('quarantine.attempts')}</dt><dd className="num">{event.attempts}</dd>
      {event.resolvedAt === null ? null : <><dt>{w('quarantine.resolvedAt')}</dt><dd
        className="num">{time(event.resolvedAt)}</dd></>}
    </dl>
  );
}

function Raw({ event }: { event: QuarantinedEvent }) {
  const w = useWords();
  const locale = useLocale();
  return (
    <FormSection title={w('quarantine.raw')} hint={w('quarantine.rawHint')}>
      {event.raw === null || event.raw === '' ? <p className={css.help}>{w('quarantine.rawNone')}</p> : (
        <>
          {/* As a text node: whatever a customer sent stays text. */}
          <pre className={`${css.code} ${css.raw}`} tabIndex={0} role="region" aria-label={w('quarantine.raw')}
            dir="ltr">{event.raw}</pre>
          <div className={css.copyLine} style={{ alignItems: 'center', justifyContent: 'space-between' }}>
            <p className={css.help}>{isRawCut(event)
              ? w('quarantine.rawCut',
                { shown: fileSize(event.rawBytes, locale), total: fileSize(event.rawTotalBytes, locale) })
              : fileSize(event.rawTotalBytes, locale)}</p>
            <CopyButton text={event.raw} label={w('quarantine.raw')} />
          </div>
        </>
      )}
    </FormSection>
  );
}

function EventDrawer({ event, reload,
  onClose }: { event: QuarantinedEvent; reload: () => Promise<QuarantinedEvent>; onClose: () => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const mayReplay = useCan('quarantine.replay');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<string>();
  const replay = async (): Promise<void> => {
    setBusy(true);
    setOutcome(undefined);
    try {
      const answer = await api.post<{ outcome: string }>(`/quarantine/${event.id}/replay`);
      setOutcome(answer.outcome);
      refresh();
      await reload();
    } catch (error) {
      const refused = error instanceof ApiError ? error.details?.['reason'] : undefined;
      if (typeof refused === 'string') setOutcome(refused);
      else notifyError(w('quarantine.replay'), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SideDrawer title={w('quarantine.open')} onClose={onClose}>
      <div className={css.drawerBody}>
        {outcome === undefined ? null : (
          <Notice live tone={['stored', 'duplicate'].includes(outcome) ? 'ok' : 'warn'}
            title={w('quarantine.result')}>{wordOr(w, `quarantine.results.${outcome}`, outcome)}</Notice>
        )}
        <Facts event={event} />
        <Raw event={event} />
        {event.state !== 'QUARANTINED' ? null : (
          <FormSection>
            <div className={css.copyLine} style={{ alignItems: 'center' }}>
              <p className={`${css.help} grow`}>{w(mayReplay ? 'quarantine.replayHint' : 'common.readOnly')}</p>
              {mayReplay ? (
                <Button loading={busy} leftSection={<IconRepeat size={16} stroke={1.75} />}
                  onClick={() => { void replay(); }}>{w('quarantine.replay')}</Button>
              ) : null}
            </div>
          </FormSection>
        )}
      </div>
    </SideDrawer>
  );
}

function useColumns(): Column<QuarantinedEvent>[] {
  const w = useWords();
  const locale = useLocale();
  return [
    { key: 'reason', header: w('quarantine.reason'), cell: (event) => <NameCell name={reasonText(w, event.reasonCode)}
      sub={event.reasonCode} /> },
    { key: 'account', header: w('quarantine.account'), wide: true, cell: (event) => event.accountName },
    { key: 'at', header: w('quarantine.received'), width: 150, cell: (event) => <span
      className="nowrap">{dayTime(event.receivedAt, serverNow(), { locale })}</span> },
    { key: 'attempts', header: w('quarantine.attempts'), wide: true, numeric: true, width: 90,
      cell: (event) => event.attempts },
    { key: 'state', header: w('quarantine.state'), wide: true, width: 170, cell: (event) => (
      <StateWord tone={event.state === 'QUARANTINED'
        ? 'warn' : 'ok'}>{wordOr(w, `quarantine.states.${event.state}`, event.state)}</StateWord>
    ) },
  ];
}

/** The page of quarantined events. */
export function QuarantinePage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const accounts = useAllAccounts();
  const [accountId, setAccount] = useState<string | null>(null);
  const [state, setState] = useState<QuarantineFilters['state']>('QUARANTINED');
  const asked: QuarantineFilters = { channelAccountId: accountId ?? undefined, state };
  const query = useAdminList<QuarantinedEvent>('quarantine', '/quarantine', { ...asked });
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('quarantine.title')} lead={w('quarantine.lead')} query={query} columns={useColumns()}
        rowKey={(event) => event.id}
        hrefOf={(event) => `${home}/${event.id}`}
        filterCount={Number(accountId !== null) + Number(state !== 'QUARANTINED')}
        onClear={() => { setAccount(null); setState('QUARANTINED'); }}
        empty={{ icon: IconFileAlert, title: w('quarantine.empty'), hint: w('quarantine.emptyHint') }}
        filters={(
          <FilterBar>
            <FilterSelect label={w('quarantine.account')} all={w('quarantine.accountAll')} value={accountId}
              onChange={setAccount}
              data={accounts.map((each) => ({ value: each.id, label: each.name }))} />
            <FilterSelect label={w('quarantine.state')} all={w('quarantine.states.QUARANTINED')}
              value={state === 'REPLAYED' ? state : null}
              onChange={(chosen) => { setState(chosen === 'REPLAYED' ? chosen : 'QUARANTINED'); }}
              data={[{ value: 'REPLAYED', label: w('quarantine.states.REPLAYED') }]} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<QuarantinedEvent> key={id} noun="quarantine" path="/quarantine" id={id}
          title={w('quarantine.open')} onClose={close}>
          {(event, reload) => (event === undefined ? null : <EventDrawer event={event} reload={reload}
            onClose={close} />)}
        </RecordDrawer>
      )}
    </>
  );
}
