/** The frame around every page: rail, top bar, banner of the connection, offers, keys that act everywhere. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useT } from '../kit/words.ts';
import { useMine } from '../live/queries.ts';
import { OfferPanel } from '../offer/OfferPanel.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { MissedOffer } from '../offer/MissedOffer.tsx';
import { Rail } from './Rail.tsx';
import css from './Shell.module.css';
import { ShortcutSheet } from './ShortcutSheet.tsx';
import { TopBar } from './TopBar.tsx';
import { useKeys } from './useKeys.ts';

/** How long after G the second key may come. */
const goMs = 1_500;

/** The frame; the page is its child. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useT();
  const [location, navigate] = useLocation();
  const [sheet, setSheet] = useState(false);
  const goUntil = useRef(0);
  const unread = (useMine() ?? []).reduce((sum, row) => sum + row.unreadCount, 0);
  useEffect(() => { document.title = `${unread > 0 ? `(${unread}) ` : ''}${location.startsWith('/admin')
    ? t('app.admin') : t('app.inbox')} · Sambung`; });
  useKeys({
    '?': () => { setSheet(true); },
    G: (event) => { goUntil.current = event.timeStamp + goMs; },
    I: (event) => {
      if (event.timeStamp > goUntil.current) return false;
      navigate('/');
      return true;
    },
  });
  return (
    <div className={css.shell} data-open={location.startsWith('/i/') || undefined}>
      <a className="skip" href="#content">{t('app.skip')}</a>
      <Rail unread={unread} onShortcuts={() => { setSheet(true); }} />
      <TopBar />
      <div className={css.content} id="content" tabIndex={-1}>
        <ConnectionBanner />
        {children}
      </div>
      <aside className={css.floating} aria-label={t('offer.title')}>
        <MissedOffer />
        <OfferPanel />
      </aside>
      <ShortcutSheet opened={sheet} onClose={() => { setSheet(false); }} />
    </div>
  );
}
