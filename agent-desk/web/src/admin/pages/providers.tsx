/** Identity providers that users may sign in with: where they are, how they name a user, and their secret. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, CheckField, DataTable, notifyDone, SecretField, TextField } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { CopyField } from '../parts/copy.tsx';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { NameCell } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

interface ProviderRecord { id: string; name: string; issuer: string; clientId: string; npkClaim: string;
  secondStepDone: boolean; active: boolean; version: number }
type Draft = Omit<ProviderRecord, 'id' | 'version'> & { clientSecret: string };

interface FormProps { record: ProviderRecord | undefined; reload: () => Promise<ProviderRecord>; onClose: () => void }

function ProviderForm({ record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  const editor = useEditor<ProviderRecord, Draft, ProviderRecord>({
    record, reload,
    draftOf: (one) => ({ name: one?.name ?? '', issuer: one?.issuer ?? '', clientId: one?.clientId ?? '',
      npkClaim: one?.npkClaim ?? 'npk', secondStepDone: one?.secondStepDone ?? false, active: one?.active ?? true,
      clientSecret: '' }),
    check: (draft) => ({ name: check.text(w, draft.name), clientId: check.text(w, draft.clientId, 300),
      issuer: draft.issuer.trim() === '' ? w('invalid.required') : check.url(w, draft.issuer.trim()),
      npkClaim: check.text(w, draft.npkClaim, 100),
      clientSecret: record === undefined && draft.clientSecret === '' ? w('invalid.required') : undefined }),
    create: (draft, idempotencyKey) => api.post('/identity-providers', draft, { idempotencyKey }),
    update: (changes, version) => api.patch(`/identity-providers/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer editor={editor} onClose={onClose} title={record === undefined ? w('signInRules.addProvider')
      : w('signInRules.provider', { name: record.name })}>
      <FormSection>
        <TextField label={w('common.name')} value={draft.name} required error={errors.name}
          data-autofocus={record === undefined || undefined} onChange={(value) => { set('name', value); }} />
        <TextField label={w('signInRules.issuer')} description={w('signInRules.issuerHint')} value={draft.issuer}
          required inputMode="url" error={errors.issuer} onChange={(value) => { set('issuer', value); }} />
        <TextField label={w('signInRules.clientId')} value={draft.clientId} required error={errors.clientId}
          onChange={(value) => { set('clientId', value); }} />
        <SecretField label={w('signInRules.clientSecret')} value={draft.clientSecret} required={record === undefined}
          description={record === undefined ? undefined : w('signInRules.secretKept')} error={errors.clientSecret}
          onChange={(value) => { set('clientSecret', value); }} />
        <TextField label={w('signInRules.npkClaim')} description={w('signInRules.npkClaimHint')} value={draft.npkClaim}
          required error={errors.npkClaim} onChange={(value) => { set('npkClaim', value); }} />
        <CheckField label={w('signInRules.secondStepDone')} value={draft.secondStepDone}
          onChange={(value) => { set('secondStepDone', value); }} />
        <CheckField label={w('common.active')} value={draft.active} onChange={(value) => { set('active', value); }} />
        <CopyField label={w('signInRules.redirect')} help={w('signInRules.redirectHint')}
          text={`${window.location.origin}/api/session/oidc/callback`} />
      </FormSection>
    </EditorDrawer>
  );
}

/** The list with its drawer. */
export function Providers() {
  const w = useWords();
  const [open, setOpen] = useState<string>();
  const query = useQuery({ queryKey: ['admin', 'identity-providers', 'all'],
    queryFn: ({ signal }) => api.get<{ items: ProviderRecord[] }>('/identity-providers', { signal }) });
  const close = (): void => { setOpen(undefined); };
  return (
    <section aria-label={w('signInRules.providers')} style={{ marginTop: 24 }}>
      <div className={css.headRow}>
        <h2 className={css.sectionTitle}>{w('signInRules.providers')}</h2>
        <Button variant="default" onClick={() => { setOpen('new'); }}>{w('signInRules.addProvider')}</Button>
      </div>
      <DataTable label={w('signInRules.providers')} rows={query.data?.items} rowKey={(one) => one.id}
        error={query.data === undefined ? query.error : undefined} onRetry={() => { void query.refetch(); }}
        onOpen={(one) => { setOpen(one.id); }}
        empty={<p className={`${css.pane} ${css.padded} meta`}>{w('signInRules.noProviders')}</p>}
        columns={[
          { key: 'name', header: w('common.name'), cell: (one) => <NameCell name={one.name} sub={one.issuer} /> },
          { key: 'state', header: w('common.status'), width: 140, cell: (one) => (
            <StateWord tone={one.active ? 'ok' : 'off'}>{w(one.active ? 'common.active' : 'common.inactive')}
            </StateWord>) },
        ]} />
      {open === undefined ? null : (
        <RecordDrawer<ProviderRecord> key={open} noun="identity-providers" path="/identity-providers" id={open} title=""
          onClose={close}>
          {(record, reload) => <ProviderForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </section>
  );
}
