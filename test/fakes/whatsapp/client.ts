/** The real client of Baileys with its keys in memory, for tests of the fake: it can be killed and begun anew. */
import https from 'node:https';
import { quiet } from './quiet.ts';
import makeWASocket, { BufferJSON, initAuthCreds, type AuthenticationCreds, type BaileysEventMap,
  type BinaryNode, type proto, type SignalDataTypeMap, type UserFacingSocketConfig, type WAMessage,
  type WASocket } from '@whiskeysockets/baileys';
import type { FakeWhatsApp } from './api.ts';
import { until } from './stanzas.ts';

const LONG_TIMER_MS = 20_000;
const KEEP_ALIVE_MS = 500;

/** The client leaves long timers behind, of uploads and of queries that nobody answered: no process waits for them. */
function forgetLongTimers(): void {
  const plain = globalThis.setTimeout;
  const quick = (run: (...given: unknown[]) => void, ms?: number, ...given: unknown[]): NodeJS.Timeout => {
    const timer = plain(run, ms, ...given);
    if (ms !== undefined && ms >= LONG_TIMER_MS) timer.unref();
    return timer;
  };
  globalThis.setTimeout = Object.assign(quick, plain) as typeof setTimeout;
}

forgetLongTimers();

export class Client {
  readonly fake: FakeWhatsApp;
  readonly messages: WAMessage[] = [];
  readonly statuses: { id: string; status: number }[] = [];
  /** Why each socket ended. */
  readonly ends: (number | undefined)[] = [];
  readonly history: BaileysEventMap['messaging-history.set'][] = [];
  readonly presences: string[] = [];
  /** Acknowledgements of the server, as id and error. */
  readonly acks: { id: string | undefined; error: string | undefined }[] = [];
  qr: string | undefined;
  isOpen = false;
  sock: WASocket | undefined;
  creds: AuthenticationCreds;
  #keys: Map<string, string>;
  readonly #more: Partial<UserFacingSocketConfig>;

  constructor(fake: FakeWhatsApp, saved?: string, more: Partial<UserFacingSocketConfig> = {}) {
    this.fake = fake;
    this.#more = more;
    const kept = saved === undefined ? undefined
      : JSON.parse(saved, BufferJSON.reviver) as { creds: AuthenticationCreds; keys: [string, string][] };
    this.creds = kept?.creds ?? initAuthCreds();
    this.#keys = new Map(kept?.keys);
  }

  /** Everything that a restart would find. */
  saved(): string {
    return JSON.stringify({ creds: this.creds, keys: [...this.#keys] }, BufferJSON.replacer);
  }

  connect(): WASocket {
    const sent = new Map<string, proto.IMessage>();
    const sock = makeWASocket({
      waWebSocketUrl: `${this.fake.url.replace('http:', 'ws:')}/ws/chat`, logger: quiet, emitOwnEvents: false,
      markOnlineOnConnect: false, keepAliveIntervalMs: KEEP_ALIVE_MS, retryRequestDelayMs: 10,
      fetchAgent: new https.Agent({ ca: this.fake.caPem }),
      getMessage: (key) => Promise.resolve(sent.get(key.id ?? '')),
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 10 },
      auth: { creds: this.creds, keys: this.#store() }, ...this.#more,
    });
    this.sock = sock;
    this.isOpen = false;
    this.#listen(sock);
    return sock;
  }

  /** Connects, and again whenever the server asks for it, until it is open. */
  async open(): Promise<WASocket> {
    this.connect();
    await until('the client to be open', () => this.isOpen || undefined, 15_000);
    return this.sock as WASocket;
  }

  /** As kill -9: the socket is cut and nothing of what came after the last save is kept. */
  async kill(): Promise<void> {
    const { sock } = this;
    if (sock === undefined) return;
    (sock.ws as unknown as { socket?: { terminate(): void } }).socket?.terminate();
    await sock.end(undefined);
  }

  async close(): Promise<void> {
    await this.sock?.end(undefined);
  }

  ended(code: number): Promise<true> {
    return until(`an end with ${code}, not ${this.ends.join()}`, () => this.ends.includes(code) || undefined);
  }

  texts(): string[] {
    return this.messages.map(({ message }) => message?.conversation ?? message?.extendedTextMessage?.text ?? '')
      .filter((text) => text !== '');
  }

  #store() {
    const keys = this.#keys;
    return {
      get<T extends keyof SignalDataTypeMap>(kind: T, ids: string[]) {
        const found: Record<string, SignalDataTypeMap[T]> = {};
        for (const id of ids) {
          const text = keys.get(`${kind} ${id}`);
          if (text !== undefined) found[id] = JSON.parse(text, BufferJSON.reviver) as SignalDataTypeMap[T];
        }
        return found;
      },
      set(data: Partial<Record<string, Record<string, unknown>>>) {
        for (const [kind, values] of Object.entries(data)) {
          for (const [id, value] of Object.entries(values ?? {})) {
            if (value == null) keys.delete(`${kind} ${id}`);
            else keys.set(`${kind} ${id}`, JSON.stringify(value, BufferJSON.replacer));
          }
        }
      },
    };
  }

  #listen({ ev, ws }: WASocket): void {
    ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
      this.qr = qr ?? this.qr;
      if (connection === 'open') this.isOpen = true;
      if (connection !== 'close') return;
      this.isOpen = false;
      const code = (lastDisconnect?.error as { output?: { statusCode?: number } } | undefined)?.output?.statusCode;
      this.ends.push(code);
      if (code === 515) this.connect();
    });
    ev.on('messages.upsert', ({ messages }) => { this.messages.push(...messages); });
    ev.on('messages.update', (updates) => {
      for (const { key, update } of updates) {
        this.statuses.push({ id: key.id ?? '', status: Number(update.status ?? -1) });
      }
    });
    ev.on('messaging-history.set', (set) => { this.history.push(set); });
    ev.on('presence.update', ({ presences }) => {
      this.presences.push(...Object.values(presences).map((one) => one.lastKnownPresence));
    });
    (ws as unknown as NodeJS.EventEmitter).on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
      this.acks.push({ id: attrs['id'], error: attrs['error'] });
    });
  }
}

/** A client that is paired by QR and open. */
export async function pairedClient(fake: FakeWhatsApp, more: Partial<UserFacingSocketConfig> = {}): Promise<Client> {
  const client = new Client(fake, undefined, more);
  client.connect();
  await fake.account().scan(await until('a QR code', () => client.qr));
  await until('the paired client to be open', () => client.isOpen || undefined, 15_000);
  return client;
}
