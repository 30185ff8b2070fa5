/** Holidays by year: days that differ, on one calendar or on all. */
import { IconCalendarOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Column, notifyDone, SelectField, serverNow, TextField, useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { nameIn, optionsOf, useCalendars, useRefresh } from '../data.ts';
import { parseDay, parseHours, sayDay, sayHours } from '../hours.ts';
import { ActiveField, ActiveFilter, ActiveWord } from '../parts/active.tsx';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { labelled } from '../parts/labelled.ts';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import type { HolidayRecord } from '../types.ts';
import { useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';
import { hoursProblem } from './calendar-form.tsx';

const home = '/admin/calendars/holidays';
/** Drawers of holidays stand beside those of calendars: their addresses begin with this. */
export const holidayPrefix = 'holiday-';

interface HolidayDraft { day: string; name: string; calendarId: string | null; hours: string; active: boolean }
interface FormProps { record: HolidayRecord | undefined; reload: () => Promise<HolidayRecord>; onClose: () => void }

function HolidayForm({ record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  const calendars = useCalendars();
  const mayChange = useCan('queue.manage');
  const editor = useEditor<HolidayRecord, HolidayDraft, HolidayRecord>({
    record, reload,
    draftOf: (holiday) => ({ day: holiday === undefined ? '' : sayDay(holiday.day), name: holiday?.name ?? '',
      calendarId: holiday?.calendarId ?? null, active: holiday?.active ?? true,
      hours: sayHours(holiday?.spans ?? [], '', w('calendars.allDay')) }),
    check: (draft) => ({ day: parseDay(draft.day) === undefined ? w('holidays.wrongDay') : undefined,
      name: check.text(w, draft.name), hours: hoursProblem(w, draft.hours) }),
    create: ({ day, name, calendarId, hours }, idempotencyKey) => api.post('/holidays',
      { day: parseDay(day), name, calendarId, spans: parseHours(hours) ?? [] }, { idempotencyKey }),
    update: ({ hours, ...changes }, version) => api.patch(`/holidays/${record?.id ?? ''}`,
      { ...changes, ...(hours === undefined ? {} : { spans: parseHours(hours) ?? [] }) }, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={record === undefined ? w('holidays.add') : w('holidays.edit', { name: record.name })}
      editor={labelled(editor, { name: w('holidays.name'), calendarId: w('holidays.calendar') })}
      onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}>
      <FormSection>
        <Pair>
          <TextField label={w('holidays.day')} placeholder={w('holidays.dayHint')} value={draft.day} required
            error={errors.day} inputMode="numeric" disabled={record !== undefined}
            data-autofocus={record === undefined || undefined} onChange={(value) => { set('day', value); }} />
          <SelectField label={w('holidays.calendar')} value={draft.calendarId ?? ''} disabled={record !== undefined}
            error={errors.calendarId} data={[{ value: '', label: w('holidays.all') },
              ...optionsOf(calendars.filter((each) => each.active || each.id === draft.calendarId))]}
            onChange={(value) => { set('calendarId', value === '' ? null : value); }} />
        </Pair>
        <TextField label={w('holidays.name')} value={draft.name} required error={errors.name}
          onChange={(value) => { set('name', value); }} />
        <TextField label={w('holidays.hours')} description={w('holidays.hoursHint')} value={draft.hours}
          error={errors.hours} onChange={(value) => { set('hours', value); }} />
        <ActiveField label={w('holidays.active')} isNew={record === undefined} value={draft.active}
          onChange={(value) => { set('active', value); }} />
      </FormSection>
    </EditorDrawer>
  );
}

function useColumns(): Column<HolidayRecord>[] {
  const w = useWords();
  const calendars = useCalendars();
  return [
    { key: 'day', header: w('holidays.day'), width: 140, cell: (holiday) => sayDay(holiday.day) },
    { key: 'name', header: w('holidays.name'), cell: (holiday) => (
      <NameCell name={<bdi>{holiday.name}</bdi>}
        sub={holiday.calendarId === null ? w('holidays.all') : nameIn(calendars, holiday.calendarId)} />
    ) },
    { key: 'hours', header: w('holidays.hours'), wide: true,
      cell: (holiday) => sayHours(holiday.spans, w('holidays.closed'), w('calendars.allDay')) },
    { key: 'active', header: w('common.status'), wide: true, width: 130,
      cell: (holiday) => <ActiveWord active={holiday.active} /> },
  ];
}

/** The tab of holidays; `id` is that of the one whose drawer is open. */
export function HolidaysTab({ id, above }: { id: string | undefined; above: React.ReactNode }) {
  const w = useWords();
  const [, go] = useLocation();
  const calendars = useCalendars();
  const mayChange = useCan('queue.manage');
  const thisYear = new Date(serverNow()).getFullYear();
  const [year, setYear] = useState(String(thisYear));
  const [calendarId, setCalendar] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<HolidayRecord>('holidays', '/holidays', { year, calendarId, active });
  const close = (): void => { go(home); };
  const years = [thisYear - 1, thisYear, thisYear + 1].map((each) =>
    ({ value: String(each), label: w('holidays.year_of', { year: each }) }));
  return (
    <>
      <ListPage title={w('calendars.title')} lead={w('calendars.lead')} query={query} columns={useColumns()}
        above={above} rowKey={(holiday) => holiday.id}
        hrefOf={(holiday) => `/admin/calendars/${holidayPrefix}${holiday.id}`}
        actions={mayChange ? <AddButton href={`/admin/calendars/${holidayPrefix}new`}>{w('holidays.add')}</AddButton>
          : undefined}
        filterCount={Number(calendarId !== null) + Number(active !== null)}
        onClear={() => { setCalendar(null); setActive(null); }}
        empty={{ icon: IconCalendarOff, title: w('holidays.empty'), hint: w('holidays.emptyHint') }}
        filters={(
          <FilterBar>
            <SelectField aria-label={w('holidays.year')} value={year} data={years}
              onChange={(value) => { setYear(value ?? String(thisYear)); }} />
            <FilterSelect label={w('holidays.calendar')} all={w('common.all')} value={calendarId}
              data={optionsOf(calendars)} onChange={setCalendar} />
            <ActiveFilter value={active} onChange={setActive} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<HolidayRecord> key={id} noun="holidays" path="/holidays" id={id} title="" onClose={close}>
          {(record, reload) => <HolidayForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
