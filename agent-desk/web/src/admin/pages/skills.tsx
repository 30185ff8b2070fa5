/** Skills: what a queue may ask of an agent. */
import { IconStars } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, CheckField, type Column, notifyDone, useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { CodeField, NameField } from '../parts/place-fields.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import type { SkillRecord } from '../types.ts';
import { useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

const home = '/admin/skills';

interface SkillDraft { code: string; name: string; active: boolean }

function SkillForm({ record, reload,
  onClose }: { record: SkillRecord | undefined; reload: () => Promise<SkillRecord>; onClose: () => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const mayChange = useCan('queue.manage');
  const editor = useEditor<SkillRecord, SkillDraft, SkillRecord>({
    record, reload,
    draftOf: (skill) => ({ code: skill?.code ?? '', name: skill?.name ?? '', active: skill?.active ?? true }),
    check: (draft) => ({ code: record === undefined ? check.code(w, draft.code) : undefined,
      name: check.text(w, draft.name) }),
    create: (draft, idempotencyKey) =>
      api.post('/skills', { code: draft.code, name: draft.name.trim() }, { idempotencyKey }),
    update: (changes, version) => api.patch(`/skills/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, set } = editor;
  return (
    <EditorDrawer title={record === undefined ? w('skills.add') : w('skills.edit', { name: record.name })}
      editor={editor} onClose={onClose}
      locked={mayChange ? undefined : w('common.readOnly')}>
      <FormSection>
        <CodeField editor={editor} isNew={record === undefined} />
        <NameField editor={editor} />
        {record === undefined ? null
          : <CheckField label={w('skills.active')} value={draft.active}
            onChange={(value) => { set('active', value); }} />}
      </FormSection>
    </EditorDrawer>
  );
}

/** The page of skills. */
export function SkillsPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const mayChange = useCan('queue.manage');
  const [q, setQ] = useState('');
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<SkillRecord>('skills', '/skills', { q, active });
  const columns: Column<SkillRecord>[] = [
    { key: 'name', header: w('common.name'), cell: (skill) => <NameCell name={skill.name} sub={skill.code} /> },
    { key: 'active', header: w('common.status'), width: 140, cell: (skill) => (
      <StateWord tone={skill.active ? 'ok' : 'off'}>{w(skill.active ? 'common.active' : 'common.inactive')}</StateWord>
    ) },
  ];
  const add = mayChange ? <AddButton href={`${home}/new`}>{w('skills.add')}</AddButton> : undefined;
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('skills.title')} lead={w('skills.lead')} actions={add} query={query} columns={columns}
        rowKey={(skill) => skill.id}
        hrefOf={(skill) => `${home}/${skill.id}`} filterCount={Number(q !== '') + Number(active !== null)}
        onClear={() => { setQ(''); setActive(null); }}
        empty={{ icon: IconStars, title: w('skills.empty'), hint: w('skills.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('skills.search')} />
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={active} onChange={setActive}
              data={[{ value: 'true', label: w('common.active') }, { value: 'false', label: w('common.inactive') }]} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<SkillRecord> key={id} noun="skills" path="/skills" id={id} title="" onClose={close}>
          {(record, reload) => <SkillForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
