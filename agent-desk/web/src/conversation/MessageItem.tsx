/** One message as it is drawn: a bubble, an internal note, or a line of the system. */
import { Button } from '@mantine/core';
import { IconAlertCircle, IconBan, IconCheck, IconChecks, IconClock, IconExclamationCircle, IconHelpCircle, IconLock,
  IconHourglass, IconPlayerPlay, IconRobot } from '@tabler/icons-react';
import { memo, useContext, useState, type ComponentType } from 'react';
import { channelName } from '../inbox/ChannelIcon.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Bdi } from '../kit/small.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import type { Placed } from '../lib/bubbles.ts';
import { useAbilities } from '../lib/abilities.ts';
import { reasonWord } from '../lib/reasons.ts';
import { serverNow } from '../lib/now.ts';
import { clockTime, dayTime } from '../lib/time.ts';
import { isUnreadable, waitOf } from '../lib/waits.ts';
import { useDesk } from '../live/context.ts';
import type { InteractionView, MessageView } from '../live/types.ts';
import { Attachments, isPicture } from './Attachments.tsx';
import { Changes } from './Changes.tsx';
import { ContactCard, Edited, LinkCard, Place, Reactions, Tapped } from './Extras.tsx';
import extras from './Extras.module.css';
import { Held, MessageTools } from './MessageTools.tsx';
import { Offered } from './Offered.tsx';
import { Quote } from './Quote.tsx';
import css from './Conversation.module.css';
import { SafeText } from './SafeText.tsx';
import { SettledContext } from './thread-context.ts';
import { WaitingFiles } from './WaitingFiles.tsx';

type Status = NonNullable<MessageView['status']>;
const ticks: Record<Status, { Icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: 'true' }>;
  tone: string }> = {
  queued: { Icon: IconClock, tone: '' }, sending: { Icon: IconClock, tone: '' }, sent: { Icon: IconCheck, tone: '' },
    delivered: { Icon: IconChecks, tone: '' },
  read: { Icon: IconChecks, tone: css.read ?? '' }, played: { Icon: IconPlayerPlay, tone: css.read ?? '' },
  failed: { Icon: IconExclamationCircle, tone: 'bad' }, unknown: { Icon: IconHelpCircle, tone: 'warn' },
};

/** Time and, on our own, how far it got: sign and word. */
function Meta({ message }: { message: MessageView }) {
  const t = useT();
  const locale = useLocale();
  const gone = message.deletedAt !== null;
  const tick = message.status === null || message.direction !== 'OUT' || gone ? undefined : ticks[message.status];
  return (
    <span className={css.meta}>
      {message.editedAt === null || gone ? null : <><Edited message={message} /> · </>}
      <time className="num" dateTime={message.createdAt}>{clockTime(message.createdAt, { locale })}</time>
      {tick === undefined || message.status === null ? null
        : <span className={`word ${tick.tone}`} title={message.status !== 'failed' ? undefined
          : t('say.notSent', { why: reasonWord(message.reasonCode) })}>
          <tick.Icon size={14} stroke={2} aria-hidden="true" />
          {t(`status.${message.status}`)}</span>}
    </span>
  );
}

interface Props { placed: Placed<MessageView>; row: InteractionView; me: string }

/** Memoised: a conversation of hundreds draws only what changed. */
export const MessageItem = memo(function MessageItem({ placed, row, me }: Props) {
  const { message } = placed;
  if (message.direction === 'SYSTEM') return <SystemLine message={message} />;
  if (message.direction === 'NOTE') return <Note message={message} me={me} />;
  return <Bubble placed={placed} row={row} me={me} />;
}, (old, next) => old.placed.message === next.placed.message && old.placed.first === next.placed.first
  && old.placed.last === next.placed.last
  && old.row.reportName === next.row.reportName && old.me === next.me
  && mayHelp(next.placed.message, old.row) === mayHelp(next.placed.message, next.row));

/** A code of the server in the reader's words: "Ayu bergabung · 09.12". */
function SystemLine({ message }: { message: MessageView }) {
  const locale = useLocale();
  return (
    <p className={css.system}>
      <Bdi>{codeWord('system', message.code ?? 'CLOSED', { name: message.authorName ?? '' })}
        </Bdi> · <time className="num" dateTime={message.createdAt}>{clockTime(message.createdAt, { locale })}</time>
    </p>
  );
}

/** A note's text, with the names of those it calls set apart. */
function NoteText({ message }: { message: MessageView }) {
  const names = (message.mentions ?? []).map(({ name }) => `@${name}`).sort((a, b) => b.length - a.length);
  const parts = splitBy(message.text ?? '', names);
  return <>{parts.map((part, index) => (names.includes(part)
    ? <span key={index} className={extras.mention}><bdi>{part}</bdi></span>
    : <SafeText key={index} text={part} />))}</>;
}

function Note({ message, me }: { message: MessageView; me: string }) {
  const t = useT();
  const locale = useLocale();
  const who = message.authorId === me ? t('talk.you') : message.authorName ?? '';
  return (
    <article className={css.note}>
      <header className="word">
        <IconLock size={14} stroke={2} aria-hidden="true" className="warn" />
          <strong className="warn">{t('talk.note')}</strong>
        <span className="muted">{[who, clockTime(message.createdAt, { locale }), t('talk.noteHidden')].join(' · ')}
          </span>
      </header>
      <div className={css.noteText}><NoteText message={message} /></div>
    </article>
  );
}

function author(message: MessageView, me: string, t: ReturnType<typeof useT>): string {
  if (message.direction === 'IN') return t('talk.customer');
  if (message.sentOutside === true) return t('talk.outside');
  if (message.authorKind === 'BOT' || message.authorKind === 'SYSTEM') return t('talk.bot');
  return message.authorId === me ? t('talk.you') : message.authorName ?? '';
}

/** What nobody reaches for in the first moment waits until the conversation stands. */
function Tools(props: { message: MessageView; account: InteractionView; me: string }) {
  return useContext(SettledContext) ? <MessageTools {...props} className={css.tools} /> : null;
}

/** Text cut at the words, which stay as parts of their own. */
function splitBy(text: string, words: readonly string[]): string[] {
  const [word, ...rest] = words;
  if (word === undefined) return [text];
  return text.split(word).flatMap((part, index) => [...(index === 0 ? [] : [word]), ...splitBy(part, rest)]);
}

/** True where a message brings nothing but its text. */
function isBare(message: MessageView): boolean {
  return message.attachments.length === 0 && message.location === undefined && message.contactCard === undefined
    && message.waitingFiles === undefined;
}

/** True where the last thing is a card of one width, beside whose foot the time has room. */
function isCard(message: MessageView): boolean {
  const lastFile = message.attachments.at(-1);
  return lastFile === undefined ? !isBare(message) : !isPicture(lastFile);
}

/** Who took a message away, and whether it had left: the customer theirs, an agent one of ours. */
function goneWord(message: MessageView, me: string, t: ReturnType<typeof useT>): string {
  if (message.direction === 'IN') return t('talk.deleted');
  const late = message.status !== 'failed';
  if (message.authorId === me) return t(late ? 'alter.recalled' : 'say.withdrawn');
  return t(late ? 'alter.recalledBy' : 'say.withdrawnBy', { who: message.authorName ?? '' });
}

function Bubble({ placed, row, me }: Props) {
  const t = useT();
  const { message, first, last } = placed;
  const own = message.direction === 'OUT';
  const who = author(message, me, t);
  const empty = message.text === null || message.text === '';
  const named = first && own && message.authorId !== me;
  return (
    <article className={css.turn} data-own={own || undefined} data-last={last || undefined}>
      {named ? <p className={css.author}>
        {message.authorKind === 'AGENT' ? null : <IconRobot size={14} stroke={2} aria-hidden="true" />}{who}</p>
        : <span className="sr">{who}: </span>}
      <div className={css.bubble} data-own={own || undefined} data-first={first || undefined}
        data-last={last || undefined} 
        data-media={!isBare(message) || undefined}
          data-file={(empty && isCard(message)) || undefined}>
        <Tools message={message} account={row} me={me} />
        {message.replyToId === null || message.deletedAt !== null ? null
          : <div className={css.quoted}><Quote id={message.replyToId} me={me} /></div>}
        {message.tapped === true ? <Tapped /> : null}
        {message.deletedAt !== null
          ? <p className={`word ${css.deleted}`}><IconBan size={14} stroke={2} aria-hidden="true" />
            {goneWord(message, me, t)}</p>
          : (
            <>
              <Attachments files={message.attachments} />
              {message.waitingFiles === undefined ? null : <WaitingFiles files={message.waitingFiles} />}
              {message.location === undefined ? null : <Place place={message.location} />}
              {message.contactCard === undefined ? null : <ContactCard card={message.contactCard} />}
              {empty && isBare(message) ? <Wordless message={message} /> : null}
            </>
          )}
        <div className={css.caption}>
          {empty || message.deletedAt !== null ? null
            : <div className={css.text}><SafeText text={message.text ?? ''} /></div>}
          <LinkCard message={message} />
          <Meta message={message} />
        </div>
      </div>
      {message.offer === undefined || message.deletedAt !== null ? null : <Offered offer={message.offer} />}
      {message.reactions === undefined ? null : <Reactions reactions={message.reactions} />}
      {own && message.authorId === me && message.holdUntil !== undefined && message.status === 'queued'
        ? <Held message={message} /> : null}
      {own ? <Waits message={message} row={row} /> : null}
      {message.status === 'failed' && message.deletedAt === null
        ? <Failed message={message} row={row} mine={message.authorId === me} /> : null}
      {message.status === 'unknown'
        ? <p className={css.unknown}>{t('talk.unknownText', { channel: channelName(row.reportName) })}</p> : null}
      <Changes message={message} me={me} account={row} />
    </article>
  );
}

/** A message without a word: of a kind that is not shown, or one that cannot be read yet and will be by itself. */
function Wordless({ message }: { message: MessageView }) {
  const t = useT();
  if (!isUnreadable(message)) return <p className="muted">{t('talk.unsupported')}</p>;
  return <p className={`muted ${css.deleted}`} role="note">
    <IconHourglass size={14} stroke={2} aria-hidden="true" style={{ verticalAlign: '-2px' }} />{' '}
    {t('wait.unreadable')}</p>;
}

/** Why one of ours has not left yet, and when it will. */
function Waits({ message, row }: { message: MessageView; row: InteractionView }) {
  const t = useT();
  const locale = useLocale();
  const wait = waitOf(message, useAbilities(row)?.ready !== false);
  if (wait === undefined) return null;
  return (
    <p className={css.unknown}>
      {t(`wait.${wait.word}`)} {wait.until === null ? t('wait.itself')
        : t('wait.until', { time: dayTime(wait.until, serverNow(), { locale }) })}
    </p>
  );
}

/** Whether it may go out if it is sent once more: a window that has passed is open again once the customer wrote. */
function mayHelp(message: MessageView, row: InteractionView): boolean {
  return message.reasonCode !== 'WINDOW_CLOSED' || row.lastDirection === 'IN';
}

/** Why it did not go out, what is kept, and the next step. */
function Failed({ message, row, mine }: { message: MessageView; row: InteractionView; mine: boolean }) {
  const t = useT();
  const { live } = useDesk();
  const [busy, setBusy] = useState(false);
  const retry = async (): Promise<void> => {
    setBusy(true);
    try {
      await live.request('message:retry', { messageId: message.id });
    } catch (error) {
      notifyError(t('error.title'), error);
    } finally {
      setBusy(false);
    }
  };
  const copy = (): void => {
    void navigator.clipboard.writeText(message.text ?? '').then(() => { notifyDone(t('app.copied')); }); };
  return (
    <div className={css.failed}>
      <p className="word bad"><IconAlertCircle size={16} stroke={1.75} aria-hidden="true" />
        <strong>{t('talk.failedTitle')}</strong></p>
      <p>{reasonWord(message.reasonCode)} {t('talk.kept')}</p>
      <div className={css.failedActions}>
        {mine && mayHelp(message, row) ? <Button size="xs" variant="default" loading={busy}
          onClick={() => { void retry(); }}>{t('talk.resend')}</Button> : null}
        {message.text === null || message.text === '' ? null
          : <Button size="xs" variant="subtle" color="gray" onClick={copy}>{t('talk.copy')}</Button>}
      </div>
    </div>
  );
}
