/** Notices of the browser, outside of the page: never a name or a text, for they stay on the machine's screen. */

export type BrowserRight = 'granted' | 'denied' | 'default' | 'none';

/** What the browser allows. */
export function browserRight(): BrowserRight {
  return typeof Notification === 'undefined' ? 'none' : Notification.permission;
}

/** Asks the person; only after a click of theirs. */
export async function askBrowser(): Promise<BrowserRight> {
  if (typeof Notification === 'undefined') return 'none';
  return Notification.requestPermission();
}

/** Shows one line; a later one of the same tag replaces it. A click brings the desk to the front. */
export function showBrowserNotice(tag: string, title: string, body: string, onClick: () => void): void {
  if (browserRight() !== 'granted') return;
  try {
    const shown = new Notification(title, { body, tag, icon: '/favicon.svg', lang: document.documentElement.lang });
    shown.addEventListener('click', () => {
      window.focus();
      onClick();
      shown.close();
    });
  } catch {
    // Phones allow notices only to service workers: the bell counts them.
  }
}
