/** What is being typed at the caret: `/word` for a canned reply, `@word` for a colleague. Pure. */

export interface Token { kind: 'canned' | 'mention'; word: string; from: number; to: number }

const canned = /(?:^|\s)(\/([a-z0-9-]{0,32}))$/i;
const mention = /(?:^|\s)(@([\p{L}\p{N}.'-]{0,40}(?: [\p{L}.'-]{0,40})?))$/u;

/** True if the words after an at sign are the name of somebody who was chosen, and go on behind it. */
function isChosen(words: string, names: readonly string[]): boolean {
  return names.some((name) => words.startsWith(name) && /^[^\p{L}\p{N}]/u.test(words.slice(name.length)));
}

/**
 * The token that ends at the caret; undefined where none does. Notes call people, replies take canned texts; `names`
 * are of those the note calls already: behind such a name one writes on.
 */
export function tokenAt(text: string, caret: number, mode: 'text' | 'note',
  names: readonly string[] = []): Token | undefined {
  const before = text.slice(Math.max(0, caret - 120), caret);
  const found = (mode === 'text' ? canned : mention).exec(before);
  if (found === null) return undefined;
  const [, whole = '', word = ''] = found;
  if (mode === 'note' && isChosen(word, names)) return undefined;
  const kind = mode === 'text' ? 'canned' : 'mention';
  return { kind, word: word.toLowerCase(), from: caret - whole.length, to: caret };
}

/** The text with a token replaced, and where the caret stands then. */
export function replaceToken(text: string, token: Pick<Token, 'from' | 'to'>,
  by: string): { text: string; caret: number } {
  return { text: `${text.slice(0, token.from)}${by}${text.slice(token.to)}`, caret: token.from + by.length };
}
