/** Gives the words of the chosen language to everything below; a change of language draws all that asked for words. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { wordsOf, WordsContext } from './words.ts';

/** Around the whole desk, once: the one component that listens to the dictionary itself. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation('desk');
  return <WordsContext value={wordsOf(i18n.language)}>{children}</WordsContext>;
}
