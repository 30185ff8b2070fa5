/** What is being typed at the caret: `/word` for a canned reply, `@word` for a colleague. Pure. */

export interface Token { kind: 'canned' | 'mention'; word: string; from: number; to: number }

const canned = /(?:^|\s)(\/([a-z0-9-]{0,32}))$/i;
const mention = /(?:^|\s)(@([\p{L}\p{N}.'-]{0,40}(?: [\p{L}.'-]{0,40})?))$/u;

/** The token that ends at the caret; undefined where none does. Notes call people, replies take canned texts. */
export function tokenAt(text: string, caret: number, mode: 'text' | 'note'): Token | undefined {
  const before = text.slice(Math.max(0, caret - 120), caret);
  const found = (mode === 'text' ? canned : mention).exec(before);
  if (found === null) return undefined;
  const [, whole = '', word = ''] = found;
  const kind = mode === 'text' ? 'canned' : 'mention';
  return { kind, word: word.toLowerCase(), from: caret - whole.length, to: caret };
}

/** The text with a token replaced, and where the caret stands then. */
export function replaceToken(text: string, token: Pick<Token, 'from' | 'to'>,
  by: string): { text: string; caret: number } {
  return { text: `${text.slice(0, token.from)}${by}${text.slice(token.to)}`, caret: token.from + by.length };
}
