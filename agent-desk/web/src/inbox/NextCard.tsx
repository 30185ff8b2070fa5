/** What comes next when nothing is open: the most urgent of one's own work, one Enter away, or what to wait for. */
import { Button } from '@mantine/core';
import { IconCoffee, IconMessages } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { EmptyState } from '../kit/states.tsx';
import { Bdi, Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { takesEnter } from '../lib/keys.ts';
import { deadlineOf } from '../lib/ring.ts';
import { useAgent, useMine, useOffers } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useNow } from '../shell/useNow.ts';
import { channelName } from './ChannelIcon.tsx';
import css from './Inbox.module.css';
import { Ring } from './Ring.tsx';
import { whoOf } from './Row.tsx';
import { useAhead } from './useAhead.ts';

/** Own work by what is left of its time, then by who spoke last; what is put aside comes last. */
export function byUrgency(one: InteractionView, other: InteractionView): number {
  if ((one.snoozedUntil === null) !== (other.snoozedUntil === null)) return one.snoozedUntil === null ? -1 : 1;
  const [first, second] = [deadlineOf(one), deadlineOf(other)];
  if (first !== second) return first < second ? -1 : 1;
  const [spoke, otherSpoke] = [one.lastMessageAt ?? one.dateOrigin, other.lastMessageAt ?? other.dateOrigin];
  return spoke === otherSpoke ? 0 : spoke < otherSpoke ? 1 : -1;
}

/** What of one's own work comes next; undefined where all of it is put aside or done. */
export function nextWork(mine: readonly InteractionView[]): InteractionView | undefined {
  return mine.filter((row) => row.snoozedUntil === null).sort(byUrgency)[0];
}

/** The middle of the screen while no conversation is open. */
export function NextCard() {
  const t = useT();
  const [, navigate] = useLocation();
  const mine = useMine();
  const agent = useAgent();
  const offers = useOffers().length;
  const now = useNow(5_000);
  const awake = (mine ?? []).filter((row) => row.snoozedUntil === null).length;
  const next = nextWork(mine ?? []);
  useAhead([], [next]);
  useKeys({
    Enter: next === undefined ? undefined : (event) => {
      if (offers > 0 || takesEnter(event.target as HTMLElement | null)) return false;
      navigate(`/i/${next.id}`);
      return true;
    },
  }, { first: true });
  const aside = (mine?.length ?? 0) - awake;
  if (mine === undefined) return null;
  if (next === undefined) {
    const ready = agent?.presence === 'READY';
    return (
      <EmptyState icon={ready ? <IconMessages size={28} stroke={1.5} /> : <IconCoffee size={28} stroke={1.5} />}
        title={t('work.nextNone')}>
        {agent === undefined || ready ? t('work.nextReady')
          : t('work.nextNotReady', { presence: t(`presence.${agent.presence}`) })}
        {aside === 0 ? null : <p className="meta">{t('work.nextAside', { n: aside })}</p>}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<Ring row={next} now={now} />} title={t('work.nextTitle')}
      actions={<Button onClick={() => { navigate(`/i/${next.id}`); }}
        rightSection={offers > 0 ? undefined : <Kbd>Enter</Kbd>}
        aria-keyshortcuts={offers > 0 ? undefined : 'Enter'}>{t('work.nextOpen')}</Button>}>
      <p className={css.nextName}><Bdi>{whoOf(next)}</Bdi></p>
      <p>{[channelName(next.reportName), next.ticketNumber].join(' · ')}</p>
      <p className="meta">{[t('work.nextMore', { n: awake }),
        ...(aside === 0 ? [] : [t('work.nextAside', { n: aside })])].join(' · ')}</p>
    </EmptyState>
  );
}
