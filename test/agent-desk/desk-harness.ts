/** A desk server on a port of its own, with real sessions and real sockets; and a desk that keeps what it is told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { createDesk, type Desk } from '#agent-desk/server/desk.ts';
import { deskCommands } from '#agent-desk/server/commands.ts';
import { localBus, type Bus } from '#agent-desk/server/parts.ts';
import type { DeskAnswers, DeskEvent, DeskRequest, DeskRequestName, Hello, Snapshot,
  Ack } from '#agent-desk/protocol.ts';
import { createTail, type Tail } from '#domain/journal/tail.ts';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { createSessions, type Sessions } from '#gateway/security/sessions.ts';
import { hashId, randomToken } from '#gateway/security/tokens.ts';
import { createSockets, deskOriginAllowed, serveDesk, type SocketOptions } from '#gateway/sockets.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';

export interface TestNode {
  url: string;
  nodeId: string;
  desk: Desk;
  tail: Tail;
  sessions: Sessions;
  stop(): Promise<void>;
}

/** One node: its own tail, sessions, desk and port. */
export async function startNode(t: Teardown, work: Work,
  given: { bus?: Bus; sockets?: Partial<SocketOptions> } = {}): Promise<TestNode> {
  const rule = { config: { publicUrl: null } };
  const nodeId = newId();
  const tail = await createTail(work);
  const sessions = createSessions(work);
  const desk = createDesk({
    work, nodeId, tail, sessions, commands: deskCommands(work), bus: given.bus ?? localBus(),
    originAllowed: (origin, host) => deskOriginAllowed(rule, origin, host),
  });
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = createSockets(server, { rule, ...given.sockets });
  serveDesk(sockets, desk);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await desk.stop();
    await sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
    await tail.stop();
    await sessions.close();
  };
  t.teardown(stop);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, nodeId, desk, tail, sessions, stop };
}

/** A session of the user, as sign-in leaves it; gives the Cookie header. */
export async function signedIn(work: Work, user: User): Promise<string> {
  const id = randomToken();
  await work.db.dynamic(`insert into sessions (id_hash, organisation_id, user_id, csrf_token, expires_at)
    values ($1, $2, $3, $4, app_now() + interval '1 hour')`, [hashId(id), user.organisationId, user.id, randomToken()]);
  return `sambung=${id}`;
}

/** What a screen holds: subjects by id with their newest version, as the desk's own store does it. */
export interface Screen {
  socket: Socket;
  hello: Hello | undefined;
  snapshot: Snapshot | undefined;
  snapshots: number;
  cursor: string | undefined;
  events: DeskEvent[];
  subjects: Map<string, DeskEvent>;
  ended: { name: string; code: string }[];
  typing: unknown[];
  watchers: unknown[];
  ask<N extends DeskRequestName>(name: N, payload: DeskRequest<N>): Promise<Ack<DeskAnswers[N]>>;
  /** What the screen now shows of a type: gone subjects are gone. */
  held<T>(type: string): T[];
}

function take(screen: Screen, event: DeskEvent): void {
  screen.events.push(event);
  screen.cursor = event.cursor;
  const key = `${event.subject.type} ${event.subject.id}`;
  const before = screen.subjects.get(key);
  if (before !== undefined && before.version > event.version) return;
  screen.subjects.set(key, event);
}

function begin(screen: Screen, snapshot: Snapshot): void {
  screen.snapshot = snapshot;
  screen.snapshots += 1;
  screen.cursor = snapshot.cursor;
  screen.subjects.clear();
  const { cursor } = snapshot;
  const put = (type: string, id: string, version: number, data: object): void => {
    screen.subjects.set(`${type} ${id}`,
      { cursor, type: `${type}.changed` as DeskEvent['type'], subject: { type, id }, version,
        data: data as DeskEvent['data'] });
  };
  for (const view of snapshot.mine) put('interaction', view.id, view.version, view);
  for (const view of snapshot.offers) put('offer', view.id, 1, view);
  put('agent', snapshot.agent.userId, snapshot.agent.version, snapshot.agent);
}

export interface OpenOptions {
  cookie?: string;
  cursor?: string | undefined;
  tabId?: string;
  origin?: string;
  transports?: ('polling' | 'websocket')[];
}

/** Connects a desk and follows it; does not wait. */
export function openDesk(t: Teardown, node: TestNode, options: OpenOptions): Screen {
  const socket = io(`${node.url}/desk`, {
    transports: options.transports ?? ['websocket'], forceNew: true, reconnection: false,
    auth: { tabId: options.tabId ?? newId(), protocolVersion: 2,
      ...(options.cursor === undefined ? {} : { cursor: options.cursor }) },
    extraHeaders: { origin: options.origin ?? node.url,
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }) },
  });
  t.teardown(() => { socket.disconnect(); });
  const screen: Screen = {
    socket, hello: undefined, snapshot: undefined, snapshots: 0, cursor: undefined, events: [], subjects: new Map(),
      ended: [],
    typing: [], watchers: [],
    ask: (name, payload) => socket.timeout(8_000).emitWithAck(name, payload) as Promise<Ack<never>>,
    held: <T>(type: string): T[] => [...screen.subjects.values()].filter((event) => event.subject.type === type
      && event.type.endsWith('.changed')).map((event) => event.data as T),
  };
  socket.on('hello', (hello: Hello) => { screen.hello = hello; screen.cursor = hello.cursor; });
  socket.on('snapshot', (snapshot: Snapshot) => begin(screen, snapshot));
  socket.on('event', (event: DeskEvent) => take(screen, event));
  socket.on('events', (events: DeskEvent[]) => { for (const event of events) take(screen, event); });
  for (const name of ['resync', 'session:ended']) {
    socket.on(name, ({ code }: { code: string }) => { screen.ended.push({ name, code }); });
  }
  socket.on('disconnect', (reason) => { screen.ended.push({ name: 'disconnect', code: reason }); });
  socket.on('connect_error', (error: Error & { data?: { code: string } }) => {
    screen.ended.push({ name: 'refused', code: error.data?.code ?? error.message });
  });
  socket.on('typing', (typing: unknown) => { screen.typing.push(typing); });
  socket.on('watchers', (watchers: unknown) => { screen.watchers.push(watchers); });
  return screen;
}

/** A desk of the user that has its snapshot and is live. */
export async function liveDesk(t: Teardown, work: Work, node: TestNode, user: User,
  options: OpenOptions = {}): Promise<Screen> {
  const screen = openDesk(t, node, { ...options, cookie: options.cookie ?? await signedIn(work, user) });
  await eventually('the snapshot', () => screen.snapshot ?? (screen.hello?.resumed === true ? true : undefined));
  return screen;
}
