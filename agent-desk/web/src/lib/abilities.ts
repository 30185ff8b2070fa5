/**
 * What each account of each channel can do, asked for once and when accounts change: screens offer what works by it and
 * never by the channel's name. Held beside the query cache, for every bubble looks at it.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';

/** What one account can do. */
export interface Abilities {
  capabilities: Readonly<Record<string, boolean | undefined>>;
  /** Signs to react with. */
  reactions: readonly string[];
  /** How long a sent message can be taken back; null: as long as it is there. */
  recallHours: number | null;
  /** How long after a customer's message free words are taken; null: there is no end. */
  windowHours: number | null;
  /** The most that one message may have: code units of its text, bytes of each file. */
  limits: { textChars: number; fileBytes: number };
  /** False: what is written waits until the account has its connection again. */
  ready: boolean;
}

interface Answer { items: (Omit<Abilities, 'ready'> & { name: string;
  accounts: (Pick<Abilities, 'capabilities' | 'windowHours' | 'limits' | 'ready'> & { id: string })[] })[] }

let known: ReadonlyMap<string, Abilities> = new Map();
let asked: Promise<void> | undefined;
const listeners = new Set<() => void>();

function ask(): void {
  asked ??= api.get<Answer>('/channel-abilities').then(({ items }) => {
    known = new Map(items.flatMap(({ accounts, name, ...channel }) => [[name, { ...channel, ready: true }] as const,
      ...accounts.map(({ id, ...account }) => [id, { ...channel, ...account }] as const)]));
    for (const listener of listeners) listener();
  }, () => { asked = undefined; });
}

/** Every desk hears of a change at the same moment; they ask within this time, each at its own. */
const spreadMs = 2_000;
let again: number | undefined;

/** Asks anew in a moment, if anybody has asked before: accounts came, went, or found or lost their connection. */
export function abilitiesChanged(): void {
  if (asked === undefined || again !== undefined) return;
  again = window.setTimeout(() => {
    again = undefined;
    asked = undefined;
    ask();
  }, Math.random() * spreadMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/**
 * What the account can do, or its channel where the account is not in use any more; undefined until it is known, and
 * where asking failed: then nothing is offered.
 */
export function useAbilities({ channel, accountId }: { channel: string; accountId: string }): Abilities | undefined {
  useEffect(ask, []);
  return useSyncExternalStore(subscribe, () => known.get(accountId) ?? known.get(channel));
}
