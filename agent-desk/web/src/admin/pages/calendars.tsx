/** Opening hours: the calendars and, in a second tab, the holidays. */
import { IconClockHour4 } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Column, useCan, zoneName } from '../../kit/index.ts';
import { sayHours } from '../hours.ts';
import { ActiveFilter, ActiveWord } from '../parts/active.tsx';
import css from '../parts/admin.module.css';
import { OpenWord, useOpenings } from '../parts/calendar-field.tsx';
import { AddButton, FilterBar, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import type { CalendarRecord } from '../types.ts';
import { useWords } from '../use-words.ts';
import { CalendarForm } from './calendar-form.tsx';
import { holidayPrefix, HolidaysTab } from './holidays.tsx';

const home = '/admin/calendars';
const holidaysHere = 'holidays';

function Tabs({ holidays }: { holidays: boolean }) {
  const w = useWords();
  const [, go] = useLocation();
  return (
    <div className={css.tabs} role="group" aria-label={w('calendars.title')}>
      <button type="button" className={css.tab} aria-pressed={!holidays} onClick={() => { go(home); }}>
        {w('calendars.tabs.week')}
      </button>
      <button type="button" className={css.tab} aria-pressed={holidays}
        onClick={() => { go(`${home}/${holidaysHere}`); }}>{w('calendars.tabs.holidays')}</button>
    </div>
  );
}

function useColumns(): Column<CalendarRecord>[] {
  const w = useWords();
  const openings = useOpenings();
  const hours = (calendar: CalendarRecord, day: number): string =>
    sayHours(calendar.weekly[day] ?? [], w('calendars.closed'), w('calendars.allDay'));
  return [
    { key: 'name', header: w('common.name'), cell: (calendar) => (
      <NameCell name={<bdi>{calendar.name}</bdi>}
        sub={`${calendar.code} · ${zoneName(calendar.timeZone)}`} />
    ) },
    { key: 'monday', header: w('calendars.days.d1'), wide: true, cell: (calendar) => hours(calendar, 0) },
    { key: 'saturday', header: w('calendars.days.d6'), wide: true, cell: (calendar) => hours(calendar, 5) },
    { key: 'used', header: w('calendars.usedBy'), wide: true, cell: (calendar) => {
      const used = { sites: calendar.siteIds.length, queues: calendar.queueIds.length, branches: calendar.branches };
      return used.sites + used.queues + used.branches === 0
        ? <span className="meta">{w('calendars.unused')}</span> : w('calendars.uses', used);
    } },
    { key: 'now', header: w('calendars.now'), width: 220, cell: (calendar) => (calendar.active
      ? <OpenWord openings={openings} id={calendar.id} /> : <ActiveWord active={false} />) },
  ];
}

function CalendarsTab({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const mayChange = useCan('queue.manage');
  const [q, setQ] = useState('');
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<CalendarRecord>('calendars', '/calendars', { q, active });
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('calendars.title')} lead={w('calendars.lead')} query={query} columns={useColumns()}
        above={<Tabs holidays={false} />} rowKey={(calendar) => calendar.id}
        hrefOf={(calendar) => `${home}/${calendar.id}`}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('calendars.add')}</AddButton> : undefined}
        filterCount={Number(q !== '') + Number(active !== null)} onClear={() => { setQ(''); setActive(null); }}
        empty={{ icon: IconClockHour4, title: w('calendars.empty'), hint: w('calendars.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('calendars.search')} />
            <ActiveFilter value={active} onChange={setActive} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<CalendarRecord> key={id} noun="calendars" path="/calendars" id={id} title="" onClose={close}>
          {(record, reload) => <CalendarForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}

/** The page of opening hours. */
export function CalendarsPage({ id }: { id: string | undefined }) {
  if (id === holidaysHere || id?.startsWith(holidayPrefix) === true) {
    const holidayId = id === holidaysHere ? undefined : id.slice(holidayPrefix.length);
    return <HolidaysTab id={holidayId} above={<Tabs holidays />} />;
  }
  return <CalendarsTab id={id} />;
}
