/**
 * A message that the server does not have yet: shown at once, on its way by itself; if refused, with the reason and
 * what to do.
 */
import { Button } from '@mantine/core';
import { IconAlertCircle, IconArrowBackUp, IconClock, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useT } from '../kit/words.ts';
import { useDesk, useLine } from '../live/context.ts';
import type { Pending } from '../live/outbox.ts';
import { returnToDraft } from '../reply/returned.ts';
import { Attachments } from './Attachments.tsx';
import css from './Conversation.module.css';
import extras from './Extras.module.css';
import { Offered } from './Offered.tsx';
import { SafeText } from './SafeText.tsx';
import { useTakeBack } from './undo.ts';

/** The bubble of the future message, or the note. */
export function PendingItem({ pending }: { pending: Pending }) {
  const t = useT();
  const online = useLine().phase === 'online';
  const word = online ? t('status.sending') : t('status.waiting');
  const meta = (
    <span className={css.meta}>
      {pending.refused === undefined
        ? <span className="word"><IconClock size={14} stroke={2} aria-hidden="true" />{word}</span>
        : <span className="word bad"><IconAlertCircle size={14} stroke={2} aria-hidden="true" />{t('status.failed')}
          </span>}
    </span>
  );
  return (
    <div className={css.place} data-first>
      {pending.kind === 'note'
        ? (
          <article className={css.note}>
            <header className="word"><IconLock size={14} stroke={2} aria-hidden="true" className="warn" />
              <strong className="warn">{t('talk.note')}</strong></header>
            <div className={css.noteText}><SafeText text={pending.text} /></div>
            {meta}
          </article>
        )
        : (
          <article className={css.turn} data-own data-last>
            <span className="sr">{t('talk.you')}: </span>
            <div className={css.bubble} data-own data-first data-last
              data-media={pending.files.length > 0 || undefined}>
              <Attachments files={pending.files} />
              <div className={css.caption}>
                {pending.text === '' ? null : <div className={css.text}><SafeText text={pending.text} /></div>}
                {meta}
              </div>
            </div>
            {pending.offer === undefined ? null : <Offered offer={pending.offer} />}
          </article>
        )}
      {pending.refused === undefined && !online && pending.kind === 'send' ? <Waiting pending={pending} /> : null}
      {pending.refused === undefined ? null : <Refused pending={pending} message={pending.refused.message} />}
    </div>
  );
}

/** While the line is gone there is all the time for second thoughts. */
function Waiting({ pending }: { pending: Pending }) {
  const t = useT();
  const takeBack = useTakeBack();
  const [busy, setBusy] = useState(false);
  const go = (): void => {
    setBusy(true);
    void takeBack(pending).finally(() => { setBusy(false); });
  };
  return (
    <div className={extras.held} data-held>
      <Button size="compact-xs" variant="default" loading={busy} onClick={go}
        leftSection={<IconArrowBackUp size={14} stroke={2} />}>{t('say.undo')}</Button>
    </div>
  );
}

function Refused({ pending, message }: { pending: Pending; message: string }) {
  const t = useT();
  const desk = useDesk();
  const { live } = desk;
  const toDraft = (): void => {
    returnToDraft(desk, pending);
    live.outbox.settle(pending.clientId);
  };
  return (
    <div className={css.failed} role="alert">
      <p className="word bad"><IconAlertCircle size={16} stroke={1.75} aria-hidden="true" />
        <strong>{t('talk.failedTitle')}</strong></p>
      <p>{message === '' ? t('error.INTERNAL') : message} {t('talk.kept')}</p>
      <div className={css.failedActions}>
        <Button size="xs" variant="default" onClick={() => { live.sendAgain(pending.clientId); }}>{t('talk.resend')}
          </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={toDraft}>{t('talk.toDraft')}</Button>
        <Button size="xs" variant="subtle" color="gray" onClick={() => { live.outbox.settle(pending.clientId); }}>
          {t('talk.discard')}</Button>
      </div>
    </div>
  );
}
