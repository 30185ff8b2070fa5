/** A process of desks that lose their connection and come back all at once, each with the cursor it had. */
import { rawClient, type RawClient } from './raw-socket.ts';

export type ResumeOrder =
  | { op: 'connect'; port: number; cookies: string[] }
  | { op: 'drop' }
  | { op: 'reconnect'; port: number };

export interface ResumeReport {
  /** Ms from the first connection begun to the last desk that had everything. */
  ms: number;
  caughtUp: number;
  /** Of them, by the events missed; the others got a snapshot. */
  resumed: number;
}

/** What a desk waits for: the event that the bench put behind all others, or a snapshot, which holds everything. */
const CAUGHT_UP = /"(configuration\.changed|mark)"|^42\/desk,\["snapshot"/;
const AT_ONCE = 200;
const PATIENCE_MS = 120_000;

interface DeskClient { cookie: string; cursor: string | undefined; resumed: boolean; caught: (() => void) | undefined;
  client: RawClient | undefined }

let desks: DeskClient[] = [];

function onText(desk: DeskClient, text: string): void {
  for (const [, cursor] of text.matchAll(/"cursor":"([\w-]+)"/g)) desk.cursor = cursor;
  if (text.includes('"resumed":true')) desk.resumed = true;
  if (CAUGHT_UP.test(text)) desk.caught?.();
}

async function connectOne(desk: DeskClient, port: number, n: number): Promise<void> {
  const caught = new Promise<void>((resolve) => { desk.caught = resolve; });
  desk.resumed = false;
  desk.client = await rawClient({ port, namespace: '/desk', onText: (text) => onText(desk, text),
    auth: { tabId: `tab-${n}`, protocolVersion: 2, ...(desk.cursor === undefined ? {} : { cursor: desk.cursor }) },
    headers: { cookie: desk.cookie, origin: `http://127.0.0.1:${port}` } });
  await caught;
}

async function all(port: number): Promise<ResumeReport> {
  const startedAt = performance.now();
  let next = 0;
  let caughtUp = 0;
  const timer = setTimeout(() => {
    process.stderr.write(`${caughtUp} of ${desks.length} desks caught up\n`);
    process.exit(1);
  }, PATIENCE_MS);
  // No more handshakes at once than a listening socket's backlog bears; a desk in the middle of catching up counts too.
  await Promise.all(Array.from({ length: AT_ONCE * 10 }, async () => {
    for (let at = next; at < desks.length; at = next) {
      next += 1;
      await connectOne(desks[at] as DeskClient, port, at);
      caughtUp += 1;
    }
  }));
  clearTimeout(timer);
  return { ms: performance.now() - startedAt, caughtUp, resumed: desks.filter((desk) => desk.resumed).length };
}

process.on('message', (order: ResumeOrder) => {
  if (order.op === 'drop') {
    for (const desk of desks) desk.client?.close();
    process.send?.({ ms: 0, caughtUp: 0, resumed: 0 } satisfies ResumeReport);
    return;
  }
  if (order.op === 'connect') {
    desks = order.cookies.map((cookie) => ({ cookie, cursor: undefined, resumed: false, caught: undefined,
      client: undefined }));
  }
  all(order.port).then((report) => process.send?.(report), (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
