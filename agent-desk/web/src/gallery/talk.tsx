/** The gallery's parts of a conversation besides plain bubbles: files, voice, places, quotes, what is on its way. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { MessageItem } from '../conversation/MessageItem.tsx';
import { PendingItem } from '../conversation/PendingItem.tsx';
import { ThreadContext, ThreadItems, type ThreadContextValue } from '../conversation/thread-context.ts';
import { ThreadSkeleton } from '../conversation/ThreadSkeleton.tsx';
import { useViewer, ViewerProvider } from '../conversation/Viewer.tsx';
import { BulkBar } from '../inbox/BulkBar.tsx';
import { FilterForm, ManageViews } from '../inbox/FilterForm.tsx';
import type { Upload } from '../lib/uploads.ts';
import type { Pending } from '../live/outbox.ts';
import { Palette } from '../palette/Palette.tsx';
import { EmojiButton } from '../reply/Emoji.tsx';
import { UploadCards } from '../reply/UploadCards.tsx';
import { ShortcutSheet } from '../shell/ShortcutSheet.tsx';
import { Escalate } from '../side/Escalate.tsx';
import { Snooze } from '../side/Snooze.tsx';
import { Transfer } from '../side/Transfer.tsx';
import css from './Gallery.module.css';
import { longName, sampleFile, sampleMessage, sampleRow, sampleRows, talkMessages } from './samples.ts';
import { useGalleryWords } from './words.ts';

const nothing = (): void => undefined;

const around: ThreadContextValue = { show: () => true, quote: nothing };

/** Pictures, voices, papers, places, contacts, reactions, quotes, files that are coming or lost. */
export function Carried() {
  const row = sampleRow({});
  return (
    <ThreadContext value={around}><ThreadItems value={talkMessages}>
      <ViewerProvider messages={talkMessages}>
        <div className={css.thread}>
          {talkMessages.map((message) => (
            <MessageItem key={message.id} row={row} me="saya"
              placed={{ message, first: true, last: true } as Parameters<typeof MessageItem>[0]['placed']} />
          ))}
        </div>
      </ViewerProvider>
    </ThreadItems></ThreadContext>
  );
}

const waiting: Pending = { clientId: 'menunggu', kind: 'send', conversationId: 'contoh', text: 'Baik, kami cek dahulu.',
  files: [], at: '2026-11-21T02:16:00.000Z' };

/** Not at the server yet: a reply, a note, and one that the server refused. */
export function OnTheWay() {
  const w = useGalleryWords();
  return (
    <div className={css.thread}>
      <PendingItem pending={waiting} />
      <PendingItem pending={{ ...waiting, clientId: 'catatan', kind: 'note' }} />
      <PendingItem pending={{ ...waiting, clientId: 'ditolak', refused: { code: 'FORBIDDEN', message: w('error') } }} />
    </div>
  );
}

/** Files below the text: on their way, there, lost, refused; the last with a name that no line holds. */
export function Uploads() {
  const w = useGalleryWords();
  const [uploads] = useState<Upload[]>(() => [
    { key: 'naik', name: 'bukti transfer.pdf', sizeBytes: 40_000, part: 0.4 },
    { key: 'sudah', name: 'mutasi.csv', sizeBytes: 900, part: 1,
      done: sampleFile({ fileName: 'mutasi.csv', mediaType: 'text/csv' }) },
    { key: 'hilang', name: 'kuitansi.pdf', sizeBytes: 30_000, part: 0, lost: true },
    { key: 'gagal', name: `${longName}.png`, sizeBytes: 1, part: 0.2, problem: w('error') },
  ]);
  return <UploadCards uploads={uploads} onRemove={nothing} onAgain={nothing} />;
}

/** With rows chosen, and with none. */
export function Bulk() {
  return (
    <div className={css.rows}>
      <BulkBar rows={sampleRows.slice(0, 3)} onAll={nothing} onEnd={nothing} />
      <BulkBar rows={[]} onAll={nothing} onEnd={nothing} />
    </div>
  );
}

/** A conversation while it loads. */
export function LoadingTalk() {
  return <div className={css.tall}><ThreadSkeleton body /></div>;
}

const dialogs = ['snooze', 'transfer', 'transferMany', 'filter', 'manage', 'escalate', 'palette', 'keys'] as const;
type Shown = (typeof dialogs)[number];

/** Dialogs by a press each. Of an invented conversation the server knows nothing: there they show how they fail. */
export function Dialogs() {
  const w = useGalleryWords();
  const [shown, setShown] = useState<Shown | null>(null);
  const close = (): void => { setShown(null); };
  const rows = [sampleRow({ contactName: longName })];
  return (
    <div className={css.line}>
      {dialogs.map((each) => (
        <Button key={each} variant="default" data-shows={each} onClick={() => { setShown(each); }}>{w(each)}</Button>
      ))}
      <EmojiButton onPick={nothing} />
      <ViewerProvider messages={[sampleMessage({ id: 'gambar',
        attachments: [sampleFile({ fileId: 'gambar', fileName: `${longName}.png`, mediaType: 'image/png' })] })]}>
        <OpenViewer label={w('viewer')} />
      </ViewerProvider>
      {shown === 'snooze' ? <Snooze rows={rows} onClose={close} /> : null}
      {shown === 'transfer' ? <Transfer rows={rows} onClose={close} /> : null}
      {shown === 'transferMany' ? <Transfer rows={sampleRows.slice(0, 3)} onClose={close} /> : null}
      {shown === 'filter' ? <FilterForm initial={{ view: 'all', state: 'open', filter: {} }}
        onApply={close} onClose={close} /> : null}
      {shown === 'manage' ? <ManageViews now={{ view: 'all', state: 'open', filter: {} }} onClose={close} /> : null}
      <Escalate row={sampleRow({})} form={{ summary: longName }} opened={shown === 'escalate'} onClose={close} />
      <Palette opened={shown === 'palette'} onClose={close} />
      <ShortcutSheet opened={shown === 'keys'} onClose={close} />
    </div>
  );
}

function OpenViewer({ label }: { label: string }) {
  const open = useViewer();
  return <Button variant="default" onClick={() => { open('gambar'); }}>{label}</Button>;
}
