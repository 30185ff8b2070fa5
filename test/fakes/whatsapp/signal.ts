/** One phone's end of Signal: its identity, its sessions, and the keys with which others begin one. */
import { addTransactionCapability, Curve, DEFAULT_CONNECTION_CONFIG, encodeBigEndian, initAuthCreds, xmppPreKey,
  xmppSignedPreKey, type BinaryNode, type SignalDataSet, type SignalDataTypeMap, type SignalKeyStore,
  type SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys';
import { quiet } from './quiet.ts';
import { stanza } from './stanzas.ts';

/** What a session with a device is begun from. */
export type KeyBundle = Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0]['session'];

export interface Sealed { type: 'pkmsg' | 'msg'; ciphertext: Uint8Array }

function memory(): SignalKeyStore {
  const kept = new Map<string, unknown>();
  return {
    get<T extends keyof SignalDataTypeMap>(kind: T, ids: string[]) {
      const found: Record<string, SignalDataTypeMap[T]> = {};
      for (const id of ids) {
        const value = kept.get(`${kind} ${id}`);
        if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
      }
      return found;
    },
    set(data: SignalDataSet) {
      for (const [kind, values] of Object.entries(data)) {
        for (const [id, value] of Object.entries(values ?? {})) {
          if (value === null) kept.delete(`${kind} ${id}`);
          else kept.set(`${kind} ${id}`, value);
        }
      }
    },
  };
}

export class SignalEndpoint {
  readonly creds = initAuthCreds();
  readonly #keys = addTransactionCapability(memory(), quiet, { maxCommitRetries: 1, delayBetweenTriesMs: 1 });
  readonly #repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds: this.creds, keys: this.#keys }, quiet,
    () => Promise.resolve([]));
  #lastPreKey = 0;

  async knows(jid: string): Promise<boolean> {
    return (await this.#repository.validateSession(jid)).exists;
  }

  /** Begins a session anew; what is encrypted next carries what the other needs to follow. */
  meet(jid: string, session: KeyBundle): Promise<void> {
    return this.#repository.injectE2ESession({ jid, session });
  }

  encrypt(jid: string, data: Uint8Array): Promise<Sealed> {
    return this.#repository.encryptMessage({ jid, data });
  }

  /** Rejects where the message cannot be read with the sessions and keys that are here. */
  decrypt(jid: string, type: 'pkmsg' | 'msg', ciphertext: Uint8Array): Promise<Uint8Array> {
    return this.#repository.decryptMessage({ jid, type, ciphertext: Buffer.from(ciphertext) });
  }

  /** A message to a group, and the key that its members need first. */
  encryptForGroup(group: string, meId: string, data: Uint8Array): Promise<{ ciphertext: Uint8Array;
    senderKeyDistributionMessage: Uint8Array }> {
    return this.#repository.encryptGroupMessage({ group, meId, data });
  }

  /** What the server gives to who wants to begin a session; the one-time key in it is new each time. */
  async bundle(): Promise<BinaryNode[]> {
    this.#lastPreKey += 1;
    const id = this.#lastPreKey;
    const pair = Curve.generateKeyPair();
    await this.#keys.set({ 'pre-key': { [String(id)]: pair } });
    return [
      stanza('registration', {}, this.registration()), stanza('type', {}, Buffer.from([5])),
      stanza('identity', {}, this.creds.signedIdentityKey.public), xmppPreKey(pair, id),
      xmppSignedPreKey(this.creds.signedPreKey),
    ];
  }

  registration(): Uint8Array {
    return encodeBigEndian(this.creds.registrationId);
  }

  close(): void {
    this.#repository.close?.();
  }
}
