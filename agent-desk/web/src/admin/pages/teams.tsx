/** Teams: agents of one site under one leader. */
import { IconUsersGroup } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Column, foundOr, notifyDone, SelectField, useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { nameIn, optionsOf, usePeople, useRefresh, useSites } from '../data.ts';
import { ActiveField, ActiveFilter, ActiveWord } from '../parts/active.tsx';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { NameField, SiteField } from '../parts/place-fields.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import type { TeamRecord } from '../types.ts';
import { useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

const home = '/admin/teams';

interface TeamDraft { name: string; siteId: string | null; leaderId: string | null; active: boolean }
interface FormProps { record: TeamRecord | undefined; reload: () => Promise<TeamRecord>; onClose: () => void }

function TeamForm({ record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  const mayChange = useCan('user.manage');
  const people = usePeople(useCan('user.read'));
  const sites = useSites();
  const editor = useEditor<TeamRecord, TeamDraft, TeamRecord>({
    record, reload,
    draftOf: (team) => ({ name: team?.name ?? '', siteId: team?.siteId ?? null, leaderId: team?.leaderId ?? null,
      active: team?.active ?? true }),
    check: (draft) => ({ name: check.text(w, draft.name),
      siteId: draft.siteId === null ? w('invalid.required') : undefined }),
    create: ({ active: _active, ...draft }, idempotencyKey) => api.post('/teams', draft, { idempotencyKey }),
    update: (changes, version) => api.patch(`/teams/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  const leaders = people.some((person) => person.value === draft.leaderId) || draft.leaderId === null ? people
    : [...people, { value: draft.leaderId, label: record?.leaderName ?? draft.leaderId }];
  return (
    <EditorDrawer title={record === undefined ? w('teams.add') : w('teams.edit', { name: record.name })}
      editor={editor} onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}
      show={(field, value) => (field === 'siteId' ? nameIn(sites, value as string)
        : field === 'leaderId' ? leaders.find((each) => each.value === value)?.label : undefined)}>
      <FormSection>
        <Pair>
          <NameField editor={editor} first={record === undefined} />
          <SiteField value={draft.siteId} error={errors['siteId']} onChange={(value) => { set('siteId', value); }} />
        </Pair>
        <SelectField label={w('teams.leader')} value={draft.leaderId} data={leaders} searchable clearable limit={50}
          placeholder={w('teams.noLeader')} error={errors.leaderId} filter={foundOr(w('queues.noneFound'))}
          clearButtonProps={{ 'aria-label': w('common.remove') }} onChange={(value) => { set('leaderId', value); }} />
        <ActiveField label={w('teams.active')} hint={w('teams.activeHint')} isNew={record === undefined}
          value={draft.active} onChange={(value) => { set('active', value); }} />
      </FormSection>
    </EditorDrawer>
  );
}

function useColumns(): Column<TeamRecord>[] {
  const w = useWords();
  const sites = useSites();
  return [
    { key: 'name', header: w('common.name'), cell: (team) => (
      <NameCell name={<bdi>{team.name}</bdi>} sub={nameIn(sites, team.siteId)} />
    ) },
    { key: 'leader', header: w('teams.leader'), wide: true, cell: (team) => (team.leaderName === null
      ? <span className="warn">{w('teams.noLeader')}</span> : <bdi>{team.leaderName}</bdi>) },
    { key: 'users', header: w('teams.members'), numeric: true, width: 100, cell: (team) => team.users },
    { key: 'active', header: w('common.status'), width: 130, cell: (team) => <ActiveWord active={team.active} /> },
  ];
}

/** The page of teams. */
export function TeamsPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const sites = useSites();
  const mayChange = useCan('user.manage');
  const [q, setQ] = useState('');
  const [siteId, setSite] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<TeamRecord>('teams', '/teams', { q, siteId, active });
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('teams.title')} lead={w('teams.lead')} query={query} columns={useColumns()}
        rowKey={(team) => team.id} hrefOf={(team) => `${home}/${team.id}`}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('teams.add')}</AddButton> : undefined}
        filterCount={[q || null, siteId, active].filter((value) => value !== null).length}
        onClear={() => { setQ(''); setSite(null); setActive(null); }}
        empty={{ icon: IconUsersGroup, title: w('teams.empty'), hint: w('teams.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('teams.search')} />
            <FilterSelect label={w('fields.siteId')} all={w('users.site')} value={siteId} data={optionsOf(sites)}
              onChange={setSite} />
            <ActiveFilter value={active} onChange={setActive} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<TeamRecord> key={id} noun="teams" path="/teams" id={id} title="" onClose={close}>
          {(record, reload) => <TeamForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
