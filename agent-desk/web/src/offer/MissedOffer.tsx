/** What happened when an offer ran out: where it went, what one is now, and the way back to Ready. */
import { Button } from '@mantine/core';
import { IconPhoneX } from '@tabler/icons-react';
import { whoOf } from '../inbox/Row.tsx';
import { Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { useSignals } from '../live/context.ts';
import { useSetPresence } from '../shell/presence.ts';
import { useKeys } from '../shell/useKeys.ts';
import css from './Offer.module.css';

/** The card itself. */
export function MissedCard({ who, presence, onReady, onClose }: { who: string; presence: string; onReady: () => void;
  onClose: () => void }) {
  const t = useT();
  return (
    <section className={css.card} role="alert">
      <p className={css.missedTitle}><IconPhoneX size={18} stroke={1.75} className="warn" aria-hidden="true" />
        {t('presence.missedTitle')}</p>
      <p className="muted">{t('presence.missedText', { who, presence })}</p>
      <div className={css.missedActions}>
        <Button rightSection={<Kbd>Alt 1</Kbd>} onClick={onReady}>{t('presence.backToReady')}</Button>
        <Button variant="subtle" color="gray" rightSection={<Kbd>Esc</Kbd>} aria-keyshortcuts="Escape"
          onClick={onClose}>{t('app.close')}</Button>
      </div>
    </section>
  );
}

/** Shows nothing unless an offer was missed and not yet read. */
export function MissedOffer() {
  const t = useT();
  const signals = useSignals();
  const setPresence = useSetPresence();
  const missed = signals.missed();
  useKeys({ Escape: missed === undefined ? undefined : () => { signals.forgetMissed(); } });
  if (missed === undefined) return null;
  const who = missed.offer === undefined || missed.offer === null ? t('offer.title') : whoOf(missed.offer);
  return <MissedCard who={who} presence={t(`presence.${missed.presence}`)}
    onReady={() => { void setPresence('READY'); }} onClose={() => { signals.forgetMissed(); }} />;
}
