/** The roles of a user, each within a scope: only roles below one's own rank can be added or taken away. */
import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { fetchAll, rowsOf, SelectField } from '../../kit/index.ts';
import { optionsOf, useLocalName, useQueues, useReach, useRoles, useSites, useTeams } from '../data.ts';
import css from '../parts/admin.module.css';
import { FormSection, Notice, Pair } from '../parts/editor.tsx';
import type { Grant, Named, RoleRecord, ScopeKind } from '../types.ts';
import type { Editor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';
import type { UserDraft } from './user-form.tsx';

const scopes: ScopeKind[] = ['self', 'team', 'queue', 'site', 'branch', 'organisation'];

/** What a scope of each kind can be: teams, queues, sites and branches by their names. */
function useScopeTargets(needsBranches: boolean): Record<ScopeKind, Named[]> {
  const teams = useTeams();
  const queues = useQueues();
  const sites = useSites();
  const branches = useQuery({
    queryKey: ['admin', 'branches', 'all'], queryFn: ({ signal }) => fetchAll<Named>('/branches', signal),
    select: rowsOf<Named>, enabled: needsBranches, retry: false,
  });
  return { self: [], organisation: [], team: teams, queue: queues, site: sites, branch: branches.data ?? [] };
}

interface RowProps {
  grant: Grant;
  roles: RoleRecord[];
  targets: Record<ScopeKind, Named[]>;
  locked: boolean;
  onChange: (grant: Grant) => void;
  onRemove: () => void;
}

function GrantRow({ grant, roles, targets, locked, onChange, onRemove }: RowProps) {
  const w = useWords();
  const localName = useLocalName();
  const reach = useReach();
  const role = roles.find((each) => each.id === grant.roleId);
  const fixed = locked || (role !== undefined && !reach.over(role.rank));
  const choosable = roles.filter((each) => reach.over(each.rank) || each.id === grant.roleId);
  const target = targets[grant.scopeKind];
  const kindName = w(`scope.${grant.scopeKind}`);
  const name = role === undefined ? grant.roleId : localName(role);
  const pickRole = (roleId: string | null): void => {
    const chosen = roles.find((each) => each.id === roleId);
    if (chosen !== undefined) onChange({ roleId: chosen.id, scopeKind: chosen.defaultScope, scopeId: null });
  };
  return (
    <li className={css.roleRow}>
      <div className={css.roleHead}>
        <SelectField className="grow" aria-label={w('users.role')} value={grant.roleId} disabled={fixed}
          onChange={pickRole}
          data={choosable.map((each) => ({ value: each.id, label: localName(each) }))} />
        {fixed ? null : (
          <ActionIcon variant="subtle" color="gray" size={32} aria-label={w('users.removeRole', { name })}
            title={w('users.removeRole', { name })}
            onClick={onRemove}>
            <IconX size={16} stroke={1.75} />
          </ActionIcon>
        )}
      </div>
      <Pair>
        <SelectField label={w('scope.in')} value={grant.scopeKind} disabled={fixed}
          data={scopes.map((kind) => ({ value: kind, label: w(`scope.${kind}`) }))}
          onChange={(kind) => { onChange({ ...grant, scopeKind: (kind ?? 'self') as ScopeKind, scopeId: null }); }} />
        {grant.scopeKind === 'self' || grant.scopeKind === 'organisation' ? null : (
          <SelectField label={kindName} value={grant.scopeId} disabled={fixed} data={optionsOf(target)}
            placeholder={w('scope.pick', { kind: kindName.toLowerCase() })}
            onChange={(scopeId) => { onChange({ ...grant, scopeId }); }} />
        )}
      </Pair>
    </li>
  );
}

/** The part of the form that holds the roles. */
export function UserRoles({ editor, locked }: { editor: Editor<UserDraft>; locked: boolean }) {
  const w = useWords();
  const reach = useReach();
  const roles = useRoles();
  const grants = editor.draft.roles;
  const targets = useScopeTargets(grants.some((grant) => grant.scopeKind === 'branch'));
  const grantable = roles.filter((role) => reach.over(role.rank));
  const replace = (index: number, grant: Grant | undefined): void => {
    editor.set('roles', grants.flatMap((each, at) => (at !== index ? [each] : grant === undefined ? [] : [grant])));
  };
  const add = (): void => {
    const first = grantable.find((role) => role.code === 'AGENT') ?? grantable[0];
    if (first !== undefined) editor.set('roles',
      [...grants, { roleId: first.id, scopeKind: first.defaultScope, scopeId: null }]);
  };
  return (
    <FormSection title={w('users.rolesHead')} hint={w('users.rolesHint')}>
      {editor.errors.roles === undefined ? null : <Notice tone="bad">{editor.errors.roles}</Notice>}
      {grants.length === 0 ? <p className={css.help}>{w('users.noRoles')}</p> : (
        <ul className={css.section} aria-label={w('users.rolesHead')} style={{ gap: 8 }}>
          {grants.map((grant, index) => (
            <GrantRow key={`${index} ${grant.roleId}`} grant={grant} roles={roles} targets={targets} locked={locked}
              onChange={(next) => { replace(index, next); }} onRemove={() => { replace(index, undefined); }} />
          ))}
        </ul>
      )}
      {locked ? null : (
        <Button variant="default" style={{ alignSelf: 'flex-start' }} leftSection={<IconPlus size={16} />}
          onClick={add} disabled={grantable.length === 0}>
          {w('users.addRole')}
        </Button>
      )}
    </FormSection>
  );
}
