/** The form of one user: identity, place, skills, and roles with their scopes; new ones get an invitation. */
import { useState } from 'react';
import { api, MultiSelectField, notifyDone, NumberField, SelectField, TextField, useCan,
  useSession } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { nameIn, optionsOf, useBranches, useLocalName, useReach, useRefresh, useRoles, useSites, useSkills,
  useTeams } from '../data.ts';
import { EditorDrawer, FormSection, Notice, Pair } from '../parts/editor.tsx';
import { LinkDialog } from '../parts/link.tsx';
import type { Grant, PasswordLink, SkillLevel, UserRecord } from '../types.ts';
import { type Editor, useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';
import { UserRoles } from './user-roles.tsx';
import { UserSafety } from './user-safety.tsx';

export interface UserDraft {
  npk: string; name: string; siteId: string | null; teamId: string | null; branchId: string | null;
  locale: 'id' | 'en'; capacityPoints: number | '';
  roles: Grant[]; skills: SkillLevel[];
}

interface FormProps { record: UserRecord | undefined; reload: () => Promise<UserRecord>; onClose: () => void }
/** What a create answers: the user, and the invitation that is never shown again. */
export type Created = UserRecord & { link?: PasswordLink };

const usualLevel = 3;

function draftOf(user: UserRecord | undefined): UserDraft {
  return {
    npk: user?.npk ?? '', name: user?.name ?? '', siteId: user?.siteId ?? null, teamId: user?.teamId ?? null,
    branchId: user?.branchId ?? null, locale: user?.locale ?? 'id',
    capacityPoints: user?.capacityPoints ?? 100,
    roles: user?.roles.map(({ roleId, scopeKind, scopeId }) => ({ roleId, scopeKind, scopeId })) ?? [],
    skills: user?.skills ?? [],
  };
}

function useUserEditor(props: FormProps, onLink: (link: PasswordLink) => void): Editor<UserDraft> {
  const { record, reload, onClose } = props;
  const w = useWords();
  const refresh = useRefresh();
  const teams = useTeams();
  return useEditor<UserRecord, UserDraft, Created>({
    record, reload, draftOf,
    check: (draft) => {
      const team = teams.find((each) => each.id === draft.teamId);
      return {
        npk: record !== undefined || /^\d{4,8}$/.test(draft.npk) ? undefined : w('invalid.npk'),
        name: check.text(w, draft.name),
        capacityPoints: check.whole(w, draft.capacityPoints, 0, 1_000),
        teamId: team !== undefined && draft.siteId !== null && team.siteId !== draft.siteId
          ? w('invalid.teamSite') : undefined,
        roles: draft.roles.length === 0 ? w('invalid.roles')
          : draft.roles.some((grant) => !['self', 'organisation'].includes(grant.scopeKind) && grant.scopeId === null)
            ? w('invalid.scope') : undefined,
      };
    },
    create: (draft, idempotencyKey) => api.post('/users', { ...draft, name: draft.name.trim() }, { idempotencyKey }),
    update: (changes, version) => api.patch(`/users/${record?.id ?? ''}`, changes, { version }),
    onSaved: (saved) => {
      notifyDone(w(record === undefined ? 'common.created' : 'common.saved'));
      refresh();
      if (record === undefined && saved.link !== undefined) onLink(saved.link);
      else onClose();
    },
  }, w('invalid.server'));
}

function Skills({ editor }: { editor: Editor<UserDraft> }) {
  const w = useWords();
  const skills = useSkills();
  const { skills: held } = editor.draft;
  const choose = (ids: string[]): void => {
    editor.set('skills', ids.map((skillId) => held.find((each) => each.skillId === skillId)
      ?? { skillId, level: usualLevel }));
  };
  const data = optionsOf(skills.filter((skill) => skill.active || held.some((each) => each.skillId === skill.id)));
  return (
    <>
      <MultiSelectField label={w('fields.skills')} description={w('users.skillsHint')}
        value={held.map((each) => each.skillId)} onChange={choose} data={data}
        error={editor.errors.skills} />
      {held.length === 0 ? null : (
        <Pair>
          {held.map((each) => (
            <SelectField key={each.skillId} label={nameIn(skills, each.skillId)} value={String(each.level)}
              data={['1', '2', '3', '4', '5'].map((n) => ({ value: n, label: w('users.level', { n }) }))}
              onChange={(level) => {
                editor.set('skills', held.map((one) =>
                  (one.skillId === each.skillId ? { ...one, level: Number(level) } : one)));
              }} />
          ))}
        </Pair>
      )}
    </>
  );
}

function Place({ editor }: { editor: Editor<UserDraft> }) {
  const w = useWords();
  const sites = useSites();
  const teams = useTeams();
  const { draft, errors, set } = editor;
  const branches = useBranches();
  const teamsHere = teams.filter((team) => team.id === draft.teamId
    || (team.active && (draft.siteId === null || team.siteId === draft.siteId)));
  const sitesHere = sites.filter((site) => site.active || site.id === draft.siteId);
  const units = branches.filter((unit) => unit.active || unit.id === draft.branchId);
  return (
    <FormSection title={w('users.work')}>
      <Pair>
        <SelectField label={w('fields.siteId')} value={draft.siteId ?? ''}
          data={[{ value: '', label: w('users.noSite') }, ...optionsOf(sitesHere)]}
          onChange={(value) => { set('siteId', value === '' ? null : value); }} error={errors.siteId} />
        <SelectField label={w('fields.teamId')} value={draft.teamId ?? ''}
          data={[{ value: '', label: w('users.noTeam') }, ...optionsOf(teamsHere)]}
          onChange={(value) => { set('teamId', value === '' ? null : value); }} error={errors.teamId} />
      </Pair>
      {units.length === 0 ? null : (
        <SelectField label={w('fields.branchId')} value={draft.branchId ?? ''} searchable limit={100}
          data={[{ value: '', label: w('users.noBranch') }, ...units.map((unit) =>
            ({ value: unit.id, label: `${'· '.repeat(unit.depth)}${unit.name} (${unit.code})` }))]}
          onChange={(value) => { set('branchId', value === '' ? null : value); }} error={errors.branchId} />
      )}
      <NumberField label={w('fields.capacityPoints')} description={w('users.capacityHint')}
        value={draft.capacityPoints} min={0} max={1_000} required
        error={errors.capacityPoints} onChange={(value) => { set('capacityPoints', value); }} />
      <Skills editor={editor} />
    </FormSection>
  );
}

function useShown(): (field: string, value: unknown) => string | undefined {
  const w = useWords();
  const sites = useSites();
  const teams = useTeams();
  const branches = useBranches();
  const skills = useSkills();
  const roles = useRoles();
  const localName = useLocalName();
  return (field, value) => {
    if (field === 'siteId') return nameIn(sites, value as string | null);
    if (field === 'branchId') return nameIn(branches, value as string | null);
    if (field === 'teamId') return nameIn(teams, value as string | null);
    if (field === 'skills') return (value as SkillLevel[]).map((each) =>
      `${nameIn(skills, each.skillId)} (${each.level})`).join(', ');
    if (field !== 'roles') return undefined;
    return (value as Grant[]).map((grant) => {
      const role = roles.find((each) => each.id === grant.roleId);
      return `${role === undefined ? grant.roleId : localName(role)} (${w(`scope.${grant.scopeKind}`)})`;
    }).join(', ');
  };
}

/** Why this user cannot be changed by the one who looks; undefined where they can. */
function useLock(record: UserRecord | undefined): string | undefined {
  const w = useWords();
  const reach = useReach();
  const roles = useRoles();
  const mayChange = useCan('user.manage');
  if (!mayChange) return w('common.readOnly');
  const highest = Math.max(0,
    ...roles.filter((role) => record?.roles.some((grant) => grant.roleId === role.id)).map((role) => role.rank));
  return record !== undefined && !reach.over(highest) ? w('users.tooHigh') : undefined;
}

/** The drawer of one user. */
export function UserForm(props: FormProps) {
  const { record, onClose } = props;
  const w = useWords();
  const [link, setLink] = useState<PasswordLink>();
  const editor = useUserEditor(props, setLink);
  const me = useSession().user.id;
  const locked = useLock(record);
  const show = useShown();
  const { draft, errors, set } = editor;
  if (link !== undefined) return <LinkDialog name={draft.name} npk={draft.npk} link={link} onClose={onClose} />;
  return (
    <EditorDrawer title={record === undefined ? w('users.add') : `${record.npk} · ${record.name}`} editor={editor}
      onClose={onClose}
      locked={locked} show={show} after={record === undefined || locked !== undefined ? undefined : (
        <UserSafety record={record} reload={props.reload} dirty={editor.dirty} onClose={onClose} />
      )}>
      <FormSection title={w('users.identity')}>
        {record?.id === me ? <Notice tone="plain">{w('users.self')}</Notice> : null}
        <Pair>
          <TextField label={w('users.npk')} description={w('users.npkHint')} value={draft.npk} inputMode="numeric"
            error={errors.npk} required
            onChange={(value) => { set('npk', value.replace(/\D/g, '').slice(0, 8)); }} disabled={record !== undefined}
            data-autofocus={record === undefined || undefined}
            inputWrapperOrder={['label', 'input', 'description', 'error']} />
          <TextField label={w('common.name')} value={draft.name} onChange={(value) => { set('name', value); }}
            error={errors.name} required />
        </Pair>
        <SelectField label={w('fields.locale')} value={draft.locale}
          onChange={(value) => { set('locale', value === 'en' ? 'en' : 'id'); }}
          data={[{ value: 'id', label: w('users.locale_id') }, { value: 'en', label: w('users.locale_en') }]} />
      </FormSection>
      <Place editor={editor} />
      <UserRoles editor={editor} locked={locked !== undefined} />
    </EditorDrawer>
  );
}
