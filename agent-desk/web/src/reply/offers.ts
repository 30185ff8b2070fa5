/**
 * What the next reply of a conversation offers to tap: kept in this tab over a reload, gone when it is sent. Buttons
 * are a list with a number a row; or the reply asks for the phone number.
 */
import { useSyncExternalStore } from 'react';

export interface OfferButton { text: string; url?: string | undefined }
export interface OfferDraft { buttons: OfferButton[]; perRow: number; askContact: string | null }
export interface OfferRows { buttons?: OfferButton[][]; askContact?: string }

/** The bounds of the server (domain/limits.ts). */
export const maxButtons = 12;
export const maxButtonChars = 64;
export const maxPerRow = 3;
const prefix = 'sambung.offer.';
const listeners = new Set<() => void>();
const known = new Map<string, OfferDraft | null>();

function isDraft(value: unknown): value is OfferDraft {
  const each = value as Partial<OfferDraft> | null;
  return typeof each === 'object' && each !== null && Array.isArray(each.buttons) && typeof each.perRow === 'number'
    && each.buttons.every((button) => typeof button.text === 'string');
}

function read(conversationId: string): OfferDraft | null {
  const cached = known.get(conversationId);
  if (cached !== undefined) return cached;
  let found: OfferDraft | null = null;
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(`${prefix}${conversationId}`) ?? 'null');
    found = isDraft(value) ? value : null;
  } catch { /* kept for this page only */ }
  known.set(conversationId, found);
  return found;
}

/** Lays an offer beside the draft of the conversation; null takes it away. */
export function setOffer(conversationId: string, draft: OfferDraft | null): void {
  known.set(conversationId, draft);
  try {
    if (draft === null) sessionStorage.removeItem(`${prefix}${conversationId}`);
    else sessionStorage.setItem(`${prefix}${conversationId}`, JSON.stringify(draft));
  } catch { /* kept for this page only */ }
  for (const listener of listeners) listener();
}

/** The offer beside the draft, or null. */
export function useOffer(conversationId: string): OfferDraft | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }, () => read(conversationId));
}

/** What is wrong with a button: no words, the words twice, an address that is none; undefined where it is right. */
export function buttonFault(button: OfferButton,
  others: readonly OfferButton[]): 'empty' | 'twice' | 'url' | undefined {
  const text = button.text.trim();
  if (text === '') return 'empty';
  if (others.some((other) => other !== button && other.text.trim() === text)) return 'twice';
  if (button.url === undefined) return undefined;
  const url = button.url.trim();
  return URL.canParse(url) && new URL(url).protocol === 'https:' ? undefined : 'url';
}

/** The rows as they leave; undefined for an offer of nothing. */
export function rowsOf(draft: OfferDraft | null): OfferRows | undefined {
  if (draft === null) return undefined;
  if (draft.askContact !== null) return { askContact: draft.askContact };
  const buttons = draft.buttons.map(({ text, url }) => ({ text: text.trim(),
    ...(url === undefined ? {} : { url: url.trim() }) }));
  const perRow = Math.max(1, draft.perRow);
  const rows = Array.from({ length: Math.ceil(buttons.length / perRow) }, (_, at) =>
    buttons.slice(at * perRow, (at + 1) * perRow));
  return rows.length === 0 ? undefined : { buttons: rows };
}

/** The draft that leaves as these rows: what was taken back returns to the box. */
export function draftOf(rows: OfferRows): OfferDraft {
  return { buttons: (rows.buttons ?? []).flat(), askContact: rows.askContact ?? null,
    perRow: Math.max(1, ...(rows.buttons ?? []).map((row) => row.length)) };
}
