/** The form of one role: name, rank, suggested scope and the permissions, grouped and explained. */
import { useQuery } from '@tanstack/react-query';
import { api, CheckField, notifyDone, NumberField, SelectField, TextField, useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { type Reach, useLocalName, useReach, useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { EditorDrawer, FormSection, Notice, Pair } from '../parts/editor.tsx';
import { CodeField } from '../parts/place-fields.tsx';
import type { RoleRecord, ScopeKind } from '../types.ts';
import { type Editor, useEditor } from '../use-editor.ts';
import { useWords, wordOr } from '../use-words.ts';

const scopes: ScopeKind[] = ['self', 'team', 'queue', 'site', 'branch', 'organisation'];

interface RoleDraft {
  code: string; nameId: string; nameEn: string; rank: number | ''; defaultScope: ScopeKind; permissions: string[];
}

interface FormProps { record: RoleRecord | undefined; reload: () => Promise<RoleRecord>; onClose: () => void }

/** Every permission the server knows, by its code. */
export function usePermissions(): string[] {
  const query = useQuery({
    queryKey: ['admin', 'permissions', 'all'], staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<{ items: { code: string }[] }>('/permissions', { signal }),
  });
  return query.data?.items.map((item) => item.code) ?? [];
}

/** The codes by their noun, in the server's order. */
function grouped(codes: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const code of codes) {
    const noun = code.split('.')[0] ?? code;
    groups.set(noun, [...groups.get(noun) ?? [], code]);
  }
  return [...groups];
}

interface GroupProps {
  noun: string; codes: string[]; editor: Editor<RoleDraft>; locked: boolean;
  /** What the role holds already: that may stay, even where it could not be given anew. */
  had: readonly string[];
  reach: Reach;
}

function Group({ noun, codes, editor, locked, had, reach }: GroupProps) {
  const w = useWords();
  const held = new Set(editor.draft.permissions);
  const count = codes.filter((code) => held.has(code)).length;
  const mayGive = (code: string): boolean => had.includes(code) || reach.holds(code);
  const toggle = (code: string, on: boolean): void => {
    const next = on ? [...editor.draft.permissions, code] : editor.draft.permissions.filter((each) => each !== code);
    editor.set('permissions', next.toSorted());
  };
  const all = (): void => {
    const free = codes.filter(mayGive);
    const rest = editor.draft.permissions.filter((code) => !free.includes(code));
    editor.set('permissions', (free.every((code) => held.has(code)) ? rest : [...rest, ...free]).toSorted());
  };
  const name = wordOr(w, `roles.groups.${noun}`, noun);
  return (
    <div className={css.permGroup} role="group" aria-label={name}>
      <div className={css.permHead}>
        <h3 className={css.sectionTitle}>{name} <span
          className="meta num">{w('roles.groupGranted', { n: count, total: codes.length })}</span></h3>
        {locked || codes.length < 2 ? null : (
          <CheckField label={w('common.all')} aria-label={w('roles.selectAll', { group: name })}
            value={count === codes.length}
            indeterminate={count > 0 && count < codes.length} onChange={all} />
        )}
      </div>
      <div className={css.permList}>
        {codes.map((code) => (
          <CheckField key={code} label={wordOr(w, `perm.${code}.0`, code)} value={held.has(code)}
            disabled={locked || !mayGive(code)}
            description={mayGive(code) ? wordOr(w, `perm.${code}.1`, code) : w('roles.notYours')}
            onChange={(on) => { toggle(code, on); }} />
        ))}
      </div>
    </div>
  );
}

function useRoleEditor({ record, reload, onClose }: FormProps, reach: Reach): Editor<RoleDraft> {
  const w = useWords();
  const refresh = useRefresh();
  return useEditor<RoleRecord, RoleDraft, RoleRecord>({
    record, reload,
    draftOf: (role) => ({
      code: role?.code ?? '', nameId: role?.nameId ?? '', nameEn: role?.nameEn ?? '',
      rank: role?.rank ?? Math.min(10, reach.max),
      defaultScope: role?.defaultScope ?? 'self', permissions: (role?.permissions ?? []).toSorted(),
    }),
    check: (draft) => ({
      code: record === undefined ? check.code(w, draft.code) : undefined, nameId: check.text(w, draft.nameId),
      nameEn: check.text(w, draft.nameEn),
      rank: record?.builtIn === true ? undefined : check.whole(w, draft.rank, 0, reach.max),
      permissions: draft.permissions.length === 0 ? w('invalid.permissions') : undefined,
    }),
    create: (draft, idempotencyKey) => api.post('/roles', draft, { idempotencyKey }),
    update: (changes, version) => api.patch(`/roles/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
}

/** The drawer of one role. */
export function RoleForm(props: FormProps) {
  const { record, onClose } = props;
  const w = useWords();
  const localName = useLocalName();
  const reach = useReach();
  const mayChange = useCan('role.manage');
  const editor = useRoleEditor(props, reach);
  const known = usePermissions();
  const { draft, errors, set } = editor;
  const builtIn = record?.builtIn === true;
  const tooHigh = record !== undefined && !reach.over(record.rank);
  const locked = !mayChange ? w('common.readOnly') : tooHigh ? w('roles.tooHigh') : undefined;
  const codes = [...known, ...draft.permissions.filter((code) => known.length > 0 && !known.includes(code))];
  const granted = w('roles.granted', { n: draft.permissions.length, total: codes.length });
  const show = (field: string, value: unknown) => (field === 'permissions'
    ? (value as string[]).map((code) => wordOr(w, `perm.${code}.0`, code)).join(', ') : undefined);
  return (
    <EditorDrawer title={record === undefined ? w('roles.add') : w('roles.edit', { name: localName(record) })}
      editor={editor} onClose={onClose}
      locked={locked} show={show}>
      <FormSection>
        {builtIn ? <Notice tone="plain">{w('roles.builtInHint')}</Notice> : null}
        <CodeField editor={editor} isNew={record === undefined} />
        <Pair>
          <TextField label={w('fields.nameId')} value={draft.nameId} onChange={(value) => { set('nameId', value); }}
            error={errors.nameId} required />
          <TextField label={w('fields.nameEn')} value={draft.nameEn} onChange={(value) => { set('nameEn', value); }}
            error={errors.nameEn} required />
        </Pair>
        <Pair>
          <NumberField label={w('roles.rank')} description={w('roles.rankHint', { n: reach.max })} value={draft.rank}
            min={0} max={100} required
            error={errors.rank} onChange={(value) => { set('rank', value); }} disabled={builtIn}
            inputWrapperOrder={['label', 'input', 'description', 'error']} />
          <SelectField label={w('fields.defaultScope')} description={w('roles.scopeHint')} value={draft.defaultScope}
            error={errors.defaultScope}
            onChange={(value) => { set('defaultScope', (value ?? 'self') as ScopeKind); }}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            data={scopes.map((kind) => ({ value: kind, label: w(`scope.${kind}`) }))} />
        </Pair>
      </FormSection>
      <FormSection title={`${w('roles.permissions')} · ${granted}`}>
        {errors.permissions === undefined ? null : <Notice tone="bad">{errors.permissions}</Notice>}
        <div>
          {grouped(codes).map(([noun, inGroup]) => (
            <Group key={noun} noun={noun} codes={inGroup} editor={editor} locked={locked !== undefined}
              had={record?.permissions ?? []} reach={reach} />
          ))}
        </div>
      </FormSection>
    </EditorDrawer>
  );
}
