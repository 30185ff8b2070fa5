/**
 * Holds the address while something would be lost by leaving it: every way to another page of the desk is asked about
 * first, a link and a command of the palette as well as Back of the browser.
 */

/** Asks whether to leave; `go` is the way that was begun, to be taken once the answer is yes. */
export type AskLeave = (go: () => void) => void;

/** The last one is the uppermost: a form over a page that has changes of its own. */
const askers: AskLeave[] = [];
let here = { href: '', pathname: '', state: null as unknown };

function remember(): void {
  here = { href: window.location.href, pathname: window.location.pathname, state: window.history.state };
}

function onPopState(event: PopStateEvent): void {
  const ask = askers.at(-1);
  if (ask === undefined || window.location.pathname === here.pathname) {
    remember();
    return;
  }
  // The browser stands at the other address already. It is put back before anybody reads it, or the page with what was
  // typed would be taken down; as a new entry, for going forward again takes effect too late for that.
  event.stopImmediatePropagation();
  History.prototype.pushState.call(window.history, here.state, '', here.href);
  ask(() => { window.history.back(); });
}

function watchMoves(way: 'pushState' | 'replaceState'): void {
  const { history } = window;
  const move = history[way].bind(history);
  history[way] = (state: unknown, unused: string, url?: string | URL | null) => {
    const ask = askers.at(-1);
    const { pathname } = new URL(url ?? '', window.location.href);
    if (ask !== undefined && pathname !== window.location.pathname) {
      ask(() => { history[way](state, unused, url); });
      return;
    }
    move(state, unused, url);
    remember();
  };
}

/** Listens from the start: window calls its listeners in the order they came, and the router's must not be earlier. */
export function watchLeaving(): void {
  window.addEventListener('popstate', onPopState);
  watchMoves('pushState');
  watchMoves('replaceState');
}

/**
 * From now on whatever leaves this address is asked about by `ask`; a change of the query alone is not leaving. Returns
 * the way to stop.
 */
export function holdAddress(ask: AskLeave): () => void {
  remember();
  askers.push(ask);
  return () => {
    const at = askers.indexOf(ask);
    if (at >= 0) askers.splice(at, 1);
  };
}
