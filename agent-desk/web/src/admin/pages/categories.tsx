/** Categories of tickets with their response-time targets (B7-B10), reopen days and subcategories. */
import { Button } from '@mantine/core';
import { IconCategory, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { api, CheckField, type Column, notifyDone, NumberField, TextField, useCan,
  useLocale } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useCategories, useLocalName, useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { EditorDrawer, FormSection, Notice, Pair } from '../parts/editor.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { CodeField } from '../parts/place-fields.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import type { CategoryRecord } from '../types.ts';
import { useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

const home = '/admin/categories';
const targetMaxS = 604_800;

interface CategoryDraft {
  code: string; nameId: string; nameEn: string; targetIdealS: number | ''; targetMaxS: number | '';
  reopenDays: number | ''; active: boolean;
}

interface FormProps {
  /** Of a new subcategory. */
  parentId: string | null;
  record: CategoryRecord | undefined;
  reload: () => Promise<CategoryRecord>;
  onClose: () => void;
}

/** Empty fields of the form are null to the server. */
function sent(draft: Partial<CategoryDraft>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(draft).map(([field, value]) => [
    field, (field === 'targetIdealS' || field === 'targetMaxS') && value === '' ? null : value,
  ]));
}

function useCategoryEditor({ parentId, record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  const problemsOf = (draft: CategoryDraft) => {
    const { targetIdealS: ideal, targetMaxS: longest } = draft;
    const half = (ideal === '') !== (longest === '') ? w('invalid.both') : undefined;
    const order = ideal !== '' && longest !== '' && ideal > longest ? w('invalid.ideal') : undefined;
    return {
      code: record === undefined ? check.code(w, draft.code) : undefined,
      nameId: check.text(w, draft.nameId), nameEn: check.text(w, draft.nameEn),
      targetIdealS: check.wholeOrNone(w, ideal, 1, targetMaxS) ?? order,
      targetMaxS: check.wholeOrNone(w, longest, 1, targetMaxS) ?? half,
      reopenDays: check.whole(w, draft.reopenDays, 0, 365),
    };
  };
  return useEditor<CategoryRecord, CategoryDraft, CategoryRecord>({
    record, reload, check: problemsOf,
    draftOf: (category) => ({
      code: category?.code ?? '', nameId: category?.nameId ?? '', nameEn: category?.nameEn ?? '',
      targetIdealS: category?.targetIdealS ?? '', targetMaxS: category?.targetMaxS ?? '',
      reopenDays: category?.reopenDays ?? 7,
      active: category?.active ?? true,
    }),
    create: ({ active: _active, ...draft }, idempotencyKey) =>
      api.post('/categories', { ...sent(draft), parentId }, { idempotencyKey }),
    update: (changes, version) => api.patch(`/categories/${record?.id ?? ''}`, sent(changes), { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
}

function Targets({ editor }: { editor: ReturnType<typeof useCategoryEditor> }) {
  const w = useWords();
  const { draft, errors, set } = editor;
  return (
    <FormSection title={w('categories.target')} hint={`${w('categories.targetHint')} ${w('categories.targetEmpty')}`}>
      <Pair>
        <NumberField label={w('categories.ideal')} value={draft.targetIdealS} min={1} max={targetMaxS}
          error={errors.targetIdealS}
          onChange={(value) => { set('targetIdealS', value); }} />
        <NumberField label={w('categories.max')} value={draft.targetMaxS} min={1} max={targetMaxS}
          error={errors.targetMaxS}
          onChange={(value) => { set('targetMaxS', value); }} />
      </Pair>
    </FormSection>
  );
}

function CategoryForm(props: FormProps) {
  const { record, onClose } = props;
  const w = useWords();
  const localName = useLocalName();
  const mayChange = useCan('queue.manage');
  const [, go] = useLocation();
  const all = useCategories();
  const parentId = record?.parentId ?? props.parentId;
  const parent = all.find((category) => category.id === parentId);
  const editor = useCategoryEditor(props);
  const { draft, errors, set } = editor;
  const name = record === undefined ? '' : localName(record);
  const title = record === undefined ? w(parentId === null ? 'categories.add' : 'categories.addSub')
    : w(parentId === null ? 'categories.edit' : 'categories.editSub', { name });
  return (
    <EditorDrawer title={title} editor={editor} onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}
      after={record !== undefined && parentId === null && mayChange ? (
        <Button variant="default" style={{ alignSelf: 'flex-start' }} leftSection={<IconPlus size={16} />}
          onClick={() => { go(`${home}/new?parent=${record.id}`); }}>{w('categories.addSub')}</Button>
      ) : undefined}>
      <FormSection>
        {parent === undefined ? null : <Notice tone="plain">{w('categories.parent')}: {localName(parent)}</Notice>}
        <CodeField editor={editor} isNew={record === undefined} />
        <Pair>
          <TextField label={w('fields.nameId')} value={draft.nameId} onChange={(value) => { set('nameId', value); }}
            error={errors.nameId} required />
          <TextField label={w('fields.nameEn')} value={draft.nameEn} onChange={(value) => { set('nameEn', value); }}
            error={errors.nameEn} required />
        </Pair>
      </FormSection>
      <Targets editor={editor} />
      <FormSection>
        <NumberField label={w('categories.reopenLabel')} description={w('categories.reopenHint')}
          value={draft.reopenDays} min={0} max={365}
          onChange={(value) => { set('reopenDays', value); }} error={errors.reopenDays} required />
        {record === undefined ? null
          : <CheckField label={w('categories.active')} value={draft.active}
            onChange={(value) => { set('active', value); }} />}
      </FormSection>
    </EditorDrawer>
  );
}

/** "180–720 dtk (3–12 mnt)", or that there is none. */
function TargetCell({ category }: { category: CategoryRecord }) {
  const w = useWords();
  const locale = useLocale();
  const { targetIdealS: ideal, targetMaxS: longest } = category;
  if (longest === null) return <span
    className="meta">{w(category.parentId === null ? 'categories.noTarget' : 'categories.inherits')}</span>;
  const minutes = (seconds: number): string =>
    (seconds / 60).toLocaleString(locale === 'id' ? 'id-ID' : 'en-GB', { maximumFractionDigits: 1 });
  return (
    <span className="nowrap">
      {w('categories.targetRange', { ideal: ideal ?? 0, max: longest })}{' '}
      <span className="meta">{w('categories.targetMinutes',
        { ideal: minutes(ideal ?? 0), max: minutes(longest) })}</span>
    </span>
  );
}

/** Main categories with their subcategories under them. */
function nested(rows: CategoryRecord[]): CategoryRecord[] {
  const known = new Set(rows.map((row) => row.id));
  const top = rows.filter((row) => row.parentId === null || !known.has(row.parentId));
  return top.flatMap((row) => [row, ...rows.filter((sub) => sub.parentId === row.id)]);
}

function useColumns(): Column<CategoryRecord>[] {
  const w = useWords();
  const localName = useLocalName();
  return [
    { key: 'name', header: w('common.name'), cell: (category) => (
      <span className={category.parentId === null ? undefined : css.indent} style={{ display: 'block' }}>
        <NameCell name={localName(category)} sub={category.code} />
      </span>
    ) },
    { key: 'target', header: w('categories.target'), cell: (category) => <TargetCell category={category} /> },
    { key: 'reopen', header: w('categories.reopen'), wide: true, numeric: true, width: 120,
      cell: (category) => w('categories.reopenDays', { n: category.reopenDays }) },
    { key: 'active', header: w('common.status'), wide: true, width: 130, cell: (category) => (
      <StateWord tone={category.active
        ? 'ok' : 'off'}>{w(category.active ? 'common.active' : 'common.inactive')}</StateWord>
    ) },
  ];
}

/** The page of categories. */
export function CategoriesPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const parentId = new URLSearchParams(useSearch()).get('parent');
  const mayChange = useCan('queue.manage');
  const [q, setQ] = useState('');
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<CategoryRecord>('categories', '/categories', { q, active });
  const rows = query.data === undefined ? undefined : nested(query.data.pages.flatMap((page) => page.items));
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('categories.title')} lead={w('categories.lead')} query={query} rows={rows}
        columns={useColumns()}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('categories.add')}</AddButton> : undefined}
        rowKey={(category) => category.id} hrefOf={(category) => `${home}/${category.id}`}
        filterCount={Number(q !== '') + Number(active !== null)} onClear={() => { setQ(''); setActive(null); }}
        empty={{ icon: IconCategory, title: w('categories.empty'), hint: w('categories.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('categories.search')} />
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={active} onChange={setActive}
              data={[{ value: 'true', label: w('common.active') }, { value: 'false', label: w('common.inactive') }]} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<CategoryRecord> key={`${id} ${parentId ?? ''}`} noun="categories" path="/categories" id={id}
          title="" onClose={close}>
          {(record, reload) => <CategoryForm parentId={parentId} record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
