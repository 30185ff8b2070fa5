/** The words of what a session tells by codes; a code of a later server is shown as it is. */
import { adminWords } from '../i18n.ts';
import type { Words } from '../use-words.ts';

type Reason = keyof typeof adminWords.id.number.reasons;
type Pause = keyof typeof adminWords.id.number.pauses;

/** What happened and what helps, for a reason that the session gave. */
export function sessionReason(w: Words, code: string): string {
  return code in adminWords.id.number.reasons ? w(`number.reasons.${code as Reason}`)
    : w('number.reasons.OTHER', { code });
}

/** Why nobody new may be written to. */
export function pauseReason(w: Words, code: string | null): string {
  const known = code !== null && code in adminWords.id.number.pauses ? code as Pause : 'OTHER';
  return w(`number.pauses.${known}`);
}
