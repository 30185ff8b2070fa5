/** Why a message did not go out, in plain words; a channel's own numbers are read out of its code. */
import { codeWord } from '../kit/words.ts';

/** "CALLBACK_503" is the reason CALLBACK with status 503, as is WHATSAPP_479; any other code stands for itself. */
export function reasonKey(code: string): { code: string; status: string } {
  const [, own, status] = /^(CALLBACK|WHATSAPP)_((?:HTTP_)?\d{1,9})$/.exec(code) ?? [];
  return own === undefined || status === undefined ? { code, status: '' }
    : { code: own, status: status.replace('_', ' ') };
}

/** The reason as a sentence; '' without one. */
export function reasonWord(code: string | null): string {
  if (code === null) return '';
  const found = reasonKey(code);
  const word = codeWord('reason', found.code, { status: found.status });
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
