/**
 * The frame of the settings: the menu of what this user may open, at the left; on a phone one button above the
 * page.
 */
import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconExternalLink, IconLock } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { EmptyState, PageHeader, usePhone, useSession } from '../../kit/index.ts';
import { sectionIcons } from '../section-icons.ts';
import { groups, mayOpen, openSections, type Section } from '../sections.ts';
import { useWords, wordOr, type Words } from '../use-words.ts';
import css from './admin.module.css';

function Item({ section, here, w }: { section: Section; here: boolean; w: Words }) {
  const Icon = sectionIcons[section.key];
  const item = useRef<HTMLAnchorElement>(null);
  // The menu is longer than a small screen: where one is must be seen in it, however one came there.
  useEffect(() => { if (here) item.current?.scrollIntoView({ block: 'nearest' }); }, [here]);
  return (
    <Link ref={item} href={section.path} className={css.item} aria-current={here ? 'page' : undefined}>
      <Icon size={16} stroke={1.75} aria-hidden="true" />
      <span>{w(`nav.${section.key}`)}</span>
    </Link>
  );
}

function DocsLink({ w }: { w: Words }) {
  return (
    <a href="/docs" target="_blank" rel="noreferrer" className={css.item}>
      <IconExternalLink size={16} stroke={1.75} aria-hidden="true" />
      <span>{w('nav.docs')}<span className="sr"> ({w('nav.newTab')})</span></span>
    </a>
  );
}

function SideNav({ open, location, w }: { open: Section[]; location: string; w: Words }) {
  return (
    <nav className={css.nav} aria-label={w('nav.label')}>
      <p className={css.navTitle}>{w('title')}</p>
      {groups.map((group) => {
        const inGroup = open.filter((section) => section.group === group);
        if (inGroup.length === 0 && group !== 'trail') return null;
        return (
          <div key={group} className={css.group}>
            <p className={css.groupTitle}>{w(`nav.${group}`)}</p>
            {inGroup.map((section) => (
              <Item key={section.key} section={section} here={location.startsWith(section.path)} w={w} />
            ))}
            {group === 'trail' ? <DocsLink w={w} /> : null}
          </div>
        );
      })}
    </nav>
  );
}

function PhoneNav({ open, location, w }: { open: Section[]; location: string; w: Words }) {
  const [, go] = useLocation();
  const here = open.find((section) => location.startsWith(section.path));
  return (
    <nav className={css.phoneNav} aria-label={w('nav.label')}>
      <Menu width="target">
        <Menu.Target>
          <Button variant="default" size="md" rightSection={<IconChevronDown size={16} />}>
            {here === undefined ? w('title') : w(`nav.${here.key}`)}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {open.map(({ key, path }) => {
            const Icon = sectionIcons[key];
            return (
              <Menu.Item key={key} leftSection={<Icon size={16} stroke={1.75} />} onClick={() => { go(path); }}>
                {w(`nav.${key}`)}
              </Menu.Item>
            );
          })}
          <Menu.Item component="a" href="/docs" target="_blank" rel="noreferrer"
            leftSection={<IconExternalLink size={16} />}>
            {w('nav.docs')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}

/** Menu and page; says so if this user has no settings at all. */
export function AdminFrame({ children }: { children: ReactNode }) {
  const w = useWords();
  const phone = usePhone();
  const [location] = useLocation();
  const { permissions } = useSession();
  const open = openSections(permissions);
  if (open.length === 0) {
    return (
      <main>
        <EmptyState icon={<IconLock size={28} stroke={1.5} />}
          title={w('common.nothing')}>{w('common.nothingHint')}</EmptyState>
      </main>
    );
  }
  const Nav = phone ? PhoneNav : SideNav;
  return (
    <div className={css.frame} style={{ flexDirection: phone ? 'column' : 'row' }}>
      <Nav open={open} location={location} w={w} />
      <main className={css.main}>{children}</main>
    </div>
  );
}

/** Shows the page only to those who hold the permission; others read which one is missing. */
export function Guard({ section, children }: { section: Section; children: ReactNode }) {
  const w = useWords();
  const { permissions } = useSession();
  const { key, permission } = section;
  if (mayOpen(section, permissions)) return <>{children}</>;
  return (
    <>
    <PageHeader title={w(`nav.${key}`)} />
    <EmptyState icon={<IconLock size={28} stroke={1.5} />} title={w('common.denied')}>
      {w('common.deniedHint', { permission: wordOr(w, `perm.${permission}.0`, permission) })}
    </EmptyState>
    </>
  );
}
