/** Canned replies: what agents say often, with blanks that are filled for each customer. */
import { IconMessageBolt } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { fillReply, openBlanks, replyVariables, unknownBlanks } from '../../../../../domain/replies/variables.ts';
import { api, CheckField, type Column, notifyDone, SelectField, TextAreaField, TextField,
  useCan } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { nameIn, optionsOf, useQueues, useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { EditorDrawer, FormSection, Pair } from '../parts/editor.tsx';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell, SearchField,
  useAdminList } from '../parts/list.tsx';
import { RecordDrawer } from '../parts/record.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useEditor } from '../use-editor.ts';
import { useWords, type Words } from '../use-words.ts';

const home = '/admin/canned-replies';
const bodyMax = 4_000;

interface CannedRecord { id: string; shortcut: string; title: string; body: string; queueId: string | null;
  active: boolean; version: number }
interface CannedDraft { shortcut: string; title: string; body: string; queueId: string | null; active: boolean }

interface FormProps { record: CannedRecord | undefined; reload: () => Promise<CannedRecord>; onClose: () => void }

function shortcutProblem(w: Words, value: string): check.Problem {
  if (value === '') return w('invalid.required');
  return /^[a-z0-9][a-z0-9-]{0,31}$/.test(value) ? undefined : w('canned.shortcutWrong');
}

function bodyProblem(w: Words, value: string): check.Problem {
  const [unknown] = unknownBlanks(value);
  return check.text(w, value, bodyMax)
    ?? (unknown === undefined ? undefined : w('canned.blankWrong', { name: unknown }));
}

function useCannedEditor({ record, reload, onClose }: FormProps) {
  const w = useWords();
  const refresh = useRefresh();
  return useEditor<CannedRecord, CannedDraft, CannedRecord>({
    record, reload,
    draftOf: (reply) => ({ shortcut: reply?.shortcut ?? '', title: reply?.title ?? '', body: reply?.body ?? '',
      queueId: reply?.queueId ?? null, active: reply?.active ?? true }),
    check: (draft) => ({ shortcut: shortcutProblem(w, draft.shortcut), title: check.text(w, draft.title),
      body: bodyProblem(w, draft.body) }),
    create: ({ active: _active, ...draft }, idempotencyKey) =>
      api.post('/canned-replies', { ...draft, title: draft.title.trim() }, { idempotencyKey }),
    update: (changes, version) => api.patch(`/canned-replies/${record?.id ?? ''}`, changes, { version }),
    onSaved: () => { notifyDone(w(record === undefined ? 'common.created' : 'common.saved')); refresh(); onClose(); },
  }, w('invalid.server'));
}

/** How it reads once its blanks are filled, with an invented customer. */
function Sample({ body }: { body: string }) {
  const w = useWords();
  const facts = Object.fromEntries(replyVariables.map((name) => [name, w(`canned.sample.${name}`)]));
  const filled = fillReply(body, facts);
  if (body.trim() === '' || openBlanks(filled).length > 0) return null;
  return <div role="note" aria-label={w('canned.sampleTitle')}><p className="meta">{w('canned.sampleTitle')}</p>
    <p className={css.prose}><bdi>{filled}</bdi></p></div>;
}

function CannedForm(props: FormProps) {
  const { record, onClose } = props;
  const w = useWords();
  const mayChange = useCan('queue.manage');
  const queues = useQueues();
  const editor = useCannedEditor(props);
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={record === undefined ? w('canned.add') : w('canned.edit', { name: record.title })}
      editor={editor} onClose={onClose} locked={mayChange ? undefined : w('common.readOnly')}>
      <FormSection>
        <Pair>
          <TextField label={w('canned.shortcut')} description={w('canned.shortcutHint')} value={draft.shortcut}
            error={errors.shortcut} onChange={(value) => { set('shortcut', value.toLowerCase()); }} required
            data-autofocus={record === undefined || undefined} />
          <SelectField label={w('canned.queue')} description={w('canned.queueHint')} value={draft.queueId} clearable
            placeholder={w('canned.everyQueue')} data={optionsOf(queues)}
            onChange={(value) => { set('queueId', value); }} />
        </Pair>
        <TextField label={w('canned.name')} value={draft.title} onChange={(value) => { set('title', value); }}
          error={errors.title} required />
        <TextAreaField label={w('canned.body')} value={draft.body} minRows={4} maxRows={14} error={errors.body} required
          description={w('canned.bodyHint', { names: replyVariables.map((name) => `{{${name}}}`).join(' ') })}
          onChange={(value) => { set('body', value); }} />
        <Sample body={draft.body} />
        {record === undefined ? null : <CheckField label={w('canned.active')} value={draft.active}
          onChange={(value) => { set('active', value); }} />}
      </FormSection>
    </EditorDrawer>
  );
}

/** The page of canned replies. */
export function CannedRepliesPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const mayChange = useCan('queue.manage');
  const queues = useQueues();
  const [q, setQ] = useState('');
  const [queueId, setQueueId] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const query = useAdminList<CannedRecord>('canned-replies', '/canned-replies', { q, active, queueId });
  const columns: Column<CannedRecord>[] = [
    { key: 'title', header: w('canned.name'),
      cell: (reply) => <NameCell name={reply.title} sub={`/${reply.shortcut}`} /> },
    { key: 'body', header: w('canned.body'), wide: true, cell: (reply) => <bdi>{reply.body.slice(0, 120)}</bdi> },
    { key: 'queue', header: w('canned.queue'), wide: true, width: 160,
      cell: (reply) => (reply.queueId === null ? w('canned.everyQueue') : nameIn(queues, reply.queueId)) },
    { key: 'active', header: w('common.status'), width: 130, cell: (reply) => (
      <StateWord tone={reply.active
        ? 'ok' : 'off'}>{w(reply.active ? 'common.active' : 'common.inactive')}</StateWord>) },
  ];
  const close = (): void => { go(home); };
  return (
    <>
      <ListPage title={w('canned.title')} lead={w('canned.lead')} query={query} columns={columns}
        actions={mayChange ? <AddButton href={`${home}/new`}>{w('canned.add')}</AddButton> : undefined}
        rowKey={(reply) => reply.id} hrefOf={(reply) => `${home}/${reply.id}`}
        filterCount={Number(q !== '') + Number(active !== null) + Number(queueId !== null)}
        onClear={() => { setQ(''); setActive(null); setQueueId(null); }}
        empty={{ icon: IconMessageBolt, title: w('canned.empty'), hint: w('canned.emptyHint') }}
        filters={(
          <FilterBar>
            <SearchField value={q} onChange={setQ} label={w('canned.search')} />
            <FilterSelect label={w('canned.queue')} all={w('canned.anyQueue')} value={queueId} onChange={setQueueId}
              data={optionsOf(queues)} />
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={active} onChange={setActive}
              data={[{ value: 'true', label: w('common.active') }, { value: 'false', label: w('common.inactive') }]} />
          </FilterBar>
        )} />
      {id === undefined ? null : (
        <RecordDrawer<CannedRecord> key={id} noun="canned-replies" path="/canned-replies" id={id} title=""
          onClose={close}>
          {(record, reload) => <CannedForm record={record} reload={reload} onClose={close} />}
        </RecordDrawer>
      )}
    </>
  );
}
