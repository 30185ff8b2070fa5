/** The rail: where one can go, and at its foot the keys and the settings of this screen. */
import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconInbox, IconKeyboard, IconSettings, IconUserCog } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { api } from '../api/client.ts';
import { setLocale } from '../i18n/index.ts';
import { useLocale, useT } from '../kit/words.ts';
import { useSession } from '../session/session.ts';
import { Logo } from './Logo.tsx';
import css from './Shell.module.css';
import { useStored } from './useStored.ts';

/** Any of these opens the administration pages. */
const adminPermissions =
  ['user.read', 'user.manage', 'role.manage', 'queue.manage', 'channel.read', 'channel.manage', 'quarantine.read',
  'audit.read'];

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
export function Rail({ unread, onShortcuts }: { unread: number; onShortcuts: () => void }) {
  const t = useT();
  const [location] = useLocation();
  const { permissions } = useSession();
  const admin = adminPermissions.some((each) => permissions.includes(each));
  return (
    <nav className={css.rail} aria-label={t('app.main')}>
      <span className={css.mark}><Logo /></span>
      <Item href="/" label={t('app.inbox')} active={!location.startsWith('/admin')} count={unread}>
        <IconInbox size={20} stroke={1.75} /></Item>
      {admin
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
        <Settings />
      </div>
    </nav>
  );
}

function Settings() {
  const t = useT();
  const locale = useLocale();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [sound, setSound] = useStored<boolean>('offerSound', true);
  const check = (on: boolean): ReactNode =>
    (on ? <IconCheck size={14} stroke={2} aria-hidden="true" /> : <span style={{ width: 14 }} />);
  const choose = (next: 'id' | 'en'): void => {
    void setLocale(next);
    // The account remembers it too, so that another machine starts in it; the screen does not wait for that.
    void api.patch('/me', { locale: next }).catch(() => undefined);
  };
  const themes = [['auto', t('app.themeAuto')], ['light', t('app.themeLight')], ['dark', t('app.themeDark')]] as const;
  return (
    <Menu position="right-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="transparent" className={css.railItem} aria-label={t('app.settings')}
          title={t('app.settings')}>
          <IconSettings size={20} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('app.settings')}>
        <Menu.Label>{t('app.language')}</Menu.Label>
        <Menu.Item aria-current={locale === 'id' ? 'true' : undefined} leftSection={check(locale === 'id')}
          onClick={() => { choose('id'); }}>
          {t('app.indonesian')}
        </Menu.Item>
        <Menu.Item aria-current={locale === 'en' ? 'true' : undefined} leftSection={check(locale === 'en')}
          onClick={() => { choose('en'); }}>
          {t('app.english')}
        </Menu.Item>
        <Menu.Label>{t('app.theme')}</Menu.Label>
        {themes.map(([value, label]) => (
          <Menu.Item key={value} aria-current={colorScheme === value ? 'true' : undefined}
            leftSection={check(colorScheme === value)}
            onClick={() => { setColorScheme(value); }}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Label>{t('app.sound')}</Menu.Label>
        <Menu.Item aria-current={sound ? 'true' : undefined} leftSection={check(sound)} closeMenuOnClick={false}
          onClick={() => { setSound(!sound); }}>
          {sound ? t('app.on') : t('app.off')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
