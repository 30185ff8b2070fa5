/** Escalating to tier 2: the reason, a note and what is documented for those who take over, and what happens then. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { SelectField, TextAreaField } from '../kit/fields.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import { useReasons } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { reasonLabel } from '../shell/PresenceSwitch.tsx';
import { useBackToList, useForget } from './acting.ts';
import css from './Side.module.css';
import { UnsentWarning } from './UnsentWarning.tsx';

interface Props {
  row: InteractionView;
  /** What is filled in of the documentation. */
  form: Record<string, unknown> | undefined;
  opened: boolean; onClose: () => void;
}

/** A dialog; the conversation leaves this agent when the server has taken it. */
export function Escalate({ row, form, opened, onClose }: Props) {
  const t = useT();
  const locale = useLocale();
  const client = useQueryClient();
  const toList = useBackToList();
  const forget = useForget();
  const { live } = useDesk();
  const reasons = useReasons('ESCALATION').data ?? [];
  const [reasonCode, setReasonCode] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const escalate = async (): Promise<void> => {
    setBusy(true);
    const refused = live.handsOn([row.id]);
    try {
      await api.post(`/interactions/${row.id}/escalate`,
        { reasonCode, ...(note.trim() === '' ? {} : { note: note.trim() }), ...(form === undefined ? {} : { form }) });
      forget(row);
      void client.invalidateQueries({ queryKey: keys.interaction(row.id) });
      notifyDone(t('form.escalated'));
      onClose();
      toList(row.id);
    } catch (error) {
      refused();
      notifyError(t('form.escalateFailed'), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('form.escalateTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className={`muted ${css.dialogText}`}>{t('form.escalateText')}</p>
      <div className={css.form}>
        <SelectField label={t('form.escalateReason')} placeholder={t('form.chooseReason')} value={reasonCode}
          onChange={setReasonCode} data-autofocus
          data={reasons.map((reason) => ({ value: reason.code, label: reasonLabel(reason, locale) }))} />
        <TextAreaField label={`${t('form.escalateNote')} (${t('form.optional')})`} value={note} onChange={setNote}
          maxLength={4_000} />
        <UnsentWarning rows={[row]} />
        {form === undefined ? null : <p className={`meta ${css.hint}`}>{t('form.escalateForm')}</p>}
      </div>
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} disabled={reasonCode === null} onClick={() => { void escalate(); }}>{t('form.escalate')}
          </Button>
      </div>
    </Modal>
  );
}
