/** The frame around every page: rail, top bar with how the line stands, offers, palette, keys that act everywhere. */
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useMentionNotices } from '../conversation/mention-notices.ts';
import { useUndoKey } from '../conversation/undo.ts';
import { useT } from '../kit/words.ts';
import { useMine } from '../live/queries.ts';
import { Bell } from '../notify/Bell.tsx';
import { useDueRequests } from '../notify/useDueRequests.ts';
import { useNotices } from '../notify/useNotices.ts';
import { MissedOffer } from '../offer/MissedOffer.tsx';
import { OfferPanel } from '../offer/OfferPanel.tsx';
import { useSession } from '../session/session.ts';
import { CutLists } from './CutLists.tsx';
import { Overlays, type Over } from './Overlays.tsx';
import { Rail } from './Rail.tsx';
import { homeOf, mayAdmin, mayTickets } from './rights.ts';
import css from './Shell.module.css';
import { TopBar } from './TopBar.tsx';
import { useKeys } from './useKeys.ts';
import { useZone } from './useZone.ts';

function titleOf(location: string, t: ReturnType<typeof useT>): string {
  if (location.startsWith('/admin')) return t('app.admin');
  if (location === '/tickets' || location.startsWith('/t/')) return t('app.tickets');
  if (location === '/search') return t('app.search');
  return location === '/gallery' ? t('palette.gallery') : t('app.inbox');
}

function useTitle(unread: number): void {
  const t = useT();
  const [location] = useLocation();
  useEffect(() => {
    const page = titleOf(location, t);
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${page} · Sambung`;
  }, [location, t, unread]);
}

/** The frame; the page is its child. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useT();
  const [location, navigate] = useLocation();
  const { user, permissions } = useSession();
  const [over, setOver] = useState<Over>(undefined);
  const { notices, center } = useNotices(user.id);
  useMentionNotices();
  useDueRequests();
  useUndoKey();
  useZone();
  const unread = (useMine() ?? []).reduce((sum, row) => sum + row.unreadCount, 0);
  useTitle(unread);
  const close = useCallback((): void => { setOver(undefined); }, []);
  useKeys({
    '?': () => { setOver('sheet'); },
    'Ctrl+K': () => { setOver('palette'); },
    'G I': homeOf(permissions) === '/' ? () => { navigate('/'); } : undefined,
    'G T': mayTickets(permissions) ? () => { navigate('/tickets'); } : undefined,
    'G S': () => { navigate('/search'); },
    'G A': mayAdmin(permissions) ? () => { navigate('/admin'); } : undefined,
    'G N': () => { setOver('notices'); },
    'G P': () => { setOver('prefs'); },
  }, { first: true });
  return (
    <div className={css.shell} data-open={location.startsWith('/i/') || undefined}>
      <a className="skip" href="#content">{t('app.skip')}</a>
      <Rail unread={unread} onShortcuts={() => { setOver('sheet'); }} onPrefs={() => { setOver('prefs'); }} />
      <TopBar onPalette={() => { setOver('palette'); }}>
        <Bell notices={notices} center={center} opened={over === 'notices'} onPrefs={() => { setOver('prefs'); }}
          onOpened={(open) => { setOver(open ? 'notices' : undefined); }} />
      </TopBar>
      <div className={css.content} id="content" tabIndex={-1}>
        <CutLists />
        {children}
      </div>
      <aside className={css.floating} aria-label={t('offer.title')}>
        <MissedOffer />
        <OfferPanel />
      </aside>
      <Overlays over={over} onClose={close} />
    </div>
  );
}
