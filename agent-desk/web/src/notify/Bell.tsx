/** The bell of the top bar and its list: what happened to me, newest first, each line one key from its conversation. */
import { Button, Popover } from '@mantine/core';
import { IconAlarm, IconArrowUpRight, IconArrowsExchange, IconAt, IconBell, IconCheck, IconClock,
  IconExclamationCircle, IconMessage, IconPhoneX, IconRotate, IconUserCheck,
  IconUserShield } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { ComponentType } from 'react';
import { useLocation } from 'wouter';
import { whoOf } from '../inbox/Row.tsx';
import { EmptyState } from '../kit/states.tsx';
import { Bdi } from '../kit/small.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import type { InteractionView, MentionView } from '../live/types.ts';
import css from './Bell.module.css';
import type { Center } from './center.ts';
import { mentionId, placeOf, type Notice, type NoticeKind } from './notices.ts';

type IconType = ComponentType<{ size?: number; stroke?: number; className?: string; 'aria-hidden'?: 'true' }>;
const looks: Record<NoticeKind, { Icon: IconType; tone: string }> = {
  offer: { Icon: IconBell, tone: '' }, message: { Icon: IconMessage, tone: '' },
  assigned: { Icon: IconUserCheck, tone: '' }, failed: { Icon: IconExclamationCircle, tone: 'bad' },
  late: { Icon: IconAlarm, tone: 'bad' }, missed: { Icon: IconPhoneX, tone: 'warn' },
  mention: { Icon: IconAt, tone: '' }, woken: { Icon: IconClock, tone: '' },
  wokenAway: { Icon: IconClock, tone: 'warn' }, followWrote: { Icon: IconMessage, tone: '' },
  followMoved: { Icon: IconArrowsExchange, tone: '' }, followEscalated: { Icon: IconArrowUpRight, tone: '' },
  followClosed: { Icon: IconCheck, tone: '' }, followReopened: { Icon: IconRotate, tone: '' },
  requestSoon: { Icon: IconUserShield, tone: 'warn' }, requestLate: { Icon: IconUserShield, tone: 'bad' },
};

/** The sign of a kind of notice. */
export function NoticeIcon({ kind }: { kind: NoticeKind }) {
  const { Icon, tone } = looks[kind] ?? looks.message;
  return <Icon size={18} stroke={1.75} className={tone} aria-hidden="true" />;
}

/** Whom a notice is about, as far as this page knows: notices keep no names. */
function useWho(): (notice: Notice) => string | undefined {
  const t = useT();
  const client = useQueryClient();
  return ({ id, interactionId }) => {
    if (interactionId === null) return undefined;
    const listed = [keys.mine, keys.followed, keys.left].flatMap((key) =>
      client.getQueryData<InteractionView[]>(key) ?? []);
    const row = listed.find((each) => each.id === interactionId)
      ?? client.getQueryData<InteractionView>(keys.interaction(interactionId));
    const who = row === undefined ? undefined : whoOf(row);
    const mention = client.getQueryData<MentionView[]>(keys.mentions)?.find((each) => mentionId(each) === id);
    if (mention === undefined) return who;
    const [author, contact] = [mention.authorName, mention.contactName ?? who];
    return author === null || contact === undefined ? author ?? contact
      : t('notice.mentionBy', { author, who: contact });
  };
}

/** One line of the list. */
export function NoticeLine({ notice, who, onOpen }: { notice: Notice; who: string | undefined; onOpen: () => void }) {
  const t = useT();
  const locale = useLocale();
  return (
    <li className={css.item} data-unread={!notice.read || undefined}>
      <button type="button" onClick={onOpen} disabled={placeOf(notice) === undefined}>
        <NoticeIcon kind={notice.kind} />
        <span className={css.words}>
          <span className={css.what}>{codeWord('notice', notice.kind)}
            {notice.read ? null : <span className="sr"> ({t('notice.unread')})</span>}</span>
          {notice.interactionId === null ? null
            : <span className="ellipsis muted"><Bdi>{who ?? t('notice.someone')}</Bdi></span>}
        </span>
        <time className="meta num" dateTime={new Date(notice.at).toISOString()}>
          {dayTime(new Date(notice.at).toISOString(), serverNow(), { locale })}</time>
      </button>
    </li>
  );
}

interface Props { notices: readonly Notice[]; center: Center; opened: boolean; onOpened: (open: boolean) => void;
  onPrefs: () => void }

/** The bell with its count; the list opens below it. */
export function Bell({ notices, center, opened, onOpened, onPrefs }: Props) {
  const t = useT();
  const [, navigate] = useLocation();
  const whoIs = useWho();
  const unread = notices.filter((each) => !each.read).length;
  const go = (notice: Notice): void => {
    center.markRead((each) => each.id === notice.id);
    onOpened(false);
    const place = placeOf(notice);
    if (place !== undefined) navigate(place);
  };
  return (
    <Popover opened={opened} onChange={onOpened} position="bottom-end" width={360} trapFocus returnFocus
      withRoles>
      <Popover.Target>
        <button type="button" className={`iconButton ${css.bell}`} onClick={() => { onOpened(!opened); }}
          title={t('notice.title')}>
          <IconBell size={20} stroke={1.75} aria-hidden="true" />
          <span className="sr">{t('notice.title')}{unread > 0 ? `, ${t('notice.count', { n: unread })}` : ''}</span>
          {unread > 0
            ? <span className={`count ${css.count}`} aria-hidden="true">{unread > 99 ? '99+' : unread}</span> : null}
        </button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t('notice.title')}>
        <header className={css.head}>
          <h2>{t('notice.title')}</h2>
          <Button size="xs" variant="subtle" disabled={unread === 0}
            data-autofocus={unread > 0 || undefined}
            onClick={() => { center.markRead(() => true); }}>{t('notice.readAll')}</Button>
        </header>
        {notices.length === 0
          ? <div className={css.none}><EmptyState icon={<IconBell size={28} stroke={1.5} />} title={t('notice.none')}>
            {t('notice.noneText')}</EmptyState></div>
          : <ul className={css.list}>{notices.map((notice) =>
            <NoticeLine key={notice.id} notice={notice} who={whoIs(notice)} onOpen={() => { go(notice); }} />)}</ul>}
        <footer className={css.foot}>
          <Button size="xs" variant="subtle" color="gray" data-autofocus={unread === 0 || undefined}
            onClick={() => { onOpened(false); onPrefs(); }}>
            {t('notice.prefs')}</Button>
          {notices.length === 0 ? null
            : <Button size="xs" variant="subtle" color="gray" onClick={() => { center.clear(); }}>
              {t('notice.clear')}</Button>}
        </footer>
      </Popover.Dropdown>
    </Popover>
  );
}
