/** One tab of this browser speaks for all: sounds and browser notices come once, however many tabs are open. */

let leads = typeof navigator === 'undefined' || !('locks' in navigator);
let asked = false;

/** True in the tab that speaks. The first tab does until it is closed, then the next. */
export function isLeader(): boolean {
  return leads;
}

/** Asks for the lead; called once the desk is open. */
export function runForLeader(): void {
  if (asked || !('locks' in navigator)) return;
  asked = true;
  const held = navigator.locks.request('sambung.speaker', () => {
    leads = true;
    // Held until the page goes: the promise never settles.
    return new Promise<never>(() => undefined);
  });
  held.catch(() => { leads = true; });
}
