/** Roles: named sets of permissions, what each allows in plain words, and who may change which. */
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Column, useCan } from '../../kit/index.ts';
import { useLocalName } from '../data.ts';
import { AddButton, FilterBar, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import type { RoleRecord } from '../types.ts';
import { useWords } from '../use-words.ts';
import { RoleForm, usePermissions } from './role-form.tsx';

const home = '/admin/roles';

/** The page of roles. */
export function RolesPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const localName = useLocalName();
  const [, go] = useLocation();
  const mayChange = useCan('role.manage');
  const all = usePermissions();
  const [q, setQ] = useState('');
  const query = useAdminList<RoleRecord>('roles', '/roles', {});
  const words = q.trim().toLowerCase();
  // A handful of rows: searched here, so that both names are found whatever the language.
  const rows = query.data?.pages.flatMap((page) => page.items)
    .filter((role) => [role.code, role.nameId, role.nameEn].some((name) => name.toLowerCase().includes(words)))
    .toSorted((a, b) => b.rank - a.rank || localName(a).localeCompare(localName(b)));
  const columns: Column<RoleRecord>[] = [
    { key: 'name', header: w('common.name'), cell: (role) => <NameCell name={localName(role)} sub={role.code} /> },
    { key: 'rank', header: w('roles.rank'), numeric: true, width: 100, cell: (role) => role.rank },
    { key: 'permissions', header: w('roles.permissions'), wide: true,
      cell: (role) => w('roles.granted',
        { n: role.permissions.length, total: Math.max(all.length, role.permissions.length) }) },
    { key: 'scope', header: w('fields.defaultScope'), wide: true, cell: (role) => w(`scope.${role.defaultScope}`) },
    { key: 'builtIn', header: w('roles.builtIn'), wide: true, width: 120,
      cell: (role) => (role.builtIn ? <span className="badge">{w('roles.builtIn')}</span> : null) },
  ];
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('roles.title')} lead={w('roles.lead')} query={query} rows={rows} columns={columns}
        rowKey={(role) => role.id}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('roles.add')}</AddButton> : undefined}
        hrefOf={(role) => `${home}/${role.id}`}
        filterCount={Number(words !== '')} onClear={() => { setQ(''); }}
        empty={{ icon: IconShieldCheck, title: w('roles.empty'), hint: w('roles.emptyHint') }}
        filters={<FilterBar><SearchField value={q} onChange={setQ} label={w('roles.search')} /></FilterBar>} />
      {id === undefined ? null : (
        <RecordDrawer<RoleRecord> key={id} noun="roles" path="/roles" id={id} title="" onClose={close}>
          {(record, reload) => <RoleForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
