/**
 * The box to answer in: reply or internal note, the draft of the conversation, files; why one cannot write where one
 * cannot.
 */
import { Button, Tooltip } from '@mantine/core';
import { IconCheck, IconPaperclip } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent,
  type RefObject } from 'react';
import { notifyWarn } from '../kit/notify.ts';
import { Kbd } from '../kit/small.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { useDesk, useDraft } from '../live/context.ts';
import { isOpen } from '../live/lists.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';
import css from './Reply.module.css';
import { UploadCards } from './UploadCards.tsx';
import { maxFiles, useUploads } from './uploads.ts';
import { useTyping } from './useTyping.ts';

/** The longest text in code units (domain/limits.ts). */
const maxChars = 16_384;
const countFromChars = 15_000;
type Mode = 'text' | 'note';

/** The box, or a line that says why there is none. */
export function ReplyBox({ row, conversationId }: { row: InteractionView; conversationId: string }) {
  const t = useT();
  const { user } = useSession();
  if (!isOpen(row)) {
    return <p className={css.closed}><strong>{t('reply.closedTitle')}</strong> {t('reply.closedText')}</p>;
  }
  if (row.agentId !== user.id) {
    const why = row.state === 'ESCALATED_T2' ? t('reply.escalatedRead')
      : row.agentName === null ? t('reply.notYoursNobody') : t('reply.notYours', { who: row.agentName });
    return <p className={css.closed}>{why}</p>;
  }
  return <Writable conversationId={conversationId} />;
}

function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, 200)}px`;
  }, [field, text]);
}

/** Files pasted into the text or dropped on the box. */
function useDropped(attachable: boolean, add: (files: readonly File[]) => void) {
  const [dropping, setDropping] = useState(false);
  const onPaste = (event: ClipboardEvent): void => {
    if (!attachable || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  };
  const drop = {
    onDragOver: (event: DragEvent): void => {
      if (!attachable || !event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: (): void => { setDropping(false); },
    onDrop: (event: DragEvent): void => {
      setDropping(false);
      if (!attachable || event.dataTransfer.files.length === 0) return;
      event.preventDefault();
      add([...event.dataTransfer.files]);
    },
  };
  return { dropping, onPaste, drop };
}

function Writable({ conversationId }: { conversationId: string }) {
  const t = useT();
  const { live, drafts } = useDesk();
  const draft = useDraft(conversationId);
  const [mode, setMode] = useState<Mode>(draft.text === '' && draft.note !== '' ? 'note' : 'text');
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useUploads();
  const typing = useTyping(conversationId);
  const text = draft[mode];
  useGrowing(field, text);
  const ready = files.uploads.every((each) => each.done !== undefined);
  const over = text.length - maxChars;
  const nothing = text.trim() === '' && (mode === 'note' || files.uploads.length === 0);
  const blocked = over > 0 ? t('reply.tooLong', { n: over, max: maxChars })
    : mode === 'text' && !ready ? t('reply.waitUpload') : undefined;

  const send = useCallback((): void => {
    if (nothing || blocked !== undefined) return;
    const done = files.uploads.flatMap((each) => (each.done === undefined ? [] : [each.done]));
    live.send({
      clientId: crypto.randomUUID(), kind: mode === 'note' ? 'note' : 'send', conversationId,
      text: text.trim(), files: mode === 'text' ? done : [], at: new Date(serverNow()).toISOString(),
    });
    drafts.set(conversationId, { [mode]: '' }, serverNow());
    if (mode === 'text') files.clear();
    typing.stop();
    field.current?.focus();
  }, [nothing, blocked, mode, files, live, conversationId, text, drafts, typing]);

  const focusMode = (next: Mode): void => {
    setMode(next);
    field.current?.focus();
  };
  useKeys({ R: () => { focusMode('text'); }, N: () => { focusMode('note'); }, 'Ctrl+Enter': send });

  const add = (chosen: readonly File[]): void => {
    if (chosen.length === 0) return;
    const result = files.add(chosen);
    if (result === 'too-many') notifyWarn(t('reply.uploadFailed'), t('reply.tooManyFiles', { max: maxFiles }));
    if (result === 'too-large') notifyWarn(t('reply.uploadFailed'), t('reply.tooLarge'));
  };
  const { dropping, onPaste, drop } = useDropped(mode === 'text', add);
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    field.current?.blur();
    event.stopPropagation();
  };
  return (
    <section className={css.reply} aria-label={t('reply.reply')} {...drop}>
      <Modes mode={mode} onMode={focusMode} draftAt={draft.at} draftThere={text !== ''} noteThere={draft.note !== ''}
        textThere={draft.text !== ''} />
      <div className={css.box} data-mode={mode} data-drop={dropping || undefined}>
        <textarea ref={field} className={css.field} value={text} rows={2}
          aria-label={t(mode === 'text' ? 'reply.placeholder' : 'reply.notePlaceholder')}
          placeholder={t(mode === 'text' ? 'reply.placeholder' : 'reply.notePlaceholder')} aria-invalid={over > 0}
          onPaste={onPaste} onKeyDown={onKey} onBlur={typing.stop} onChange={(event) => {
            drafts.set(conversationId, { [mode]: event.currentTarget.value }, serverNow());
            if (mode === 'text') typing.typed();
          }} />
        {dropping ? <p className={css.drop} aria-hidden="true">{t('reply.drop')}</p> : null}
        {mode === 'text' && files.uploads.length > 0
          ? <UploadCards uploads={files.uploads} onRemove={files.remove} onAgain={files.again} /> : null}
        <Toolbar mode={mode} length={text.length} blocked={blocked} disabled={nothing || blocked !== undefined}
          onFiles={add} onSend={send} />
      </div>
    </section>
  );
}

interface ModesProps { mode: Mode; onMode: (mode: Mode) => void; draftAt: number; draftThere: boolean;
  noteThere: boolean; textThere: boolean }

function Modes({ mode, onMode, draftAt, draftThere, noteThere, textThere }: ModesProps) {
  const t = useT();
  const locale = useLocale();
  const button = (each: Mode, label: string, cap: string, waits: boolean) => (
    <button type="button" className={css.mode} aria-pressed={mode === each} aria-keyshortcuts={cap}
      onClick={() => { onMode(each); }}>
      {label}{waits && mode !== each ? <i className={css.waits} aria-hidden="true" /> : null} <Kbd>{cap}</Kbd>
    </button>
  );
  return (
    <div className={css.modes}>
      <div className={css.modeGroup} role="group" aria-label={t('reply.mode')}>
        {button('text', t('reply.reply'), 'R', textThere)}
        {button('note', t('reply.note'), 'N', noteThere)}
      </div>
      <span className={`word meta ${css.saved}`}>
        {draftThere && draftAt > 0
          ? <><IconCheck size={14} stroke={2} aria-hidden="true" />{t('reply.saved',
            { time: dayTime(new Date(draftAt).toISOString(), serverNow(), { locale }) })}</> : null}
      </span>
    </div>
  );
}

interface ToolbarProps { mode: Mode; length: number; blocked: string | undefined; disabled: boolean;
  onFiles: (files: File[]) => void; onSend: () => void }

function Toolbar({ mode, length, blocked, disabled, onFiles, onSend }: ToolbarProps) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={css.toolbar}>
      {mode === 'text' ? (
        <Tooltip label={t('reply.attach')}>
          <button type="button" className="iconButton" aria-label={t('reply.attach')}
            onClick={() => { input.current?.click(); }}>
            <IconPaperclip size={18} stroke={1.75} aria-hidden="true" />
          </button>
        </Tooltip>
      ) : null}
      <input ref={input} type="file" multiple hidden tabIndex={-1} aria-hidden="true" onChange={(event) => {
        onFiles([...(event.currentTarget.files ?? [])]);
        event.currentTarget.value = '';
      }} />
      <span className={`grow ${css.why}`} role="status">
        {blocked === undefined ? length > countFromChars ? t('reply.left', { n: maxChars - length }) : null
          : <span className="warn">{blocked}</span>}
      </span>
      <Button onClick={onSend} disabled={disabled} rightSection={<Kbd>Ctrl ↵</Kbd>} aria-keyshortcuts="Control+Enter">
        {t(mode === 'text' ? 'reply.send' : 'reply.saveNote')}
      </Button>
    </div>
  );
}
