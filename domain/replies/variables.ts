/** Canned replies: the blanks in their text and what they are filled with. Pure; used by server and screen. */

/** Every blank that a canned reply may hold: `{{nama_nasabah}}`. */
export const replyVariables = ['nama_nasabah', 'nama_agen', 'nomor_tiket', 'kanal', 'salam', 'tanggal'] as const;
export type ReplyVariable = (typeof replyVariables)[number];

export type ReplyFacts = Readonly<Partial<Record<ReplyVariable, string | null | undefined>>>;

/** The languages in which customers are addressed. */
export type ReplyLanguage = 'id' | 'en';

/** How somebody is addressed whose name is not known. */
export const namelessAddress: Readonly<Record<ReplyLanguage, string>> = { id: 'Bapak/Ibu', en: 'Sir/Madam' };

const BLANK = /\{\{\s*([^{}]{0,80}?)\s*\}\}/g;
/** What stands before a name, as people write it: "Bapak/Ibu", "Sdr.", "Ny", "Mr./Mrs.". */
const TITLE = '(?:bapak|bpk|bp|pak|ibu|bu|saudara|saudari|sdri|sdr|tuan|tn|nyonya|ny|nona|nn|sir|madam|mrs|mr|ms)\\.?';
const TITLES = `${TITLE}(?: ?/ ?${TITLE})*`;
const beginsWithTitle = new RegExp(`^${TITLES}(?![\\p{L}\\p{N}])`, 'iu');
const TITLED_BLANK = new RegExp(`(?:(?<![\\p{L}\\p{N}/])(${TITLES})([ \\u00a0]{1,4}))?${BLANK.source}`, 'giu');

function isVariable(name: string): name is ReplyVariable {
  return (replyVariables as readonly string[]).includes(name);
}

/** The names in double braces that no reply is filled with; a text with one is refused when it is saved. */
export function unknownBlanks(text: string): string[] {
  const names = [...text.matchAll(BLANK)].map((found) => found[1] ?? '');
  return [...new Set(names.filter((name) => !isVariable(name)))];
}

function isNameless(name: string): boolean {
  return Object.values(namelessAddress).includes(name);
}

/**
 * The text with its blanks filled; one without a fact stays as it is, so that it is seen and never sent unseen. A title
 * stands once before a name: the one of the name itself, where it has one, rather than that of the text; who has no
 * name keeps the title of the text alone.
 */
export function fillReply(text: string, facts: ReplyFacts): string {
  return text.replaceAll(TITLED_BLANK, (whole, title: string | undefined, gap: string | undefined, name: string) => {
    const fact = isVariable(name) ? facts[name] : undefined;
    if (fact === null || fact === undefined || fact === '') return whole;
    if (title === undefined || gap === undefined) return fact;
    if (name !== 'nama_nasabah' || !beginsWithTitle.test(fact)) return `${title}${gap}${fact}`;
    return isNameless(fact) ? title : fact;
  });
}

/** The blanks that are left in a text an agent is about to send. */
export function openBlanks(text: string): string[] {
  return [...new Set([...text.matchAll(BLANK)].map((found) => found[0]))];
}

function partOfDay(hour: number): 'pagi' | 'siang' | 'sore' | 'malam' {
  return hour >= 4 && hour < 11 ? 'pagi' : hour >= 11 && hour < 15 ? 'siang'
    : hour >= 15 && hour < 18 ? 'sore' : 'malam';
}

/**
 * The greeting of the hour: as Indonesia divides the day, pagi to 11, siang to 15, sore to 18, then malam; in English
 * morning to 12, afternoon to 18, then evening.
 */
export function greetingAt(hour: number, language: ReplyLanguage): string {
  if (language === 'id') return `Selamat ${partOfDay(hour)}`;
  return hour >= 4 && hour < 12 ? 'Good morning' : hour >= 12 && hour < 18 ? 'Good afternoon' : 'Good evening';
}
