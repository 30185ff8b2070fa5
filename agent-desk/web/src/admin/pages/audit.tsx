/** The audit trail: every journal row as a sentence, narrowed by time, actor, kind of event and subject. */
import { Button } from '@mantine/core';
import { IconHistory, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { type Column, dayTime, serverNow, useCan, useLocale } from '../../kit/index.ts';
import { usePeople } from '../data.ts';
import { FilterBar, FilterSelect, ListPage, NameCell, useAdminList } from '../parts/list.tsx';
import { PersonFilter } from '../parts/person-filter.tsx';
import type { AuditRow } from '../types.ts';
import { useWords } from '../use-words.ts';
import { AuditDrawer } from './audit-drawer.tsx';
import { AuditTime, type TimeRange, wholeTime } from './audit-time.tsx';
import { detailsOf, sentenceOf, subjectName, subjectTypes, typeGroups, useNames } from './audit-words.ts';

const actorKinds = ['USER', 'CUSTOMER', 'SYSTEM', 'BOT'] as const;

interface AuditFilters {
  range: TimeRange;
  type: string | null;
  subjectType: string | null;
  subjectId: string | null;
  actorId: string | null;
  actorKind: string | null;
}

const nothing: AuditFilters = {
  range: wholeTime, type: null, subjectType: null, subjectId: null, actorId: null, actorKind: null,
};

function useColumns(): Column<AuditRow>[] {
  const w = useWords();
  const locale = useLocale();
  const names = useNames();
  return [
    { key: 'event', header: w('audit.type'), cell: (row) => (
      <NameCell name={sentenceOf(w, row)}
        sub={detailsOf(w, row, names, locale).map((each) => `${each.label}: ${each.text}`).join(' · ')} />
    ) },
    { key: 'subject', header: w('audit.subject'), wide: true, cell: (row) => subjectName(w, row, names) },
    { key: 'at', header: w('common.time'), width: 170,
      cell: (row) => <span className="nowrap">{dayTime(row.at, serverNow(), { locale })}</span> },
  ];
}

function Filters({ filters, change }: { filters: AuditFilters; change: (part: Partial<AuditFilters>) => void }) {
  const w = useWords();
  const people = usePeople(useCan('user.read'));
  const types = typeGroups(w);
  return (
    <FilterBar>
      <AuditTime value={filters.range} onChange={(range) => { change({ range }); }} />
      <FilterSelect label={w('audit.type')} all={w('audit.allTypes')} value={filters.type} data={types}
        onChange={(type) => { change({ type }); }} />
      <FilterSelect label={w('audit.subject')} all={w('audit.allSubjects')} value={filters.subjectType}
        data={subjectTypes(w)} onChange={(subjectType) => { change({ subjectType }); }} />
      <FilterSelect label={w('audit.actorKind')} all={w('audit.allActors')} value={filters.actorKind}
        data={actorKinds.map((kind) => ({ value: kind, label: w(`audit.actors.${kind}`) }))}
        onChange={(actorKind) => { change({ actorKind }); }} />
      <PersonFilter people={people} value={filters.actorId} onChange={(actorId) => { change({ actorId }); }} />
    </FilterBar>
  );
}

/** The page of the audit trail. */
export function AuditPage() {
  const w = useWords();
  const [filters, setFilters] = useState<AuditFilters>(nothing);
  const [open, setOpen] = useState<AuditRow>();
  const { range, ...rest } = filters;
  const query = useAdminList<AuditRow>('audit', '/audit', { ...rest, from: range.from, to: range.to });
  const change = (part: Partial<AuditFilters>): void => { setFilters((before) => ({ ...before, ...part })); };
  const count = Object.values(rest).filter((value) => value !== null).length + Number(range.preset !== 'all');
  return (
    <>
      <ListPage title={w('audit.title')} lead={w('audit.lead')} query={query} columns={useColumns()}
        rowKey={(row) => row.id} onOpen={setOpen}
        actions={(
          <Button variant="default" leftSection={<IconRefresh size={16} stroke={1.75} />} loading={query.isRefetching}
            onClick={() => { void query.refetch(); }}>{w('audit.refresh')}</Button>
        )}
        filterCount={count} onClear={() => { setFilters(nothing); }}
        empty={{ icon: IconHistory, title: w('audit.empty'), hint: w('audit.emptyHint') }}
        filters={<Filters filters={filters} change={change} />} />
      {open === undefined ? null : (
        <AuditDrawer row={open} onClose={() => { setOpen(undefined); }}
          onNarrow={(part) => { setFilters({ ...nothing, ...part }); setOpen(undefined); }} />
      )}
    </>
  );
}
