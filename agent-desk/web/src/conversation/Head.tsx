/** The head of a conversation: who, where, which ticket, how much time is left, and what else may be done. */
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconArrowBackUp, IconArrowLeft, IconCopy, IconDots, IconEye, IconLayoutSidebarRight,
  IconMessageOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ChannelIcon, channelName } from '../inbox/ChannelIcon.tsx';
import { Ring } from '../inbox/Ring.tsx';
import { whoOf } from '../inbox/Row.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { Bdi, Kbd } from '../kit/small.tsx';
import { Soon } from '../kit/Soon.tsx';
import { useT } from '../kit/words.ts';
import { ringOf } from '../lib/ring.ts';
import { useDesk, useSignals } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import { isOpen } from '../live/lists.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useNow } from '../shell/useNow.ts';
import { useBackToList } from '../side/acting.ts';
import css from './Conversation.module.css';
import { OutOfTopic } from './OutOfTopic.tsx';

function TimeLeft({ row }: { row: InteractionView }) {
  const t = useT();
  const now = useNow(5_000);
  if (row.clock === null) {
    return <span className={`muted nowrap ${css.timeWord}`}>{isOpen(row) ? null : t(`state.${row.state}`)}</span>;
  }
  const ring = ringOf(row.clock, now, 'j');
  const word = ring.tone === 'late'
    ? ring.minutes >= 60 ? t('inbox.lateHours', { n: Math.floor(ring.minutes / 60) })
      : t('inbox.late', { n: ring.minutes })
    : t('inbox.left', { n: ring.minutes });
  return (
    <span className={`word ${css.timeWord}`}>
      <Ring row={row} now={now} />
      <span className={ring.tone === 'late' ? 'bad' : ring.tone === 'warn' ? 'warn' : 'muted'}>{word}</span>
    </span>
  );
}

function Watching({ conversationId }: { conversationId: string | null }) {
  const t = useT();
  const signals = useSignals();
  const { user } = useSession();
  const others = conversationId === null ? []
    : signals.watchers(conversationId).filter((each) => each.userId !== user.id);
  const [first] = others;
  if (first === undefined) return null;
  const who = others.length > 1 ? `${first.name} +${others.length - 1}` : first.name;
  const words = others.some((each) => each.typing) ? t('talk.agentTyping', { who }) : t('talk.watching', { who });
  return (
    <span className={`word ${css.watching}`} title={words}>
      <IconEye size={14} stroke={2} aria-hidden="true" />
      <span className={`ellipsis ${css.watchingWords}`}>{words}</span>
      <span className={`ellipsis ${css.watchingWho}`} aria-hidden="true">{who}</span>
    </span>
  );
}

interface Props { row: InteractionView; sideOpen: boolean; onSide: (open: boolean) => void }

/** Height 48; on a phone with the way back. */
export function Head({ row, sideOpen, onSide }: Props) {
  const t = useT();
  const [, navigate] = useLocation();
  return (
    <header className={css.head}>
      <ActionIcon variant="subtle" color="gray" className={css.backButton} aria-label={t('app.back')}
        title={t('app.back')}
        onClick={() => { navigate('/'); }}>
        <IconArrowLeft size={20} stroke={1.75} />
      </ActionIcon>
      <div className="grow">
        <div className={css.headLine}>
          <h1 className={`ellipsis ${css.who}`} title={whoOf(row)}><Bdi>{whoOf(row)}</Bdi></h1>
          <span className="badge">Tier {row.tier}</span>
          <Watching conversationId={row.conversationId} />
        </div>
        <p className={`ellipsis ${css.where}`}>
          <ChannelIcon channel={row.channel}
            medium={row.medium} /> {[channelName(row.reportName), row.accountName, row.ticketNumber].join(' · ')}
        </p>
      </div>
      <TimeLeft row={row} />
      <Soon id={row.id} room={<span className={css.moreRoom} />}><MoreActions row={row} /></Soon>
      <Tooltip label={`${sideOpen ? t('app.hidePanel') : t('app.showPanel')} (P)`}>
        <ActionIcon variant="subtle" color="gray" aria-label={t('app.panel')} aria-expanded={sideOpen}
          aria-keyshortcuts="P"
          onClick={() => { onSide(!sideOpen); }}>
          <IconLayoutSidebarRight size={18} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

function MoreActions({ row }: { row: InteractionView }) {
  const t = useT();
  const { user } = useSession();
  const [releasing, setReleasing] = useState(false);
  const [outOfTopic, setOutOfTopic] = useState(false);
  const own = row.agentId === user.id && isOpen(row) && row.state !== 'DOCUMENTED' && row.state !== 'ESCALATED_T2';
  const copy = (): void => {
    void navigator.clipboard.writeText(row.ticketNumber).then(() => { notifyDone(t('app.copied')); }); };
  const mayOot = own && row.answeredAt === null;
  useKeys({ Y: copy, Q: own ? () => { setReleasing(true); } : undefined,
    O: mayOot ? () => { setOutOfTopic(true); } : undefined });
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('talk.more')} title={t('talk.more')}>
            <IconDots size={18} stroke={1.75} /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy size={16} stroke={1.75} />} rightSection={<Kbd>Y</Kbd>}
            onClick={copy}>{t('talk.copyTicket')}</Menu.Item>
          {own ? <Menu.Item leftSection={<IconArrowBackUp size={16} stroke={1.75} />} rightSection={<Kbd>Q</Kbd>}
            onClick={() => { setReleasing(true); }}>{t('talk.release')}</Menu.Item> : null}
          {mayOot
            ? <Menu.Item leftSection={<IconMessageOff size={16} stroke={1.75} />} rightSection={<Kbd>O</Kbd>}
              onClick={() => { setOutOfTopic(true); }}>{t('talk.oot')}</Menu.Item> : null}
        </Menu.Dropdown>
      </Menu>
      <Release row={row} opened={releasing} onClose={() => { setReleasing(false); }} />
      <OutOfTopic row={row} opened={outOfTopic} onClose={() => { setOutOfTopic(false); }} />
    </>
  );
}

function Release({ row, opened, onClose }: { row: InteractionView; opened: boolean; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const { live } = useDesk();
  const toList = useBackToList();
  const [busy, setBusy] = useState(false);
  const release = async (): Promise<void> => {
    setBusy(true);
    try {
      await live.request('interaction:release', { interactionId: row.id });
      client.setQueryData<InteractionView[]>(keys.mine, (mine) => mine?.filter((each) => each.id !== row.id));
      notifyDone(t('talk.released'));
      toList(row.id);
    } catch (error) {
      notifyError(t('error.title'), error);
    } finally {
      setBusy(false);
      onClose();
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('talk.release')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className="muted">{t('talk.releaseText')}</p>
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} onClick={() => { void release(); }}>{t('talk.release')}</Button>
      </div>
    </Modal>
  );
}
