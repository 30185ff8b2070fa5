/**
 * Places where a test may end, delay or break the process. Without FAILPOINT nothing here does anything (RF01-RF03).
 */

/** Every failpoint in the code, with the fault it serves; a test keeps this list and the calls equal. */
export const failpoints = {
  'intake.afterReceive': 'RF01', 'intake.beforeCommit': 'RF01', 'intake.afterCommit': 'RF01',
  'intake.afterAcknowledge': 'RF01', 'intake.afterWake': 'RF01', 'media.midDownload': 'RF01',
  'assign.afterPick': 'RF02', 'assign.beforeCommit': 'RF02', 'assign.afterCommit': 'RF02',
  'send.afterClaim': 'RF03', 'send.beforeWrite': 'RF03', 'send.afterWrite': 'RF03',
  'send.beforeCommit': 'RF03', 'send.afterCommit': 'RF03',
  'whatsapp.received': 'RF30', 'whatsapp.stored': 'RF30', 'whatsapp.receipts': 'RF30',
} as const;

export type Failpoint = keyof typeof failpoints;

interface Armed { name: string; hit: number; action: string }

let armed: Armed | undefined;
let hits = 0;

/** Arms one failpoint: `name:n[:kill|throw|delay]`, the n-th hit fires. Called by gateway/config.ts only. */
export function armFailpoint(spec: string | undefined): void {
  hits = 0;
  if (spec === undefined || spec === '') { armed = undefined; return; }
  const [name = '', hit = '1', action = 'kill'] = spec.split(':');
  if (!(name in failpoints)) throw new Error(`FAILPOINT names no failpoint: ${name}`);
  armed = { name, hit: Number(hit), action };
}

/** Fires if armed for this place and this hit. `kill` ends the process as kill -9 does. */
export async function failpoint(name: Failpoint): Promise<void> {
  if (armed === undefined || armed.name !== name) return;
  hits += 1;
  if (hits !== armed.hit) return;
  if (armed.action === 'throw') throw new Error(`failpoint ${name}`);
  if (armed.action === 'delay') { await new Promise((resolve) => { setTimeout(resolve, 2_000); }); return; }
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}
