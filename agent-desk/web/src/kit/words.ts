/**
 * Words on the screens: the desk's own typed `t`, the reader's locale, and a way for a page to bring words of its own.
 */
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Locale } from '../lib/time.ts';

/** The desk's typed `t`. */
export function useT() {
  return useTranslation('desk').t;
}

/** The language of the screen now: 'id' or 'en'. */
export function useLocale(): Locale {
  return useTranslation('desk').i18n.language === 'en' ? 'en' : 'id';
}

export type WordValues = Record<string, string | number>;
export type WordsOf<W extends Record<string, string>> = (key: keyof W & string, values?: WordValues) => string;

/**
 * Words of one page in both languages, typed by the Indonesian ones: `const useWords = defineWords('admin', {id,
 * en})`, then `const w = useWords(); w('title')`. `{{name}}` is filled from the values; `key_one` / `key_other` follow
 * `count`.
 */
export function defineWords<W extends Record<string, string>>(namespace: string,
  words: { id: W; en: Record<keyof W, string> }) {
  const add = (): void => {
    i18next.addResourceBundle('id', namespace, words.id);
    i18next.addResourceBundle('en', namespace, words.en);
  };
  if (i18next.isInitialized) add();
  else i18next.on('initialized', add);
  return function useWords(): WordsOf<W> {
    const { t } = useTranslation(namespace as never) as unknown as { t: (key: string, values?: WordValues) => string };
    return (key, values) => t(key, values);
  };
}

/**
 * The word for a code that the server may know before this screen does: the translation, else the code in plain
 * letters.
 */
export function codeWord(prefix: string, code: string, values?: WordValues): string {
  const key = `${prefix}.${code}`;
  const translate = i18next.t as unknown as (key: string, values?: WordValues & { ns: string }) => string;
  if (i18next.exists(key, { ns: 'desk' })) return translate(key, { ...values, ns: 'desk' });
  const plain = code.replaceAll('_', ' ').toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
