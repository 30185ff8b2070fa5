/** The rail: where one can go, and at its foot the keys and the settings of this screen. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconInbox, IconKeyboard, IconSettings, IconTicket, IconUserCog } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useT } from '../kit/words.ts';
import { useSession } from '../session/session.ts';
import { Logo } from './Logo.tsx';
import { homeOf, mayAdmin, mayTickets } from './rights.ts';
import css from './Shell.module.css';

function Item({ href, label, active, count, children }: { href: string; label: string; active: boolean;
  count?: number; children: ReactNode }) {
  return (
    <Tooltip label={label} position="right">
      <Link href={href} className={css.railItem} aria-current={active ? 'page' : undefined}
        aria-label={count === undefined || count === 0 ? label : `${label}, ${count}`}>
        {children}
        {count === undefined || count === 0 ? null
          : <span className={`count ${css.railCount}`} aria-hidden="true">{count > 99 ? '99+' : count}</span>}
      </Link>
    </Tooltip>
  );
}

/** The main menu. Only what this user may open stands in it. */
export function Rail({ unread, onShortcuts, onPrefs }: { unread: number; onShortcuts: () => void;
  onPrefs: () => void }) {
  const t = useT();
  const [location] = useLocation();
  const { permissions } = useSession();
  return (
    <nav className={css.rail} aria-label={t('app.main')}>
      <span className={css.mark}><Logo /></span>
      {homeOf(permissions) === '/'
        ? <Item href="/" label={t('app.inbox')} active={location === '/' || location.startsWith('/i/')} count={unread}>
          <IconInbox size={20} stroke={1.75} /></Item> : null}
      {mayTickets(permissions)
        ? <Item href="/tickets" label={t('app.tickets')} active={location === '/tickets' || location.startsWith('/t/')}>
          <IconTicket size={20} stroke={1.75} /></Item> : null}
      {mayAdmin(permissions)
        ? <Item href="/admin" label={t('app.admin')} active={location.startsWith('/admin')}>
          <IconUserCog size={20} stroke={1.75} /></Item> : null}
      <span className={css.railSpace} />
      <div className={css.railFoot}>
        <Tooltip label={`${t('app.shortcuts')} (?)`} position="right">
          <ActionIcon variant="transparent" className={css.railItem} aria-label={t('app.shortcuts')}
            aria-keyshortcuts="?" onClick={onShortcuts}>
            <IconKeyboard size={20} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('prefs.title')} position="right">
          <ActionIcon variant="transparent" className={css.railItem} aria-label={t('prefs.title')} onClick={onPrefs}>
            <IconSettings size={20} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </div>
    </nav>
  );
}
