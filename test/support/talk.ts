/**
 * Agents and customers as programs: real sockets that come back by themselves, a REST client, and a callback's
 * ledger.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import type { Ack, DeskAnswers, DeskEvent, DeskRequest, DeskRequestName, Hello,
  Snapshot } from '#agent-desk/protocol.ts';
import type { InteractionView, MessageView, OfferView } from '#agent-desk/views.ts';
import type { ChatAck, ChatAnswers, ChatHello, ChatMessage, ChatState, Form } from '#channels/live-chat/protocol.ts';
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import { hashId, randomToken } from '#gateway/security/tokens.ts';
import { eventually, type Teardown } from './harness.ts';
import type { Outside } from './outside.ts';

export interface Cookie { cookie: string; csrfToken: string }

/** A session written directly, as sign-in leaves it. */
export async function sessionOf(db: Db, user: { id: string; organisationId: string }): Promise<Cookie> {
  const [id, csrfToken] = [randomToken(), randomToken()];
  await db.dynamic(`insert into sessions (id_hash, organisation_id, user_id, csrf_token, expires_at)
    values ($1, $2, $3, $4, app_now() + interval '12 hours')`, [hashId(id), user.organisationId, user.id, csrfToken]);
  return { cookie: `sambung=${id}`, csrfToken };
}

/** The time between two acts of a person or a provider: the pace of a load, never a wait for the product. */
export function pace(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

export interface RestAnswer { status: number; text: string; body: ReturnType<typeof JSON.parse> }

/** One request of a signed-in browser. */
export async function rest(url: string, session: Cookie, method: string, path: string, body?: unknown,
  headers: Record<string, string> = {}): Promise<RestAnswer> {
  const answer = await fetch(`${url}${path}`, { method, signal: AbortSignal.timeout(15_000),
    headers: { cookie: session.cookie, 'x-csrf-token': session.csrfToken,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, text, body: isJson ? JSON.parse(text) as unknown : undefined };
}

/** A live-chat account beside the generic one, on the same queue. */
export async function addLiveChat(outside: Pick<Outside, 'db' | 'world'>, key = 'web'): Promise<string> {
  const id = newId();
  const { world } = outside;
  await outside.db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id)
    values ($1, $2, 'live-chat', $3, 'Chat Uji', $4)`, [id, world.organisationId, key, world.queueId]);
  return id;
}

export interface Callback {
  url: string;
  /** Every reply as it came in, in order. */
  ledger: { clientId: string; text: string; to: string; seq: number; conversationId: string }[];
}

/** A server that takes every reply of a generic account and keeps it. */
export async function ledgerServer(t: Teardown): Promise<Callback> {
  const ledger: Callback['ledger'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += part.toString(); });
    request.on('end', () => {
      const { clientId, text, to, seq,
        conversationId } = JSON.parse(body) as Callback['ledger'][number] & { to: { id: string } };
      ledger.push({ clientId, text, to: (to as { id: string }).id, seq, conversationId });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.teardown(() => { server.closeAllConnections(); server.close(); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/balasan`;
  return { url, ledger };
}

/** The same, as the callback of the world's generic account. */
export async function callbackServer(t: Teardown, outside: Pick<Outside, 'db' | 'world'>): Promise<Callback> {
  const callback = await ledgerServer(t);
  await outside.db.dynamic(`update channel_accounts set version = version + 1,
    settings = settings || jsonb_build_object('callbackUrl', $2::text) where id = $1`,
  [outside.world.accountId, callback.url]);
  return callback;
}

/** Comes back after whatever ended the connection, as a screen does. */
function keepComing(socket: Socket, isOver: () => boolean): void {
  const again = (): void => { setTimeout(() => { if (!isOver() && !socket.connected) socket.connect(); }, 200); };
  socket.on('disconnect', again);
  socket.on('connect_error', again);
}

export interface Agent {
  socket: Socket;
  hellos: number;
  snapshots: number;
  offers: Map<string, OfferView>;
  interactions: Map<string, InteractionView>;
  /** By id, the newest version. */
  messages: Map<string, MessageView>;
  /** Ids of messages in the order in which each was first told. */
  told: string[];
  presence: string | undefined;
  ended: string[];
  ask<N extends DeskRequestName>(name: N, payload: DeskRequest<N>): Promise<Ack<DeskAnswers[N]>>;
  /** Waits for the interaction's offer and accepts it; any offer where none is named. */
  accept(interactionId?: string): Promise<InteractionView>;
  reply(conversationId: string, text: string, clientId?: string): Promise<Ack<DeskAnswers['message:send']>>;
  close(): void;
}

function tell(agent: Agent, event: DeskEvent): void {
  const { type, subject } = event;
  if (type === 'offer.changed') agent.offers.set(subject.id, event.data as OfferView);
  if (type === 'offer.gone') agent.offers.delete(subject.id);
  if (type === 'interaction.changed') agent.interactions.set(subject.id, event.data as InteractionView);
  if (type === 'agent.changed' && 'presence' in event.data) agent.presence = String(event.data.presence);
  if (type === 'subject.gone') agent.interactions.delete(subject.id);
  if (type !== 'message.changed') return;
  if (!agent.messages.has(subject.id)) agent.told.push(subject.id);
  agent.messages.set(subject.id, event.data as MessageView);
}

function begin(agent: Agent, snapshot: Snapshot): void {
  agent.snapshots += 1;
  agent.presence = snapshot.agent.presence;
  agent.offers = new Map(snapshot.offers.map((offer) => [offer.id, offer]));
  agent.interactions = new Map(snapshot.mine.map((view) => [view.id, view]));
}

function deskSocket(url: string, session: Cookie, cursor: () => string | undefined): Socket {
  const tabId = newId();
  return io(`${url}/desk`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    extraHeaders: { cookie: session.cookie, origin: url },
    auth: (give) => give({ tabId, protocolVersion: 2, ...(cursor() === undefined ? {} : { cursor: cursor() }) }) });
}

/** A desk of the signed-in user that is live; it resumes by its cursor whenever its connection breaks. */
export async function openAgent(t: Teardown, url: string, session: Cookie): Promise<Agent> {
  let cursor: string | undefined;
  let over = false;
  const socket = deskSocket(url, session, () => cursor);
  const agent: Agent = {
    socket, hellos: 0, snapshots: 0, offers: new Map(), interactions: new Map(), messages: new Map(), told: [],
    presence: undefined, ended: [],
    ask: (name, payload) => socket.timeout(10_000).emitWithAck(name, payload) as Promise<Ack<never>>,
    async accept(interactionId) {
      for (;;) {
        const offer = await eventually('an offer', () => [...agent.offers.values()].find((one) =>
          interactionId === undefined || one.interactionId === interactionId), 30_000);
        const answer = await agent.ask('offer:accept', { offerId: offer.id });
        agent.offers.delete(offer.id);
        if (answer.ok) return answer.data.interaction;
      }
    },
    reply: (conversationId, text, clientId = newId()) => agent.ask('message:send', { clientId, conversationId, text }),
    close() { over = true; socket.disconnect(); },
  };
  t.teardown(() => agent.close());
  keepComing(socket, () => over);
  const take = (event: DeskEvent): void => { cursor = event.cursor; tell(agent, event); };
  socket.on('hello', (hello: Hello) => { agent.hellos += 1; cursor = hello.cursor; });
  socket.on('snapshot', (snapshot: Snapshot) => { cursor = snapshot.cursor; begin(agent, snapshot); });
  socket.on('event', take);
  socket.on('events', (events: DeskEvent[]) => { for (const event of events) take(event); });
  socket.on('resync', ({ code }: { code: string }) => { agent.ended.push(code); socket.disconnect().connect(); });
  socket.on('session:ended', ({ code }: { code: string }) => { agent.ended.push(code); });
  await eventually('the desk is live', () => agent.snapshots > 0, 30_000);
  return agent;
}

/** The same, and READY for work. */
export async function readyAgent(t: Teardown, url: string, session: Cookie): Promise<Agent> {
  const agent = await openAgent(t, url, session);
  const answer = await agent.ask('presence:set', { presence: 'READY' });
  if (!answer.ok) throw new Error(`not ready: ${answer.code}`);
  return agent;
}

export interface Customer {
  socket: Socket;
  /** What the widget shows, by seq. */
  messages: Map<number, ChatMessage>;
  state: ChatState | undefined;
  token: string | undefined;
  /** Sends once; rejects if no answer comes. */
  say(text: string, clientId?: string, form?: Form, fileIds?: string[]): Promise<ChatAck<ChatAnswers['message:send']>>;
  /** What agents wrote to this customer, in order. */
  heard(): string[];
  close(): void;
}

/** A visitor of the live chat that keeps its token and comes back with what it holds. */
export async function openCustomer(t: Teardown, url: string, account = 'web'): Promise<Customer> {
  let over = false;
  const highest = (): number => Math.max(0, ...customer.messages.keys());
  const socket = io(`${url}/chat`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    auth: (give) => give({ account, after: highest(), ...(customer.token === undefined
      ? {} : { token: customer.token }) }) });
  const customer: Customer = {
    socket, messages: new Map(), state: undefined, token: undefined,
    say: (text, clientId = newId(), form = undefined,
      fileIds = []) => socket.timeout(10_000).emitWithAck('message:send',
      { clientId, text, fileIds, ...(form === undefined ? {} : { form }) }),
    heard: () => [...customer.messages.values()].sort((a, b) => a.seq - b.seq)
      .flatMap((message) => (message.from === 'agent' ? [message.text ?? ''] : [])),
    close() { over = true; socket.disconnect(); },
  };
  t.teardown(() => customer.close());
  keepComing(socket, () => over);
  const take = (messages: ChatMessage[]): void => { for (const message of messages) customer.messages.set(message.seq,
    message); };
  socket.on('hello', (hello: ChatHello) => {
    if (hello.reset) customer.messages.clear();
    customer.token = hello.token;
    customer.state = hello.state;
    take(hello.page.messages);
  });
  socket.on('messages', ({ messages }: { messages: ChatMessage[] }) => take(messages));
  socket.on('state', (state: ChatState) => { customer.state = state; });
  await eventually('the chat is open', () => customer.token !== undefined, 30_000);
  return customer;
}
