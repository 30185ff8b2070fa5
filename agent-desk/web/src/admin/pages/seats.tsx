/** Seats: licences per application at a site, and who sits on them now. */
import { IconArmchair } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Column, dayTime, notifyDone, SelectField, serverNow, TextField, useCan,
  useLocale } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { nameIn, optionsOf, useRefresh, useSites } from '../data.ts';
import { ActiveField, ActiveFilter, ActiveWord } from '../parts/active.tsx';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { SiteField } from '../parts/place-fields.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import type { SeatRecord } from '../types.ts';
import { useEditor } from '../use-editor.ts';
import { useWords, wordOr } from '../use-words.ts';

const home = '/admin/seats';
const applications = ['OMNI', 'VOICE', 'VIDEO', 'SAPA'] as const;

interface SeatDraft { label: string; application: string; siteId: string | null; active: boolean }
interface FormProps { record: SeatRecord | undefined; reload: () => Promise<SeatRecord>; onClose: () => void }

function SeatForm({ record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  const sites = useSites();
  const mayChange = useCan('user.manage');
  const editor = useEditor<SeatRecord, SeatDraft, SeatRecord>({
    record, reload,
    draftOf: (seat) => ({ label: seat?.label ?? '', application: seat?.application ?? 'OMNI',
      siteId: seat?.siteId ?? null, active: seat?.active ?? true }),
    check: (draft) => ({ label: check.text(w, draft.label),
      siteId: draft.siteId === null ? w('invalid.required') : undefined }),
    create: ({ active: _active, ...draft }, idempotencyKey) => api.post('/seats', draft, { idempotencyKey }),
    update: (changes, version) => api.patch(`/seats/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  const kinds = [...new Set([...applications, draft.application])];
  return (
    <EditorDrawer title={record === undefined ? w('seats.add') : w('seats.edit', { name: record.label })}
      editor={editor} onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}
      show={(field, value) => (field === 'siteId' ? nameIn(sites, value as string) : undefined)}>
      <FormSection>
        <TextField label={w('seats.label')} description={w('seats.labelHint')} value={draft.label} required
          error={errors.label} data-autofocus={record === undefined || undefined}
          onChange={(value) => { set('label', value); }} />
        <Pair>
          <SelectField label={w('seats.application')} value={draft.application} error={errors.application}
            data={kinds.map((each) => ({ value: each, label: wordOr(w, `seats.applications.${each}`, each) }))}
            onChange={(value) => { set('application', value ?? 'OMNI'); }} />
          <SiteField value={draft.siteId} error={errors['siteId']} onChange={(value) => { set('siteId', value); }} />
        </Pair>
        <ActiveField label={w('seats.active')} hint={w('seats.activeHint')} isNew={record === undefined}
          value={draft.active} onChange={(value) => { set('active', value); }} />
      </FormSection>
    </EditorDrawer>
  );
}

function useColumns(): Column<SeatRecord>[] {
  const w = useWords();
  const locale = useLocale();
  const sites = useSites();
  return [
    { key: 'label', header: w('seats.label'), cell: (seat) => (
      <NameCell name={<bdi>{seat.label}</bdi>} sub={nameIn(sites, seat.siteId)} />
    ) },
    { key: 'application', header: w('seats.application'), wide: true,
      cell: (seat) => wordOr(w, `seats.applications.${seat.application}`, seat.application) },
    { key: 'holder', header: w('seats.holder'), cell: (seat) => (seat.userName === null || seat.takenAt === null
      ? <span className="meta">{w('seats.free')}</span>
      : w('seats.since', { name: seat.userName, time: dayTime(seat.takenAt, serverNow(), { locale }) })) },
    { key: 'active', header: w('common.status'), wide: true, width: 130,
      cell: (seat) => <ActiveWord active={seat.active} /> },
  ];
}

/** The page of seats. */
export function SeatsPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const sites = useSites();
  const mayChange = useCan('user.manage');
  const [q, setQ] = useState('');
  const [siteId, setSite] = useState<string | null>(null);
  const [application, setApplication] = useState<string | null>(null);
  const [taken, setTaken] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<SeatRecord>('seats', '/seats', { q, siteId, application, taken, active });
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('seats.title')} lead={w('seats.lead')} query={query} columns={useColumns()}
        rowKey={(seat) => seat.id} hrefOf={(seat) => `${home}/${seat.id}`}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('seats.add')}</AddButton> : undefined}
        filterCount={[q || null, siteId, application, taken, active].filter((value) => value !== null).length}
        onClear={() => { setQ(''); setSite(null); setApplication(null); setTaken(null); setActive(null); }}
        empty={{ icon: IconArmchair, title: w('seats.empty'), hint: w('seats.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('seats.search')} />
            <FilterSelect label={w('fields.siteId')} all={w('users.site')} value={siteId} data={optionsOf(sites)}
              onChange={setSite} />
            <FilterSelect label={w('seats.application')} all={w('common.all')} value={application}
              onChange={setApplication}
              data={applications.map((each) => ({ value: each, label: w(`seats.applications.${each}`) }))} />
            <FilterSelect label={w('seats.holder')} all={w('seats.anyState')} value={taken} onChange={setTaken}
              data={[{ value: 'false', label: w('seats.free') }, { value: 'true', label: w('seats.taken') }]} />
            <ActiveFilter value={active} onChange={setActive} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<SeatRecord> key={id} noun="seats" path="/seats" id={id} title="" onClose={close}>
          {(record, reload) => <SeatForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
