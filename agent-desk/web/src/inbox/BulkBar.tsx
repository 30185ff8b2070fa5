/** What can be done with the rows that are chosen; at the foot of the list while some are. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconAlarm, IconArrowBackUp, IconArrowsExchange, IconBell, IconChecks, IconSelectAll,
  IconX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { Modal } from '../kit/over.tsx';
import { useT } from '../kit/words.ts';
import type { InteractionView } from '../live/types.ts';
import { useBulk, useStart } from '../side/acting.ts';
import side from '../side/Side.module.css';
import css from './Inbox.module.css';

interface Props { rows: readonly InteractionView[]; onAll: () => void; onEnd: () => void }

function Action({ label, disabled, onClick, children }: { label: string; disabled: boolean; onClick: () => void;
  children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>{children}
        </ActionIcon>
    </Tooltip>
  );
}

/** The rows stay chosen until something was done with all of them. */
export function BulkBar({ rows, onAll, onEnd }: Props) {
  const t = useT();
  const start = useStart();
  const bulk = useBulk();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const none = rows.length === 0 || busy;
  const run = async (action: string): Promise<void> => {
    setBusy(true);
    const end = await bulk(rows, { action });
    setBusy(false);
    setAsking(false);
    if (end === 'all') onEnd();
  };
  const icon = { size: 16, stroke: 1.75, 'aria-hidden': true } as const;
  return (
    <div className={css.bulk} role="toolbar" aria-label={t('work.select')}>
      <strong className="num grow" aria-live="polite">{t('work.selected', { n: rows.length })}</strong>
      <Action label={t('work.selectAll')} disabled={busy} onClick={onAll}><IconSelectAll {...icon} /></Action>
      <Action label={t('work.transfer')} disabled={none} onClick={() => { start({ what: 'transfer', rows }); }}>
        <IconArrowsExchange {...icon} /></Action>
      <Action label={t('work.snooze')} disabled={none} onClick={() => { start({ what: 'snooze', rows }); }}>
        <IconAlarm {...icon} /></Action>
      <Action label={t('work.follow')} disabled={none} onClick={() => { void run('follow'); }}>
        <IconBell {...icon} /></Action>
      <Action label={t('work.read')} disabled={none} onClick={() => { void run('read'); }}>
        <IconChecks {...icon} /></Action>
      <Action label={t('work.release')} disabled={none} onClick={() => { setAsking(true); }}>
        <IconArrowBackUp {...icon} /></Action>
      <Action label={t('work.selectEnd')} disabled={busy} onClick={onEnd}><IconX {...icon} /></Action>
      <Modal opened={asking} onClose={() => { setAsking(false); }} title={t('work.releaseMany', { n: rows.length })}
        closeButtonProps={{ 'aria-label': t('app.close') }}>
        <p className="muted">{t('work.releaseManyText')}</p>
        <div className={side.dialogActions}>
          <Button variant="default" data-autofocus onClick={() => { setAsking(false); }}>{t('app.cancel')}</Button>
          <Button loading={busy} onClick={() => { void run('release'); }}>{t('work.release')}</Button>
        </div>
      </Modal>
    </div>
  );
}
