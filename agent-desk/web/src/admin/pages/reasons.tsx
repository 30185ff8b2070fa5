/** Reasons and outcomes: the choices of agents, kind by kind, in the order they are offered. */
import { IconListCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, CheckField, type Column, notifyDone, NumberField, TextField, useCan,
  useLocale } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { type ReasonKind, reasonKinds, type ReasonRecord } from '../types.ts';
import { useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

const home = '/admin/reasons';
const sortMax = 9_999;

interface ReasonDraft { code: string; labelId: string; labelEn: string; sort: number | ''; active: boolean }

interface FormProps {
  kind: ReasonKind;
  /** Where a new one is put: behind the last. */
  nextSort: number;
  record: ReasonRecord | undefined;
  reload: () => Promise<ReasonRecord>;
  onClose: () => void;
}

function useReasonEditor({ kind, nextSort, record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  return useEditor<ReasonRecord, ReasonDraft, ReasonRecord>({
    record, reload,
    draftOf: (reason) => ({
      code: reason?.code ?? '', labelId: reason?.labelId ?? '', labelEn: reason?.labelEn ?? '',
      sort: reason?.sort ?? nextSort,
      active: reason?.active ?? true,
    }),
    check: (draft) => ({
      code: record === undefined ? check.code(w, draft.code) : undefined, labelId: check.text(w, draft.labelId),
      labelEn: check.text(w, draft.labelEn), sort: check.whole(w, draft.sort, 0, sortMax),
    }),
    create: ({ active: _active, ...draft }, idempotencyKey) =>
      api.post('/reasons', { kind, ...draft }, { idempotencyKey }),
    update: (changes, version) => api.patch(`/reasons/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
}

function ReasonForm(props: FormProps) {
  const { kind, record, onClose } = props;
  const w = useWords();
  const locale = useLocale();
  const mayChange = useCan('queue.manage');
  const editor = useReasonEditor(props);
  const { draft, errors, set } = editor;
  const name = locale === 'en' ? record?.labelEn : record?.labelId;
  return (
    <EditorDrawer title={record === undefined
      ? `${w('reasons.add')} · ${w(`reasons.kinds.${kind}`)}` : w('reasons.edit', { name: name ?? '' })}
      editor={editor} onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}>
      <FormSection hint={w(`reasons.kindHelp.${kind}`)}>
        <TextField label={w('common.code')} description={w('reasons.kindHint')} value={draft.code}
          error={errors.code} required
          onChange={(value) => { set('code', value.toUpperCase()); }} disabled={record !== undefined}
          data-autofocus={record === undefined || undefined} />
        <Pair>
          <TextField label={w('fields.labelId')} value={draft.labelId}
            onChange={(value) => { set('labelId', value); }} error={errors.labelId} required />
          <TextField label={w('fields.labelEn')} value={draft.labelEn}
            onChange={(value) => { set('labelEn', value); }} error={errors.labelEn} required />
        </Pair>
        <NumberField label={w('fields.sort')} description={w('reasons.sortHint')} value={draft.sort} min={0}
          max={sortMax} error={errors.sort}
          onChange={(value) => { set('sort', value); }} required />
        {record === undefined ? null
          : <CheckField label={w('reasons.active')} value={draft.active}
            onChange={(value) => { set('active', value); }} />}
      </FormSection>
    </EditorDrawer>
  );
}

function KindTabs({ kind, onChange }: { kind: ReasonKind; onChange: (kind: ReasonKind) => void }) {
  const w = useWords();
  return (
    <div className={css.tabs} role="group" aria-label={w('fields.kind')}>
      {reasonKinds.map((each) => (
        <button key={each} type="button" className={css.tab} aria-pressed={each === kind}
          onClick={() => { onChange(each); }}>
          {w(`reasons.kinds.${each}`)}
        </button>
      ))}
    </div>
  );
}

/** The page of reasons and outcomes. */
export function ReasonsPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const locale = useLocale();
  const [, go] = useLocation();
  const mayChange = useCan('queue.manage');
  const [kind, setKind] = useState<ReasonKind>('BREAK');
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<ReasonRecord>('reasons', '/reasons', { kind, active });
  const rows = query.data?.pages.flatMap((page) => page.items).filter((reason) => reason.kind === kind);
  const columns: Column<ReasonRecord>[] = [
    { key: 'label', header: w('common.name'),
      cell: (reason) => <NameCell name={locale === 'en' ? reason.labelEn : reason.labelId} sub={reason.code} /> },
    { key: 'other', header: w(locale === 'en' ? 'fields.labelId' : 'fields.labelEn'), wide: true,
      cell: (reason) => (locale === 'en' ? reason.labelId : reason.labelEn) },
    { key: 'sort', header: w('fields.sort'), numeric: true, width: 90, wide: true, cell: (reason) => reason.sort },
    { key: 'active', header: w('common.status'), width: 130, cell: (reason) => (
      <StateWord tone={reason.active
        ? 'ok' : 'off'}>{w(reason.active ? 'common.active' : 'common.inactive')}</StateWord>
    ) },
  ];
  const close = (): void => { go(home); };
  const nextSort = Math.max(0, ...(rows ?? []).map((reason) => reason.sort)) + 10;
  return (
    <>
      <ListPage title={w('reasons.title')} lead={w('reasons.lead')} query={query} rows={rows} columns={columns}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('reasons.add')}</AddButton> : undefined}
        above={<KindTabs kind={kind} onChange={setKind} />} rowKey={(reason) => reason.id}
        hrefOf={(reason) => `${home}/${reason.id}`}
        filterCount={Number(active !== null)} onClear={() => { setActive(null); }}
        empty={{ icon: IconListCheck, title: w('reasons.empty'), hint: w('reasons.emptyHint') }}
        filters={(
          <FilterBar>
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={active} onChange={setActive}
              data={[{ value: 'true', label: w('common.active') }, { value: 'false', label: w('common.inactive') }]} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<ReasonRecord> key={id} noun="reasons" path="/reasons" id={id} title="" onClose={close}>
          {(record, reload) => (
            <ReasonForm kind={record?.kind ?? kind} nextSort={Math.min(sortMax, nextSort)} record={record}
              reload={reload} onClose={close} />
          )}
        </RecordDrawer>
      )}
    </>
  );
}
