/** The conversation that is open: who it is and how it stands, what was said, and the box to answer in. */
import { Button } from '@mantine/core';
import { IconEyeOff, IconLock } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { ApiError } from '../api/client.ts';
import { EmptyState, ErrorState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { useDesk } from '../live/context.ts';
import { useInteraction, useThread } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { ReplyBox } from '../reply/ReplyBox.tsx';
import css from './Conversation.module.css';
import { Head } from './Head.tsx';
import { useMentionsRead } from './mention-notices.ts';
import { Messages } from './Messages.tsx';
import { Pick } from './Pick.tsx';
import { ThreadSkeleton } from './ThreadSkeleton.tsx';
import { useAimedMessage, useAround } from './useAround.ts';

interface Props { interactionId: string; sideOpen: boolean; onSide: (open: boolean) => void }

/** Everything of the middle pane for one interaction. */
export function Conversation({ interactionId, sideOpen, onSide }: Props) {
  const t = useT();
  const [, navigate] = useLocation();
  const { live } = useDesk();
  const found = useInteraction(interactionId);
  const row = found.data;
  const conversationId = row?.conversationId ?? null;
  const readable = row !== undefined && !row.masked;
  const { query, loadOlder } = useThread(conversationId, readable);
  const aim = useAimedMessage();
  const aimed = useAround(conversationId, readable ? aim : undefined, query.data);
  useMentionsRead(readable ? conversationId : null);
  useEffect(() => {
    if (!readable || conversationId === null) return undefined;
    live.look(conversationId);
    return () => { live.look(null); };
  }, [live, conversationId, readable]);
  if (row === undefined) {
    if (!found.isError) return <ThreadSkeleton />;
    const gone = found.error instanceof ApiError && (found.error.status === 404 || found.error.status === 403);
    return gone
      ? (
        <EmptyState icon={<IconEyeOff size={28} stroke={1.5} />} title={t('talk.gone')}
          actions={<Button variant="default" onClick={() => { navigate('/'); }}>{t('app.toInbox')}</Button>}>
          {t('talk.goneText')}
        </EmptyState>
      )
      : <ErrorState error={found.error} title={t('talk.failedLoad')} onRetry={() => { void found.refetch(); }} />;
  }
  return (
    <>
      <Head row={row} sideOpen={sideOpen} onSide={onSide} />
      {row.masked ? <Masked row={row} /> : null}
      {!row.masked && query.data === undefined && query.isError
        ? <ErrorState error={query.error} title={t('talk.failedLoad')} onRetry={() => { void query.refetch(); }} />
          : null}
      {!row.masked && (query.data === undefined ? !query.isError : aimed.pending) ? <ThreadSkeleton body /> : null}
      {!row.masked && query.data !== undefined && conversationId !== null && !aimed.pending
        ? <Messages key={`talk-${conversationId} ${aim ?? ''}`} row={row} thread={aimed.part ?? query.data}
          conversationId={conversationId} loadOlder={aimed.part === undefined ? loadOlder : aimed.loadOlder}
          target={aim} later={aimed.part === undefined ? undefined : aimed} /> : null}
      {!row.masked && conversationId !== null
        ? <ReplyBox key={`reply-${conversationId}`} row={row} conversationId={conversationId} /> : null}
    </>
  );
}

/** A waiting customer whose text nobody sees until it is taken. */
function Masked({ row }: { row: InteractionView }) {
  const t = useT();
  return (
    <div className={css.masked}>
      <EmptyState icon={<IconLock size={28} stroke={1.5} />} title={t('talk.masked')}
        actions={row.mayPick === true ? <Pick row={row} /> : undefined}>
        {t('talk.maskedText')}
      </EmptyState>
    </div>
  );
}
