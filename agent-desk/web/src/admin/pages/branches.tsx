/** The tree of organisation units, in its order, each under its parent; a form moves a unit with all below it. */
import { Button } from '@mantine/core';
import { IconBinaryTree, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { api, type Column, foundOr, notifyDone, SelectField, useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { nameIn, useBranches, useRefresh } from '../data.ts';
import { ActiveField, ActiveFilter, ActiveWord } from '../parts/active.tsx';
import { CalendarField } from '../parts/calendar-field.tsx';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { labelled } from '../parts/labelled.ts';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { CodeAndName } from '../parts/place-fields.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { type BranchKind, branchKinds, type BranchRecord } from '../types.ts';
import { type Editor, useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

const home = '/admin/branches';
const indentPx = 20;

interface BranchDraft {
  code: string; name: string; kind: BranchKind; parentId: string | null; calendarId: string | null; active: boolean;
}

interface FormProps {
  parentId: string | null;
  record: BranchRecord | undefined;
  reload: () => Promise<BranchRecord>;
  onClose: () => void;
}

/** The kind that most often stands under this one. */
function kindBelow(parent: BranchRecord | undefined): BranchKind {
  if (parent === undefined) return 'HEAD_OFFICE';
  return branchKinds[branchKinds.indexOf(parent.kind) + 1] ?? 'BRANCH';
}

/** True if the unit is `id` or stands somewhere below it. */
function isWithin(all: readonly BranchRecord[], unit: BranchRecord, id: string | undefined): boolean {
  let here: BranchRecord | undefined = unit;
  for (let steps = 0; here !== undefined && steps < branchKinds.length; steps += 1) {
    if (here.id === id) return true;
    const above: string | null = here.parentId;
    here = all.find((each) => each.id === above);
  }
  return false;
}

function useBranchEditor({ parentId, record, reload, onClose }: FormProps): Editor<BranchDraft> {
  const w = useWords();
  const refresh = useRefresh();
  const parent = useBranches().find((each) => each.id === parentId);
  return useEditor<BranchRecord, BranchDraft, BranchRecord>({
    record, reload,
    draftOf: (unit) => ({
      code: unit?.code ?? '', name: unit?.name ?? '', kind: unit?.kind ?? kindBelow(parent),
      parentId: unit === undefined ? parentId : unit.parentId, calendarId: unit?.calendarId ?? null,
      active: unit?.active ?? true,
    }),
    check: (draft) => ({
      code: record === undefined ? check.code(w, draft.code) : undefined, name: check.text(w, draft.name),
      parentId: draft.parentId === null && draft.kind !== 'HEAD_OFFICE' ? w('invalid.required') : undefined,
    }),
    create: ({ active: _active, ...draft }, idempotencyKey) => api.post('/branches', draft, { idempotencyKey }),
    update: (changes, version) => api.patch(`/branches/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
}

function Standing({ editor, record }: { editor: Editor<BranchDraft>; record: BranchRecord | undefined }) {
  const w = useWords();
  const all = useBranches();
  const { draft, errors, set } = editor;
  const fits = all.filter((unit) => branchKinds.indexOf(unit.kind) < branchKinds.indexOf(draft.kind)
    && (unit.active || unit.id === draft.parentId) && !isWithin(all, unit, record?.id));
  const parents = fits.map((unit) =>
    ({ value: unit.id, label: `${'· '.repeat(unit.depth)}${unit.name} (${unit.code})` }));
  return (
    <FormSection>
      <Pair>
        <SelectField label={w('branches.kind')} description={w('branches.kindHint')} value={draft.kind}
          disabled={record !== undefined} error={errors.kind}
          data={branchKinds.map((kind) => ({ value: kind, label: w(`branches.kinds.${kind}`) }))}
          onChange={(kind) => { set('kind', (kind ?? 'BRANCH') as BranchKind); set('parentId', null); }} />
        <CalendarField value={draft.calendarId} none={w('calendars.none')} error={errors.calendarId}
          onChange={(value) => { set('calendarId', value); }} />
      </Pair>
      {draft.kind === 'HEAD_OFFICE' ? null : (
        <SelectField label={w('branches.parent')} description={w('branches.parentHint')} value={draft.parentId}
          data={parents} searchable limit={100} error={errors.parentId} required filter={foundOr(w('common.noMatch'))}
          onChange={(value) => { set('parentId', value); }} />
      )}
      <ActiveField label={w('branches.active')} hint={w('branches.activeHint')} isNew={record === undefined}
        value={draft.active} onChange={(value) => { set('active', value); }} />
    </FormSection>
  );
}

function BranchForm(props: FormProps) {
  const { record, onClose } = props;
  const w = useWords();
  const [, go] = useLocation();
  const mayChange = useCan('user.manage');
  const all = useBranches();
  const editor = useBranchEditor(props);
  return (
    <EditorDrawer title={record === undefined ? w('branches.add') : w('branches.edit', { name: record.name })}
      editor={labelled(editor, { kind: w('branches.kind'), parentId: w('branches.parent') })}
      onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}
      show={(field, value) => (field === 'parentId' ? nameIn(all, value as string | null) : undefined)}
      after={record === undefined || record.kind === 'BRANCH' || !mayChange || !record.active ? undefined : (
        <Button variant="default" style={{ alignSelf: 'flex-start' }} leftSection={<IconPlus size={16} />}
          onClick={() => { go(`${home}/new?parent=${record.id}`); }}>{w('branches.addBelow')}</Button>
      )}>
      <FormSection>
        <CodeAndName editor={editor} isNew={record === undefined} codeHint={w('branches.codeHint')} />
      </FormSection>
      <Standing editor={editor} record={record} />
    </EditorDrawer>
  );
}

function useColumns(): Column<BranchRecord>[] {
  const w = useWords();
  return [
    { key: 'name', header: w('common.name'), cell: (unit) => (
      <span style={{ display: 'block', paddingLeft: unit.depth * indentPx }}>
        <NameCell name={<bdi>{unit.name}</bdi>} sub={unit.code} />
      </span>
    ) },
    { key: 'kind', header: w('branches.kind'), wide: true, width: 140,
      cell: (unit) => w(`branches.kinds.${unit.kind}`) },
    { key: 'users', header: w('branches.people'), wide: true, numeric: true, width: 110, cell: (unit) => unit.users },
    { key: 'active', header: w('common.status'), width: 130, cell: (unit) => <ActiveWord active={unit.active} /> },
  ];
}

/** The page of organisation units. */
export function BranchesPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const parentId = new URLSearchParams(useSearch()).get('parent');
  const mayChange = useCan('user.manage');
  const [q, setQ] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<BranchRecord>('branches', '/branches', { q, kind, active });
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('branches.title')} lead={w('branches.lead')} query={query} columns={useColumns()}
        rowKey={(unit) => unit.id} hrefOf={(unit) => `${home}/${unit.id}`}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('branches.add')}</AddButton> : undefined}
        filterCount={[q || null, kind, active].filter((value) => value !== null).length}
        onClear={() => { setQ(''); setKind(null); setActive(null); }}
        empty={{ icon: IconBinaryTree, title: w('branches.empty'), hint: w('branches.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('branches.search')} />
            <FilterSelect label={w('branches.kind')} all={w('branches.anyKind')} value={kind} onChange={setKind}
              data={branchKinds.map((each) => ({ value: each, label: w(`branches.kinds.${each}`) }))} />
            <ActiveFilter value={active} onChange={setActive} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<BranchRecord> key={`${id} ${parentId ?? ''}`} noun="branches" path="/branches" id={id} title=""
          onClose={close}>
          {(record, reload) => <BranchForm parentId={parentId} record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
