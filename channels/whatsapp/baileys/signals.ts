/** What Baileys tells about messages of ours, and the small stores it wants to be given. */
import type { CacheStore, SignalKeyStore, SignalKeyStoreWithTransaction, WAMessage } from '@whiskeysockets/baileys';
import { LRUCache } from 'lru-cache';
import type { InboundReceipt } from '#domain/channels/words.ts';

/** Messages whose repetition may be asked for more than once. */
const RETRIES_KEPT = 2_000;

/** Statuses of Baileys that say something about a message of ours. */
const STATUS: Record<number, InboundReceipt['status'] | undefined> = { 2: 'sent', 3: 'delivered', 4: 'read',
  5: 'played' };

/** How often a message was asked for again, kept outside of the socket so that a reconnect does not begin anew. */
export function retryCounts(): CacheStore {
  const counts = new LRUCache<string, object>({ max: RETRIES_KEPT });
  return {
    get: <T>(key: string) => counts.get(key)?.valueOf() as T | undefined,
    set: (key, value) => { counts.set(key, Object(value) as object); },
    del: (key) => { counts.delete(key); },
    flushAll: () => { counts.clear(); },
  } as CacheStore;
}

/** Statuses of messages of ours, in the house's words; what is not ours or says nothing is left out. */
export function receiptsOf(updates: readonly { key: WAMessage['key']; update: Partial<WAMessage> }[]):
InboundReceipt[] {
  return updates.flatMap(({ key, update }): InboundReceipt[] => {
    const status = STATUS[Number(update.status ?? -1)];
    if (key.fromMe !== true || key.id == null || status === undefined) return [];
    const seconds = Number(update.messageTimestamp ?? 0);
    return [{ providerMessageId: key.id, status,
      ...(seconds > 0 ? { providerAt: new Date(seconds * 1_000) } : {}) }];
  });
}

/** The keys as the Signal repository gets them: always with transactions, though their type does not say so. */
export function transactional(keys: SignalKeyStore | SignalKeyStoreWithTransaction): SignalKeyStoreWithTransaction {
  if (!('transaction' in keys)) throw new Error('the Signal repository was given keys without transactions');
  return keys;
}
