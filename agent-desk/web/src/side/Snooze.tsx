/** Putting work aside: a time with one press, or any other; a note to oneself. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { SelectField, TextAreaField, TextField } from '../kit/fields.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayAhead, readClock, snoozeChoices, zonedTime, zoneWord } from '../lib/snooze.ts';
import { dayMark, dayTime } from '../lib/time.ts';
import type { InteractionView } from '../live/types.ts';
import { useZone } from '../shell/useZone.ts';
import { reasonOf, useBackToList, useBulk } from './acting.ts';
import css from './Side.module.css';

const daysMax = 30;
const dayMs = 86_400_000;

interface Other { day: string; clock: string }

/** The moment that day and time of the form mean, and what is wrong with them; neither while no time stands there. */
function useOther(now: number, zone: string) {
  const t = useT();
  const [other, setOther] = useState<Other>(() => ({ day: dayAhead(now, 1, zone), clock: '' }));
  const clock = readClock(other.clock);
  const chosen = clock === undefined ? undefined : zonedTime(other.day, clock.hour, clock.minute, zone);
  const late = chosen !== undefined && !(chosen.getTime() > now && chosen.getTime() <= now + daysMax * dayMs);
  const error = other.clock.trim() === '' ? undefined : clock === undefined ? t('work.badClock')
    : late ? t('work.badTime') : undefined;
  return { other, setOther, error, chosen: error === undefined ? chosen : undefined };
}

/** A day of the coming thirty and a time as one writes it, in the screen's language and the site's zone. */
function OtherTime({ now, zone, other, error, onChange }: { now: number; zone: string; other: Other;
  error: string | undefined; onChange: (other: Other) => void }) {
  const t = useT();
  const locale = useLocale();
  const days = Array.from({ length: daysMax + 1 }, (_unused, ahead) => {
    const value = dayAhead(now, ahead, zone);
    const mark = dayMark(zonedTime(value, 12, 0, zone), now, { locale, zone });
    return { value, label: ahead === 1 ? t('work.tomorrowDay', { day: mark }) : mark };
  });
  return (
    <div className={css.dayAndTime}>
      <SelectField label={t('work.custom')} value={other.day} data={days} allowDeselect={false}
        onChange={(day) => { onChange({ ...other, day: day ?? other.day }); }} />
      <TextField label={t('work.clock', { zone: zoneWord(zone) })} value={other.clock} inputMode="numeric"
        placeholder={locale === 'id' ? '09.00' : '09:00'} maxLength={5} error={error}
        onChange={(clock) => { onChange({ ...other, clock }); }} />
    </div>
  );
}

/** The dialog for one row or several. Afterwards the open conversation closes: it is out of the way. */
export function Snooze({ rows, onClose }: { rows: readonly InteractionView[]; onClose: () => void }) {
  const t = useT();
  const locale = useLocale();
  const bulk = useBulk();
  const toList = useBackToList();
  const [now] = useState(serverNow);
  const zone = useZone();
  const { other, setOther, error: wrong, chosen } = useOther(now, zone);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const snooze = async (at: Date): Promise<void> => {
    const [first] = rows;
    if (first === undefined) return;
    setBusy(true);
    const given = { until: at.toISOString(), ...(note.trim() === '' ? {} : { note: note.trim() }) };
    try {
      if (rows.length > 1) {
        if (await bulk(rows, { action: 'snooze', ...given }) === 'unheard') return;
      } else {
        await api.post(`/interactions/${first.id}/snooze`, given);
        notifyDone(t('work.snoozed', { time: dayTime(given.until, now, { locale }) }));
        toList(first.id);
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
        {snoozeChoices(now, zone).map((choice, index) => (
          <Button key={choice.at.toISOString()} variant="default" justify="space-between" disabled={busy}
            data-autofocus={index === 0 || undefined} onClick={() => { void snooze(choice.at); }}
            rightSection={<span className="num muted">{dayTime(choice.at.toISOString(), now, { locale })}</span>}>
            {t(`work.${choice.word}`, { n: choice.hours })}
          </Button>
        ))}
      </div>
      <div className={css.form}>
        <OtherTime now={now} zone={zone} other={other} error={wrong} onChange={setOther} />
        <TextAreaField label={`${t('work.snoozeNote')} (${t('form.optional')})`} value={note} onChange={setNote}
          maxLength={4_000} />
      </div>
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} disabled={chosen === undefined}
          onClick={() => { if (chosen !== undefined) void snooze(chosen); }}>{t('work.choose')}</Button>
      </div>
    </Modal>
  );
}
