/** Putting work aside: a time with one press, or any other; a note to oneself. */
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api } from '../api/client.ts';
import { TextAreaField, TextField } from '../kit/fields.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { fieldTime, snoozeChoices } from '../lib/snooze.ts';
import { dayTime } from '../lib/time.ts';
import type { InteractionView } from '../live/types.ts';
import { reasonOf, useBulk } from './acting.ts';
import css from './Side.module.css';

const daysMax = 30;
const dayMs = 86_400_000;

/** The dialog for one row or several. Afterwards the open conversation closes: it is out of the way. */
export function Snooze({ rows, onClose }: { rows: readonly InteractionView[]; onClose: () => void }) {
  const t = useT();
  const locale = useLocale();
  const bulk = useBulk();
  const [location, navigate] = useLocation();
  const [now] = useState(serverNow);
  const [custom, setCustom] = useState('');
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const chosen = custom === '' ? undefined : new Date(custom);
  const wrong = chosen !== undefined && !(chosen.getTime() > now && chosen.getTime() <= now + daysMax * dayMs);
  const snooze = async (at: Date): Promise<void> => {
    const [first] = rows;
    if (first === undefined) return;
    setBusy(true);
    const given = { until: at.toISOString(), ...(note.trim() === '' ? {} : { note: note.trim() }) };
    try {
      if (rows.length > 1) await bulk(rows, { action: 'snooze', ...given });
      else {
        await api.post(`/interactions/${first.id}/snooze`, given);
        notifyDone(t('work.snoozed', { time: dayTime(given.until, now, { locale }) }));
        if (location === `/i/${first.id}`) navigate('/');
      }
      onClose();
    } catch (error) {
      notifyError(t('work.snoozeFailed'), reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={rows.length > 1 ? t('work.snoozeMany', { n: rows.length })
      : t('work.snoozeTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className={`muted ${css.dialogText}`}>{t('work.snoozeText')}</p>
      <div className={css.choices}>
        {snoozeChoices(now).map((choice, index) => (
          <Button key={choice.at.toISOString()} variant="default" justify="space-between" disabled={busy}
            data-autofocus={index === 0 || undefined} onClick={() => { void snooze(choice.at); }}
            rightSection={<span className="num muted">{dayTime(choice.at.toISOString(), now, { locale })}</span>}>
            {t(`work.${choice.word}`, { n: choice.hours })}
          </Button>
        ))}
      </div>
      <div className={css.form}>
        <TextField type="datetime-local" label={t('work.custom')} value={custom} onChange={setCustom}
          min={fieldTime(new Date(now))} max={fieldTime(new Date(now + daysMax * dayMs))}
          error={wrong ? t('work.badTime') : undefined} />
        <TextAreaField label={`${t('work.snoozeNote')} (${t('form.optional')})`} value={note} onChange={setNote}
          maxLength={4_000} />
      </div>
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} disabled={chosen === undefined || wrong}
          onClick={() => { if (chosen !== undefined) void snooze(chosen); }}>{t('work.choose')}</Button>
      </div>
    </Modal>
  );
}
