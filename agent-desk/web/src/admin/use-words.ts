/** The administration's words as the screens take them: typed keys, and a fall-back for codes only the server knows. */
import i18next from 'i18next';
import { defineWords, type WordsOf, type WordValues } from '../kit/words.ts';
import { type AdminKey, adminWords } from './i18n.ts';

/** `const w = useWords(); w('users.title')`; the namespace is `admin`. */
export const useWords = defineWords('admin', adminWords as unknown as Record<'id' | 'en', Record<AdminKey, string>>);

export type Words = WordsOf<Record<AdminKey, string>>;

/**
 * The word under a key made from a server's code; if this release has none, the code itself in plain letters. What is
 * no code but words already stays as it is.
 */
export function wordOr(w: Words, key: string, code: string, values?: WordValues): string {
  return i18next.exists(key, { ns: 'admin' as never })
    ? w(key as AdminKey, values)
    : /^[A-Z0-9_]+$|^[a-z0-9_]+$/.test(code) ? code.replaceAll('_', ' ').toLowerCase() : code;
}
