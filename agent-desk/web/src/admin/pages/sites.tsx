/** Sites: where people sit, in which zone, with which opening hours. */
import { IconBuilding } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Column, notifyDone, useCan, zoneName } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import { ActiveField, ActiveFilter, ActiveWord } from '../parts/active.tsx';
import { CalendarField, OpenWord, useOpenings } from '../parts/calendar-field.tsx';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { AddButton, FilterBar, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { CodeAndName, ZoneField } from '../parts/place-fields.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import type { SiteRecord } from '../types.ts';
import { useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

const home = '/admin/sites';

interface SiteDraft { code: string; name: string; timeZone: string; calendarId: string | null; active: boolean }
interface FormProps { record: SiteRecord | undefined; reload: () => Promise<SiteRecord>; onClose: () => void }

function SiteForm({ record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  const mayChange = useCan('user.manage');
  const editor = useEditor<SiteRecord, SiteDraft, SiteRecord>({
    record, reload,
    draftOf: (site) => ({ code: site?.code ?? '', name: site?.name ?? '', timeZone: site?.timeZone ?? 'Asia/Jakarta',
      calendarId: site?.calendarId ?? null, active: site?.active ?? true }),
    check: (draft) => ({ code: record === undefined ? check.code(w, draft.code) : undefined,
      name: check.text(w, draft.name) }),
    create: ({ active: _active, ...draft }, idempotencyKey) => api.post('/sites', draft, { idempotencyKey }),
    update: (changes, version) => api.patch(`/sites/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={record === undefined ? w('sites.add') : w('sites.edit', { name: record.name })}
      editor={editor} onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}>
      <FormSection>
        <CodeAndName editor={editor} isNew={record === undefined} />
        <Pair>
          <ZoneField value={draft.timeZone} error={errors['timeZone']}
            onChange={(value) => { set('timeZone', value); }} />
          <CalendarField value={draft.calendarId} none={w('calendars.none')} error={errors.calendarId}
            onChange={(value) => { set('calendarId', value); }} />
        </Pair>
        <ActiveField label={w('sites.active')} hint={w('sites.activeHint')} isNew={record === undefined}
          value={draft.active} onChange={(value) => { set('active', value); }} />
      </FormSection>
    </EditorDrawer>
  );
}

function useColumns(): Column<SiteRecord>[] {
  const w = useWords();
  const openings = useOpenings();
  return [
    { key: 'name', header: w('common.name'), cell: (site) => (
      <NameCell name={<bdi>{site.name}</bdi>} sub={site.code} />
    ) },
    { key: 'zone', header: w('sites.zone'), wide: true,
      cell: (site) => zoneName(site.timeZone) },
    { key: 'open', header: w('calendars.now'), wide: true,
      cell: (site) => <OpenWord openings={openings} id={site.id} /> },
    { key: 'users', header: w('sites.people'), wide: true, numeric: true, width: 110, cell: (site) => site.users },
    { key: 'seats', header: w('sites.seats'), wide: true, numeric: true, width: 90, cell: (site) => site.seats },
    { key: 'active', header: w('common.status'), width: 130, cell: (site) => <ActiveWord active={site.active} /> },
  ];
}

/** The page of sites. */
export function SitesPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const mayChange = useCan('user.manage');
  const [q, setQ] = useState('');
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<SiteRecord>('sites', '/sites', { q, active });
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('sites.title')} lead={w('sites.lead')} query={query} columns={useColumns()}
        rowKey={(site) => site.id} hrefOf={(site) => `${home}/${site.id}`}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('sites.add')}</AddButton> : undefined}
        filterCount={Number(q !== '') + Number(active !== null)} onClear={() => { setQ(''); setActive(null); }}
        empty={{ icon: IconBuilding, title: w('sites.empty'), hint: w('sites.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('sites.search')} />
            <ActiveFilter value={active} onChange={setActive} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<SiteRecord> key={id} noun="sites" path="/sites" id={id} title="" onClose={close}>
          {(record, reload) => <SiteForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
