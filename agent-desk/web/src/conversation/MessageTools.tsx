/** What may be done with one message: quote, copy, react, edit, take back; and while it is held back, undo it. */
import { Button } from '@mantine/core';
import { IconArrowBackUp, IconCopy, IconMessageReply, IconMoodPlus, IconPencil, IconTrash,
  IconX } from '@tabler/icons-react';
import { useState, type ComponentType, type KeyboardEvent } from 'react';
import { useCan } from '../kit/hooks.ts';
import { notifyDone } from '../kit/notify.ts';
import { useT } from '../kit/words.ts';
import { useAbilities } from '../lib/abilities.ts';
import { serverNow } from '../lib/now.ts';
import { useDesk } from '../live/context.ts';
import type { InteractionView, MessageView } from '../live/types.ts';
import { useNow } from '../shell/useNow.ts';
import { useChange } from './Changes.tsx';
import changes from './Changes.module.css';
import { setEditing } from './changing.ts';
import css from './Extras.module.css';
import { useThreadContext } from './thread-context.ts';
import { useUndo } from './undo.ts';

const arrived: ReadonlySet<MessageView['status']> = new Set(['sent', 'delivered', 'read', 'played']);
const hourMs = 3_600_000;

/** By which account the message went, as its interaction says. */
type Account = Pick<InteractionView, 'channel' | 'accountId'>;

/** What may be done with the message here and now: by what its account can, by whose it is, by how old it is. */
function useTools(message: MessageView, account: Account, me: string) {
  const { quote } = useThreadContext();
  const abilities = useAbilities(account);
  const oversees = useCan('interaction.reassign');
  const can = abilities?.capabilities ?? {};
  const isOurs = message.direction === 'OUT' && message.authorKind === 'AGENT' && arrived.has(message.status)
    && message.sentOutside !== true;
  const mine = message.authorId === me;
  const hours = abilities?.recallHours ?? Number.POSITIVE_INFINITY;
  return {
    quote, signs: abilities?.reactions ?? [],
    edit: isOurs && mine && quote !== undefined && can['editSent'] === true && message.offer?.askContact === undefined,
    recall: isOurs && (mine || oversees) && can['recallSent'] === true
      && serverNow() - new Date(message.createdAt).getTime() < hours * hourMs,
    react: message.direction === 'IN' && message.tapped !== true && quote !== undefined && can['react'] === true,
  };
}

/** Puts the keyboard on the tools of the newest message; arrows lead on from there. False where there are none. */
export function focusTools(): boolean {
  const button = [...document.querySelectorAll('[data-tools]')].at(-1)?.querySelector('button');
  button?.focus();
  return button != null;
}

/** Left and right among the tools of a message, up and down from one message to the next, Escape back to the text. */
function onToolKey(event: KeyboardEvent<HTMLElement>): void {
  const group = event.currentTarget;
  const groups = [...document.querySelectorAll<HTMLElement>('[data-tools]')];
  const buttons = [...group.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const next: Record<string, HTMLElement | null | undefined> = {
    ArrowLeft: buttons[at - 1], ArrowRight: buttons[at + 1],
    ArrowUp: groups[groups.indexOf(group) - 1]?.querySelector('button'),
    ArrowDown: groups[groups.indexOf(group) + 1]?.querySelector('button') };
  const target = next[event.key];
  if (target === null || target === undefined) return;
  event.preventDefault();
  target.focus();
  target.scrollIntoView({ block: 'nearest' });
}

interface ToolProps { label: string; Icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: 'true' }>;
  onClick: () => void; expanded?: boolean | undefined; disabled?: boolean | undefined; name?: string | undefined }

function Tool({ label, Icon, onClick, expanded, disabled, name }: ToolProps) {
  return (
    <button type="button" className="iconButton" aria-label={label} title={label} aria-expanded={expanded}
      disabled={disabled} data-tool={name} onClick={onClick}>
      <Icon size={16} stroke={1.75} aria-hidden="true" /></button>
  );
}

/** The signs that the channel takes; the one that stands goes when it is chosen again. */
function Signs({ message, signs, onDone }: { message: MessageView; signs: readonly string[]; onDone: () => void }) {
  const t = useT();
  const { busy, change } = useChange(message);
  const present = message.reactions?.find((each) => each.by === 'AGENT')?.emoji;
  const choose = (sign: string): void => {
    onDone();
    void change({ kind: 'REACTION', emoji: sign === present ? null : sign });
  };
  return <>{signs.map((sign, at) => (
    <button key={sign} type="button" className={changes.sign} aria-pressed={sign === present} disabled={busy}
      autoFocus={at === 0} aria-label={t('alter.reactWith', { emoji: sign })} onClick={() => { choose(sign); }}>{sign}
    </button>
  ))}</>;
}

interface Props { message: MessageView; account: Account; me: string; className: string | undefined }

/** Small buttons at the corner of a bubble, there by pointer, by Tab and by the key M. */
export function MessageTools({ message, account, me, className }: Props) {
  const t = useT();
  const tools = useTools(message, account, me);
  const { busy, change } = useChange(message);
  const [choosing, setChoosing] = useState(false);
  const text = message.text ?? '';
  const { quote } = tools;
  if (message.deletedAt !== null || (quote === undefined && text === '' && !tools.recall)) return null;
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => { notifyDone(t('app.copied')); }); };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move among its buttons
    <div className={`${css.tools} ${className ?? ''}`} role="group" aria-label={t('say.actions')} data-tools=""
      data-in={message.direction === 'IN' || undefined}
      onKeyDown={onToolKey}>
      {choosing ? <Signs message={message} signs={tools.signs} onDone={() => { setChoosing(false); }} /> : null}
      {tools.react ? <Tool label={t(choosing ? 'alter.noReaction' : 'alter.react')} expanded={choosing}
        Icon={choosing ? IconX : IconMoodPlus} onClick={() => { setChoosing(!choosing); }} /> : null}
      {quote === undefined ? null
        : <Tool label={t('say.quote')} Icon={IconMessageReply} onClick={() => { quote(message); }} />}
      {text === '' ? null : <Tool label={t('say.copyText')} Icon={IconCopy} onClick={copy} />}
      {tools.edit ? <Tool name="edit" label={t('alter.edit')} Icon={IconPencil}
        onClick={() => { setEditing(message.id); }} /> : null}
      {tools.recall ? <Tool label={t('alter.recall')} Icon={IconTrash} disabled={busy}
        onClick={() => { void change({ kind: 'RECALL' }); }} /> : null}
    </div>
  );
}

/** The seconds in which one's own reply can still be taken back. */
export function Held({ message }: { message: MessageView }) {
  const t = useT();
  const { live } = useDesk();
  const now = useNow(500);
  const undo = useUndo();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const left = message.holdUntil === undefined ? 0 : Math.ceil((new Date(message.holdUntil).getTime() - now) / 1_000);
  if (left <= 0 || message.status !== 'queued') return null;
  const go = (): void => {
    setAsked(true);
    live.request('message:send-now', { messageId: message.id }).catch(() => { setAsked(false); });
  };
  return (
    <div className={css.held} data-held>
      <span className="num">{t('say.held', { n: left })}</span>
      <Button size="compact-xs" variant="default" loading={busy} leftSection={<IconArrowBackUp size={14} stroke={2} />}
        onClick={() => { setBusy(true); void undo(message).finally(() => { setBusy(false); }); }}>{t('say.undo')}
        </Button>
      <Button size="compact-xs" variant="subtle" color="gray" disabled={asked} onClick={go}>{t('say.sendNow')}</Button>
    </div>
  );
}
