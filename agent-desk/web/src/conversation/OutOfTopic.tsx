/** Marking a conversation OOT/Complete: out of topic, ended with a reason and without an answer (C10, C25). */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { SelectField } from '../kit/fields.tsx';
import { notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { useDesk } from '../live/context.ts';
import { useReasons } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { reasonLabel } from '../shell/PresenceSwitch.tsx';
import { useBackToList } from '../side/acting.ts';
import { UnsentWarning } from '../side/UnsentWarning.tsx';
import css from './Conversation.module.css';

/** A dialog that asks for the reason; a channel whose flow knows no OOT is refused by the server in words. */
export function OutOfTopic({ row, opened, onClose }: { row: InteractionView; opened: boolean; onClose: () => void }) {
  const t = useT();
  const locale = useLocale();
  const toList = useBackToList();
  const { live } = useDesk();
  const reasons = useReasons('OOT').data ?? [];
  const [reasonCode, setReasonCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const mark = async (): Promise<void> => {
    setBusy(true);
    const refused = live.handsOn([row.id]);
    try {
      await api.post(`/interactions/${row.id}/out-of-topic`, { reasonCode });
      onClose();
      toList(row.id);
    } catch (error) {
      refused();
      notifyError(t('error.title'), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('talk.ootTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className={`muted ${css.dialogText}`}>{t('talk.ootText')}</p>
      <SelectField label={t('form.chooseReason')} value={reasonCode} onChange={setReasonCode} data-autofocus
        data={reasons.map((reason) => ({ value: reason.code, label: reasonLabel(reason, locale) }))} />
      <UnsentWarning rows={[row]} />
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} disabled={reasonCode === null} onClick={() => { void mark(); }}>{t('talk.oot')}</Button>
      </div>
    </Modal>
  );
}
