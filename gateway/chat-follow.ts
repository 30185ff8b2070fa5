/**
 * Tells channels that something changed in a conversation of theirs, off the journal's path, each conversation once a
 * round.
 */
import type { JournalRow } from '#domain/journal/events.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import type { Hosts } from './channel-host.ts';

/** Whose conversation it is never changes, so it is looked up once; this many are remembered. */
const PLACES_MAX = 20_000;
const LOOKUP_MAX = 500;

const placesOf = statement(
  'chat.places',
  `
select c.id, c.channel_account_id as account_id, c.thread_key, p.handle
from conversations c join contact_points p on p.id = c.contact_point_id where c.id = any($1::uuid[])`,
);

interface Place {
  id: string;
  account_id: string;
  thread_key: string;
  handle: string;
}

export interface Follower {
  /** Rows of the journal; returns at once. */
  take(rows: readonly JournalRow[]): void;
  /** An agent types in a conversation, or stops. */
  agentTyping(conversationId: string, typing: boolean): void;
  stop(): Promise<void>;
}

/** Follows conversations while `awake` says that somebody listens; else rows cost nothing. */
export function createFollower(parts: { work: Work; hosts: Hosts; awake: () => boolean }): Follower {
  const places = new Map<string, Place>();
  let waiting = new Map<string, string>();
  let running: Promise<void> | undefined;

  async function learn(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !places.has(id));
    for (let at = 0; at < unknown.length; at += LOOKUP_MAX) {
      for (const place of await parts.work.db.rows<Place>(placesOf, [unknown.slice(at, at + LOOKUP_MAX)])) {
        places.set(place.id, place);
      }
    }
    for (const id of places.keys()) {
      if (places.size <= PLACES_MAX) break;
      places.delete(id);
    }
  }

  async function run(): Promise<void> {
    while (waiting.size > 0) {
      const round = waiting;
      waiting = new Map();
      try {
        await learn([...round.keys()]);
      } catch (error) {
        // Browsers reconnect and pull when the database is back; the thread itself is safe.
        parts.work.log.warn({ error: (error as Error).message }, 'changed conversations not looked up');
        continue;
      }
      for (const [id, type] of round) {
        const place = places.get(id);
        const held = place === undefined ? undefined : parts.hosts.known(place.account_id);
        if (place !== undefined && held?.channel.changed !== undefined) {
          held.channel.changed(held.host, { handle: place.handle, threadKey: place.thread_key, type });
        }
      }
    }
  }

  return {
    take(rows) {
      if (!parts.awake()) return;
      for (const row of rows) if (row.conversationId) waiting.set(row.conversationId, row.type);
      if (waiting.size > 0)
        running ??= run().finally(() => {
          running = undefined;
        });
    },
    agentTyping(conversationId, typing) {
      learn([conversationId]).then(
        () => {
          const place = places.get(conversationId);
          const held = place === undefined ? undefined : parts.hosts.known(place.account_id);
          if (place !== undefined) held?.channel.agentTyping?.(held.host, place.handle, typing);
        },
        () => undefined,
      );
    },
    stop: async () => {
      await running;
    },
  };
}
