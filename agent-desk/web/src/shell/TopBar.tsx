/** The top bar: presence, capacity, today's figures or how the line stands, the account. */
import { Menu } from '@mantine/core';
import { IconLogout, IconSearch, IconShieldLock } from '@tabler/icons-react';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { useAgent } from '../live/queries.ts';
import { useLeave } from '../session/leave.ts';
import { useSession } from '../session/session.ts';
import { useConnectionBar } from './ConnectionBar.tsx';
import { Figures } from './Figures.tsx';
import { PresenceSwitch } from './PresenceSwitch.tsx';
import { mayFind, mayInbox } from './rights.ts';
import css from './Shell.module.css';

const segments = 5;
const OwnSecurity = lazy(async () => ({ default: (await import('../session/OwnSecurity.tsx')).OwnSecurity }));

function Capacity() {
  const t = useT();
  const agent = useAgent();
  if (agent === undefined || agent.capacityPoints === 0) return null;
  const part = agent.usedPoints / agent.capacityPoints;
  return (
    <div className={css.capacity} role="meter" aria-valuemin={0} aria-valuemax={agent.capacityPoints}
      aria-valuenow={agent.usedPoints}
      aria-label={t('presence.capacity')}
        title={t('presence.capacityText', { used: agent.usedPoints, all: agent.capacityPoints })}>
      <span>{t('presence.capacity')}</span>
      <span className={css.segments} aria-hidden="true">
        {Array.from({ length: segments }, (_unused, index) => (
          <span key={index} className={css.segment}>
            <i style={{ width: `${Math.max(0, Math.min(1, part * segments - index)) * 100}%` }} /></span>
        ))}
      </span>
      <strong className="num">{Math.round(part * 100)}%</strong>
    </div>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) =>
    (word === undefined ? '' : [...word][0])).join('').toUpperCase();
}

function Account() {
  const t = useT();
  const { user } = useSession();
  const [security, setSecurity] = useState(false);
  const leave = useLeave();
  return (
    <>
    {security ? <Suspense fallback={null}><OwnSecurity onClose={() => { setSecurity(false); }} /></Suspense> : null}
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <button type="button" className={css.avatar} title={user.name}>
          <span aria-hidden="true">{initials(user.name)}</span>
            <span className="sr">{t('app.account')}: {user.name}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css.account}><p>{user.name}</p><p className="meta">{t('signIn.npk')} {user.npk}</p></div>
        <Menu.Divider />
        <Menu.Item leftSection={<IconShieldLock size={16} stroke={1.75} />} onClick={() => { setSecurity(true); }}>
          {t('access.security')}</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.75} />} onClick={() => { void leave(); }}>
          {t('app.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
    </>
  );
}

/** The field that opens the palette; on a phone its sign alone. */
function Search({ onPalette }: { onPalette: () => void }) {
  const t = useT();
  const may = mayFind(useSession().permissions);
  return (
    <button type="button" className={css.find} onClick={onPalette} aria-keyshortcuts="Control+K"
      title={t('palette.title')}>
      <IconSearch size={18} stroke={1.75} aria-hidden="true" />
      <span className={css.findWord}>{t(may ? 'palette.placeholder' : 'palette.placeholderPages')}</span>
      <Kbd>Ctrl K</Kbd>
    </button>
  );
}

/**
 * The bar over every page; `children` stand before the account. Who has no work to do is not asked how they stand.
 * While the line has something to say that stands here, alone where there is little room.
 */
export function TopBar({ onPalette, children }: { onPalette: () => void; children: ReactNode }) {
  const works = mayInbox(useSession().permissions);
  const { bar, said } = useConnectionBar();
  return (
    <header className={css.top} data-told={bar === undefined ? undefined : true}>
      <span className={css.brand}>Sambung</span>
      {works ? <PresenceSwitch /> : null}
      <span className="sr" role="status">{said}</span>
      {bar ?? <>{works ? <><Capacity /><Figures /></> : null}<span className="grow" /></>}
      <Search onPalette={onPalette} />
      {children}
      <Account />
    </header>
  );
}
