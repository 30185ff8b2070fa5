/** Webhooks: which outside systems are told what, and how it goes. */
import { IconWebhook } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Column, dayTime, serverNow, useLocale, usePhone } from '../../kit/index.ts';
import { OnceDialog } from '../parts/copy.tsx';
import { AddButton, ListPage, NameCell, useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useWords, wordOr, type Words } from '../use-words.ts';
import { WebhookForm, type WebhookRecord } from './webhook-form.tsx';

const home = '/admin/webhooks';

/** A type of event in words; '*' is all of them. */
function typeWord(w: Words, type: string): string {
  return type === '*' ? w('webhooks.everything') : wordOr(w, `journal.${type}`, type, { actor: '…' });
}

function useColumns(): Column<WebhookRecord>[] {
  const w = useWords();
  const locale = useLocale();
  const phone = usePhone();
  const state = (hook: WebhookRecord) => {
    if (!hook.active) return <StateWord tone="off">{w('webhooks.off')}</StateWord>;
    if (hook.failingSince === null) return <StateWord tone="ok">{w('webhooks.working')}</StateWord>;
    return <StateWord tone="warn">
      {w('webhooks.failing', { time: dayTime(hook.failingSince, serverNow(), { locale }) })}</StateWord>;
  };
  return [
    { key: 'name', header: w('common.name'), cell: (hook) => <NameCell name={hook.name} sub={hook.url} /> },
    { key: 'types', header: w('webhooks.types'), wide: true, cell: (hook) => {
      const [first = '', ...rest] = hook.types;
      return `${typeWord(w, first)}${rest.length === 0 ? '' : ` ${w('common.moreNames', { n: rest.length })}`}`;
    } },
    { key: 'waiting', header: w('webhooks.waiting'), wide: true, numeric: true, width: 100,
      cell: (hook) => hook.waiting },
    { key: 'state', header: w('common.status'), width: phone ? 110 : 190, cell: state },
  ];
}

/** The page of webhooks. */
export function WebhooksPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const [made, setMade] = useState<{ name: string; secret: string }>();
  const query = useAdminList<WebhookRecord>('webhooks', '/webhooks', {});
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('webhooks.title')} lead={w('webhooks.lead')} query={query} columns={useColumns()}
        rowKey={(hook) => hook.id} hrefOf={(hook) => `${home}/${hook.id}`} filterCount={0} onClear={() => undefined}
        actions={<AddButton href={`${home}/new`}>{w('webhooks.add')}</AddButton>}
        empty={{ icon: IconWebhook, title: w('webhooks.empty'), hint: w('webhooks.emptyHint') }} />
      {id === undefined || made !== undefined ? null : (
        <RecordDrawer<WebhookRecord> key={id} noun="webhooks" path="/webhooks" id={id} title="" onClose={close}>
          {(record, reload) => <WebhookForm record={record} reload={reload} onClose={close}
            onSecret={(name, secret) => { setMade({ name, secret }); }} />}
        </RecordDrawer>
      )}
      {made === undefined ? null : (
        <OnceDialog title={w('webhooks.onceTitle', { name: made.name })} hint={w('webhooks.onceHint')}
          done={w('webhooks.onceDone')} values={[{ label: w('webhooks.secret'), text: made.secret }]}
          onClose={() => { setMade(undefined); close(); }} />
      )}
    </>
  );
}
