/**
 * What each channel can do, asked for once: screens offer what works by it and never by the channel's name. Held beside
 * the query cache, for every bubble looks at it.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';

export interface Abilities {
  name: string;
  capabilities: Readonly<Record<string, boolean | undefined>>;
  /** Signs to react with. */
  reactions: readonly string[];
  /** How long a sent message can be taken back; null: as long as it is there. */
  recallHours: number | null;
}

let known: ReadonlyMap<string, Abilities> = new Map();
let asked: Promise<void> | undefined;
const listeners = new Set<() => void>();

function ask(): void {
  asked ??= api.get<{ items: Abilities[] }>('/channel-abilities').then(({ items }) => {
    known = new Map(items.map((one) => [one.name, one]));
    for (const listener of listeners) listener();
  }, () => { asked = undefined; });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/** What the channel can do; undefined until it is known, and where asking failed: then nothing is offered. */
export function useAbilities(channel: string): Abilities | undefined {
  useEffect(ask, []);
  return useSyncExternalStore(subscribe, () => known.get(channel));
}
