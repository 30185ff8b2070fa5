/** Taking back what is held for second thoughts: a message by its button, the newest from anywhere by the key Z. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { useLocation } from 'wouter';
import { useCan } from '../kit/hooks.ts';
import { notifyDone, notifyError, notifyWarn } from '../kit/notify.ts';
import { useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import type { Pending } from '../live/outbox.ts';
import { newestHeld, type Thread } from '../live/thread.ts';
import type { InteractionView, MessageView } from '../live/types.ts';
import { askReply } from '../reply/asked.ts';
import { returnTemplate, returnToDraft } from '../reply/returned.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';

/**
 * Takes a message back; its text, files, buttons and quote return to the box they came from. True if it did not leave.
 */
export function useUndo(): (message: MessageView) => Promise<boolean> {
  const t = useT();
  const desk = useDesk();
  return useCallback(async (message) => {
    const { conversationId, text, attachments, replyToId, offer, template } = message;
    try {
      // Shown as taken back before the event comes: a second press, of the key or the button, has nothing to take.
      desk.live.answered((await desk.live.request('message:withdraw', { messageId: message.id })).message);
    } catch (error) {
      notifyError(t('say.undoFailed'), error);
      return false;
    }
    // The filled words of a prepared message are not free words: they do not go into the text.
    returnToDraft(desk, { kind: 'send', conversationId, text: template === undefined ? text ?? '' : '',
      files: attachments, replyToId, offer });
    if (template !== undefined) returnTemplate(conversationId, template);
    notifyDone(t(template === undefined ? 'say.undone' : 'template.undone'));
    return true;
  }, [desk, t]);
}

/**
 * Takes back what the server does not have yet: at once where it only waits for the line, else as soon as it is known
 * what became of it. True if it is a draft again.
 */
export function useTakeBack(): (pending: Pending) => Promise<boolean> {
  const t = useT();
  const desk = useDesk();
  const undo = useUndo();
  return useCallback(async (pending) => {
    const message = await desk.live.recall(pending);
    if (message === undefined) return false;
    if (message !== null) return undo(message);
    returnToDraft(desk, pending);
    notifyDone(t('say.undone'));
    return true;
  }, [desk, t, undo]);
}

/** The newest reply on its way that can still be taken back: one without a moment for second thoughts only offline. */
function newestPending(all: readonly Pending[], isOnline: boolean): Pending | undefined {
  return all.filter((each) => each.kind === 'send' && each.refused === undefined
    && (!isOnline || (each.undoSeconds ?? 0) > 0)).at(-1);
}

interface Found { conversationId: string; interactionId: string | null; back: () => Promise<boolean> }

/** Z, in a field Alt Z, takes the newest held message back and leads to its draft, whatever is on the screen. */
export function useUndoKey(): void {
  const t = useT();
  const { live } = useDesk();
  const { user } = useSession();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const writes = useCan('interaction.handle');
  const undo = useUndo();
  const takeBack = useTakeBack();
  const busy = useRef(false);
  const find = (): Found | undefined => {
    const pending = newestPending(live.outbox.all(), live.line().phase === 'online');
    if (pending !== undefined) {
      const row = client.getQueryData<InteractionView[]>(keys.mine)?.find((each) =>
        each.conversationId === pending.conversationId);
      return { ...pending, interactionId: row?.id ?? null, back: () => takeBack(pending) };
    }
    const threads = client.getQueriesData<Thread>({ queryKey: keys.threads });
    const held = newestHeld([...threads.flatMap(([, thread]) => thread?.items ?? []), ...live.lately.allMessages()],
      user.id, serverNow());
    return held && { ...held, back: () => undo(held) };
  };
  const act = async (): Promise<void> => {
    if (busy.current) return;
    const found = find();
    if (found === undefined) {
      notifyWarn(t('say.nothingHeld'), t('say.nothingHeldHint'));
      return;
    }
    busy.current = true;
    const isBack = await found.back();
    busy.current = false;
    if (!isBack || found.interactionId === null) return;
    const place = `/i/${found.interactionId}`;
    // The page of this moment: whoever pressed the key may have gone on while the server answered.
    if (window.location.pathname !== place) navigate(place);
    askReply(found.conversationId);
  };
  const key = writes ? () => { void act(); } : undefined;
  useKeys({ Z: key, 'Alt+Z': key }, { first: true });
}
