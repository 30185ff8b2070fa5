/** What may be done with one message: quote it, copy it; and while it is held back, undo it or let it go. */
import { Button, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconCopy, IconMessageReply } from '@tabler/icons-react';
import { useState } from 'react';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { useDesk } from '../live/context.ts';
import type { MessageView } from '../live/types.ts';
import { setReturnedFiles } from '../reply/returned.ts';
import { setQuote } from '../reply/quotes.ts';
import { useNow } from '../shell/useNow.ts';
import css from './Extras.module.css';
import { useThreadContext } from './thread-context.ts';

/** Small buttons at the corner of a bubble, there by pointer and by Tab. */
export function MessageTools({ message, className }: { message: MessageView; className: string | undefined }) {
  const t = useT();
  const { quote } = useThreadContext();
  const text = message.text ?? '';
  if (message.deletedAt !== null || (quote === undefined && text === '')) return null;
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => { notifyDone(t('app.copied')); }); };
  return (
    <div className={`${css.tools} ${className ?? ''}`} role="group" aria-label={t('say.actions')}>
      {quote === undefined ? null : (
        <Tooltip label={t('say.quote')}>
          <button type="button" className="iconButton" aria-label={t('say.quote')} onClick={() => { quote(message); }}>
            <IconMessageReply size={16} stroke={1.75} aria-hidden="true" /></button>
        </Tooltip>
      )}
      {text === '' ? null : (
        <Tooltip label={t('say.copyText')}>
          <button type="button" className="iconButton" aria-label={t('say.copyText')} onClick={copy}>
            <IconCopy size={16} stroke={1.75} aria-hidden="true" /></button>
        </Tooltip>
      )}
    </div>
  );
}

/** Takes the message back; its text, files and quote return to the box they came from. */
export function useUndo(message: MessageView): { busy: boolean; undo: () => Promise<void> } {
  const t = useT();
  const { live, drafts } = useDesk();
  const [busy, setBusy] = useState(false);
  const undo = async (): Promise<void> => {
    setBusy(true);
    const { conversationId, text, attachments, replyToId } = message;
    try {
      await live.request('message:withdraw', { messageId: message.id });
      const present = drafts.get(conversationId).text;
      const back = text ?? '';
      drafts.set(conversationId, { text: present === '' ? back : `${back}\n${present}` }, serverNow());
      if (attachments.length > 0) setReturnedFiles(conversationId, attachments);
      if (replyToId !== null) setQuote(conversationId, replyToId);
      notifyDone(t('say.undone'));
    } catch (error) {
      notifyError(t('say.undoFailed'), error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, undo };
}

/** The seconds in which one's own reply can still be taken back. */
export function Held({ message }: { message: MessageView }) {
  const t = useT();
  const { live } = useDesk();
  const now = useNow(500);
  const { busy, undo } = useUndo(message);
  const [asked, setAsked] = useState(false);
  const left = message.holdUntil === undefined ? 0 : Math.ceil((new Date(message.holdUntil).getTime() - now) / 1_000);
  if (left <= 0 || message.status !== 'queued') return null;
  const go = (): void => {
    setAsked(true);
    live.request('message:send-now', { messageId: message.id }).catch(() => { setAsked(false); });
  };
  return (
    <div className={css.held}>
      <span className="num">{t('say.held', { n: left })}</span>
      <Button size="compact-xs" variant="default" loading={busy} leftSection={<IconArrowBackUp size={14} stroke={2} />}
        onClick={() => { void undo(); }}>{t('say.undo')}</Button>
      <Button size="compact-xs" variant="subtle" color="gray" disabled={asked} onClick={go}>{t('say.sendNow')}</Button>
    </div>
  );
}
