/** Opt-outs: who may not be contacted for which purpose; registered with a reason, withdrawn, never deleted. */
import { IconPhoneOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, codeWord, type Column, ConfirmButton, dayTime, notifyDone, notifyError, serverNow, useLocale,
  usePhone } from '../../kit/index.ts';
import { useRefresh } from '../data.ts';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { optOutPurposes, type OptOutRecord } from '../types.ts';
import { useWords } from '../use-words.ts';
import { OptOutForm } from './opt-out-form.tsx';

const home = '/admin/opt-outs';

function Withdraw({ record }: { record: OptOutRecord }) {
  const w = useWords();
  const refresh = useRefresh();
  const withdraw = async (): Promise<void> => {
    try {
      await api.post(`/opt-outs/${record.id}/withdraw`);
      notifyDone(w('optOuts.withdrawDone'));
    } catch (error) {
      notifyError(w('optOuts.withdraw'), error);
    }
    refresh();
  };
  return (
    <ConfirmButton danger title={w('optOuts.withdrawAsk', { name: record.contactName ?? record.handleMasked })}
      text={w('optOuts.withdrawHint')}
      confirm={w('optOuts.withdraw')} onConfirm={withdraw}>{w('optOuts.withdraw')}</ConfirmButton>
  );
}

function useColumns(): Column<OptOutRecord>[] {
  const w = useWords();
  const locale = useLocale();
  const phone = usePhone();
  const time = (iso: string): string => dayTime(iso, serverNow(), { locale });
  return [
    { key: 'contact', header: w('optOuts.contact'), cell: (record) => (
      <NameCell name={<bdi>{record.contactName ?? w('optOuts.unnamed')}</bdi>} sub={phone
        ? `${record.handleMasked} · ${w(`optOuts.purposes.${record.purpose}`)} · ${record.reason}`
        : `${record.handleMasked} · ${codeWord('channel', record.channel.toUpperCase().replaceAll('-', '_'))}`} />
    ) },
    { key: 'purpose', header: w('optOuts.purpose'), wide: true,
      cell: (record) => w(`optOuts.purposes.${record.purpose}`) },
    { key: 'reason', header: w('optOuts.reason'), wide: true, cell: (record) => record.reason },
    { key: 'since', header: w('optOuts.since'), wide: true, cell: (record) => <NameCell name={time(record.createdAt)}
      sub={record.createdByName} /> },
    { key: 'state', header: w('optOuts.state'), wide: true, cell: (record) => (record.withdrawnAt === null
      ? <StateWord tone="warn">{w('optOuts.current')}</StateWord>
      : <NameCell name={<StateWord tone="off">{w('optOuts.withdrawn')}</StateWord>}
        sub={`${time(record.withdrawnAt)} ${record.withdrawnByName ?? ''}`} />) },
    { key: 'act', header: w('common.actions'), width: 110,
      cell: (record) => (record.withdrawnAt === null ? <Withdraw record={record} /> : null) },
  ];
}

/** The page of opt-outs. */
export function OptOutsPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const [purpose, setPurpose] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>('true');
  const [words, setWords] = useState('');
  const query = useAdminList<OptOutRecord>('opt-outs', '/opt-outs', { purpose, active }, { words });
  return (
    <>
      <ListPage title={w('optOuts.title')} lead={w('optOuts.lead')} query={query} columns={useColumns()}
        rowKey={(record) => record.id}
        actions={<AddButton href={`${home}/new`}>{w('optOuts.add')}</AddButton>}
        filterCount={Number(purpose !== null) + Number(active !== 'true') + Number(words.trim() !== '')}
        onClear={() => { setPurpose(null); setActive('true'); setWords(''); }}
        empty={{ icon: IconPhoneOff, title: w('optOuts.empty'), hint: w('optOuts.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={words} onChange={setWords} label={w('optOuts.search')} />
            <FilterSelect label={w('optOuts.purpose')} all={w('optOuts.purposeAll')} value={purpose}
              onChange={setPurpose}
              data={optOutPurposes.map((each) => ({ value: each, label: w(`optOuts.purposes.${each}`) }))} />
            <FilterSelect label={w('optOuts.state')} all={w('optOuts.both')} value={active} onChange={setActive}
              data={[{ value: 'true', label: w('optOuts.current') },
                { value: 'false', label: w('optOuts.withdrawn') }]} />
          </FilterBar>
        )} />
      {id === 'new' ? <OptOutForm onClose={() => { go(home); }} /> : null}
    </>
  );
}
