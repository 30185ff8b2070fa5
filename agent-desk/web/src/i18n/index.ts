/** i18next with typed words: Indonesian first, English second,
the choice remembered and told to the server on sign-in. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Locale } from '../lib/time.ts';
import { en } from './en.ts';
import { id } from './id.ts';

declare module 'i18next' {
  interface CustomTypeOptions { defaultNS: 'desk'; resources: { desk: typeof id }; returnNull: false }
}

const storageKey = 'sambung.locale';

function remembered(): Locale | undefined {
  try {
    const value = localStorage.getItem(storageKey);
    return value === 'id' || value === 'en' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Prepares the words; called once, before the first render. */
export function startWords(): void {
  void i18next.use(initReactI18next).init({
    resources: { id: { desk: id }, en: { desk: en } }, lng: remembered() ?? 'id', fallbackLng: 'id',
    defaultNS: 'desk', ns: ['desk'],
    interpolation: { escapeValue: false }, initAsync: false,
  });
  document.documentElement.lang = i18next.language;
}

/** Switches the language of the screen and remembers it on this machine. */
export async function setLocale(locale: Locale): Promise<void> {
  try { localStorage.setItem(storageKey, locale); } catch { /* a machine that keeps nothing still switches */ }
  await i18next.changeLanguage(locale);
  document.documentElement.lang = locale;
}

/** Takes the language of the user's account, whatever the one before left on this machine. */
export function takeLocale(locale: string | undefined): void {
  if ((locale === 'id' || locale === 'en') && locale !== i18next.language) void setLocale(locale);
}
