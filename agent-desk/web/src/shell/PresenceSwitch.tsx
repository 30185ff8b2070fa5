/** The presence switch: what one is, since when, and what one may become; Alt 1..5 do the same. */
import { Menu } from '@mantine/core';
import {
  IconChevronDown, IconCircleCheckFilled, IconCircleOff, IconCoffee, IconLoader, IconMessage, IconPencil,
} from '@tabler/icons-react';
import { useState, type ComponentType } from 'react';
import { Kbd } from '../kit/small.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { span } from '../lib/time.ts';
import { useAgent, useReasons, type ReasonView } from '../live/queries.ts';
import type { PresenceName } from '../live/types.ts';
import { presences, useSetPresence } from './presence.ts';
import css from './Shell.module.css';
import { useKeys } from './useKeys.ts';
import { useNow } from './useNow.ts';

type IconType = ComponentType<{ size?: number; stroke?: number; className?: string; 'aria-hidden'?: 'true' }>;
const looks: Record<PresenceName, { Icon: IconType; tone: string }> = {
  READY: { Icon: IconCircleCheckFilled, tone: 'ok' }, BUSY: { Icon: IconMessage, tone: '' },
    WRAP_UP: { Icon: IconPencil, tone: 'muted' },
  BREAK: { Icon: IconCoffee, tone: 'warn' }, OFFLINE: { Icon: IconCircleOff, tone: 'meta' },
};

/** The sign of a presence; the word stands beside it always. */
export function PresenceIcon({ presence }: { presence: PresenceName }) {
  const { Icon, tone } = looks[presence];
  return <Icon size={16} stroke={1.75} className={tone} aria-hidden="true" />;
}

function Since({ iso }: { iso: string }) {
  const locale = useLocale();
  const now = useNow(1_000);
  return <span className={`num ${css.since}`}>{span(now - new Date(iso).getTime(), locale)}</span>;
}

/** The word of a reason in the reader's language. */
export function reasonLabel(reason: ReasonView, locale: string): string {
  return locale === 'en' ? reason.labelEn : reason.labelId;
}

/** Button and menu. Missing reasons of a break never stop a break: then it is taken without one. */
export function PresenceSwitch() {
  const t = useT();
  const locale = useLocale();
  const agent = useAgent();
  const setPresence = useSetPresence();
  const reasons = useReasons('BREAK').data ?? [];
  const [opened, setOpened] = useState(false);
  // Alt 3 opens the menu on the first reason of a break; a click opens it on its first line.
  const [toReasons, setToReasons] = useState(false);
  const toBreak = (): void => {
    if (reasons.length === 0) { void setPresence('BREAK'); return; }
    setToReasons(true);
    setOpened(true);
  };
  const become = (presence: PresenceName): void => {
    if (presence === 'BREAK') toBreak();
    else void setPresence(presence);
  };
  useKeys(Object.fromEntries(presences.map((presence, index) => [`Alt+${index + 1}`, () => { become(presence); }])));
  if (agent === undefined) {
    return <span className={css.presence} aria-busy="true"><IconLoader size={16} stroke={1.75} aria-hidden="true" />
      {t('presence.unknown')}</span>;
  }
  const item = (presence: PresenceName) => (
    <Menu.Item key={presence} onClick={() => { void setPresence(presence); }}
      aria-current={agent.presence === presence ? 'true' : undefined}>
      <span className={css.presenceItem}>
        <PresenceIcon presence={presence} />{t(`presence.${presence}`)}
        <small>{presence === 'READY' ? t('presence.hintREADY')
          : presence === 'OFFLINE' ? t('presence.hintOFFLINE') : ''}</small>
        <Kbd>Alt {presences.indexOf(presence) + 1}</Kbd>
      </span>
    </Menu.Item>
  );
  return (
    <Menu opened={opened} width={344} onChange={(open) => { setOpened(open); if (!open) setToReasons(false); }}>
      <Menu.Target>
        <button type="button" className={css.presence}>
          <PresenceIcon presence={agent.presence} /><span className="sr">{t('presence.label')}: </span>
            {t(`presence.${agent.presence}`)}
          <Since iso={agent.since} />
          <IconChevronDown size={14} stroke={2} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {item('READY')}
        {item('BUSY')}
        {reasons.length === 0 ? item('BREAK')
          : <Menu.Label>{t('presence.BREAK')} · {t('presence.choose')} (Alt 3)</Menu.Label>}
        {reasons.map((reason, index) => (
          <Menu.Item key={reason.id} data-autofocus={(toReasons && index === 0) || undefined}
            onClick={() => { void setPresence('BREAK', reason.code); }}
            aria-current={agent.presence === 'BREAK' && agent.reasonCode === reason.code ? 'true' : undefined}>
            <span className={css.presenceItem}><PresenceIcon presence="BREAK" />{reasonLabel(reason, locale)}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        {item('WRAP_UP')}
        {item('OFFLINE')}
      </Menu.Dropdown>
    </Menu>
  );
}
