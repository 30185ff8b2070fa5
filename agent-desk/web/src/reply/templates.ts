/** Prepared messages with gaps: finding one, filling it as one types, and whether free words may be sent. Pure. */

/** A message whose words the provider has approved, as GET /api/conversations/:id/templates gives it. */
export interface Template {
  name: string; language: string; category: string; header: string | null; body: string; footer: string | null;
  bodyGaps: number; headerGaps: number;
}

export interface Templates { items: Template[]; window: { hours: number | null; openUntil: string | null } }

/** What fills the gaps of one template, by place. */
export interface GapValues { header: string[]; body: string[] }

/** As it leaves with message:send. */
export interface TemplateUse { name: string; language: string; body: string[]; header?: string[] }

/** A piece of the words: as they are, what was filled in, or a gap that is still open. */
export interface Piece { text: string; gap: number | null; isOpen: boolean }

/** The longest text of one gap, in characters. */
export const maxGapChars = 1_024;
/** Templates shown at once; typing narrows them. */
export const maxShown = 50;
const GAP = /\{\{\s*(\d{1,2})\s*\}\}/g;

/** One name may stand in several languages. */
export function templateKey({ name, language }: Pick<Template, 'name' | 'language'>): string {
  return `${name} ${language}`;
}

/** "angsuran_jatuh_tempo" as people read it. */
export function templateTitle(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The words cut at their gaps; a gap with nothing but spaces in it is open. */
export function piecesOf(text: string, values: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(GAP)) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index), gap: null, isOpen: false });
    const gap = Number(found[1]);
    const value = (values[gap - 1] ?? '').trim();
    pieces.push({ text: value, gap, isOpen: value === '' });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), gap: null, isOpen: false });
  return pieces;
}

/** Nothing filled in yet. */
export function emptyGaps({ headerGaps, bodyGaps }: Template): GapValues {
  return { header: Array.from({ length: headerGaps }, () => ''), body: Array.from({ length: bodyGaps }, () => '') };
}

/** How many gaps are still open. */
export function openGaps(values: GapValues): number {
  return [...values.header, ...values.body].filter((value) => value.trim() === '').length;
}

/** The template as it leaves; line breaks and runs of spaces become one space, for providers refuse them in gaps. */
export function filledUse(template: Template, values: GapValues): TemplateUse {
  const clean = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  return { name: template.name, language: template.language, body: clean(values.body),
    ...(template.headerGaps === 0 ? {} : { header: clean(values.header) }) };
}

/** Those that hold every word typed, in their name or text; the reader's language first, then by name. */
export function findTemplates(items: readonly Template[], query: string, locale: string): Template[] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const foreign = ({ language }: Template): number => (language.startsWith(locale) ? 0 : 1);
  return items.filter(({ name, header, body, footer }) => {
    const text = [name, templateTitle(name), header, body, footer].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  }).toSorted((one, other) => foreign(one) - foreign(other) || one.name.localeCompare(other.name)
    || one.language.localeCompare(other.language));
}

/** Whether free words are refused now: the channel has a window, and it has passed or never opened. */
export function isWindowClosed(window: Templates['window'] | undefined, nowMs: number): boolean {
  if (window === undefined || window.hours === null) return false;
  return window.openUntil === null || Date.parse(window.openUntil) <= nowMs;
}
