/** What WhatsApp tells about messages of ours, and the small stores Baileys wants to be given. */
import type { BinaryNode, CacheStore, SignalKeyStore, SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys';
import { LRUCache } from 'lru-cache';
import type { InboundReceipt } from '#domain/channels/words.ts';
import { isCrowd } from './handles.ts';

/** Messages whose repetition may be asked for more than once. */
const RETRIES_KEPT = 2_000;

/** What a receipt of that type says of a message of ours; without a type it has arrived. */
const SAYS: Record<string, InboundReceipt['status'] | undefined> = { '': 'delivered', sender: 'sent', read: 'read',
  played: 'played' };

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

/** What a receipt says of messages of ours, in the house's words; nothing where it is about messages of others. */
export function receiptsIn({ attrs, content }: BinaryNode): InboundReceipt[] {
  const status = SAYS[attrs['type'] ?? ''];
  const isOurs = attrs['recipient'] === undefined || attrs['type'] === 'sender';
  if (status === undefined || !isOurs || isCrowd(attrs['from'])) return [];
  // Several at once stand in a list behind the first.
  const more = Array.isArray(content) ? content[0]?.content : undefined;
  const items = Array.isArray(more) ? more.filter(({ tag }) => tag === 'item') : [];
  const seconds = Number(attrs['t']);
  return [attrs['id'], ...items.map((item) => item.attrs['id'])].flatMap((id) => id === undefined ? []
    : [{ providerMessageId: id, status, ...(seconds > 0 ? { providerAt: new Date(seconds * 1_000) } : {}) }]);
}

/** The keys as the Signal repository gets them: always with transactions, though their type does not say so. */
export function transactional(keys: SignalKeyStore | SignalKeyStoreWithTransaction): SignalKeyStoreWithTransaction {
  if (!('transaction' in keys)) throw new Error('the Signal repository was given keys without transactions');
  return keys;
}
