/**
 * Words on the screens: the desk's own typed `t`, the reader's locale, and a way for a page to bring words of its own.
 * A list of hundreds asks for words thousands of times a second: what asks listens to one context, not to the
 * dictionary, and a word without values is looked up once a language.
 */
import i18next, { type TFunction } from 'i18next';
import { createContext, useContext } from 'react';
import type { Locale } from '../lib/time.ts';

type DeskT = TFunction<'desk'>;
type AnyT = (key: string, values?: WordValues) => string;

/** What a component reads its words from: another object as soon as the language changes. */
export interface WordsNow { language: string; t: DeskT; locale: Locale }

const plainWords = new Map<string, Map<string, string>>();

function plainOf(language: string): Map<string, string> {
  let found = plainWords.get(language);
  if (found === undefined) {
    found = new Map();
    plainWords.set(language, found);
  }
  return found;
}

const made = new Map<string, WordsNow>();

/** The words of a language, the same object each time. */
export function wordsOf(language: string): WordsNow {
  let found = made.get(language);
  if (found === undefined) {
    const fixed = i18next.getFixedT(language, 'desk') as unknown as AnyT;
    const plain = plainOf(language);
    const t: AnyT = (key, values) => {
      if (values !== undefined) return fixed(key, values);
      let word = plain.get(key);
      if (word === undefined) {
        word = fixed(key);
        plain.set(key, word);
      }
      return word;
    };
    found = { language, t: t as unknown as DeskT, locale: language === 'en' ? 'en' : 'id' };
    made.set(language, found);
  }
  return found;
}

/** The words of now; kit/WordsProvider.tsx gives it. */
export const WordsContext = createContext<WordsNow | null>(null);

function useWordsNow(): WordsNow {
  return useContext(WordsContext) ?? wordsOf(i18next.language);
}

/** The desk's typed `t`. */
export function useT(): DeskT {
  return useWordsNow().t;
}

/** The language of the screen now: 'id' or 'en'. */
export function useLocale(): Locale {
  return useWordsNow().locale;
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
  const byLanguage = new Map<string, WordsOf<W>>();
  return function useWords(): WordsOf<W> {
    const { language } = useWordsNow();
    let found = byLanguage.get(language);
    if (found === undefined) {
      const fixed = i18next.getFixedT(language, namespace as never) as unknown as AnyT;
      found = (key, values) => fixed(key, values);
      byLanguage.set(language, found);
    }
    return found;
  };
}

function plainCode(code: string): string {
  const plain = code.replaceAll('_', ' ').toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/**
 * The word for a code that the server may know before this screen does: the translation, else the code in plain
 * letters; in the language of the screen, or in another one for somebody who does not read this screen.
 */
export function codeWord(prefix: string, code: string, values?: WordValues, lng: string = i18next.language): string {
  const key = `${prefix}.${code}`;
  const plain = values === undefined ? plainOf(lng) : undefined;
  const known = plain?.get(key);
  if (known !== undefined) return known;
  const translate = i18next.t as unknown as (key: string, values?: WordValues & { ns: string; lng: string }) => string;
  if (!i18next.exists(key, { ns: 'desk', lng })) return plainCode(code);
  const word = translate(key, { ...values, ns: 'desk', lng });
  plain?.set(key, word);
  return word;
}
