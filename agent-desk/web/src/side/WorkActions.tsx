/** The line of what may be done with the open work: hand on, put aside, follow; and the keys T, S and F for it. */
import { Button, Tooltip } from '@mantine/core';
import { IconAlarm, IconArrowsExchange, IconBell, IconBellRinging, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useCan } from '../kit/hooks.ts';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { isOpen } from '../live/lists.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useFollow, useFollows, useStart } from './acting.ts';
import css from './Side.module.css';

const answered = new Set(['IN_SERVICE', 'IDLE_CHECK_1', 'IDLE_CHECK_2', 'INFORMED', 'CLOSING']);

/** What this user may do with the row; the server decides again. */
export function useMay(row: InteractionView): { transfer: boolean; snooze: boolean } {
  const { user } = useSession();
  const reassign = useCan('interaction.reassign');
  const held = isOpen(row) && row.state !== 'DOCUMENTED';
  const own = row.agentId === user.id;
  return { transfer: held && !row.masked && (own || reassign),
    snooze: held && (own || (reassign && row.agentId !== null)) && answered.has(row.state) && row.answeredAt !== null };
}

/** Takes work up again that was put aside. */
function useWake(row: InteractionView): { busy: boolean; wake: () => Promise<void> } {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const wake = async (): Promise<void> => {
    setBusy(true);
    try {
      await api.post(`/interactions/${row.id}/wake`);
      notifyDone(t('work.woken'));
    } catch (error) {
      notifyError(t('work.wakeFailed'), error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, wake };
}

/** The keys of the open row; without the pane as well. Draws nothing. */
export function WorkKeys({ row }: { row: InteractionView }) {
  const may = useMay(row);
  const start = useStart();
  const follow = useFollow();
  const follows = useFollows();
  const { wake } = useWake(row);
  useKeys({
    T: may.transfer ? () => { start({ what: 'transfer', rows: [row] }); } : undefined,
    S: may.snooze ? () => { start({ what: 'snooze', rows: [row] }); } : undefined,
    W: may.snooze && row.snoozedUntil !== null ? () => { void wake(); } : undefined,
    F: row.masked || follows === undefined ? undefined : () => { void follow(row, !follows.has(row.ticketId)); },
  });
  return null;
}

function Aside({ row, until }: { row: InteractionView; until: string }) {
  const t = useT();
  const locale = useLocale();
  const may = useMay(row);
  const { busy, wake } = useWake(row);
  return (
    <p className={css.aside} role="status">
      <IconAlarm size={16} stroke={1.75} aria-hidden="true" />
      <span className="grow num">{t('work.snoozedUntil', { time: dayTime(until, serverNow(), { locale }) })}</span>
      {may.snooze ? <Button size="compact-sm" variant="default" loading={busy} onClick={() => { void wake(); }}
        aria-keyshortcuts="W" title={`${t('work.wake')} (W)`}
        leftSection={<IconPlayerPlay size={14} stroke={2} aria-hidden="true" />}>{t('work.wake')}</Button> : null}
    </p>
  );
}

/** The buttons, under the pane's head. What cannot be done now is not shown, but for the reason why. */
export function WorkActions({ row }: { row: InteractionView }) {
  const t = useT();
  const may = useMay(row);
  const start = useStart();
  const follow = useFollow();
  const follows = useFollows();
  const following = follows?.has(row.ticketId) === true;
  const waits = may.transfer && !may.snooze && row.answeredAt === null && row.agentId !== null;
  return (
    <>
      <div className={css.actions} role="toolbar" aria-label={t('work.actions')}>
        {may.transfer
          ? <Button size="compact-sm" variant="subtle" color="gray" aria-keyshortcuts="T"
            title={`${t('work.transfer')} (T)`}
            leftSection={<IconArrowsExchange size={16} stroke={1.75} aria-hidden="true" />}
            onClick={() => { start({ what: 'transfer', rows: [row] }); }}>{t('work.transfer')}</Button> : null}
        {may.snooze || waits
          ? <Tooltip label={t('work.NOT_ANSWERED')} disabled={may.snooze}>
            <Button size="compact-sm" variant="subtle" color="gray" aria-keyshortcuts="S"
            title={`${t('work.snooze')} (S)`}
              data-disabled={waits || undefined} aria-disabled={waits}
              leftSection={<IconAlarm size={16} stroke={1.75} aria-hidden="true" />}
              onClick={() => { if (may.snooze) start({ what: 'snooze', rows: [row] }); }}>{t('work.snooze')}</Button>
          </Tooltip> : null}
        <Button size="compact-sm" variant="subtle" color="gray" aria-keyshortcuts="F"
          aria-pressed={following} disabled={follows === undefined}
          leftSection={following ? <IconBellRinging size={16} stroke={1.75} aria-hidden="true" />
            : <IconBell size={16} stroke={1.75} aria-hidden="true" />}
          title={`${t(following ? 'work.unfollow' : 'work.follow')} (F)`}
          onClick={() => { void follow(row, !following); }}>{t(following ? 'views.followed' : 'work.follow')}</Button>
      </div>
      {row.snoozedUntil === null ? null : <Aside row={row} until={row.snoozedUntil} />}
    </>
  );
}
