/** A process of many desks: counts what they get and how old it is. Told over IPC what to do. */
import { rawClient, type RawClient } from './raw-socket.ts';

export type ClientOrder =
  | { op: 'connect'; port: number; namespace: string; cookies: string[] }
  | { op: 'reset' }
  | { op: 'report' };

export interface ClientReport {
  connected: number;
  deliveries: number;
  /** Ms since 1970, of the last delivery. */
  lastAt: number;
  /** Age in ms of each delivery that carries `at:<ms>.`, at most a million. */
  agesMs: number[];
  /** First time each `id:<text>.` arrived anywhere. */
  firstSeen: [string, number][];
}

const clients: RawClient[] = [];
let deliveries = 0;
let lastAt = 0;
let agesMs: number[] = [];
let firstSeen = new Map<string, number>();

const now = (): number => performance.timeOrigin + performance.now();
const STAMP = /at:([\d.]+);/g;
const NAMED = /id:([\w-]+);/g;

function onText(text: string): void {
  lastAt = now();
  let stamped = 0;
  for (const found of text.matchAll(STAMP)) {
    stamped += 1;
    if (agesMs.length < 1_000_000) agesMs.push(lastAt - Number(found[1]));
  }
  deliveries += stamped;
  for (const [, id = ''] of text.matchAll(NAMED)) if (!firstSeen.has(id)) firstSeen.set(id, lastAt);
}

async function connectAll(order: Extract<ClientOrder, { op: 'connect' }>): Promise<void> {
  const { port, namespace, cookies } = order;
  for (let at = 0; at < cookies.length; at += 50) {
    clients.push(...await Promise.all(cookies.slice(at, at + 50).map((cookie, n) => rawClient({
      port, namespace, auth: { tabId: `tab-${at + n}`, protocolVersion: 2 }, onText,
      headers: { cookie, origin: `http://127.0.0.1:${port}` } }))));
  }
}

process.on('message', (order: ClientOrder) => {
  const report = (): void => {
    process.send?.({ connected: clients.length, deliveries, lastAt, agesMs,
      firstSeen: [...firstSeen] } satisfies ClientReport);
  };
  if (order.op === 'connect') {
    connectAll(order).then(report, (error: Error) => { process.stderr.write(`${error.message}\n`); process.exit(1); });
    return;
  }
  if (order.op === 'reset') { deliveries = 0; agesMs = []; firstSeen = new Map(); }
  report();
});
process.on('disconnect', () => process.exit(0));
