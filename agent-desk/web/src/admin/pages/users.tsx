/** Users: who may sign in, where they stand, which roles they hold within which scope. */
import { Button } from '@mantine/core';
import { IconAddressBook, IconFileUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Column, useCan, usePhone, useSession } from '../../kit/index.ts';
import { nameIn, optionsOf, useLocalName, useRoles, useSites, useTeams } from '../data.ts';
import css from '../parts/admin.module.css';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import type { UserRecord } from '../types.ts';
import { useWords } from '../use-words.ts';
import { UserForm } from './user-form.tsx';
import { UserImportPage } from './user-import.tsx';

const home = '/admin/users';
const rolesShown = 3;

function RoleBadges({ user }: { user: UserRecord }) {
  const w = useWords();
  const roles = useRoles();
  const localName = useLocalName();
  const ids = [...new Set(user.roles.map((grant) => grant.roleId))];
  const found = roles.filter((role) => ids.includes(role.id));
  if (found.length === 0) return <span className="meta">{w('common.none')}</span>;
  return (
    <span className={css.badges} title={found.map(localName).join(', ')}>
      {found.slice(0, rolesShown).map((role) => <span key={role.id} className="badge">{localName(role)}</span>)}
      {found.length > rolesShown ? <span
        className="meta">{w('common.moreNames', { n: found.length - rolesShown })}</span> : null}
    </span>
  );
}

function useColumns(): Column<UserRecord>[] {
  const w = useWords();
  const me = useSession().user.id;
  const phone = usePhone();
  const sites = useSites();
  const teams = useTeams();
  return [
    { key: 'name', header: w('common.name'), cell: (user) => (
      <NameCell name={<bdi>{user.name}{user.id === me ? ` (${w('users.you')})` : ''}</bdi>}
        sub={phone ? `${user.npk} · ${nameIn(sites, user.siteId)}` : undefined} />
    ) },
    { key: 'npk', header: w('users.npk'), width: 90, wide: true, cell: (user) => user.npk },
    { key: 'site', header: w('fields.siteId'), wide: true, cell: (user) => nameIn(sites, user.siteId) },
    { key: 'team', header: w('fields.teamId'), wide: true, cell: (user) => nameIn(teams, user.teamId) },
    { key: 'roles', header: w('fields.roles'), wide: true, cell: (user) => <RoleBadges user={user} /> },
    { key: 'status', header: w('common.status'), width: 120,
      cell: (user) => <StateWord
        tone={user.status === 'ACTIVE' ? 'ok' : 'off'}>{w(`users.${user.status}`)}</StateWord> },
  ];
}

/** The page of users; /admin/users/import is the import. */
export function UsersPage({ id }: { id: string | undefined }) {
  const mayChange = useCan('user.manage');
  return id === 'import' && mayChange ? <UserImportPage /> : <UserList id={id} />;
}

function UserList({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const sites = useSites();
  const teams = useTeams();
  const mayChange = useCan('user.manage');
  const [q, setQ] = useState('');
  const [siteId, setSite] = useState<string | null>(null);
  const [teamId, setTeam] = useState<string | null>(null);
  const [status, setStatus] = useState<string | null>(null);
  const query = useAdminList<UserRecord>('users', '/users', { q, siteId, teamId, status });
  const close = (): void => { go(home); };
  const teamsHere = teams.filter((team) => siteId === null || team.siteId === siteId);
  return (
    <>
      <ListPage title={w('users.title')} lead={w('users.lead')} query={query} columns={useColumns()}
        rowKey={(user) => user.id}
        actions={mayChange ? <>
          <Button variant="default" leftSection={<IconFileUpload size={16} stroke={1.75} />}
            onClick={() => { go(`${home}/import`); }}>{w('import.open')}</Button>
          <AddButton href={`${home}/new`}>{w('users.add')}</AddButton>
        </> : undefined}
        hrefOf={(user) => `${home}/${user.id}`}
        filterCount={[q || null, siteId, teamId, status].filter((value) => value !== null).length}
        onClear={() => { setQ(''); setSite(null); setTeam(null); setStatus(null); }}
        empty={{ icon: IconAddressBook, title: w('users.empty'), hint: w('users.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('users.search')} />
            <FilterSelect label={w('fields.siteId')} all={w('users.site')} value={siteId} data={optionsOf(sites)}
              onChange={(value) => { setSite(value); setTeam(null); }} />
            <FilterSelect label={w('fields.teamId')} all={w('users.team')} value={teamId} onChange={setTeam}
              data={optionsOf(teamsHere)} />
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={status} onChange={setStatus}
              data={(['ACTIVE', 'DISABLED'] as const).map((each) => ({ value: each, label: w(`users.${each}`) }))} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<UserRecord> key={id} noun="users" path="/users" id={id} title="" onClose={close}>
          {(record, reload) => <UserForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
