/** One desk that may see everything: signs in by HTTP, listens on /desk, and notes when each marked message arrives. */
import { io, type Socket } from 'socket.io-client';
import type { DeskEvent } from '#agent-desk/protocol.ts';
import type { MessageView } from '#agent-desk/views.ts';

export interface Subscriber {
  /** Arrival by mark (`#run-from-i`), performance.now() ms, and how often it came. */
  readonly arrivals: Map<string, { atMs: number; times: number }>;
  close(): void;
}

/** Signs in and gives the cookie for sockets. */
export async function signIn(
  port: number, npk: string, password: string,
): Promise<{ cookie: string; csrfToken: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/session`, { method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
    body: JSON.stringify({ npk, password }) });
  if (!answer.ok) throw new Error(`sign-in failed: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const { csrfToken } = await answer.json() as { csrfToken: string };
  return { cookie, csrfToken };
}

/** Connects and waits for the first word of the server. */
export async function subscribe(port: number, cookie: string): Promise<Subscriber> {
  const arrivals = new Map<string, { atMs: number; times: number }>();
  const socket: Socket = io(`http://127.0.0.1:${port}/desk`, {
    transports: ['websocket'], auth: { tabId: 'bench', protocolVersion: 2 },
    extraHeaders: { cookie, origin: `http://127.0.0.1:${port}` } });
  const note = (event: DeskEvent): void => {
    if (event.type !== 'message.changed') return;
    const mark = /^#\d+-\d+-\d+/.exec((event.data as MessageView).text ?? '')?.[0];
    if (mark === undefined) return;
    const known = arrivals.get(mark);
    arrivals.set(mark, { atMs: known?.atMs ?? performance.now(), times: (known?.times ?? 0) + 1 });
  };
  socket.on('event', note);
  socket.on('events', (events: DeskEvent[]) => { for (const event of events) note(event); });
  await new Promise<void>((resolve, reject) => {
    socket.on('hello', () => resolve());
    socket.on('connect_error', reject);
  });
  return { arrivals, close: () => { socket.disconnect(); } };
}
