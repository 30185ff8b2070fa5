/**
 * The box to answer in: reply or internal note, the draft of the conversation, files, quote, canned replies and
 * mentions; why one cannot write where one cannot.
 */
import { IconCheck, IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactNode } from 'react';
import { openBlanks } from '../../../../domain/replies/variables.ts';
import { focusTools } from '../conversation/MessageTools.tsx';
import { notifyWarn } from '../kit/notify.ts';
import { Kbd } from '../kit/small.tsx';
import { Soon } from '../kit/Soon.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { useAbilities } from '../lib/abilities.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { useDesk } from '../live/context.ts';
import { isOpen } from '../live/lists.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';
import { rememberMention, takeMentions } from './mentions.ts';
import { OfferBar } from './OfferBar.tsx';
import { OfferButtonTool } from './OfferMaker.tsx';
import { rowsOf, setOffer, useOffer } from './offers.ts';
import { QuoteBar } from './QuoteBar.tsx';
import { setQuote, useQuote } from './quotes.ts';
import css from './Reply.module.css';
import { onReturned, takeReturnedFiles } from './returned.ts';
import { optionId, Suggest, suggestId } from './Suggest.tsx';
import { TemplateTool, useTemplatePicking, WindowClosed } from './TemplateTools.tsx';
import { maxChars, Toolbar, useUndoSeconds } from './Toolbar.tsx';
import { UploadCards } from './UploadCards.tsx';
import { maxFiles, useUploads } from './uploads.ts';
import { useField, type Mode } from './useField.ts';
import { useSuggestions, type Offered } from './useSuggestions.ts';
import { useTemplates } from './useTemplates.ts';
import { useTyping } from './useTyping.ts';

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
  return <Writable row={row} conversationId={conversationId} me={user.id} />;
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

/** The uploads of the box, and the files of a reply that was taken back. */
function useFiles(conversationId: string) {
  const t = useT();
  const files = useUploads();
  const { restore } = files;
  useEffect(() => {
    const take = (): void => { restore(takeReturnedFiles(conversationId)); };
    take();
    return onReturned(take);
  }, [conversationId, restore]);
  const add = (chosen: readonly File[]): void => {
    if (chosen.length === 0) return;
    const result = files.add(chosen);
    if (result === 'too-many') notifyWarn(t('reply.uploadFailed'), t('reply.tooManyFiles', { max: maxFiles }));
    if (result === 'too-large') notifyWarn(t('reply.uploadFailed'), t('reply.tooLarge'));
  };
  return { files, add };
}

type Box = ReturnType<typeof useField>;

/** The chosen line of the list, and the keys that move and take it. */
function useList(box: Box, offered: Offered, conversationId: string) {
  const [chosen, setChosen] = useState(0);
  const word = `${box.token?.kind ?? ''} ${box.token?.word ?? ''}`;
  const [chosenFor, setChosenFor] = useState(word);
  if (chosenFor !== word) { setChosenFor(word); setChosen(0); }
  const pick = (index: number): void => {
    const found = offered.insert(index);
    if (found === undefined || box.token === undefined) return;
    if (found.colleague !== undefined) rememberMention(conversationId, found.colleague);
    box.insert(found.text, box.token);
  };
  /** True if the key was for the list. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (box.token === undefined || event.ctrlKey || event.metaKey) return false;
    const count = offered.items.length;
    const moves: Record<string, (() => void) | undefined> = { Escape: box.closeList,
      ...(count === 0 ? {} : { ArrowDown: () => { setChosen((chosen + 1) % count); },
        ArrowUp: () => { setChosen((chosen - 1 + count) % count); },
        Enter: () => { pick(chosen); }, Tab: () => { pick(chosen); } }) };
    const act = moves[event.key];
    if (act === undefined) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  };
  return { chosen: Math.min(chosen, Math.max(0, offered.items.length - 1)), setChosen, pick, onKey };
}

/** Why the message cannot go yet, in words; undefined where it can. */
function useBlocked(box: Box, uploading: boolean, offering: boolean): string | undefined {
  const t = useT();
  const over = box.text.length - maxChars;
  if (over > 0) return t('reply.tooLong', { n: over, max: maxChars });
  if (box.mode === 'note') return undefined;
  if (uploading) return t('reply.waitUpload');
  if (offering && box.text.trim() === '') return t('ask.needsText');
  const blanks = openBlanks(box.text);
  return blanks.length === 0 ? undefined : t('say.blanks', { blanks: blanks.join(', ') });
}

function useSend(conversationId: string, box: Box, files: ReturnType<typeof useUploads>, done: () => void) {
  const { live, drafts } = useDesk();
  const replyToId = useQuote(conversationId);
  const offer = rowsOf(useOffer(conversationId));
  const [undoSeconds] = useUndoSeconds();
  return (): void => {
    const text = box.text.trim();
    const note = box.mode === 'note';
    live.send({
      clientId: crypto.randomUUID(), kind: note ? 'note' : 'send', conversationId, text,
      files: note ? [] : files.uploads.flatMap((each) => (each.done === undefined ? [] : [each.done])),
      at: new Date(serverNow()).toISOString(),
      ...(note ? { mentionIds: takeMentions(conversationId, text) } : { undoSeconds, replyToId, offer }),
    });
    drafts.set(conversationId, { [box.mode]: '' }, serverNow());
    if (!note) {
      files.clear();
      setQuote(conversationId, null);
      setOffer(conversationId, null);
    }
    done();
    box.focus();
  };
}

/** The keys of the box. Where free words are refused, those that begin a reply lead to what may be sent instead. */
function useBoxKeys(box: Box, send: () => void, isClosed: boolean): void {
  const reply = (): void => {
    box.focus('text');
    if (!isClosed) return;
    requestAnimationFrame(() => { document.querySelector<HTMLElement>('[data-template-pick]')?.focus(); });
  };
  const canned = (): void => {
    reply();
    if (!isClosed) requestAnimationFrame(() => { box.begin('/'); });
  };
  useKeys({ R: reply, N: () => { box.focus('note'); }, 'Ctrl+Enter': send, M: focusTools, '/': canned });
  useEffect(() => {
    window.addEventListener('sambung:reply', reply);
    return () => { window.removeEventListener('sambung:reply', reply); };
  });
}

function Writable({ row, conversationId, me }: { row: InteractionView; conversationId: string; me: string }) {
  const t = useT();
  const box = useField(conversationId);
  const { mode, text, field } = box;
  const { files, add } = useFiles(conversationId);
  const typing = useTyping(conversationId);
  const offered = useSuggestions(row, conversationId, box.token);
  const list = useList(box, offered, conversationId);
  const nothing = text.trim() === '' && (mode === 'note' || files.uploads.length === 0);
  const abilities = useAbilities(row);
  const offers = abilities?.capabilities['buttons'] === true || abilities?.capabilities['askContact'] === true;
  const offering = useOffer(conversationId) !== null;
  const blocked = useBlocked(box, files.uploads.some((each) => each.done === undefined), offering);
  const dispatch = useSend(conversationId, box, files, typing.stop);
  const templates = useTemplates(row, conversationId);
  const picking = useTemplatePicking(conversationId, templates);
  const shut = templates.closed && mode === 'text';
  const send = (): void => { if (!nothing && blocked === undefined && !shut) dispatch(); };
  useBoxKeys(box, send, templates.closed);
  const { dropping, onPaste, drop } = useDropped(mode === 'text' && !shut, add);
  const onKey = (event: KeyboardEvent): void => {
    if (list.onKey(event)) return;
    // As in every chat: up in an empty box goes to what was written last.
    if (event.key === 'ArrowUp' && text === '' && mode === 'text' && focusTools()) event.preventDefault();
    if (event.key !== 'Escape') return;
    field.current?.blur();
    event.stopPropagation();
  };
  const listed = box.token !== undefined && !shut;
  const label = t(mode === 'text' ? 'reply.placeholder' : 'reply.notePlaceholder');
  return (
    <section className={css.reply} aria-label={t('reply.reply')} {...drop}>
      <Modes box={box} />
      {mode === 'text' && abilities?.ready === false ? <AccountAway name={row.accountName} /> : null}
      {listed ? <List box={box} offered={offered} list={list} /> : null}
      {shut ? <WindowClosed hours={templates.hours ?? 0} hasDraft={!nothing} onOpen={picking.open} />
        : <div className={css.box} data-mode={mode} data-drop={dropping || undefined}>
        {mode === 'text' ? <QuoteBar conversationId={conversationId} me={me} /> : null}
        <textarea ref={field} className={css.field} value={text} rows={2} aria-label={label} placeholder={label}
          aria-invalid={text.length > maxChars} aria-controls={listed ? suggestId : undefined}
          aria-activedescendant={listed && offered.items.length > 0 ? optionId(list.chosen) : undefined}
          onPaste={onPaste} onKeyDown={onKey} onBlur={typing.stop}
          onSelect={(event) => { box.setCaret(event.currentTarget.selectionStart); }} onChange={(event) => {
            box.setCaret(event.currentTarget.selectionStart);
            box.write(event.currentTarget.value);
            if (mode === 'text') typing.typed();
          }} />
        {dropping ? <p className={css.drop} aria-hidden="true">{t('reply.drop')}</p> : null}
        {mode === 'text' && files.uploads.length > 0
          ? <UploadCards uploads={files.uploads} onRemove={files.remove} onAgain={files.again} /> : null}
        {mode === 'text' ? <OfferBar conversationId={conversationId} /> : null}
        <Soon id={conversationId} room={<div className={css.toolbar} />}><Toolbar mode={mode} length={text.length}
          blocked={blocked} disabled={nothing || blocked !== undefined}
          onFiles={add} onSend={send} onInsert={(words) => { box.insert(words); }} onToken={box.begin}
          more={<>
            {offers && abilities !== undefined ? <OfferButtonTool conversationId={conversationId}
              abilities={abilities} onDone={() => { box.focus('text'); }} /> : null}
            {templates.hours === null ? null : <TemplateTool openUntil={templates.openUntil}
              onOpen={picking.open} />}
          </>} /></Soon>
      </div>}
      {picking.dialog}
    </section>
  );
}

/** Said before one writes: what is sent now waits for the account. */
function AccountAway({ name }: { name: string }) {
  const t = useT();
  return (
    <p className={css.away} role="status">
      <IconPlugConnectedX size={18} stroke={1.75} aria-hidden="true" />
      <span><strong>{t('wait.accountTitle', { account: name })}</strong> {t('wait.accountText')}</span>
    </p>
  );
}

function List({ box, offered, list }: { box: Box; offered: Offered; list: ReturnType<typeof useList> }) {
  const t = useT();
  const canned = box.token?.kind === 'canned';
  const words: Record<Offered['state'], ReactNode> = {
    loading: t('say.loading'), failed: t(canned ? 'say.cannedFailed' : 'say.mentionFailed'), some: null,
    none: canned ? <><strong>{t('say.cannedEmpty')}</strong><br />{t('say.cannedEmptyHint')}</> : t('say.mentionNone'),
    'no-match': t(canned ? 'say.cannedNone' : 'say.mentionNone'),
  };
  return <Suggest label={t(canned ? 'say.canned' : 'say.mention')} items={offered.items} chosen={list.chosen}
    hint={canned ? t('say.cannedHint') : `${t('say.cannedHint')} · ${t('say.mentionHint')}`}
    empty={words[offered.state]} onPick={list.pick} onHover={list.setChosen} />;
}

/** Reply or note, and that the draft is kept. */
function Modes({ box }: { box: Box }) {
  const t = useT();
  const locale = useLocale();
  const { draft, mode, text } = box;
  const button = (each: Mode, label: string, cap: string, waits: boolean) => (
    <button type="button" className={css.mode} aria-pressed={mode === each} aria-keyshortcuts={cap}
      onClick={() => { box.focus(each); }}>
      {label}{waits && mode !== each ? <i className={css.waits} aria-hidden="true" /> : null} <Kbd>{cap}</Kbd>
    </button>
  );
  return (
    <div className={css.modes}>
      <div className={css.modeGroup} role="group" aria-label={t('reply.mode')}>
        {button('text', t('reply.reply'), 'R', draft.text !== '')}
        {button('note', t('reply.note'), 'N', draft.note !== '')}
      </div>
      <span className={`word meta ${css.saved}`}>
        {text !== '' && draft.at > 0
          ? <><IconCheck size={14} stroke={2} aria-hidden="true" />{t('reply.saved',
            { time: dayTime(new Date(draft.at).toISOString(), serverNow(), { locale }) })}</> : null}
      </span>
    </div>
  );
}
