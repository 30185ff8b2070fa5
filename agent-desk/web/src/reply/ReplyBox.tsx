/**
 * The box to answer in: reply or internal note, the draft of the conversation, files, quote, canned replies and
 * mentions; why one cannot write where one cannot.
 */
import { IconCheck, IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { openBlanks } from '../../../../domain/replies/variables.ts';
import { focusTools } from '../conversation/MessageTools.tsx';
import { Pick } from '../conversation/Pick.tsx';
import { useCan } from '../kit/hooks.ts';
import { Kbd } from '../kit/small.tsx';
import { Soon } from '../kit/Soon.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { useAbilities, type Abilities } from '../lib/abilities.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { useDesk } from '../live/context.ts';
import { isOpen } from '../live/lists.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';
import { onReplyAsked } from './asked.ts';
import { mentionsOf, rememberMention } from './mentions.ts';
import { OfferBar } from './OfferBar.tsx';
import { OfferButtonTool } from './OfferMaker.tsx';
import { rowsOf, setOffer, useOffer } from './offers.ts';
import { QuoteBar } from './QuoteBar.tsx';
import { setQuote, useQuote } from './quotes.ts';
import css from './Reply.module.css';
import { optionId, Suggest, suggestId } from './Suggest.tsx';
import { TemplateTool, useTemplatePicking, WindowClosed } from './TemplateTools.tsx';
import { maxChars, Toolbar, useUndoSeconds } from './Toolbar.tsx';
import { UploadCards } from './UploadCards.tsx';
import { maxFileBytes, maxFiles, useFiles } from './uploads.ts';
import { useDropped } from './useDropped.ts';
import { useField, type Mode } from './useField.ts';
import { useSuggestions, type Offered } from './useSuggestions.ts';
import { useTemplates } from './useTemplates.ts';
import { useTyping } from './useTyping.ts';

/** The box, or a line that says why there is none; who may reassign the work of others may write them a note. */
export function ReplyBox({ row, conversationId }: { row: InteractionView; conversationId: string }) {
  const t = useT();
  const { user } = useSession();
  const oversees = useCan('interaction.reassign');
  if (!isOpen(row)) {
    return <p className={css.closed}><strong>{t('reply.closedTitle')}</strong> {t('reply.closedText')}</p>;
  }
  if (row.agentId !== user.id) {
    const why = row.state === 'ESCALATED_T2' ? t('reply.escalatedRead')
      : row.agentName === null ? t('reply.notYoursNobody') : t('reply.notYours', { who: row.agentName });
    // Who may take it does more than read it: the button says so.
    const may = oversees ? t('reply.noteOnly') : row.mayPick === true ? '' : t('reply.readOnly');
    return (
      <>
        <div className={css.closed}>
          <p className="grow">{why} {may}</p><Pick row={row} />
        </div>
        {oversees ? <Writable row={row} conversationId={conversationId} me={user.id} only="note" /> : null}
      </>
    );
  }
  return <Writable row={row} conversationId={conversationId} me={user.id} />;
}

type Box = ReturnType<typeof useField>;

/** The files of the reply, also those dropped on the conversation of the box `whole`. */
function useBoxFiles(conversationId: string, box: Box, abilities: Abilities | undefined,
  { closed, hours }: ReturnType<typeof useTemplates>, only: Mode | undefined) {
  const t = useT();
  const refusal = abilities?.capabilities['attachments'] === false ? t('reply.noFiles')
    : closed ? t('template.closedTitle', { hours: hours ?? 0 }) : undefined;
  const files = useFiles(conversationId, abilities?.limits.fileBytes ?? maxFileBytes, refusal);
  const whole = useRef<HTMLElement>(null);
  const dropped = useDropped(whole, only === 'note' ? undefined : (chosen) => {
    // Notes hold no files: where they went is what is seen then.
    if (files.add(chosen) && box.mode === 'note') box.focus('text');
  });
  return { whole, files, refusal, ...dropped };
}

/** The chosen line of the list, and the keys that move and take it. */
function useList(box: Box, offered: Offered, conversationId: string) {
  const { drafts } = useDesk();
  const [chosen, setChosen] = useState(0);
  const word = `${box.token?.kind ?? ''} ${box.token?.word ?? ''}`;
  const [chosenFor, setChosenFor] = useState(word);
  if (chosenFor !== word) { setChosenFor(word); setChosen(0); }
  const pick = (index: number): void => {
    const found = offered.insert(index);
    if (found === undefined || box.token === undefined) return;
    if (found.colleague !== undefined) rememberMention(drafts, conversationId, found.colleague);
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
function useBlocked(box: Box, chars: number, { files: { list: files }, refusal }: ReturnType<typeof useBoxFiles>,
  offering: boolean): string | undefined {
  const t = useT();
  const over = box.text.length - chars;
  if (over > 0) return t(chars < maxChars ? 'reply.tooLongHere' : 'reply.tooLong', { n: over, max: chars });
  if (box.mode === 'note') return undefined;
  if (refusal !== undefined && files.length > 0) return refusal;
  if (files.some((each) => each.lost === true || each.problem !== undefined)) return t('reply.mendFiles');
  if (files.some((each) => each.done === undefined)) return t('reply.waitUpload');
  if (files.length > maxFiles) return t('reply.tooManyFiles', { max: maxFiles });
  if (offering && box.text.trim() === '') return t('ask.needsText');
  const blanks = openBlanks(box.text);
  return blanks.length === 0 ? undefined : t('say.blanks', { blanks: blanks.join(', ') });
}

function useSend(conversationId: string, box: Box, done: () => void) {
  const { live, drafts, uploads } = useDesk();
  const replyToId = useQuote(conversationId);
  const offer = rowsOf(useOffer(conversationId));
  const [undoSeconds] = useUndoSeconds();
  return (): void => {
    const text = box.text.trim();
    const note = box.mode === 'note';
    live.send({
      clientId: crypto.randomUUID(), kind: note ? 'note' : 'send', conversationId, text,
      files: note ? [] : [...box.draft.files],
      at: new Date(serverNow()).toISOString(),
      ...(note ? { mentions: mentionsOf(box.draft) } : { undoSeconds, replyToId, offer }),
    });
    drafts.set(conversationId, { [box.mode]: '' }, serverNow());
    if (!note) {
      uploads.clear(conversationId);
      setQuote(conversationId, null);
      setOffer(conversationId, null);
    }
    done();
    box.focus();
  };
}

/** The keys of the box. Where free words are refused, those that begin a reply lead to what may be sent instead. */
function useBoxKeys(conversationId: string, box: Box, send: () => void, isClosed: boolean,
  only: Mode | undefined): void {
  const reply = (): void => {
    box.focus('text');
    if (!isClosed) return;
    requestAnimationFrame(() => { document.querySelector<HTMLElement>('[data-template-pick]')?.focus(); });
  };
  const canned = (): void => {
    if (isClosed) reply();
    else box.begin('/', 'text');
  };
  const answers = only !== 'note';
  useKeys({ R: answers ? reply : undefined, N: () => { box.focus('note'); }, 'Ctrl+Enter': send, M: focusTools,
    '/': answers ? canned : undefined });
  const latest = useRef<() => void>(undefined);
  useEffect(() => {
    latest.current = reply;
  });
  useEffect(() => onReplyAsked(conversationId, () => { latest.current?.(); }), [conversationId]);
}

interface WritableProps { row: InteractionView; conversationId: string; me: string;
  /** The one kind of text that may be written here; both where it is not given. */
  only?: Mode }

function Writable({ row, conversationId, me, only }: WritableProps) {
  const t = useT();
  const box = useField(conversationId, only);
  const { mode, text, field } = box;
  const typing = useTyping(conversationId);
  const offered = useSuggestions(row, conversationId, box.token);
  const list = useList(box, offered, conversationId);
  const templates = useTemplates(row, conversationId);
  const abilities = useAbilities(row);
  const boxFiles = useBoxFiles(conversationId, box, abilities, templates, only);
  const { whole, files, dropping, onPaste } = boxFiles;
  const nothing = text.trim() === '' && (mode === 'note' || files.list.length === 0);
  const chars = mode === 'note' ? maxChars : abilities?.limits.textChars ?? maxChars;
  const offers = abilities?.capabilities['buttons'] === true || abilities?.capabilities['askContact'] === true;
  const offering = useOffer(conversationId) !== null;
  const blocked = useBlocked(box, chars, boxFiles, offering);
  const dispatch = useSend(conversationId, box, typing.stop);
  const picking = useTemplatePicking(conversationId, templates);
  const shut = templates.closed && mode === 'text';
  const send = (): void => { if (!nothing && blocked === undefined && !shut) dispatch(); };
  useBoxKeys(conversationId, box, send, templates.closed, only);
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
    <section className={css.reply} aria-label={t(only === undefined ? 'reply.reply' : 'reply.note')} ref={whole}>
      <Modes box={box} only={only} />
      {mode === 'text' && abilities?.ready === false ? <AccountAway name={row.accountName} /> : null}
      {listed ? <List box={box} offered={offered} list={list} /> : null}
      {shut ? <WindowClosed hours={templates.hours ?? 0} hasDraft={!nothing} onOpen={picking.open} />
        : <div className={css.box} data-mode={mode} data-drop={dropping || undefined}>
        {mode === 'text' ? <QuoteBar conversationId={conversationId} me={me}
          unseen={abilities?.capabilities['replies'] === false} /> : null}
        <textarea ref={field} className={css.field} value={text} rows={2} aria-label={label} placeholder={label}
          aria-invalid={text.length > chars} aria-controls={listed ? suggestId : undefined}
          aria-activedescendant={listed && offered.items.length > 0 ? optionId(list.chosen) : undefined}
          onPaste={mode === 'text' ? onPaste : undefined} onKeyDown={onKey} onBlur={typing.stop}
          onSelect={(event) => { box.setCaret(event.currentTarget.selectionStart); }} onChange={(event) => {
            box.setCaret(event.currentTarget.selectionStart);
            box.write(event.currentTarget.value);
            if (mode === 'text') typing.typed();
          }} />
        {dropping ? <p className={css.drop} aria-hidden="true">
          {t(mode === 'text' ? 'reply.drop' : 'reply.dropToReply')}</p> : null}
        {mode === 'text' && files.list.length > 0
          ? <UploadCards uploads={files.list} onRemove={files.remove} onAgain={files.again} /> : null}
        {mode === 'text' ? <OfferBar conversationId={conversationId} /> : null}
        <Soon id={conversationId} room={<div className={css.toolbar} />}><Toolbar mode={mode} length={text.length}
          chars={chars} noFiles={boxFiles.refusal} blocked={blocked} disabled={nothing || blocked !== undefined}
          onFiles={files.add} onSend={send} onInsert={(words) => { box.insert(words); }} onToken={box.begin}
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
function Modes({ box, only }: { box: Box; only: Mode | undefined }) {
  const t = useT();
  const locale = useLocale();
  const { draft, mode, text } = box;
  const button = (each: Mode, label: string, cap: string, waits: boolean) => (
    <button type="button" className={css.mode} aria-pressed={mode === each} aria-keyshortcuts={cap}
      onClick={() => { box.focus(each); }}>
      {label}{waits && mode !== each
        ? <i className={css.waits} title={t('reply.waits')}><span className="sr">{t('reply.waits')}</span></i>
        : null} <Kbd>{cap}</Kbd>
    </button>
  );
  return (
    <div className={css.modes}>
      <div className={css.modeGroup} role="group" aria-label={t('reply.mode')}>
        {only === 'note' ? null
          : button('text', t('reply.reply'), 'R', draft.text !== '' || draft.files.length > 0)}
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
