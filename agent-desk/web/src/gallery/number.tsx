/** The gallery's parts of a linked number: its session in every state, its health, prepared messages, what waits. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { ApiError } from '../api/client.ts';
import { SessionPanel } from '../admin/pages/account-session.tsx';
import { NumberHealth } from '../admin/pages/account-session-health.tsx';
import { MessageItem } from '../conversation/MessageItem.tsx';
import { serverNow } from '../lib/now.ts';
import { TemplateDialog } from '../reply/TemplateDialog.tsx';
import { WindowClosed } from '../reply/TemplateTools.tsx';
import type { GapValues } from '../reply/templates.ts';
import css from './Gallery.module.css';
import { sampleSession, sampleSessions, sampleTemplates, waitingMessages } from './number-samples.ts';
import { sampleRow } from './samples.ts';
import { useGalleryWords } from './words.ts';

const nothing = (): void => undefined;
const done = (): Promise<void> => Promise.resolve();

/** Every state of a session, as who may change it sees it; the last one as who may only look. */
export function Sessions() {
  const [views] = useState(() => sampleSessions(serverNow()));
  return (
    <div className={css.grid}>
      {views.map((view, at) => <SessionPanel key={`${view.state} ${view.reasonCode} ${at}`} view={view} ask={done}
        mayChange={at < views.length - 1} account={{ status: 'ACTIVE', address: '+6281500000001' }} />)}
    </div>
  );
}

/** A number in its second week, one that is shut off for new people, and one that nobody used yet. */
export function Health() {
  const [now] = useState(serverNow);
  const paused = sampleSession(now, { cold: { cap: 10, today: 10, reasonCode: 'REACHOUT_LOCKED', afterDays: 30,
    pausedUntil: new Date(now + 86_400_000).toISOString() }, days: [], gaps: [] });
  return (
    <div className={css.thread}>
      <NumberHealth view={sampleSession(now, {})} />
      <NumberHealth view={paused} />
    </div>
  );
}

/** What waits and why; what cannot be read yet. */
export function WaitingMessages() {
  const row = sampleRow({});
  return (
    <div className={css.thread}>
      {waitingMessages.map((message) => (
        <MessageItem key={message.id} row={row} me="saya"
          placed={{ message, first: true, last: true } as Parameters<typeof MessageItem>[0]['placed']} />
      ))}
    </div>
  );
}

type Shown = 'templates' | 'noTemplates' | 'failedTemplates' | 'loadingTemplates';

/** The closed window, and the dialog by a press in each of its states. */
export function Templates() {
  const w = useGalleryWords();
  const [shown, setShown] = useState<Shown | null>(null);
  const [kept] = useState(() => new Map<string, GapValues>());
  const items = shown === 'templates' ? sampleTemplates : shown === 'noTemplates' ? [] : undefined;
  return (
    <div className={css.thread}>
      <WindowClosed hours={24} hasDraft onOpen={() => { setShown('templates'); }} />
      <div className={css.line}>
        {(['templates', 'noTemplates', 'failedTemplates', 'loadingTemplates'] as const).map((each) => (
          <Button key={each} variant="default" onClick={() => { setShown(each); }}>{w(each)}</Button>))}
      </div>
      {shown === null ? null : <TemplateDialog items={items} kept={kept} onRetry={nothing}
        error={shown === 'failedTemplates' ? new ApiError('NETWORK', '', 0) : null}
        onSend={() => Promise.reject(new ApiError('NETWORK', '', 0))} onClose={() => { setShown(null); }} />}
    </div>
  );
}
