/** What happened when an offer ran out: where it went, what one is now, and the way back to Ready. */
import { Button } from '@mantine/core';
import { IconPhoneX } from '@tabler/icons-react';
import { whoOf } from '../inbox/Row.tsx';
import { Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { useSignals } from '../live/context.ts';
import { useSetPresence } from '../shell/presence.ts';
import css from './Offer.module.css';

/** Shows nothing unless an offer was missed and not yet read. */
export function MissedOffer() {
  const t = useT();
  const signals = useSignals();
  const setPresence = useSetPresence();
  const missed = signals.missed();
  if (missed === undefined) return null;
  const who = missed.offer === undefined || missed.offer === null ? t('offer.title') : whoOf(missed.offer);
  return (
    <section className={css.card} role="alert">
      <p className={css.missedTitle}><IconPhoneX size={18} stroke={1.75} className="warn" aria-hidden="true" />
        {t('presence.missedTitle')}</p>
      <p className="muted">{t('presence.missedText', { who, presence: t(`presence.${missed.presence}`) })}</p>
      <div className={css.missedActions}>
        <Button rightSection={<Kbd>Alt 1</Kbd>} onClick={() => { void setPresence('READY'); }}>
          {t('presence.backToReady')}</Button>
        <Button variant="subtle" color="gray" onClick={() => { signals.forgetMissed(); }}>{t('app.close')}</Button>
      </div>
    </section>
  );
}
