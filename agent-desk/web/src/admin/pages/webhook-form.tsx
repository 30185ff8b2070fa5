/** The drawer of one webhook: its address and events, a test, another secret, and how its deliveries went. */
import { Button } from '@mantine/core';
import { api, CheckField, ConfirmButton, DataTable, dayTime, MultiSelectField, notifyDone, notifyError, serverNow,
  tableOf, TextField, useLocale } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { NameCell, useAdminList } from '../parts/list.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useEditor } from '../use-editor.ts';
import { useWords, wordOr } from '../use-words.ts';
import { typeGroups } from './audit-words.ts';

export interface WebhookRecord { id: string; name: string; url: string; types: string[]; active: boolean;
  failingSince: string | null; waiting: number; version: number }
interface Delivery { id: string; type: string; state: 'WAITING' | 'DELIVERED' | 'FAILED'; attempts: number;
  answerStatus: number | null; reasonCode: string | null; createdAt: string }
interface Draft { name: string; url: string; types: string[]; active: boolean }

const tones = { WAITING: 'busy', DELIVERED: 'ok', FAILED: 'warn' } as const;

function Deliveries({ record }: { record: WebhookRecord }) {
  const w = useWords();
  const locale = useLocale();
  const query = useAdminList<Delivery>('webhook-deliveries', `/webhooks/${record.id}/deliveries`, {});
  const repeat = async (delivery: Delivery): Promise<void> => {
    try {
      await api.post(`/webhook-deliveries/${delivery.id}/repeat`);
      notifyDone(w('webhooks.repeated'));
      await query.refetch();
    } catch (error) {
      notifyError(w('webhooks.repeat'), error);
    }
  };
  const outcome = (one: Delivery): string => [
    one.attempts > 1 ? w('webhooks.tries', { n: one.attempts }) : '',
    one.answerStatus === null ? '' : w('webhooks.answer', { n: one.answerStatus }),
    one.reasonCode === null ? '' : wordOr(w, `webhooks.reasons.${one.reasonCode}`, one.reasonCode),
  ].filter((part) => part !== '').join(' · ');
  return (
    <FormSection title={w('webhooks.deliveries')}>
      <DataTable label={w('webhooks.deliveries')} {...tableOf(query)} rowKey={(one) => one.id}
        empty={<p className="meta">{w('webhooks.none')}</p>}
        columns={[
          { key: 'event', header: w('webhooks.types'), cell: (one) => <NameCell sub={outcome(one)}
            name={one.type === 'webhook.test' ? w('webhooks.test')
              : wordOr(w, `journal.${one.type}`, one.type, { actor: '…' })} /> },
          { key: 'state', header: w('common.status'), width: 130, cell: (one) => <NameCell
            name={<StateWord tone={tones[one.state]}>{w(`webhooks.states.${one.state}`)}</StateWord>}
            sub={dayTime(one.createdAt, serverNow(), { locale })} /> },
          { key: 'act', header: w('common.actions'), width: 110, cell: (one) => (one.state === 'WAITING' ? null
            : <Button size="xs" variant="default" onClick={() => { void repeat(one); }}>{w('webhooks.repeat')}
              </Button>) },
        ]} />
    </FormSection>
  );
}

function Actions({ record, onSecret }: { record: WebhookRecord; onSecret: (secret: string) => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const run = async (title: string, action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      notifyError(title, error);
    }
  };
  const test = () => run(w('webhooks.test'), async () => {
    await api.post(`/webhooks/${record.id}/test`);
    notifyDone(w('webhooks.tested'));
    refresh();
  });
  const renew = () => run(w('webhooks.renew'), async () => {
    onSecret((await api.post<{ secret: string }>(`/webhooks/${record.id}/secret`)).secret);
  });
  return (
    <div className={css.noticeActions}>
      <Button variant="default" onClick={() => { void test(); }}>{w('webhooks.test')}</Button>
      <ConfirmButton title={w('webhooks.renewAsk')} text={w('webhooks.renewHint')} confirm={w('webhooks.renew')}
        onConfirm={renew}>{w('webhooks.renew')}</ConfirmButton>
    </div>
  );
}

interface FormProps { record: WebhookRecord | undefined; reload: () => Promise<WebhookRecord>; onClose: () => void;
  onSecret: (name: string, secret: string) => void }

/** Makes or changes one. */
export function WebhookForm({ record, reload, onClose, onSecret }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  const editor = useEditor<WebhookRecord, Draft, WebhookRecord & { secret?: string }>({
    record, reload,
    draftOf: (hook) => ({ name: hook?.name ?? '', url: hook?.url ?? '', types: hook?.types ?? [],
      active: hook?.active ?? true }),
    check: (draft) => ({ name: check.text(w, draft.name),
      url: draft.url.trim() === '' ? w('invalid.required') : check.url(w, draft.url.trim()),
      types: draft.types.length === 0 ? w('invalid.required') : undefined }),
    create: ({ name, url, types }, idempotencyKey) =>
      api.post('/webhooks', { name: name.trim(), url: url.trim(), types }, { idempotencyKey }),
    update: (changes, version) => api.patch(`/webhooks/${record?.id ?? ''}`, changes, { version }),
    onSaved: (saved) => {
      notifyDone(w(record === undefined ? 'common.created' : 'common.saved'));
      refresh();
      if (saved.secret === undefined) onClose();
      else onSecret(saved.name, saved.secret);
    },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  const types = [{ value: '*', label: w('webhooks.everything') },
    ...typeGroups(w).filter((each) => !each.value.startsWith('webhook.'))];
  return (
    <EditorDrawer title={record === undefined ? w('webhooks.add') : w('webhooks.edit', { name: record.name })}
      editor={editor} onClose={onClose}
      after={record === undefined ? undefined : <>
        <Actions record={record} onSecret={(secret) => { onSecret(record.name, secret); }} />
        <Deliveries record={record} /></>}>
      <FormSection>
        <TextField label={w('common.name')} value={draft.name} required error={errors.name}
          data-autofocus={record === undefined || undefined} onChange={(value) => { set('name', value); }} />
        <TextField label={w('webhooks.url')} description={w('webhooks.urlHint')} value={draft.url} required
          inputMode="url" error={errors.url} onChange={(value) => { set('url', value); }} />
        <MultiSelectField label={w('webhooks.types')} value={draft.types} data={types} required error={errors.types}
          onChange={(value) => { set('types', value); }} />
        {record === undefined ? null : <CheckField label={w('webhooks.active')} value={draft.active}
          onChange={(value) => { set('active', value); }} />}
      </FormSection>
    </EditorDrawer>
  );
}
