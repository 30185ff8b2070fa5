/** What the palette offers: my open conversations, pages, the commands that act now, and how the screen looks. */
import { useMantineColorScheme } from '@mantine/core';
import { IconArrowRight, IconComponents, IconDeviceDesktop, IconInbox, IconLanguage, IconLogout,
  IconMoon, IconRowInsertBottom, IconSearch, IconSun, IconTicket, IconUserCog } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { ChannelIcon, channelName } from '../inbox/ChannelIcon.tsx';
import { whoOf } from '../inbox/Row.tsx';
import { codeWord, useT } from '../kit/words.ts';
import { useMine } from '../live/queries.ts';
import { useLanguage } from '../shell/language.ts';
import { capsOf, commands } from '../shell/commands.ts';
import { useDensity } from '../shell/prefs.ts';
import { keyBoard } from '../shell/useKeys.ts';
import { useLeave } from '../session/leave.ts';
import { useSession } from '../session/session.ts';
import { homeOf, mayAdmin, mayFind, mayGallery, mayTickets } from '../shell/rights.ts';

export interface PaletteItem {
  id: string;
  group: string;
  icon: ReactNode;
  text: string;
  /** More about it, in the second colour. */
  hint?: string;
  /** Other words by which it is found. */
  also?: string;
  caps?: string[];
  /** Where it leads; such an item can be opened in a new tab. */
  href?: string;
  run?: () => void;
}

const size = { size: 18, stroke: 1.75 } as const;

function useWork(): PaletteItem[] {
  const t = useT();
  return (useMine() ?? []).map((row) => ({
    id: `work ${row.id}`, group: t('palette.work'), text: whoOf(row), href: `/i/${row.id}`,
    icon: <ChannelIcon channel={row.channel} medium={row.medium} size={18} />,
    hint: [row.ticketNumber, channelName(row.reportName)].join(' · '), also: row.handleMasked,
  }));
}

/** The commands whose key somebody listens to on this screen. */
function useCommands(): PaletteItem[] {
  const t = useT();
  const acting = keyBoard.names();
  return commands.filter((each) => each.inPalette && acting.has(each.key)).map(({ key, word }) => ({
    id: `command ${key}`, group: t('palette.commands'), text: codeWord('command', word), caps: capsOf(key),
    icon: <IconArrowRight {...size} />,
    run: () => { keyBoard.run(key, new KeyboardEvent('keydown', { key })); },
  }));
}

function usePages(): PaletteItem[] {
  const t = useT();
  const { permissions } = useSession();
  const group = t('palette.pages');
  return [
    ...(homeOf(permissions) === '/'
      ? [{ id: 'page /', group, text: t('app.inbox'), href: '/', icon: <IconInbox {...size} /> }] : []),
    ...(mayTickets(permissions)
      ? [{ id: 'page /tickets', group, text: t('app.tickets'), href: '/tickets',
        icon: <IconTicket {...size} /> }] : []),
    ...(mayFind(permissions)
      ? [{ id: 'page /search', group, text: t('app.search'), href: '/search', icon: <IconSearch {...size} /> }] : []),
    ...(mayAdmin(permissions)
      ? [{ id: 'page /admin', group, text: t('app.admin'), href: '/admin', icon: <IconUserCog {...size} /> }] : []),
    ...(mayGallery(permissions)
      ? [{ id: 'page /gallery', group, text: t('palette.gallery'), href: '/gallery',
        icon: <IconComponents {...size} /> }] : []),
  ];
}

function useLooks(): PaletteItem[] {
  const t = useT();
  const { setColorScheme } = useMantineColorScheme();
  const { choose } = useLanguage();
  const [density, setDensity] = useDensity();
  const group = t('palette.look');
  const dense = density === 'compact' ? 'roomy' : 'compact';
  const leave = useLeave();
  return [
    { id: 'look light', group, text: t('palette.themeLight'), also: 'light terang', icon: <IconSun {...size} />,
      run: () => { setColorScheme('light'); } },
    { id: 'look dark', group, text: t('palette.themeDark'), also: 'dark gelap', icon: <IconMoon {...size} />,
      run: () => { setColorScheme('dark'); } },
    { id: 'look auto', group, text: t('palette.themeAuto'), icon: <IconDeviceDesktop {...size} />,
      run: () => { setColorScheme('auto'); } },
    { id: 'look id', group, text: t('palette.toId'), also: 'language bahasa', icon: <IconLanguage {...size} />,
      run: () => { choose('id'); } },
    { id: 'look en', group, text: t('palette.toEn'), also: 'language bahasa', icon: <IconLanguage {...size} />,
      run: () => { choose('en'); } },
    { id: 'look density', group, text: t(`palette.${dense}`), icon: <IconRowInsertBottom {...size} />,
      run: () => { setDensity(dense); } },
    { id: 'look leave', group, text: t('palette.signOut'), icon: <IconLogout {...size} />,
      run: () => { void leave(); } },
  ];
}

/** Everything that is known without asking the server. */
export function useItems(): PaletteItem[] {
  const work = useWork();
  const acts = useCommands();
  const pages = usePages();
  const looks = useLooks();
  return [...work, ...acts, ...pages, ...looks];
}

/** Goes where an item leads, or does what it does. */
export function useOpenItem(): (item: PaletteItem, newTab: boolean) => void {
  const [, navigate] = useLocation();
  return (item, newTab) => {
    if (item.href === undefined) item.run?.();
    else if (newTab) window.open(item.href, '_blank', 'noopener');
    else navigate(item.href);
  };
}
