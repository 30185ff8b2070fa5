/** The form of one queue. */
import { api, CheckField, MultiSelectField, notifyDone, NumberField, SelectField, useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { nameIn, optionsOf, usePeople, useRefresh, useSites, useSkills } from '../data.ts';
import { CalendarField } from '../parts/calendar-field.tsx';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { MembersField } from '../parts/members.tsx';
import { CodeAndName } from '../parts/place-fields.tsx';
import type { QueueRecord } from '../types.ts';
import { type Editor, useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

interface QueueDraft {
  code: string; name: string; tier: string; siteId: string | null; priority: number | ''; costPoints: number | '';
  offerTimeoutS: number | ''; pickAllowed: boolean; active: boolean; calendarId: string | null; skillIds: string[];
  memberIds: string[];
}

interface FormProps { record: QueueRecord | undefined; reload: () => Promise<QueueRecord>; onClose: () => void }

function draftOf(queue: QueueRecord | undefined): QueueDraft {
  return {
    code: queue?.code ?? '', name: queue?.name ?? '', tier: String(queue?.tier ?? 1), siteId: queue?.siteId ?? null,
    priority: queue?.priority ?? 0, costPoints: queue?.costPoints ?? '', offerTimeoutS: queue?.offerTimeoutS ?? 30,
    pickAllowed: queue?.pickAllowed ?? false, active: queue?.active ?? true,
    calendarId: queue?.calendarId ?? null, skillIds: queue?.skillIds ?? [],
    memberIds: queue?.memberIds ?? [],
  };
}

/** The fields as the server takes them: an empty cost is that of the channel. */
function sent({ tier, costPoints, ...rest }: Partial<QueueDraft>): Record<string, unknown> {
  return {
    ...rest, ...(tier === undefined ? {} : { tier: Number(tier) }),
    ...(costPoints === undefined ? {} : { costPoints: costPoints === '' ? null : costPoints }),
  };
}

function useQueueEditor({ record, reload, onClose }: FormProps): Editor<QueueDraft> {
  const w = useWords();
  const refresh = useRefresh();
  return useEditor<QueueRecord, QueueDraft, QueueRecord>({
    record, reload, draftOf,
    check: (draft) => ({
      code: record === undefined ? check.code(w, draft.code) : undefined, name: check.text(w, draft.name),
      priority: check.whole(w, draft.priority, 0, 9), costPoints: check.wholeOrNone(w, draft.costPoints, 1, 100),
      offerTimeoutS: check.whole(w, draft.offerTimeoutS, 5, 600),
    }),
    create: (draft, idempotencyKey) => api.post('/queues', sent(draft), { idempotencyKey }),
    update: (changes, version) => api.patch(`/queues/${record?.id ?? ''}`, sent(changes), { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
}

function Rules({ editor }: { editor: Editor<QueueDraft> }) {
  const w = useWords();
  const { draft, errors, set } = editor;
  return (
    <FormSection title={w('queues.details')}>
      <Pair>
        <NumberField label={w('queues.priority')} description={w('queues.priorityHint')} value={draft.priority}
          min={0} max={9} required
          error={errors.priority} onChange={(value) => { set('priority', value); }}
          inputWrapperOrder={['label', 'input', 'description', 'error']} />
        <NumberField label={w('fields.offerTimeoutS')} description={w('queues.offerHint')} value={draft.offerTimeoutS}
          min={5} max={600} required
          error={errors.offerTimeoutS} onChange={(value) => { set('offerTimeoutS', value); }}
          inputWrapperOrder={['label', 'input', 'description', 'error']} />
      </Pair>
      <NumberField label={w('queues.cost')} description={w('queues.costHint')} value={draft.costPoints} min={1}
        max={100} error={errors.costPoints}
        placeholder={w('queues.costChannel')} onChange={(value) => { set('costPoints', value); }} />
      <CheckField label={w('queues.pick')} description={w('queues.pickHint')} value={draft.pickAllowed}
        onChange={(value) => { set('pickAllowed', value); }} />
      {editor.isNew ? null : (
        <CheckField label={w('queues.active')} description={w('queues.activeHint')} value={draft.active}
          onChange={(value) => { set('active', value); }} />
      )}
    </FormSection>
  );
}

/** The drawer of one queue. */
export function QueueForm(props: FormProps) {
  const { record, onClose } = props;
  const w = useWords();
  const mayChange = useCan('queue.manage');
  const people = usePeople(useCan('user.read'));
  const sites = useSites();
  const skills = useSkills();
  const editor = useQueueEditor(props);
  const { draft, errors, set } = editor;
  const personName = (id: string): string => people.find((person) => person.value === id)?.label ?? id;
  const show = (field: string, value: unknown) =>
    (field === 'skillIds' ? (value as string[]).map((id) => nameIn(skills, id)).join(', ')
    : field === 'memberIds' ? (value as string[]).map(personName).join(', ') : field === 'siteId'
      ? nameIn(sites, value as string) : undefined);
  const skillOptions = optionsOf(skills.filter((skill) => skill.active || draft.skillIds.includes(skill.id)));
  return (
    <EditorDrawer title={record === undefined ? w('queues.add') : w('queues.edit', { name: record.name })}
      editor={editor} onClose={onClose}
      locked={mayChange ? undefined : w('common.readOnly')} show={show}>
      <FormSection>
        <CodeAndName editor={editor} isNew={record === undefined} />
        <Pair>
          <SelectField label={w('fields.tier')} value={draft.tier} disabled={record !== undefined}
            onChange={(value) => { set('tier', value ?? '1'); }} error={errors.tier}
            data={['1', '2'].map((n) => ({ value: n, label: w('queues.tier', { n }) }))} />
          <SelectField label={w('queues.site')} value={draft.siteId ?? ''}
            onChange={(value) => { set('siteId', value === '' ? null : value); }}
            data={[{ value: '', label: w('queues.allSites') },
              ...optionsOf(sites.filter((site) => site.active || site.id === draft.siteId))]} error={errors.siteId} />
        </Pair>
        <CalendarField value={draft.calendarId} error={errors.calendarId}
          none={draft.siteId === null ? w('calendars.none') : w('calendars.follows')}
          onChange={(value) => { set('calendarId', value); }} />
      </FormSection>
      <Rules editor={editor} />
      <FormSection title={w('queues.skills')} hint={w('queues.skillsHint')}>
        <MultiSelectField aria-label={w('queues.skills')} value={draft.skillIds}
          onChange={(value) => { set('skillIds', value); }} data={skillOptions}
          placeholder={draft.skillIds.length === 0 ? w('queues.noSkills') : undefined} error={errors.skillIds} />
      </FormSection>
      <FormSection title={w('queues.members')}>
        <MembersField label={w('queues.members')} value={draft.memberIds} people={people} disabled={!mayChange}
          onChange={(value) => { set('memberIds', value); }} />
      </FormSection>
    </EditorDrawer>
  );
}
