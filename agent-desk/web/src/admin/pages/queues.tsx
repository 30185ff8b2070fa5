/** Queues: where work waits, in what order it is offered, to whom, and for how many points. */
import { IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Column, useCan } from '../../kit/index.ts';
import { nameIn, optionsOf, useSites, useSkills } from '../data.ts';
import css from '../parts/admin.module.css';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import type { QueueRecord } from '../types.ts';
import { useWords } from '../use-words.ts';
import { QueueForm } from './queue-form.tsx';

const home = '/admin/queues';

function useColumns(): Column<QueueRecord>[] {
  const w = useWords();
  const sites = useSites();
  const skills = useSkills();
  return [
    { key: 'name', header: w('common.name'), cell: (queue) => <NameCell name={queue.name} sub={queue.code} /> },
    { key: 'tier', header: w('fields.tier'), width: 70, cell: (queue) => <span
      className="nowrap">{w('queues.tier', { n: queue.tier })}</span> },
    { key: 'site', header: w('queues.site'), wide: true,
      cell: (queue) => (queue.siteId === null ? w('queues.allSites') : nameIn(sites, queue.siteId)) },
    { key: 'skills', header: w('fields.skillIds'), wide: true, cell: (queue) => (
      queue.skillIds.length === 0 ? <span className="meta">{w('queues.noSkills')}</span>
        : <span className={css.badges}>{queue.skillIds.map((skill) => <span key={skill}
          className="badge">{nameIn(skills, skill)}</span>)}</span>
    ) },
    { key: 'members', header: w('queues.members'), wide: true, numeric: true, width: 80,
      cell: (queue) => queue.memberIds.length },
    { key: 'priority', header: w('queues.priority'), wide: true, numeric: true, width: 80,
      cell: (queue) => queue.priority },
    { key: 'offer', header: w('queues.offer'), wide: true, numeric: true, width: 80,
      cell: (queue) => <span className="nowrap">{w('common.seconds', { n: queue.offerTimeoutS })}</span> },
    { key: 'cost', header: w('queues.cost'), wide: true, numeric: true, width: 110,
      cell: (queue) => <span className="nowrap">{queue.costPoints === null
        ? w('queues.costChannel') : w('common.points', { n: queue.costPoints })}</span> },
    { key: 'active', header: w('common.status'), width: 110, cell: (queue) => (
      <StateWord tone={queue.active ? 'ok' : 'off'}>{w(queue.active ? 'common.active' : 'common.inactive')}</StateWord>
    ) },
  ];
}

/** The page of queues. */
export function QueuesPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const sites = useSites();
  const mayChange = useCan('queue.manage');
  const [q, setQ] = useState('');
  const [tier, setTier] = useState<string | null>(null);
  const [siteId, setSite] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<QueueRecord>('queues', '/queues', { q, tier, siteId, active });
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('queues.title')} lead={w('queues.lead')} query={query} columns={useColumns()}
        rowKey={(queue) => queue.id}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('queues.add')}</AddButton> : undefined}
        hrefOf={(queue) => `${home}/${queue.id}`}
        filterCount={[q || null, tier, siteId, active].filter((value) => value !== null).length}
        onClear={() => { setQ(''); setTier(null); setSite(null); setActive(null); }}
        empty={{ icon: IconStack2, title: w('queues.empty'), hint: w('queues.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('queues.search')} />
            <FilterSelect label={w('fields.tier')} all={w('queues.tierAll')} value={tier} onChange={setTier}
              data={['1', '2'].map((n) => ({ value: n, label: w('queues.tier', { n }) }))} />
            <FilterSelect label={w('queues.site')} all={w('queues.allSites')} value={siteId} onChange={setSite}
              data={optionsOf(sites)} />
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={active} onChange={setActive}
              data={[{ value: 'true', label: w('common.active') }, { value: 'false', label: w('common.inactive') }]} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<QueueRecord> key={id} noun="queues" path="/queues" id={id} title="" onClose={close}>
          {(record, reload) => <QueueForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
