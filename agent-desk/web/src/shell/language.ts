/** Switching the language of the screen at once, remembered by this machine and by the account. */
import { useCallback } from 'react';
import { api } from '../api/client.ts';
import { setLocale } from '../i18n/index.ts';
import { useLocale } from '../kit/words.ts';
import type { Locale } from '../lib/time.ts';

/** The language now and the way to choose another. */
export function useLanguage(): { locale: Locale; choose: (locale: Locale) => void } {
  const locale = useLocale();
  const choose = useCallback((next: Locale): void => {
    void setLocale(next);
    // The account remembers it too, so that another machine starts in it; the screen does not wait for that.
    void api.patch('/me', { locale: next }).catch(() => undefined);
  }, []);
  return { locale, choose };
}
