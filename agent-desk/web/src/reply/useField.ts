/** The text field of the reply box: its draft, its caret, what is typed at the caret, and putting words into it. */
import { useEffect, useRef, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { serverNow } from '../lib/now.ts';
import { useDesk, useDraft } from '../live/context.ts';
import { replaceToken, tokenAt, type Token } from './tokens.ts';

export type Mode = 'text' | 'note';

function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, 200)}px`;
  }, [field, text]);
}

/** The draft of one conversation in one mode, and the ways to change it; `only`: there is no other mode. */
export function useField(conversationId: string, only?: Mode) {
  const { drafts } = useDesk();
  const draft = useDraft(conversationId);
  const [mode, setMode] = useState<Mode>(
    only ?? (draft.text === '' && draft.files.length === 0 && draft.note !== '' ? 'note' : 'text'));
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  /** The text for which the list was closed by Escape; typing on opens it again. */
  const [closedFor, setClosedFor] = useState<string | null>(null);
  const text = draft[mode];
  useGrowing(field, text);
  const token = closedFor === text ? undefined
    : tokenAt(text, caret, mode, draft.mentions.map(({ name }) => name));

  const write = (value: string, at?: number, into: Mode = mode): void => {
    const keep = (): void => { drafts.set(conversationId, { [into]: value }, serverNow()); };
    if (at === undefined) {
      keep();
      return;
    }
    // At once: a letter typed before the caret stands where the words end would come to stand elsewhere.
    flushSync(() => {
      keep();
      setCaret(at);
    });
    const place = (): void => {
      field.current?.focus();
      field.current?.setSelectionRange(at, at);
    };
    place();
    // What closes by the choice may give the keyboard back to where it had it from.
    requestAnimationFrame(() => { if (document.activeElement !== field.current) place(); });
  };
  const insert = (words: string, over?: Token): void => {
    const element = field.current;
    const from = over?.from ?? element?.selectionStart ?? text.length;
    const to = over?.to ?? element?.selectionEnd ?? text.length;
    const next = replaceToken(text, { from, to }, words);
    write(next.text, next.caret);
  };
  const focus = (next: Mode = mode): void => {
    setMode(only ?? next);
    // At once, so that a letter typed right after the key is no command; and once more where the field came later.
    field.current?.focus();
    requestAnimationFrame(() => { field.current?.focus(); });
  };
  /**
   * Begins `/` or `@` at the caret, apart from the word before it; in the mode given, which is shown by then. At once:
   * what is typed right after stands behind it.
   */
  const begin = (sign: '/' | '@', into: Mode = mode): void => {
    flushSync(() => {
      setMode(only ?? into);
      setClosedFor(null);
    });
    const now = drafts.get(conversationId)[only ?? into];
    const at = Math.min(field.current?.selectionStart ?? now.length, now.length);
    const next = replaceToken(now, { from: at, to: at }, at === 0 || /\s/.test(now.charAt(at - 1)) ? sign : ` ${sign}`);
    write(next.text, next.caret, only ?? into);
  };
  return { draft, mode, text, field, token, write, insert, focus, begin, setCaret,
    closeList: () => { setClosedFor(text); } };
}
