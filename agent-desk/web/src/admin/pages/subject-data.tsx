/** Requests of customers about their data: filed, decided by somebody else, handed out or erased, in time. */
import { Button } from '@mantine/core';
import { IconDownload, IconUserShield } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Column, ConfirmButton, dayTime, notifyDone, notifyError, SelectField, serverNow, TextAreaField,
  useCan, useLocale, useSession } from '../../kit/index.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { ContactPicker } from '../parts/contact-picker.tsx';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { labelled } from '../parts/labelled.ts';
import { AddButton, FilterBar, FilterSelect, ListPage, NameCell,
  useAdminList } from '../parts/list.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useEditor } from '../use-editor.ts';
import { useWords, wordOr } from '../use-words.ts';

const home = '/admin/subject-requests';
const states = ['REQUESTED', 'APPROVED', 'REJECTED', 'DONE'] as const;
const reasonChars = { min: 3, max: 500 };

interface RequestRecord { id: string; contactId: string; contactName: string | null; kind: 'EXPORT' | 'ERASURE';
  state: (typeof states)[number]; reason: string; requestedById: string; requestedByName: string; requestedAt: string;
  dueAt: string; late: 'NO' | 'SOON' | 'YES'; decidedByName: string | null }
interface Draft { contactId: string; kind: RequestRecord['kind']; reason: string }

function FileForm({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const editor = useEditor<never, Draft, RequestRecord>({
    record: undefined, draftOf: () => ({ contactId: '', kind: 'EXPORT', reason: '' }),
    check: (draft) => ({
      contactId: draft.contactId === '' ? w('invalid.required') : undefined,
      reason: draft.reason.trim().length < reasonChars.min ? w('invalid.tooShort', { min: reasonChars.min })
        : draft.reason.trim().length > reasonChars.max ? w('invalid.tooLong', { max: reasonChars.max }) : undefined,
    }),
    create: (draft, idempotencyKey) =>
      api.post('/subject-requests', { ...draft, reason: draft.reason.trim() }, { idempotencyKey }),
    onSaved: () => { notifyDone(w('subjectData.filed')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={w('subjectData.add')} onClose={onClose}
      editor={labelled(editor, { kind: w('subjectData.kind'), reason: w('subjectData.why') })}>
      <FormSection>
        <ContactPicker label={w('subjectData.customer')} value={draft.contactId} error={errors.contactId}
          onChange={(value) => { set('contactId', value); }} />
        <SelectField label={w('subjectData.kind')} value={draft.kind} required
          description={w(draft.kind === 'EXPORT' ? 'subjectData.exportHint' : 'subjectData.erasureHint')}
          data={(['EXPORT', 'ERASURE'] as const).map((each) =>
            ({ value: each, label: w(`subjectData.kinds.${each}`) }))}
          onChange={(value) => { set('kind', (value ?? 'EXPORT') as Draft['kind']); }} />
        <TextAreaField label={w('subjectData.why')} description={w('subjectData.whyHint')} value={draft.reason} required
          error={errors.reason} onChange={(value) => { set('reason', value); }} />
      </FormSection>
    </EditorDrawer>
  );
}

function Decide({ record }: { record: RequestRecord }) {
  const w = useWords();
  const refresh = useRefresh();
  const own = record.requestedById === useSession().user.id;
  const decide = (decision: 'APPROVED' | 'REJECTED') => async (): Promise<void> => {
    try {
      await api.post(`/subject-requests/${record.id}/decide`, { decision });
      notifyDone(w('subjectData.decided'));
    } catch (error) {
      notifyError(w('subjectData.notDecided'), error);
    }
    refresh();
  };
  const why = own ? w('subjectData.own') : undefined;
  return (
    <div className={css.noticeActions} style={{ marginTop: 0 }}>
      <ConfirmButton danger title={w('subjectData.approveAsk')} text={w('subjectData.approveHint')} disabled={own}
        why={why} confirm={w('subjectData.approve')} onConfirm={decide('APPROVED')}>{w('subjectData.approve')}
      </ConfirmButton>
      <ConfirmButton title={w('subjectData.rejectAsk')} text={w('subjectData.rejectHint')} disabled={own} why={why}
        confirm={w('subjectData.reject')} onConfirm={decide('REJECTED')}>{w('subjectData.reject')}</ConfirmButton>
    </div>
  );
}

function Download({ record }: { record: RequestRecord }) {
  const w = useWords();
  const refresh = useRefresh();
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      // Asks for the fresh proof if one is needed; the browser's own download may take its time and disk.
      const { fileName } = await api.get<{ fileName: string }>(`/subject-requests/${record.id}/data/name`);
      const link = document.createElement('a');
      link.href = `/api/subject-requests/${record.id}/data`;
      link.download = fileName;
      link.click();
    } catch (error) {
      notifyError(w('subjectData.downloadFailed'), error);
    } finally {
      setBusy(false);
    }
    refresh();
  };
  return (
    <Button variant="default" loading={busy} leftSection={<IconDownload size={16} stroke={1.75} />}
      onClick={() => { void load(); }}>{w('subjectData.download')}</Button>
  );
}

function useColumns(): Column<RequestRecord>[] {
  const w = useWords();
  const locale = useLocale();
  const mayDecide = useCan('subject-data.approve');
  const mayLoad = useCan('subject-data.manage');
  const time = (iso: string): string => dayTime(iso, serverNow(), { locale });
  const state = (record: RequestRecord) => {
    const word = record.state !== 'APPROVED' ? w(`subjectData.states.${record.state}`)
      : w(record.kind === 'EXPORT' ? 'subjectData.ready' : 'subjectData.erasing');
    const tone = record.state === 'DONE' ? 'ok' : record.state === 'REJECTED' ? 'off' : 'busy';
    return <NameCell name={<StateWord tone={tone}>{word}</StateWord>} sub={record.decidedByName} />;
  };
  return [
    { key: 'contact', header: w('subjectData.customer'), cell: (record) => <NameCell
      name={<bdi>{record.contactName ?? w('subjectData.hidden', { end: record.contactId.slice(-6) })}</bdi>}
      sub={w(`subjectData.kinds.${record.kind}`)} /> },
    { key: 'by', header: w('subjectData.by'), wide: true, cell: (record) => <NameCell name={record.requestedByName}
      sub={record.reason} /> },
    { key: 'due', header: w('subjectData.due'), wide: true, width: 150, cell: (record) => <NameCell
      name={time(record.dueAt)} sub={record.late === 'NO' ? undefined
        : <StateWord tone="warn">{w(record.late === 'YES' ? 'subjectData.late' : 'subjectData.soon')}</StateWord>} /> },
    { key: 'state', header: w('common.status'), width: 160, cell: state },
    { key: 'act', header: w('common.actions'), width: 210, cell: (record) => {
      if (record.kind === 'EXPORT' && mayLoad) return <Download record={record} />;
      return record.state === 'REQUESTED' && mayDecide ? <Decide record={record} /> : null;
    } },
  ];
}

/** The page of requests about customers' data. */
export function SubjectDataPage({ id }: { id: string | undefined }) {
  const w = useWords();
  const [, go] = useLocation();
  const [state, setState] = useState<string | null>(null);
  const mayFile = useCan('subject-data.manage');
  const query = useAdminList<RequestRecord>('subject-requests', '/subject-requests', { state });
  return (
    <>
      <ListPage title={w('subjectData.title')} lead={w('subjectData.lead')} query={query} columns={useColumns()}
        rowKey={(record) => record.id} filterCount={Number(state !== null)} onClear={() => { setState(null); }}
        actions={mayFile ? <AddButton href={`${home}/new`}>{w('subjectData.add')}</AddButton> : undefined}
        empty={{ icon: IconUserShield, title: w('subjectData.empty'), hint: mayFile ? w('subjectData.emptyHint')
          : w('common.onlyWith', { permission: wordOr(w, 'perm.subject-data.manage.0', 'subject-data.manage') }) }}
        filters={(
          <FilterBar>
            <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={state} onChange={setState}
              data={states.map((each) => ({ value: each, label: w(`subjectData.states.${each}`) }))} />
          </FilterBar>
        )} />
      {id === 'new' && mayFile ? <FileForm onClose={() => { go(home); }} /> : null}
    </>
  );
}
