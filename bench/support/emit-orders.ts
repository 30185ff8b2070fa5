/**
 * What a server under P7 is told over IPC: emit so many, as fast as it can or at a rate; and how it says that it is
 * done.
 */
import type { AgentSeen } from '#domain/people/queries.ts';
import type { DeskEvent } from '#agent-desk/protocol.ts';

export type EmitOrder =
  | { op: 'one'; count: number; agents: number }
  | { op: 'all'; count: number }
  | { op: 'rate'; perSecond: number; seconds: number; agents: number }
  | { op: 'memory' };

export interface Emitter {
  /** Emits one event to each of these agents. */
  one(agents: number[]): Promise<void>;
  /** Emits one event to everybody. */
  all(): Promise<void>;
}

/** Ms since 1970 with a fraction, on the clock that all processes of a machine share. */
export function stamp(): string {
  return `at:${(performance.timeOrigin + performance.now()).toFixed(3)};`;
}

/** A uuid for a number. */
export function idOf(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** The agent as the product hydrates it; about 330 bytes as an event, the same for the floor. */
export function agentOf(number: number): AgentSeen {
  return {
    userId: idOf(number), npk: '10001', name: stamp(), siteId: null, teamId: null, presence: 'READY', reasonCode: null,
    since: '2026-11-21T00:00:00.000Z', wrapUpUntil: null, capacityPoints: 100, usedPoints: 0, vanished: false,
      version: 1,
  };
}

/** The event that both servers emit. */
export function agentEvent(number: number): DeskEvent {
  return { cursor: 'MToxMjM0NTY3ODpwMTIzNDU2', type: 'agent.changed', subject: { type: 'agent', id: idOf(number) },
    version: 1, data: agentOf(number) };
}

const CHUNK = 200;
const breathe = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

async function atRate(order: Extract<EmitOrder, { op: 'rate' }>, emitter: Emitter): Promise<void> {
  const startedAt = performance.now();
  let sent = 0;
  while (performance.now() - startedAt < order.seconds * 1_000) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * order.perSecond);
    if (due > sent) {
      await emitter.one(Array.from({ length: due - sent }, (_, n) => (sent + n) % order.agents));
      sent = due;
    }
    await breathe();
  }
}

async function obey(order: EmitOrder, emitter: Emitter): Promise<void> {
  if (order.op === 'rate') await atRate(order, emitter);
  if (order.op === 'one') {
    for (let at = 0; at < order.count; at += CHUNK) {
      await emitter.one(Array.from({ length: Math.min(CHUNK, order.count - at) }, (_, n) => (at + n) % order.agents));
      await breathe();
    }
  }
  if (order.op === 'all') for (let n = 0; n < order.count; n += 1) { await emitter.all(); await breathe(); }
}

/** Says on which port the server listens, then obeys; every order is answered with its start and the memory in use. */
export function serveOrders(port: number, emitter: Emitter): void {
  process.on('message', (order: EmitOrder) => {
    const startedAt = performance.timeOrigin + performance.now();
    void obey(order, emitter).then(() => {
      globalThis.gc?.();
      process.send?.({ startedAt, rssBytes: process.memoryUsage().rss });
    });
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port });
}
