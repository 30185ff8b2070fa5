/** The process of some accounts' sessions: it holds their sockets and their cryptography, and nothing else. */
import { silenceConsole } from './quiet.ts';
import type { OpenSession, Outgoing } from './calls.ts';
import type { MediaKey } from './content.ts';
import type { Outbox } from './outbox.ts';
import type { Session } from './session.ts';
import { Line, type Handler } from './wire.ts';

silenceConsole();
// After the console is silent, for loading it prints as well.
const { Session: SessionClass } = await import('./session.ts');
const { download } = await import('./files.ts');

const sessions = new Map<string, Session>();

function sessionOf(account: string): Session {
  const session = sessions.get(account);
  if (session === undefined) throw Object.assign(new Error('no session'), { code: 'NOT_CONNECTED' });
  return session;
}

function outboxOf(account: string): Outbox {
  const outbox = sessionOf(account).outbox;
  if (outbox === undefined) throw Object.assign(new Error('no connection'), { code: 'NOT_CONNECTED' });
  return outbox;
}

const handlers: Record<string, Handler> = {
  async open(account, options: OpenSession) {
    await sessions.get(account)?.close();
    const session = new SessionClass(account, line, options);
    sessions.set(account, session);
    await session.open();
  },
  async close(account) {
    await sessions.get(account)?.close();
    sessions.delete(account);
  },
  async logOut(account) {
    await sessions.get(account)?.close(true);
    sessions.delete(account);
  },
  send: (account, out: Outgoing) => outboxOf(account).send(out),
  edit: (account, { handle, id, text }: { handle: string; id: string; text: string }) =>
    outboxOf(account).edit(handle, id, text),
  recall: (account, { handle, id }: { handle: string; id: string }) => outboxOf(account).recall(handle, id),
  react: (account, { handle, id, emoji }: { handle: string; id: string; emoji: string }) =>
    outboxOf(account).react(handle, id, emoji),
  typing: (account, { handle, isTyping }: { handle: string; isTyping: boolean }) =>
    outboxOf(account).typing(handle, isTyping),
  read: (account, { handle, ids }: { handle: string; ids: string[] }) => outboxOf(account).read(handle, ids),
  check: async (account, { phone }: { phone: string }) => ({ exists: await outboxOf(account).check(phone) }),
  download: async (_account, { media, bytesMax, isOwnServer }: { media: MediaKey; bytesMax: number;
    isOwnServer: boolean }) => ({ bytes: await download(media, bytesMax, isOwnServer) }),
};

// Without its parent nobody stores what comes in: better no session than one that loses messages, or tells WhatsApp
// that it could not read them. Found out by whichever comes first, a call or the event.
const leave = (): never => process.exit(0);
const line = new Line((packet) => {
  if (process.connected) process.send?.(packet as object);
  else leave();
}, handlers);
process.on('message', (packet) => { line.take(packet); });
process.on('disconnect', leave);
process.on('SIGTERM', () => {
  void Promise.allSettled([...sessions.values()].map((session) => session.close())).then(() => { process.exit(0); });
});
// The terminal's Ctrl-C reaches every process of the group; the parent ends this one when its time has come.
process.on('SIGINT', () => undefined);
// What Baileys lets fall may have left a session half broken: the parent starts this process anew.
process.on('unhandledRejection', () => { process.exit(70); });
process.on('uncaughtException', () => { process.exit(70); });
