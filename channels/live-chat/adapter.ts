/**
 * The own web chat: a visitor in a browser, over the namespace /chat; its messages go through the house like any
 * other.
 */
import type { Channel, ChannelHost, CustomerSocket } from '#channels/channel.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import type { ChatHello } from './protocol.ts';
import { readIdentity, readSeq } from './requests.ts';
import { openSession, type Session, type Visitor } from './session.ts';
import { allowedOrigins, chatSetup, publicSettings } from './settings.ts';
import { isUserHandle, issueToken, newVisitorHandle, readToken, verifyIdentity, visitorSecret } from './token.ts';

/** Browsers of one visitor at once; the oldest makes room. */
const SESSIONS_PER_VISITOR_MAX = 8;

/** What happens to messages that may be far up in the thread. */
const OF_OLD = new Set(['message.edited', 'message.deleted']);

/** The open browsers of this process, by account and handle. */
const sessions = new Map<string, Map<Session, CustomerSocket>>();

function placeOf(host: ChannelHost, handle: string): string {
  return `${host.account.id}|${handle}`;
}

function enter(place: string, session: Session, socket: CustomerSocket): void {
  const here = sessions.get(place) ?? new Map<Session, CustomerSocket>();
  sessions.set(place, here.set(session, socket));
  for (const [, oldest] of here) {
    if (here.size <= SESSIONS_PER_VISITOR_MAX) break;
    oldest.close();
  }
  socket.onClose(() => {
    session.close();
    here.delete(session);
    if (here.size === 0) sessions.delete(place);
  });
}

/** Who connects: the host site's user if it signed for one, else the bearer of the token, else somebody new. */
async function recognise(
  host: ChannelHost,
  handshake: Record<string, unknown>,
  secret: string,
): Promise<{ visitor: Visitor; said: ChatHello['identity'] }> {
  const identity = readIdentity(handshake['identity']);
  const verified =
    identity === undefined ? undefined : verifyIdentity(identity, await host.secrets.get('identitySecret'));
  if (verified !== undefined) return { visitor: { handle: verified, identity }, said: 'verified' };
  const claims = readToken(handshake['token'], host.account.id, secret);
  const handle = claims === undefined || isUserHandle(claims.handle) ? newVisitorHandle() : claims.handle;
  if (identity !== undefined) host.log.warn({}, 'the signature of a host site on a user id does not hold');
  return { visitor: { handle, identity: undefined }, said: identity === undefined ? null : 'refused' };
}

function refuseOrigin(host: ChannelHost, handshake: Record<string, unknown>): void {
  const { origin, ownOrigin } = handshake;
  if (origin === undefined || origin === ownOrigin) return;
  if (typeof origin !== 'string' || !allowedOrigins(host.account).includes(origin))
    throw new AppError('ORIGIN_REFUSED');
}

async function welcome(host: ChannelHost, socket: CustomerSocket, handshake: Record<string, unknown>): Promise<void> {
  refuseOrigin(host, handshake);
  const secret = await visitorSecret(host);
  const { visitor, said } = await recognise(host, handshake, secret);
  const session = openSession(host, visitor, socket);
  enter(placeOf(host, visitor.handle), session, socket);
  const { page, state, reset } = await session.feed.open(readSeq(handshake, 'after'));
  const hello: ChatHello = {
    token: issueToken(visitor.handle, host.account.id, secret),
    identity: said,
    reset,
    page,
    state,
    settings: publicSettings(host.account),
  };
  socket.emit('hello', hello);
  // What was committed between the first page and the entry in the list of browsers.
  session.feed.hint();
}

function refuse(host: ChannelHost, socket: CustomerSocket, error: unknown): void {
  const code = error instanceof AppError ? error.code : 'INTERNAL';
  if (!(error instanceof AppError)) host.log.error({ error: (error as Error).message }, 'chat connection failed');
  socket.emit('refused', { code, retry: code !== 'ORIGIN_REFUSED' });
  socket.close();
}

export const liveChat: Channel = {
  name: 'live-chat',
  reportName: 'LIVE_CHAT',
  medium: 'CHAT',
  flow: 'live-chat',
  capabilities: {
    attachments: true,
    typing: true,
    readReceipts: true,
    edits: false,
    replies: false,
    rating: true,
    buttons: true,
    askContact: false,
    editSent: true,
    recallSent: true,
    react: false,
    deduplicates: true,
  },
  limits: { textChars: limits.messageTextChars, fileBytes: limits.fileBytes, sendsPerSecond: 200 },
  setup: chatSetup,
  // The visitor's browser fetches what is committed, so a message is sent as soon as its status says so; and again is
  // no harm.
  send: async (_host, message) => ({ kind: 'sent', providerMessageId: message.id }),
  // So is a change: the house writes it down, and the browser fetches the message anew.
  change: async () => ({ kind: 'done' }),
  changed(host, change) {
    const isOfOld = OF_OLD.has(change.type);
    for (const session of sessions.get(placeOf(host, change.handle))?.keys() ?? []) session.feed.hint(isOfOld);
  },
  agentTyping(host, handle, isTyping) {
    for (const session of sessions.get(placeOf(host, handle))?.keys() ?? []) session.typing(isTyping);
  },
  connected(host, socket, handshake) {
    welcome(host, socket, handshake).catch((error: unknown) => refuse(host, socket, error));
  },
  page: {
    settings: (account) => ({ ...publicSettings(account) }),
    origins: allowedOrigins,
    async visitor(host, token) {
      const claims = readToken(token, host.account.id, await visitorSecret(host));
      return claims === undefined ? undefined : { handle: claims.handle };
    },
  },
};
