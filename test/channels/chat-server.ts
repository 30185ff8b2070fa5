/**
 * A real server for customers: the page, the files and the namespace /chat on a port of its own, and a browser's
 * client.
 */
import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import type {
  ChatAck,
  ChatAnswers,
  ChatHello,
  ChatMessage,
  ChatRequests,
  ChatState,
} from '#channels/live-chat/protocol.ts';
import { createTail } from '#domain/journal/tail.ts';
import { chatApi } from '#gateway/api/chat.ts';
import { attachChat, type Chat } from '#gateway/chat-socket.ts';
import { hooks } from '#gateway/hooks.ts';
import { configureHttp, httpOptions } from '#gateway/http.ts';
import type { Parts } from '#gateway/parts.ts';
import { originAllowed } from '#gateway/security/origin.ts';
import { createSessions } from '#gateway/security/sessions.ts';
import { createSockets } from '#gateway/sockets.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { channelWorld, type ChannelWorld, type ChannelWorldOptions } from './support.ts';

export interface ChatServer extends ChannelWorld {
  url: string;
  chat: Chat;
  /** A browser of a customer on this server; ends with the test. */
  customer(options?: CustomerOptions): Customer;
  stop(): Promise<void>;
}

export interface CustomerOptions {
  token?: string | undefined;
  after?: number;
  account?: string;
  identity?: unknown;
  origin?: string;
}

/** A customer's client, which keeps what it was told. */
export interface Customer {
  socket: Socket;
  hello: ChatHello | undefined;
  messages: Map<number, ChatMessage>;
  /** How often each message was pushed. */
  pushes: string[];
  state: ChatState | undefined;
  refused: { code: string; retry: boolean } | undefined;
  typing: boolean;
  greeted(): Promise<ChatHello>;
  ask<N extends keyof ChatRequests>(name: N, payload: unknown): Promise<ChatAck<ChatAnswers[N]>>;
  texts(): (string | null)[];
}

function connectCustomer(url: string, accountKey: string, options: CustomerOptions): Customer {
  const { origin, account = accountKey, ...auth } = options;
  const socket = io(`${url}/chat`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { account, ...auth },
    ...(origin === undefined ? {} : { extraHeaders: { origin } }),
  });
  const customer: Customer = {
    socket,
    hello: undefined,
    messages: new Map(),
    pushes: [],
    state: undefined,
    refused: undefined,
    typing: false,
    greeted: () => eventually('a hello', () => customer.hello),
    ask: (name, payload) => socket.timeout(5_000).emitWithAck(name, payload),
    texts: () => [...customer.messages.values()].sort((a, b) => a.seq - b.seq).map((message) => message.text),
  };
  const take = (messages: ChatMessage[]): void => {
    for (const message of messages) {
      customer.messages.set(message.seq, message);
      customer.pushes.push(message.id);
    }
  };
  socket.on('hello', (hello: ChatHello) => {
    customer.hello = hello;
    customer.state = hello.state;
    take(hello.page.messages);
  });
  socket.on('messages', ({ messages }: { messages: ChatMessage[] }) => take(messages));
  socket.on('state', (state: ChatState) => {
    customer.state = state;
  });
  socket.on('typing', ({ typing }: { typing: boolean }) => {
    customer.typing = typing;
  });
  socket.on('refused', (reason: { code: string; retry: boolean }) => {
    customer.refused = reason;
  });
  socket.on('connect_error', (error) => {
    customer.refused = (error as Error & { data?: Customer['refused'] }).data;
  });
  return customer;
}

/** Serves the world's account on a free port. A second call with `like` is another node on the same database. */
export async function chatServer(
  t: Teardown,
  options: Partial<ChannelWorldOptions> & { widgetFolder?: string } = {},
): Promise<ChatServer> {
  const base = await channelWorld(t, { channel: 'live-chat', ...options });
  const sessions = createSessions(base.work);
  const app = Fastify({ ...httpOptions, logger: false });
  await configureHttp(app, { work: base.work, sessions, config: { publicUrl: null } });
  await app.register(hooks(base as unknown as Parts));
  await app.register(
    chatApi({
      hosts: base.hosts,
      ...(options.widgetFolder === undefined ? {} : { widgetFolder: options.widgetFolder }),
    }),
  );
  const rule = { config: { publicUrl: null } };
  const sockets = createSockets(app.server, { rule, chatOriginAllowed: () => true });
  const tail = await createTail(base.work);
  const chat = attachChat(sockets.io, {
    work: base.work,
    hosts: base.hosts,
    tail,
    bus: base.bus,
    trustProxy: false,
    originAllowed: (origin, host) => originAllowed(rule, origin, host),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const customers: Customer[] = [];
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    for (const customer of customers) customer.socket.disconnect();
    await chat.stop();
    await sockets.close();
    // A client that keeps its connection alive would hold the close for as long as it likes.
    app.server.closeAllConnections();
    await app.close();
    await tail.stop();
    await sessions.close();
  };
  const server: ChatServer = {
    ...base,
    url,
    chat,
    customer(more = {}) {
      const customer = connectCustomer(url, base.world.accountKey, more);
      customers.push(customer);
      return customer;
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
  t.teardown(() => server.stop());
  return server;
}
