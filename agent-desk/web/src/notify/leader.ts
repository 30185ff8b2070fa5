/**
 * One tab of this browser speaks for all: sounds and browser notices come once, however many tabs are open. The tab
 * that is worked in takes the lead, for a browser lets only a page that was touched be heard.
 */

const lockName = 'sambung.speaker';
const withoutLocks = typeof navigator === 'undefined' || !('locks' in navigator);

let leads = withoutLocks;
let asked = false;
/** In the line for the lead, and taking it out of turn. */
let waits = false;
let takes = false;
/** Somebody pressed a key or a button here. */
let touched = false;

/** True in the tab that speaks: the one that was worked in last; when it is closed, the next in line. */
export function isLeader(): boolean {
  return leads;
}

/** Settles only when another tab takes the lead over, or the browser refuses locks. */
function lead(out: boolean): Promise<unknown> {
  return navigator.locks.request(lockName, { steal: out }, () => {
    leads = true;
    if (out) takes = false;
    else waits = false;
    // Held until the page goes.
    return new Promise<never>(() => undefined);
  });
}

function lost(error: unknown): void {
  // Where the browser refuses locks, each tab speaks: better twice than never.
  leads = !(error instanceof DOMException && error.name === 'AbortError');
  takes = false;
  if (!leads) wait();
}

function wait(): void {
  if (waits) return;
  waits = true;
  lead(false).catch(lost);
}

function takeLead(): void {
  if (leads || takes || !touched) return;
  takes = true;
  lead(true).catch(lost);
}

/** Asks for the lead; called once the desk is open. */
export function runForLeader(): void {
  if (asked || withoutLocks) return;
  asked = true;
  wait();
  for (const name of ['pointerup', 'keydown'] as const) {
    window.addEventListener(name, () => {
      touched = true;
      takeLead();
    }, { capture: true, passive: true });
  }
  window.addEventListener('focus', takeLead);
}
