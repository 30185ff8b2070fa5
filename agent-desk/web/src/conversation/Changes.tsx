/** How a sent message is changed: the editor under it, and how an edit, a recall or a reaction of ours stands. */
import { Button } from '@mantine/core';
import { IconAlertCircle, IconArrowBackUp, IconClock } from '@tabler/icons-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { notifyError } from '../kit/notify.ts';
import { Kbd } from '../kit/small.tsx';
import { codeWord, useT } from '../kit/words.ts';
import { useAbilities } from '../lib/abilities.ts';
import { reasonWord } from '../lib/reasons.ts';
import { useDesk } from '../live/context.ts';
import type { DeskRequest, InteractionView, MessageView } from '../live/types.ts';
import { maxChars, useUndoSeconds } from '../reply/Toolbar.tsx';
import { useNow } from '../shell/useNow.ts';
import css from './Changes.module.css';
import { keepEdit, keptEdit, setEditing, useEditing } from './changing.ts';

type Change = NonNullable<MessageView['change']>;
export type Wish = DeskRequest<'message:change'>['wish'];

/** A recall always leaves a moment for second thoughts: nobody is asked whether they are sure. */
const recallSecondsMin = 5;

/** Sends a wish about a message; says so where it is refused. True once it is taken. */
export function useChange(message: MessageView): { busy: boolean; change: (wish: Wish) => Promise<boolean> } {
  const { live } = useDesk();
  const [busy, setBusy] = useState(false);
  const [seconds] = useUndoSeconds();
  const change = async (wish: Wish): Promise<boolean> => {
    setBusy(true);
    const undoSeconds = wish.kind === 'REACTION' ? 0
      : wish.kind === 'RECALL' ? Math.max(recallSecondsMin, seconds) : seconds;
    try {
      await live.request('message:change', { clientId: crypto.randomUUID(), messageId: message.id, wish, undoSeconds });
      return true;
    } catch (error) {
      notifyError(codeWord('alter', `${wish.kind}_FAILED`), error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, change };
}

type Account = Pick<InteractionView, 'channel' | 'accountId'>;

/** The editor under a message: what is written there is kept until it is sent. */
export function EditBox({ message, account }: { message: MessageView; account: Account }) {
  const t = useT();
  const chars = useAbilities(account)?.limits.textChars ?? maxChars;
  const said = message.text ?? '';
  const [text, setText] = useState(() => keptEdit(message.id) ?? said);
  const field = useRef<HTMLTextAreaElement>(null);
  const { busy, change } = useChange(message);
  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
    // Whole, with its buttons: under the last message there was no room for it until now.
    element?.parentElement?.scrollIntoView({ block: 'nearest' });
  }, []);
  const close = (): void => {
    setEditing(null);
    keepEdit(message.id, null);
    document.querySelector<HTMLElement>(`[data-message="${CSS.escape(message.id)}"] [data-tool]`)?.focus();
  };
  const over = text.length - chars;
  const isEmpty = text.trim() === '' && message.attachments.length === 0;
  const isSame = text.trim() === said.trim();
  const why = over > 0 ? t(chars < maxChars ? 'reply.tooLongHere' : 'reply.tooLong', { n: over, max: chars })
    : isEmpty ? t('alter.empty') : '';
  const save = async (): Promise<void> => {
    if (busy || isSame || why !== '') return;
    if (await change({ kind: 'EDIT', text: text.trim() })) close();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' && !(event.key === 'Enter' && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') close();
    else void save();
  };
  return (
    <div className={css.edit} role="group" aria-label={t('alter.editing')}>
      <textarea ref={field} className={css.editField} value={text} rows={3} aria-label={t('alter.newText')}
        aria-invalid={why !== ''} onKeyDown={onKey} onChange={(event) => {
          setText(event.currentTarget.value);
          keepEdit(message.id, event.currentTarget.value);
        }} />
      <div className={css.editActions}>
        <span className={css.editWhy} role="status">{why === '' ? t('alter.hint') : <span className="warn">{why}</span>}
        </span>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={close} rightSection={<Kbd>Esc</Kbd>}>
          {t('app.cancel')}</Button>
        <Button size="compact-sm" loading={busy} disabled={isSame || why !== ''} onClick={() => { void save(); }}
          aria-keyshortcuts="Control+Enter" rightSection={<Kbd>Ctrl ↵</Kbd>}>{t('alter.save')}</Button>
      </div>
    </div>
  );
}

function useUndoChange(change: Change): { busy: boolean; undo: () => void } {
  const t = useT();
  const { live } = useDesk();
  const [busy, setBusy] = useState(false);
  const undo = (): void => {
    setBusy(true);
    live.request('message:change-undo', { changeId: change.id })
      .catch((error: unknown) => { notifyError(t('say.undoFailed'), error); })
      .finally(() => { setBusy(false); });
  };
  return { busy, undo };
}

/** The seconds in which a change can be taken back; then that it is on its way. */
function Waiting({ change, mine }: { change: Change; mine: boolean }) {
  const t = useT();
  const now = useNow(500);
  const { busy, undo } = useUndoChange(change);
  const left = change.holdUntil === undefined ? 0 : Math.ceil((new Date(change.holdUntil).getTime() - now) / 1_000);
  return (
    <div className={css.strip}>
      <span className="word"><IconClock size={14} stroke={2} aria-hidden="true" />
        <span className="num">{left > 0 ? t(`alter.${change.kind}_HELD`, { n: left })
          : t(`alter.${change.kind}_WAITING`, { emoji: change.emoji ?? '' })}</span></span>
      {left > 0 && mine ? <Button size="compact-xs" variant="default" loading={busy} onClick={undo}
        leftSection={<IconArrowBackUp size={14} stroke={2} />}>{t('say.undo')}</Button> : null}
    </div>
  );
}

/** What was refused, that the customer still sees what was there, and the next step. */
function Refused({ message, change, mine }: { message: MessageView; change: Change; mine: boolean }) {
  const t = useT();
  const { busy, undo } = useUndoChange(change);
  const again = useChange(message);
  const wish: Wish = change.kind === 'EDIT' ? { kind: 'EDIT', text: change.text ?? '' }
    : change.kind === 'RECALL' ? { kind: 'RECALL' } : { kind: 'REACTION', emoji: change.emoji };
  return (
    <div className={`${css.strip} ${css.refused}`} role="alert">
      <span className="word bad"><IconAlertCircle size={14} stroke={2} aria-hidden="true" />
        <span>{t(`alter.${change.kind}_FAILED`)}</span></span>
      <span>{reasonWord(change.reasonCode)} {t('alter.asBefore')}</span>
      {mine ? <>
        <Button size="compact-xs" variant="default" loading={again.busy}
          onClick={() => { void again.change(wish); }}>{t('app.retry')}</Button>
        <Button size="compact-xs" variant="subtle" color="gray" loading={busy} onClick={undo}>{t('alter.dismiss')}
        </Button></> : null}
    </div>
  );
}

/** Under the bubble: the editor, and the change that is on its way or was refused. Nothing where there is none. */
export function Changes({ message, me, account }: { message: MessageView; me: string; account: Account }) {
  const isEditing = useEditing(message.id);
  const { change } = message;
  if (!isEditing && change === undefined) return null;
  const mine = change?.authorId === me;
  return (
    <>
      {change?.kind === 'EDIT' && change.text !== null && change.text !== ''
        ? <p className={css.becomes}><bdi>{change.text.slice(0, 300)}</bdi></p> : null}
      {change === undefined ? null : change.state === 'WAITING' ? <Waiting change={change} mine={mine} />
        : <Refused message={message} change={change} mine={mine} />}
      {isEditing ? <EditBox message={message} account={account} /> : null}
    </>
  );
}
