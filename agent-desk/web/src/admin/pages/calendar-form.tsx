/** The form of one calendar: its zone and the hours of its week, typed as people write them. */
import { Button } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { api, notifyDone, TextField, useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import { parseHours, sayHours, spansPerDay, tooManySpans } from '../hours.ts';
import { ActiveField } from '../parts/active.tsx';
import css from '../parts/admin.module.css';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { CodeAndName, ZoneField } from '../parts/place-fields.tsx';
import type { CalendarRecord } from '../types.ts';
import { type Editor, type FieldErrors, useEditor } from '../use-editor.ts';
import { useWords, type Words } from '../use-words.ts';

const days = ['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7'] as const;
type Day = (typeof days)[number];
const workingDays: readonly Day[] = ['d2', 'd3', 'd4', 'd5'];

type CalendarDraft = { code: string; name: string; timeZone: string; active: boolean } & Record<Day, string>;
interface FormProps { record: CalendarRecord | undefined; reload: () => Promise<CalendarRecord>; onClose: () => void }

/** What is wrong with hours typed for one day. */
export function hoursProblem(w: Words, text: string): string | undefined {
  const spans = parseHours(text);
  if (spans === undefined) return w('calendars.wrong');
  return tooManySpans(spans) ? w('calendars.tooMany', { max: spansPerDay }) : undefined;
}

function draftOf(w: Words, calendar: CalendarRecord | undefined): CalendarDraft {
  const hours = Object.fromEntries(days.map((day, index) => [day,
    sayHours(calendar?.weekly[index] ?? (index < 5 ? [[480, 1_020]] : []), w('calendars.closed'),
      w('calendars.allDay'))])) as Record<Day, string>;
  return { code: calendar?.code ?? '', name: calendar?.name ?? '', timeZone: calendar?.timeZone ?? 'Asia/Jakarta',
    active: calendar?.active ?? true, ...hours };
}

/** As the server takes it: the whole week, if any day of it was touched. */
function sent(changes: Partial<CalendarDraft>, draft: CalendarDraft): Record<string, unknown> {
  const rest = Object.fromEntries(Object.entries(changes).filter(([field]) => !days.includes(field as Day)));
  if (!days.some((day) => day in changes)) return rest;
  return { ...rest, weekly: days.map((day) => parseHours(draft[day]) ?? []) };
}

function useCalendarEditor({ record, reload, onClose }: FormProps): Editor<CalendarDraft> {
  const w = useWords();
  const refresh = useRefresh();
  return useEditor<CalendarRecord, CalendarDraft, CalendarRecord>({
    record, reload, draftOf: (calendar) => draftOf(w, calendar),
    check: (draft): FieldErrors => ({
      code: record === undefined ? check.code(w, draft.code) : undefined, name: check.text(w, draft.name),
      ...Object.fromEntries(days.map((day) => [day, hoursProblem(w, draft[day])])),
    }),
    create: (draft, idempotencyKey) => {
      const { active: _active, ...body } = sent(draft, draft);
      return api.post('/calendars', body, { idempotencyKey });
    },
    update: (changes, version, draft) => api.patch(`/calendars/${record?.id ?? ''}`, sent(changes, draft), { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
}

function Week({ editor, locked }: { editor: Editor<CalendarDraft>; locked: boolean }) {
  const w = useWords();
  const { draft, errors, set } = editor;
  return (
    <FormSection title={w('calendars.week')} hint={w('calendars.weekHint')}>
      <div className={css.week}>
        {days.map((day) => (
          <TextField key={day} label={w(`calendars.days.${day}`)} value={draft[day]} classNames={{ root: css.weekDay }}
            error={errors[day] ?? (editor.dirty ? hoursProblem(w, draft[day]) : undefined)}
            onChange={(value) => { set(day, value); }} />
        ))}
      </div>
      {locked ? null : (
        <Button variant="default" size="xs" style={{ alignSelf: 'flex-start' }} leftSection={<IconCopy size={14} />}
          onClick={() => { for (const day of workingDays) set(day, draft.d1); }}>{w('calendars.copy')}</Button>
      )}
    </FormSection>
  );
}

/** The drawer of one calendar. */
export function CalendarForm(props: FormProps) {
  const { record, onClose } = props;
  const w = useWords();
  const mayChange = useCan('queue.manage');
  const editor = useCalendarEditor(props);
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={record === undefined ? w('calendars.add') : w('calendars.edit', { name: record.name })}
      editor={editor} onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}>
      <FormSection>
        <CodeAndName editor={editor} isNew={record === undefined} />
        <ZoneField value={draft.timeZone} error={errors['timeZone']}
          onChange={(value) => { set('timeZone', value); }} />
      </FormSection>
      <Week editor={editor} locked={!mayChange} />
      {record === undefined ? null : (
        <FormSection>
          <ActiveField label={w('calendars.active')} hint={w('calendars.activeHint')} isNew={false}
            value={draft.active} onChange={(value) => { set('active', value); }} />
          <p className={css.help}>{w('calendars.usedBy')}: {w('calendars.uses', { sites: record.siteIds.length,
            queues: record.queueIds.length, branches: record.branches })}</p>
        </FormSection>
      )}
    </EditorDrawer>
  );
}
