/** The product's side of P7: its own sockets, desk, hydration and fan-out, with a database that answers from memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDesk } from '#agent-desk/server/desk.ts';
import { localBus } from '#agent-desk/server/parts.ts';
import type { DeskCommands } from '#agent-desk/server/commands.ts';
import type { JournalRow } from '#domain/journal/events.ts';
import type { Tail, TailListener } from '#domain/journal/tail.ts';
import type { User } from '#domain/people/access.ts';
import type { Db, Statement } from '#domain/store/db.ts';
import { createSockets, serveDesk } from '#gateway/sockets.ts';
import { idOf, serveOrders, stamp } from './emit-orders.ts';

const organisationId = idOf(999_999);
/** Whom everybody sees: those with presence.read over the organisation. */
const EVERYBODY = 500_000;

function agentRow(id: string): object {
  return { id, organisation_id: organisationId, npk: '10001', name: stamp(), site_id: null, team_id: null,
    branch_ids: null,
    presence: 'READY', reason_code: null, since: new Date(0), wrap_up_until: null, capacity_points: 100, used_points: 0,
    vanished: false, version: 1 };
}

/** Presence is seen by the agent alone, but for one, whom all may see (a place in a team that all may read). */
function rowsOf(statement: Statement, values: readonly unknown[] = []): object[] {
  if (statement.name !== 'agents.seen') return [];
  return (values[1] as string[]).map((id) => ({ ...agentRow(id),
    ...(id === idOf(EVERYBODY) ? { team_id: idOf(1) } : {}) }));
}

const db = {
  rows: async (statement: Statement, values?: readonly unknown[]) => rowsOf(statement, values),
  one: async (statement: Statement, values?: readonly unknown[]) => rowsOf(statement, values)[0],
  dynamic: async () => [],
} as unknown as Db;

function userOf(number: number): User {
  return { id: idOf(number), organisationId, npk: '10001', name: 'Agen', locale: 'id', siteId: null, branchId: null,
    teamId: null, rank: 10,
    roles: ['AGENT'], queueIds: [idOf(2)], grants: [
      { permission: 'interaction.read', scopeKind: 'self', scopeId: null },
        { permission: 'interaction.handle', scopeKind: 'self', scopeId: null },
      { permission: 'interaction.read-waiting', scopeKind: 'queue', scopeId: idOf(2) },
        { permission: 'presence.read', scopeKind: 'team', scopeId: idOf(1) },
    ] };
}

let listener: TailListener = () => undefined;
let id = 1;
const position = (): { epoch: number; xid: string; id: string } => ({ epoch: 1, xid: '12345678', id: String(id) });
const tail = { subscribe(one: TailListener) { listener = one; return () => undefined; }, position, cursor: () => '',
  lagMs: () => 0 } as unknown as Tail;
const nothing = async (): Promise<undefined> => undefined;
const commands = new Proxy({}, { get: () => nothing }) as DeskCommands;
const quiet = (): void => undefined;

const desk = createDesk({
  work: { db,
    log: { debug: quiet, info: quiet, warn: quiet,
      error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`) },
    wake: { hint: quiet, on: () => quiet } },
  nodeId: idOf(3), tail, commands, bus: localBus(), originAllowed: () => true,
  sessions: {
    verify: async (cookie) => ({ user: userOf(Number(/bench=(\d+)/.exec(cookie ?? '')?.[1] ?? 0)),
      sessionId: cookie ?? '' }),
    touch: quiet, userById: nothing, onRevoked: () => quiet, onUserChanged: () => quiet,
  },
});

function row(number: number): JournalRow {
  id += 1;
  return { epoch: 1, xid: '12345678', id: String(id), at: new Date(0), type: 'agent.presence-changed',
    subjectType: 'agent', subjectId: idOf(number),
    actor: { kind: 'SYSTEM' }, scope: { organisationId, agentId: idOf(number) }, version: 1 };
}

const server = createServer();
serveDesk(createSockets(server, { rule: { config: { publicUrl: null } } }), desk);
server.listen(0, '127.0.0.1', () => {
  serveOrders((server.address() as AddressInfo).port, {
    one: async (agents) => { await listener({ rows: agents.map(row), position: position() }); },
    all: async () => { await listener({ rows: [row(EVERYBODY)], position: position() }); },
  });
});
