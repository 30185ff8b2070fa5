/** Canned replies: the blanks in their text and what they are filled with. Pure; used by server and screen. */

/** Every blank that a canned reply may hold: `{{nama_nasabah}}`. */
export const replyVariables = ['nama_nasabah', 'nama_agen', 'nomor_tiket', 'kanal', 'salam', 'tanggal'] as const;
export type ReplyVariable = (typeof replyVariables)[number];

export type ReplyFacts = Readonly<Partial<Record<ReplyVariable, string | null | undefined>>>;

const BLANK = /\{\{\s*([^{}]{0,80}?)\s*\}\}/g;

function isVariable(name: string): name is ReplyVariable {
  return (replyVariables as readonly string[]).includes(name);
}

/** The names in double braces that no reply is filled with; a text with one is refused when it is saved. */
export function unknownBlanks(text: string): string[] {
  const names = [...text.matchAll(BLANK)].map((found) => found[1] ?? '');
  return [...new Set(names.filter((name) => !isVariable(name)))];
}

/** The text with its blanks filled; one without a fact stays as it is, so that it is seen and never sent unseen. */
export function fillReply(text: string, facts: ReplyFacts): string {
  return text.replaceAll(BLANK, (blank, name: string) => {
    const fact = isVariable(name) ? facts[name] : undefined;
    return fact === null || fact === undefined || fact === '' ? blank : fact;
  });
}

/** The blanks that are left in a text an agent is about to send. */
export function openBlanks(text: string): string[] {
  return [...new Set([...text.matchAll(BLANK)].map((found) => found[0]))];
}

/** The greeting of the hour, as Indonesia divides the day: pagi to 11, siang to 15, sore to 18, then malam. */
export function greetingAt(hour: number): string {
  return hour >= 4 && hour < 11 ? 'Selamat pagi' : hour >= 11 && hour < 15 ? 'Selamat siang'
    : hour >= 15 && hour < 18 ? 'Selamat sore' : 'Selamat malam';
}
