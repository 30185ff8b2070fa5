/** The keys of one session as Baileys asks for them: kept by the house, through the line, and never half written. */
import { BufferJSON, initAuthCreds, proto, type AuthenticationCreds, type SignalDataSet, type SignalDataTypeMap,
  type SignalKeyStore } from '@whiskeysockets/baileys';
import { LRUCache } from 'lru-cache';

/** Reads and writes through the line; a write is one transaction of the house, or a rejection. */
export interface KeyLine {
  get(kind: string, ids: readonly string[]): Promise<Record<string, string>>;
  put(values: Record<string, Record<string, string | null>>): Promise<void>;
}

/** Values that are kept at hand; what was written counts only once it is committed. */
const AT_HAND_MAX = 5_000;

const write = (value: unknown): string => JSON.stringify(value, BufferJSON.replacer);
const read = (text: string): unknown => JSON.parse(text, BufferJSON.reviver) as unknown;

export interface SessionStore {
  creds: AuthenticationCreds;
  keys: SignalKeyStore;
  /** Writes the credentials as they are now, after what is being written already. */
  saveCreds(): Promise<void>;
}

/** Opens what the house keeps of a session, or begins a new one. */
export async function openStore(line: KeyLine): Promise<SessionStore> {
  const kept = (await line.get('creds', ['creds']))['creds'];
  const creds = kept === undefined ? initAuthCreds() : read(kept) as AuthenticationCreds;
  const atHand = new LRUCache<string, string>({ max: AT_HAND_MAX });
  let writing: Promise<unknown> = Promise.resolve();
  let written = kept;

  /** One after the other, so that the last word is the newest; credentials that changed go with each write (RF30). */
  function put(values: Record<string, Record<string, string | null>>): Promise<void> {
    const run = writing.catch(() => undefined).then(async () => {
      const now = write(creds);
      const all = now === written ? values : { ...values, creds: { creds: now } };
      if (Object.keys(all).length > 0) await line.put(all);
      written = now;
      for (const [kind, byId] of Object.entries(values)) {
        for (const [id, value] of Object.entries(byId)) {
          if (value === null) atHand.delete(`${kind} ${id}`);
          else atHand.set(`${kind} ${id}`, value);
        }
      }
    });
    writing = run;
    return run;
  }

  const keys: SignalKeyStore = {
    async get<T extends keyof SignalDataTypeMap>(kind: T, ids: string[]) {
      const missing = ids.filter((id) => !atHand.has(`${kind} ${id}`));
      const fetched = missing.length === 0 ? {} : await line.get(kind, missing);
      for (const [id, value] of Object.entries(fetched)) atHand.set(`${kind} ${id}`, value);
      const found: Record<string, SignalDataTypeMap[T]> = {};
      for (const id of ids) {
        const text = fetched[id] ?? atHand.get(`${kind} ${id}`);
        if (text === undefined) continue;
        const value = read(text);
        found[id] = (kind === 'app-state-sync-key'
          ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value) as SignalDataTypeMap[T];
      }
      return found;
    },
    set: (data: SignalDataSet) => put(Object.fromEntries(Object.entries(data).map(([kind, byId]) =>
      [kind, Object.fromEntries(Object.entries(byId ?? {}).map(([id, value]) =>
        [id, value === null || value === undefined ? null : write(value)]))]))),
  };
  return { creds, keys, saveCreds: () => put({}) };
}
