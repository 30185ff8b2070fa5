/** Channel accounts: every number, bot, site and system, how it is, and the one form that sets any of them up. */
import { IconPlugConnected } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Column, notifyDone, useCan, useLocale } from '../../kit/index.ts';
import type { AccountDetail, AccountRecord, ChannelKind, SavedAccount } from '../account-types.ts';
import { channelName, useChannels } from '../channels.ts';
import { nameIn, useQueues, useRefresh } from '../data.ts';
import { OnceDialog, type OnceValue } from '../parts/copy.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { useWords } from '../use-words.ts';
import { AccountForm } from './account-form.tsx';
import { AccountWord } from './account-health.tsx';

const home = '/admin/channel-accounts';

interface Once { title: string; values: OnceValue[] }

function useColumns(channels: ChannelKind[]): Column<AccountRecord>[] {
  const w = useWords();
  const queues = useQueues();
  return [
    { key: 'name', header: w('common.name'), cell: (account) => (
      <NameCell name={account.name} sub={`${channelName(channels, account.channel)} · ${account.key}`} />
    ) },
    { key: 'address', header: w('accounts.address'), wide: true, cell: (account) => account.address ?? '–' },
    { key: 'queue', header: w('accounts.queue'), wide: true, cell: (account) => nameIn(queues, account.queueId) },
    { key: 'health', header: w('accounts.health'), cell: (account) => <AccountWord account={account} /> },
  ];
}

/** The page of channel accounts. */
export function AccountsPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const refresh = useRefresh();
  const channels = useChannels();
  const locale = useLocale();
  const mayChange = useCan('channel.manage');
  const [q, setQ] = useState('');
  const [channel, setChannel] = useState<string | null>(null);
  const [status, setStatus] = useState<string | null>(null);
  const [once, setOnce] = useState<Once>();
  const query = useAdminList<AccountRecord>('channel-accounts', '/channel-accounts', { q, channel, status });
  const close = (): void => { go(home); };
  const saved = (account: SavedAccount, isNew: boolean): void => {
    notifyDone(w(isNew ? 'common.created' : 'common.saved'));
    refresh();
    const setup = channels.find((each) => each.name === account.channel)?.setup ?? [];
    const made = Object.entries(account.generated ?? {})
      .map(([name, text]) => ({ label: setup.find((field) => field.name === name)?.label[locale] ?? name, text }));
    if (made.length > 0) setOnce({ title: w('accounts.onceTitle', { name: account.name }), values: made });
    // A new account stays open: its address and script are what is needed next.
    if (isNew) go(`${home}/${account.id}`);
    else close();
  };
  return (
    <>
      <ListPage title={w('accounts.title')} lead={w('accounts.lead')} query={query} columns={useColumns(channels)}
        rowKey={(account) => account.id}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('accounts.add')}</AddButton> : undefined}
        hrefOf={(account) => `${home}/${account.id}`}
        filterCount={[q || null, channel, status].filter((value) => value !== null).length}
        onClear={() => { setQ(''); setChannel(null); setStatus(null); }}
        empty={{ icon: IconPlugConnected, title: w('accounts.empty'), hint: w('accounts.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('accounts.search')} />
            <FilterSelect label={w('accounts.channel')} all={w('accounts.channelAll')} value={channel}
              onChange={setChannel}
              data={channels.map((each) => ({ value: each.name, label: channelName(channels, each.name) }))} />
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={status} onChange={setStatus}
              data={(['ACTIVE', 'NEEDS_ATTENTION', 'DISABLED'] as const).map((each) =>
                ({ value: each, label: w(`accounts.states.${each}`) }))} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<AccountDetail> key={id} noun="channel-accounts" path="/channel-accounts" id={id} title=""
          onClose={close}>
          {(record, reload) => <AccountForm record={record} reload={reload} channels={channels} onClose={close}
            onSaved={saved} />}
        </RecordDrawer>
      )}
      {once === undefined ? null : (
        <OnceDialog title={once.title} values={once.values} hint={w('accounts.onceHint')}
          done={w('accounts.onceDone')} onClose={() => { setOnce(undefined); }} />
      )}
    </>
  );
}
