/**
 * The one-line embed script: a button at the lower right that opens the chat in a frame of ours. Attributes:
 * data-account,
 * data-lang, data-user-id with data-user-hash (and data-user-name, -email, -phone) for a customer the site has signed
 * in.
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  if (script === null) return;
  const { account = 'web', lang = '' } = script.dataset;
  const base = new URL(script.src);
  const english = (lang || document.documentElement.lang || navigator.language).toLowerCase().startsWith('en');
  const words = english
    ? { open: 'Open the chat', close: 'Close the chat', frame: 'Chat with us' }
    : { open: 'Buka obrolan', close: 'Tutup obrolan', frame: 'Obrolan dengan kami' };

  const STYLE = `
    :host { all: initial; }
    button { position: fixed; z-index: 2147483000; right: 20px; bottom: calc(20px + env(safe-area-inset-bottom));
      width: 56px; height: 56px; border: 0; border-radius: 50%; background: #3d55d0; color: #fff; cursor: pointer;
      box-shadow: 0 0 0 1px rgb(0 0 0 / 8%), 0 8px 24px rgb(0 0 0 / 24%); }
    button:focus-visible { outline: 2px solid #3d55d0; outline-offset: 3px; }
    svg { display: block; margin: auto; }
    b { position: absolute; top: 0; right: 0; min-width: 20px; height: 20px; border-radius: 10px; background: #be2630;
      color: #fff; font: 600 12px/20px system-ui, sans-serif; }
    b:empty { display: none; }
    iframe { position: fixed; z-index: 2147483001; right: 20px; bottom: 88px; width: 390px;
      height: min(680px, calc(100vh - 108px)); border: 0; border-radius: 12px; background: #fff;
      box-shadow: 0 0 0 1px rgb(0 0 0 / 8%), 0 8px 24px rgb(0 0 0 / 24%); color-scheme: normal; }
    iframe[hidden] { display: none; }
    @media (prefers-color-scheme: dark) { iframe { background: #16171a; } }
    @media (max-width: 480px) { iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; } }`;
  const SVG = 'http://www.w3.org/2000/svg';
  const draw = (): SVGElement => {
    const icon = document.createElementNS(SVG, 'svg');
    const shape = {
      width: '26',
      height: '26',
      viewBox: '0 0 24 24',
      fill: 'none',
      stroke: 'currentColor',
      'aria-hidden': 'true',
    };
    const pen = { 'stroke-width': '1.75', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
    for (const [name, value] of Object.entries({ ...shape, ...pen })) icon.setAttribute(name, value);
    for (const d of ['M4 20l1.3-3.9A8 8 0 1 1 8 18.7z', 'M9 12h.01M12 12h.01M15 12h.01']) {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('d', d);
      icon.append(path);
    }
    return icon;
  };

  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement('button');
  button.type = 'button';
  const badge = document.createElement('b');
  button.append(draw(), badge);
  let frame: HTMLIFrameElement | undefined;
  let unread = 0;

  const shown = (): boolean => frame !== undefined && !frame.hidden;
  const label = (): void => {
    button.setAttribute('aria-label', `${shown() ? words.close : words.open}${unread > 0 ? ` (${unread})` : ''}`);
    button.setAttribute('aria-expanded', String(shown()));
    badge.textContent = unread > 0 ? String(Math.min(unread, 99)) : '';
  };
  const tell = (message: object): void => frame?.contentWindow?.postMessage(message, base.origin);
  const show = (open: boolean): void => {
    if (frame === undefined) {
      frame = document.createElement('iframe');
      frame.title = words.frame;
      const query = new URLSearchParams({ embed: '1', account, ...(lang === '' ? {} : { lang }) });
      frame.src = `${base.origin}/chat?${query}`;
      root.append(frame);
    }
    frame.hidden = !open;
    if (open) {
      unread = 0;
      frame.focus();
    } else button.focus();
    tell({ sambung: 'shown', open });
    label();
  };
  button.addEventListener('click', () => show(!shown()));
  window.addEventListener('message', (event) => {
    if (event.origin !== base.origin || event.source !== frame?.contentWindow) return;
    const message = event.data as { sambung?: string; count?: number };
    if (message.sambung === 'close') show(false);
    if (message.sambung === 'unread' && !shown()) {
      unread = message.count ?? 0;
      label();
    }
    if (message.sambung === 'ready') {
      const { userId, userHash, userName, userEmail, userPhone } = script.dataset;
      tell({
        sambung: 'start',
        open: shown(),
        ...(userId && userHash
          ? { identity: { userId, hash: userHash, name: userName, email: userEmail, phone: userPhone } }
          : {}),
      });
    }
  });
  root.append(button);
  label();
  const place = (): void => {
    document.body.append(host);
  };
  if (document.body === null) document.addEventListener('DOMContentLoaded', place);
  else place();
})();
