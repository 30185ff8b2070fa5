/**
 * A node with desks on a real database, and customers who write on it: each message is a transaction as intake makes
 * it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deskCommands } from '#agent-desk/server/commands.ts';
import { createDesk } from '#agent-desk/server/desk.ts';
import { localBus } from '#agent-desk/server/parts.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { createTail } from '#domain/journal/tail.ts';
import { newId } from '#domain/ids.ts';
import { openDb, statement } from '#domain/store/db.ts';
import type { WakeTopic, Work } from '#domain/work.ts';
import { createSessions } from '#gateway/security/sessions.ts';
import { createSockets, serveDesk } from '#gateway/sockets.ts';

export interface LiveOrder { perSecond: number; seconds: number; organisationId: string; accountId: string }
export interface LiveReport { committed: [string, number][]; lagMs: number; stats: object }

const listeners = new Map<WakeTopic, Set<(topic: WakeTopic) => void>>();
const log = (fields: object,
  message: string): void => { process.stderr.write(`${message} ${JSON.stringify(fields)}\n`); };
const work: Work = {
  db: openDb({ url: process.argv[2] ?? '', applicationName: 'bench-desk' }),
    log: { debug: () => undefined, info: () => undefined, warn: log, error: log },
  wake: {
    hint(topic) { for (const listener of listeners.get(topic) ?? []) queueMicrotask(() => listener(topic)); },
    on(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener));
      return () => { set.delete(listener); };
    },
  },
};

const write = statement('bench.write', `
  with thread as (update conversations
    set last_seq = last_seq + 1, last_message_at = now(), last_text = $4, last_direction = 'IN',
      unread_count = unread_count + 1, version = version + 1 where id = $2 returning last_seq, id),
  work as (select i.id, i.site_id, i.queue_id, i.team_id, i.agent_id from interactions i join thread
    on i.conversation_id = thread.id and i.state <> 'CLOSED' for no key update of i)
  insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction,
    author_kind, kind, body, created_at)
  select $3, $1, thread.id, work.id, $5, thread.last_seq, 'IN', 'CUSTOMER', 'text', $4, now() from thread, work
  returning interaction_id, (select site_id from work), (select queue_id from work), (select team_id
    from work), (select agent_id from work)`);

interface Written { interaction_id: string; site_id: string | null; queue_id: string | null; team_id: string | null;
  agent_id: string | null }

async function customer(order: LiveOrder, conversationId: string, committed: [string, number][]): Promise<void> {
  const id = newId();
  await work.db.transaction(async (tx) => {
    const row = await tx.one<Written>(write,
      [order.organisationId, conversationId, id, `id:${id}; saldo saya berapa`, order.accountId]);
    if (row === undefined) return;
    await appendJournal(tx,
      [{ type: 'message.received', subjectType: 'message', subjectId: id, conversationId, actor: { kind: 'CUSTOMER' },
      version: 1,
        scope: { organisationId: order.organisationId, siteId: row.site_id, queueId: row.queue_id, teamId: row.team_id,
          agentId: row.agent_id } }]);
    tx.afterCommit(() => { committed.push([id,
      performance.timeOrigin + performance.now()]); work.wake.hint('journal'); });
  });
}

async function load(order: LiveOrder): Promise<[string, number][]> {
  const threads = await work.db.dynamic<{ id: string }>('select id from conversations where organisation_id = $1',
    [order.organisationId]);
  const committed: [string, number][] = [];
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;
  while (performance.now() - startedAt < order.seconds * 1_000) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * order.perSecond);
    for (; sent < due; sent += 1) {
      const one = customer(order, threads[(sent * 7919) % threads.length]?.id ?? '',
        committed).finally(() => running.delete(one));
      running.add(one);
    }
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
  await Promise.all(running);
  return committed;
}

const tail = await createTail(work);
const desk = createDesk({ work, nodeId: newId(), tail, sessions: createSessions(work), commands: deskCommands(work),
  bus: localBus(), originAllowed: () => true });
const server = createServer();
serveDesk(createSockets(server, { rule: { config: { publicUrl: null } } }), desk);
process.on('message', (order: LiveOrder) => {
  void load(order).then((committed) =>
    process.send?.({ committed, lagMs: tail.lagMs(), stats: desk.stats() } satisfies LiveReport));
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
