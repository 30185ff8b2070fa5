/**
 * Wake-ups: in this process at once, to other nodes through Redis. Hints only: a lost one costs a sweep, never
 * a message.
 */
import { EventEmitter } from 'node:events';
import { Redis } from 'ioredis';
import { newId } from '#domain/ids.ts';
import type { Log, Wake, WakeTopic } from '#domain/work.ts';

const CHANNEL = 'sambung:wake';
const BUS_CHANNEL = 'sambung:bus';
/**
 * Hints of one topic within this time travel once to the other nodes. Publishing is a write of its own to Redis: at
 * 2,000 messages a second it cost a twentieth of the server when it went every 5 ms.
 */
const COALESCE_MS = 15;

/** Fire and forget between nodes: typing, who looks. May be lost (architecture: spine). */
export interface Bus {
  publish(channel: string, payload: unknown): void;
  subscribe(channel: string, listener: (payload: unknown) => void): () => void;
}

export interface WakeBus extends Wake {
  readonly bus: Bus;
  /** True while Redis answers; without it hints stay on this node and sweeps do the rest. */
  connected(): boolean;
  close(): Promise<void>;
}

function client(url: string, log: Log, name: string): Redis {
  const redis = new Redis(url, { connectionName: name, lazyConnect: true, enableOfflineQueue: false,
    maxRetriesPerRequest: 0, commandTimeout: 2_000, retryStrategy: (tries) => Math.min(tries * 100, 1_000) });
  let complained = false;
  redis.on('error', (error: Error) => {
    if (!complained) log.warn({ redis: name, error: error.message }, 'redis is away; wake-ups stay on this node');
    complained = true;
  });
  redis.on('ready', () => { complained = false; });
  redis.connect().catch(() => undefined);
  return redis;
}

/** Connects the wake-ups to Redis. Never fails: while Redis is away, hints are local. */
export function createWake(redisUrl: string, log: Log): WakeBus {
  const nodeTag = newId();
  const local = new EventEmitter().setMaxListeners(0);
  const publisher = client(redisUrl, log, 'wake-out');
  const subscriber = client(redisUrl, log, 'wake-in');
  const leaving = new Set<WakeTopic>();
  let timer: NodeJS.Timeout | undefined;

  const emit = (topic: WakeTopic): void => {
    local.emit(topic, topic);
    if (topic.startsWith('outbound:')) local.emit('outbound:*', topic);
  };
  const send = (channel: string, body: unknown): void => {
    if (publisher.status !== 'ready') return;
    publisher.publish(channel, JSON.stringify({ from: nodeTag, body })).catch(() => undefined);
  };
  const flush = (): void => {
    timer = undefined;
    send(CHANNEL, [...leaving]);
    leaving.clear();
  };
  subscriber.on('ready', () => { subscriber.subscribe(CHANNEL, BUS_CHANNEL).catch(() => undefined); });
  subscriber.on('message', (channel: string, text: string) => {
    const { from, body } = JSON.parse(text) as { from: string; body: unknown };
    if (from === nodeTag) return;
    if (channel === CHANNEL) for (const topic of body as WakeTopic[]) emit(topic);
    else {
      const { name, payload } = body as { name: string; payload: unknown };
      local.emit(`bus:${name}`, payload);
    }
  });

  return {
    hint(topic) {
      queueMicrotask(() => emit(topic));
      leaving.add(topic);
      timer ??= setTimeout(flush, COALESCE_MS);
    },
    on(topic, listener) {
      local.on(topic, listener);
      return () => { local.off(topic, listener); };
    },
    bus: {
      publish(name, payload) {
        queueMicrotask(() => local.emit(`bus:${name}`, payload));
        send(BUS_CHANNEL, { name, payload });
      },
      subscribe(name, listener) {
        local.on(`bus:${name}`, listener);
        return () => { local.off(`bus:${name}`, listener); };
      },
    },
    connected: () => publisher.status === 'ready' && subscriber.status === 'ready',
    async close() {
      clearTimeout(timer);
      local.removeAllListeners();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
