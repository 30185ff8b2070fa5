/** Switching the language of the screen at once, remembered by the account and, until it is signed in, the machine. */
import { useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useCallback } from 'react';
import { api } from '../api/client.ts';
import { setLocale } from '../i18n/index.ts';
import { useLocale } from '../kit/words.ts';
import type { Locale } from '../lib/time.ts';
import type { Session } from '../session/session.ts';

/** The language now and the way to choose another. */
export function useLanguage(): { locale: Locale; choose: (locale: Locale) => void } {
  const locale = useLocale();
  const client = useQueryClient();
  const choose = useCallback((next: Locale): void => {
    void setLocale(next);
    // The account remembers it, so that any machine starts in it; the screen does not wait for that.
    void api.patch('/me', { locale: next }).then(() => {
      if (i18next.language !== next) return;
      client.setQueryData<Session | null>(['session'], (session) =>
        (session == null ? session : { ...session, user: { ...session.user, locale: next } }));
    }, () => undefined);
  }, [client]);
  return { locale, choose };
}
