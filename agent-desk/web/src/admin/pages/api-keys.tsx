/** API keys: which programs act as whom, with what, until when; made, shown once, revoked. */
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Column, ConfirmButton, dayTime, MultiSelectField, notifyDone, notifyError, SelectField, serverNow,
  shortDate, TextField, useLocale, usePhone, useSession } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import { OnceDialog } from '../parts/copy.tsx';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell,
  useAdminList } from '../parts/list.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useEditor } from '../use-editor.ts';
import { useWords, wordOr } from '../use-words.ts';

const home = '/admin/api-keys';
const terms = ['30', '90', '180', '365'];
/** What a key never gets, as the server has it. */
const never = new Set(['api-key.manage', 'security.manage', 'role.manage', 'user.manage']);

interface KeyRecord { id: string; name: string; userName: string; last4: string; permissions: string[];
  createdAt: string; expiresAt: string; lastUsedAt: string | null; revokedAt: string | null; version: number }
interface KeyDraft { name: string; permissions: string[]; days: string }

function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (name: string, key: string) => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const { permissions } = useSession();
  const editor = useEditor<never, KeyDraft, KeyRecord & { key?: string }>({
    record: undefined, draftOf: () => ({ name: '', permissions: [], days: '90' }),
    check: (draft) => ({ name: check.text(w, draft.name),
      permissions: draft.permissions.length === 0 ? w('invalid.permissions') : undefined }),
    create: (draft, idempotencyKey) => api.post('/api-keys',
      { name: draft.name.trim(), permissions: draft.permissions, days: Number(draft.days) }, { idempotencyKey }),
    onSaved: (saved) => {
      refresh();
      if (saved.key === undefined) onClose();
      else onMade(saved.name, saved.key);
    },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={w('apiKeys.add')} editor={editor} onClose={onClose}>
      <FormSection>
        <TextField label={w('common.name')} description={w('apiKeys.nameHint')} value={draft.name} required
          data-autofocus error={errors.name} onChange={(value) => { set('name', value); }} />
        <MultiSelectField label={w('apiKeys.rights')} description={w('apiKeys.rightsHint')} required
          value={draft.permissions} error={errors.permissions}
          data={permissions.filter((each) => !never.has(each))
            .map((each) => ({ value: each, label: wordOr(w, `perm.${each}.0`, each) }))}
          onChange={(value) => { set('permissions', value); }} />
        <SelectField label={w('apiKeys.days')} value={draft.days} required
          data={terms.map((n) => ({ value: n, label: w('apiKeys.day', { n }) }))}
          onChange={(value) => { set('days', value ?? '90'); }} />
      </FormSection>
    </EditorDrawer>
  );
}

function Revoke({ record }: { record: KeyRecord }) {
  const w = useWords();
  const refresh = useRefresh();
  const revoke = async (): Promise<void> => {
    try {
      await api.post(`/api-keys/${record.id}/revoke`);
      notifyDone(w('apiKeys.revoked'));
    } catch (error) {
      notifyError(w('apiKeys.revoke'), error);
    }
    refresh();
  };
  return (
    <ConfirmButton danger title={w('apiKeys.revokeAsk', { name: record.name })} text={w('apiKeys.revokeHint')}
      confirm={w('apiKeys.revoke')} onConfirm={revoke}>{w('apiKeys.revoke')}</ConfirmButton>
  );
}

function stateOf(record: KeyRecord): 'live' | 'over' | 'revoked' {
  if (record.revokedAt !== null) return 'revoked';
  return Date.parse(record.expiresAt) < serverNow() ? 'over' : 'live';
}

function useColumns(): Column<KeyRecord>[] {
  const w = useWords();
  const locale = useLocale();
  const phone = usePhone();
  const rights = (record: KeyRecord): string =>
    record.permissions.map((each) => wordOr(w, `perm.${each}.0`, each)).join(', ');
  return [
    { key: 'name', header: w('common.name'), cell: (record) => <NameCell name={record.name}
      sub={phone ? rights(record) : `${record.userName} · …${record.last4}`} /> },
    { key: 'rights', header: w('apiKeys.rights'), wide: true, cell: rights },
    { key: 'used', header: w('apiKeys.used'), wide: true, width: 150, cell: (record) => (record.lastUsedAt === null
      ? <span className="meta">{w('apiKeys.never')}</span> : dayTime(record.lastUsedAt, serverNow(), { locale })) },
    { key: 'state', header: w('common.status'), width: 150, cell: (record) => {
      const state = stateOf(record);
      return <NameCell name={<StateWord tone={state === 'live' ? 'ok' : 'off'}>{w(`apiKeys.states.${state}`)}
        </StateWord>} sub={state === 'live' ? `${w('apiKeys.ends')} ${shortDate(record.expiresAt, { locale })}`
        : undefined} />;
    } },
    { key: 'act', header: w('common.actions'), width: 110,
      cell: (record) => (record.revokedAt === null ? <Revoke record={record} /> : null) },
  ];
}

/** The page of API keys. */
export function ApiKeysPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const [active, setActive] = useState<string | null>('true');
  const [made, setMade] = useState<{ name: string; key: string }>();
  const query = useAdminList<KeyRecord>('api-keys', '/api-keys', { active });
  return (
    <>
      <ListPage title={w('apiKeys.title')} lead={w('apiKeys.lead')} query={query} columns={useColumns()}
        rowKey={(record) => record.id} actions={<AddButton href={`${home}/new`}>{w('apiKeys.add')}</AddButton>}
        filterCount={Number(active !== 'true')} onClear={() => { setActive('true'); }}
        empty={{ icon: IconKey, title: w('apiKeys.empty'), hint: w('apiKeys.emptyHint') }}
        filters={(
          <FilterBar>
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={active} onChange={setActive}
              data={[{ value: 'true', label: w('apiKeys.states.live') },
                { value: 'false', label: w('common.inactive') }]} />
          </FilterBar>
        )} />
      {id === 'new' && made === undefined
        ? <KeyForm onClose={() => { go(home); }} onMade={(name, key) => { setMade({ name, key }); }} /> : null}
      {made === undefined ? null : (
        <OnceDialog title={w('apiKeys.onceTitle', { name: made.name })} hint={w('apiKeys.onceHint')}
          done={w('apiKeys.onceDone')} values={[{ label: w('apiKeys.key'), text: made.key }]}
          onClose={() => { setMade(undefined); go(home); }} />
      )}
    </>
  );
}
