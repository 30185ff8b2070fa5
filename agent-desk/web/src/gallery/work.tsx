/** The gallery's parts of the work itself: rows, rings, messages, offer, notices, bars, presence. */
import { Button } from '@mantine/core';
import { IconCircleCheck, IconWifiOff } from '@tabler/icons-react';
import { useState } from 'react';
import { MessageItem } from '../conversation/MessageItem.tsx';
import { Ring } from '../inbox/Ring.tsx';
import { Row, useRowHeight } from '../inbox/Row.tsx';
import { useT } from '../kit/words.ts';
import { emptyForm, missingFields } from '../lib/form.ts';
import { serverNow } from '../lib/now.ts';
import { NoticeLine } from '../notify/Bell.tsx';
import { MissedCard } from '../offer/MissedOffer.tsx';
import { OfferCard } from '../offer/OfferPanel.tsx';
import { Bar } from '../shell/ConnectionBar.tsx';
import { presences } from '../shell/presence.ts';
import { PresenceIcon } from '../shell/PresenceSwitch.tsx';
import { Documentation } from '../side/Documentation.tsx';
import css from './Gallery.module.css';
import { longName, sampleMessages, sampleNotices, sampleOffer, sampleRow, sampleRows, standsAt } from './samples.ts';

const nothing = (): void => undefined;

/** A list as it stands in the inbox: late, soon, calm, masked ... the second is chosen. `pane` keeps ids apart. */
export function Rows({ pane }: { pane: string }) {
  const t = useT();
  const height = useRowHeight();
  return (
    <div className={css.rows} role="listbox" tabIndex={0} aria-label={t('inbox.list')}
      style={{ height: sampleRows.length * height }}>
      {sampleRows.map((row, index) => (
        <Row key={row.id} id={`${pane}-${row.id}`} row={row} now={standsAt} selected={index === 1}
          active={index === 2} mine
          place={index + 1} of={sampleRows.length} top={index * height} height={height} />
      ))}
    </div>
  );
}

/** Each ring beside its reason. */
export function Rings() {
  return <div className={css.line}>{sampleRows.map((row) => <Ring key={row.id} row={row} now={standsAt} />)}</div>;
}

/** Bubbles, notes and lines of the system. */
export function Messages() {
  const row = sampleRow({});
  return (
    <div className={css.thread}>
      {sampleMessages.map((message) => (
        <MessageItem key={message.id} row={row} me="saya"
          placed={{ message, first: true, last: true } as Parameters<typeof MessageItem>[0]['placed']} />
      ))}
    </div>
  );
}

/** The card with its countdown; while it is being taken; what is said once it ran out. */
export function Offer() {
  const t = useT();
  const [offer] = useState(() => sampleOffer(serverNow()));
  return (
    <div className={css.grid}>
      <OfferCard offer={offer} more={2} busy={false} declining={false} onDeclining={nothing} onTake={nothing}
        onDecline={nothing} />
      <OfferCard offer={{ ...offer, contactName: longName, reasons: [] }} more={0} busy declining={false}
        onDeclining={nothing} onTake={nothing} onDecline={nothing} />
      <MissedCard who="Siti Contoh" presence={t('presence.BREAK')} onReady={nothing} onClose={nothing} />
    </div>
  );
}

const halfWritten = { ...emptyForm, summary: longName, crossSellingOffered: true };

/** The documentation: empty after closing was tried, half written, and read only. */
export function Forms() {
  const row = sampleRow({});
  const props = { row, onChange: nothing } as const;
  return (
    <div className={css.grid}>
      <Documentation {...props} form={emptyForm} missing={missingFields(emptyForm)} disabled={false} />
      <Documentation {...props} form={halfWritten} missing={[]} disabled={false} />
      <Documentation {...props} form={halfWritten} missing={[]} disabled />
    </div>
  );
}

/** One of each kind. */
export function Notices() {
  return <ul>{sampleNotices.map((notice) =>
    <NoticeLine key={notice.id} notice={notice} who="Budi Contoh" onOpen={nothing} />)}</ul>;
}

/** The bars of the connection. */
export function Bars() {
  const t = useT();
  return (
    <>
      <Bar tone="warn" icon={<IconWifiOff size={18} stroke={1.75} aria-hidden="true" />} title={t('live.lost')}
        action={<Button size="xs" variant="default">{t('live.tryNow')}</Button>}>{t('live.lostText', { seconds: 4 })}
      </Bar>
      <Bar tone="ok" icon={<IconCircleCheck size={18} stroke={1.75} aria-hidden="true" />} title={t('live.restored')}>
        {t('live.restoredText')}</Bar>
    </>
  );
}

/** The five presences, sign and word. */
export function People() {
  const t = useT();
  return (
    <div className={css.line}>
      {presences.map((each) =>
        <span key={each} className="word"><PresenceIcon presence={each} />{t(`presence.${each}`)}</span>)}
    </div>
  );
}
