/** Registering an opt-out: find the customer, choose the number or account, the purpose and the reason. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, codeWord, notifyDone, SelectField, TextAreaField } from '../../kit/index.ts';
import { useRefresh } from '../data.ts';
import { ContactPicker } from '../parts/contact-picker.tsx';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { labelled } from '../parts/labelled.ts';
import { optOutPurposes, type OptOutRecord } from '../types.ts';
import { type Editor, useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

interface ContactPoint { id: string; channel: string; handleMasked: string }
interface OptOutDraft { contactId: string; contactPointId: string; purpose: OptOutRecord['purpose']; reason: string }

const reasonChars = { min: 3, max: 500 };

/** Where the chosen customer is reached. */
function usePoints(contactId: string): ContactPoint[] {
  const query = useQuery({
    queryKey: ['admin', 'contacts', 'points', contactId], enabled: contactId !== '', gcTime: 60_000,
    queryFn: ({ signal }) => api.get<{ points: ContactPoint[] }>(`/contacts/${contactId}`, { signal }),
  });
  return query.data?.points ?? [];
}

function pointName(point: ContactPoint): string {
  return `${point.handleMasked} · ${codeWord('channel', point.channel.toUpperCase().replaceAll('-', '_'))}`;
}

function Whom({ editor }: { editor: Editor<OptOutDraft> }) {
  const w = useWords();
  const { draft, errors, set } = editor;
  const points = usePoints(draft.contactId);
  const only = points.length === 1 ? points[0]?.id : undefined;
  useEffect(() => {
    if (only !== undefined) set('contactPointId', only);
  }, [only, draft.contactId, set]);
  return (
    <FormSection>
      <ContactPicker label={w('optOuts.find')} value={draft.contactId} error={errors.contactId}
        onChange={(id) => { set('contactId', id); set('contactPointId', ''); }} />
      <SelectField label={w('optOuts.handle')} description={w('optOuts.pointHint')}
        value={draft.contactPointId === '' ? null : draft.contactPointId}
        data={points.map((point) => ({ value: point.id, label: pointName(point) }))}
        disabled={points.length === 0} required
        onChange={(id) => { set('contactPointId', id ?? ''); }} error={errors.contactPointId} />
    </FormSection>
  );
}

/** The drawer that registers one. */
export function OptOutForm({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const editor = useEditor<never, OptOutDraft, OptOutRecord>({
    record: undefined, draftOf: () => ({ contactId: '', contactPointId: '', purpose: 'ALL', reason: '' }),
    check: (draft) => ({
      contactId: draft.contactId === '' ? w('invalid.required') : undefined,
      contactPointId: draft.contactPointId === '' ? w('invalid.required') : undefined,
      reason: draft.reason.trim().length < reasonChars.min ? w('invalid.tooShort', { min: reasonChars.min })
        : draft.reason.trim().length > reasonChars.max ? w('invalid.tooLong', { max: reasonChars.max }) : undefined,
    }),
    create: ({ contactId: _contact, ...draft }, idempotencyKey) =>
      api.post('/opt-outs', { ...draft, reason: draft.reason.trim() }, { idempotencyKey }),
    onSaved: () => { notifyDone(w('optOuts.added')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={w('optOuts.add')} onClose={onClose}
      editor={labelled(editor, { contactId: w('optOuts.find') })}>
      <Whom editor={editor} />
      <FormSection>
        <SelectField label={w('optOuts.purpose')} value={draft.purpose} required
          data={optOutPurposes.map((each) => ({ value: each, label: w(`optOuts.purposes.${each}`) }))}
          onChange={(purpose) => { set('purpose', (purpose ?? 'ALL') as OptOutDraft['purpose']); }}
          error={errors.purpose} />
        <TextAreaField label={w('optOuts.reason')} description={w('optOuts.reasonHint')} value={draft.reason} required
          error={errors.reason}
          onChange={(reason) => { set('reason', reason); }} />
      </FormSection>
    </EditorDrawer>
  );
}
