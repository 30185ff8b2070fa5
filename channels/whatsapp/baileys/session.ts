/**
 * One account's session with WhatsApp, in the child process. What comes in is stored by the house before WhatsApp hears
 * that it arrived: the message is taken where it is decrypted, within the transaction of the keys that decrypted it, so
 * a kill at any point loses nothing and doubles nothing (INV1, RF01).
 */
import { setTimeout as wait } from 'node:timers/promises';
import makeWASocket, { Browsers, DEFAULT_CONNECTION_CONFIG, jidNormalizedUser, proto, unpadRandomMax16,
  type BinaryNode, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import type { Opened, OpenSession } from './calls.ts';
import { readHandset, readMessage, revealed, unreadable, type Envelope } from './content.ts';
import { handleOf, isCrowd, phoneOf, readJid } from './handles.ts';
import { Outbox } from './outbox.ts';
import { quietLogger } from './quiet.ts';
import { receiptsIn, retryCounts, transactional } from './signals.ts';
import { openStore, type SessionStore } from './store.ts';
import { CallFailed, type Line } from './wire.ts';

/** A message that cannot be read waits so long for its repetition before its place is shown. */
const UNREADABLE_MS = 20_000;
const UNREADABLE_OWN_SERVER_MS = 700;
const KEEP_ALIVE_MS = 30_000;
const KEEP_ALIVE_OWN_SERVER_MS = 700;
const QR_FIRST_MS = 60_000;
const QR_NEXT_MS = 20_000;
/** A receipt that the house did not take is given again after so long, then after twice as long, and so on. */
const KEEP_AGAIN_MS = 500;
const KEEP_AGAIN_MAX_MS = 15_000;
/** Connections that one message may end because the house does not take it. */
const REFUSED_MAX = 20;
const REFUSALS_KEPT_MAX = 1_000;
/** How often each message was not taken, by its id; over the sessions of this process. */
const refusals = new Map<string, number>();

/** A message that could not be read: until its place is shown, and while that is being stored. */
interface Unread { timer: NodeJS.Timeout; shown: Promise<void> | undefined }

/** A stanza's own facts; undefined where it is not a message of one person to us or of us. */
interface Stanza { envelope: Omit<Envelope, 'raw'>; fromUs: boolean; isOffline: boolean }

export class Session {
  readonly #account: string;
  readonly #line: Line;
  readonly #options: OpenSession;
  /** Stanzas by their ciphertext: what is decrypted is known by the very bytes. */
  readonly #stanzas = new WeakMap<Uint8Array, BinaryNode>();
  /** Those that had waited on the server while nobody was there. */
  readonly #waited = new WeakSet<BinaryNode>();
  readonly #unread = new Map<string, Unread>();
  readonly #retries = retryCounts();
  #sock: WASocket | undefined;
  #store: SessionStore | undefined;
  #outbox: Outbox | undefined;
  #ended = false;
  #codes = 0;

  constructor(account: string, line: Line, options: OpenSession) {
    this.#account = account;
    this.#line = line;
    this.#options = options;
  }

  /** Connects. Resolves once the socket is made; how it fares is told through the line. */
  async open(): Promise<void> {
    const store = await openStore({
      get: (kind, ids) => this.#ask('keysGet', { kind, ids }) as Promise<Record<string, string>>,
      put: async (values) => { await this.#ask('keysPut', values); },
    });
    if (this.#ended) return;
    this.#store = store;
    const { url, version, isOwnServer } = this.#options;
    const sock = makeWASocket({
      waWebSocketUrl: url, ...(version === null ? {} : { version }), auth: { creds: store.creds, keys: store.keys },
      logger: quietLogger, browser: Browsers.macOS('Chrome'), emitOwnEvents: false, markOnlineOnConnect: false,
      syncFullHistory: false,
      // LID mappings come with history, so only the whole past is refused.
      shouldSyncHistoryMessage: ({ syncType }) => syncType !== proto.HistorySync.HistorySyncType.FULL,
      shouldIgnoreJid: (jid) => isCrowd(jid), msgRetryCounterCache: this.#retries,
      getMessage: (key) => this.#sent(key.id ?? ''),
      keepAliveIntervalMs: isOwnServer ? KEEP_ALIVE_OWN_SERVER_MS : KEEP_ALIVE_MS,
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 50 },
      makeSignalRepository: (auth, logger, find) => {
        const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(auth, logger, find);
        return { ...repository, decryptMessage: (given) => transactional(auth.keys).transaction(async () => {
          const plain = await repository.decryptMessage(given);
          await this.#take(given.ciphertext, plain).catch((error: unknown) => { this.#refused(given, error); });
          refusals.delete(this.#idOf(given.ciphertext));
          return plain;
        }, given.jid) };
      },
    });
    this.#sock = sock;
    this.#outbox = new Outbox(sock, store.keys, (values) => this.#ask('keysPut', values));
    this.#contain(sock);
    this.#listen(sock);
  }

  /** Ends the socket. `isLogout`: tells WhatsApp that the device is no longer linked. */
  async close(isLogout = false): Promise<void> {
    this.#ended = true;
    for (const { timer } of this.#unread.values()) clearTimeout(timer);
    this.#outbox?.close();
    const sock = this.#sock;
    if (sock === undefined) return;
    if (isLogout) await sock.logout().catch(() => undefined);
    await sock.end(undefined);
    // What was learnt last is kept first: a number that was just linked is opened again by it.
    await this.#store?.saveCreds();
  }

  /** What leaves; undefined before the socket is made and after it ended. */
  get outbox(): Outbox | undefined {
    return this.#ended ? undefined : this.#outbox;
  }

  async #ask(name: string, body: unknown): Promise<unknown> {
    return this.#line.call(this.#account, name, body);
  }

  #tell(name: string, body: unknown): void {
    this.#ask(name, body).catch(() => undefined);
  }

  /** A frame that cannot be decrypted throws where nobody listens: here it ends this session, and no other (RF30). */
  #contain(sock: WASocket): void {
    const ws = sock.ws as unknown as NodeJS.EventEmitter;
    const own = ws.listeners('message') as ((data: unknown) => Promise<void> | void)[];
    ws.removeAllListeners('message');
    ws.on('message', (data: unknown) => {
      for (const listener of own) {
        Promise.resolve().then(() => listener(data)).catch(() => {
          this.#tell('log', { level: 'warn', message: 'a frame could not be read; the session begins anew',
            fields: {} });
          this.#close(428);
          void sock.end(undefined);
        });
      }
    });
    ws.on('frame', (frame: unknown) => {
      const node = frame as BinaryNode;
      if (node?.tag === 'receipt') this.#hold(node, ws);
      else this.#see(node);
    });
  }

  /**
   * Baileys confirms a receipt as soon as it has read it, and WhatsApp never says it again. So it stands under another
   * name, which nobody listens to, until the house has it; what this session does not live to see kept, WhatsApp says
   * again at the next connection.
   */
  #hold(node: BinaryNode, ws: NodeJS.EventEmitter): void {
    const receipts = receiptsIn(node);
    if (receipts.length === 0) return;
    node.tag = 'held-receipt';
    void (async () => {
      for (let afterMs = KEEP_AGAIN_MS; !this.#ended; afterMs = Math.min(2 * afterMs, KEEP_AGAIN_MAX_MS)) {
        const isKept = await this.#ask('receipts', receipts).then(() => true, () => false);
        if (!isKept) await wait(afterMs, undefined, { ref: false });
        else if (!this.#ended) {
          node.tag = 'receipt';
          ws.emit('CB:receipt', node);
          return;
        }
      }
    })();
  }

  #see(node: BinaryNode): void {
    if (node?.tag !== 'message' || !Array.isArray(node.content)) return;
    if (isCrowd(node.attrs['from'])) {
      this.#tell('count', { what: 'ignored', by: 1 });
      return;
    }
    for (const { tag, content } of node.content) {
      if (tag === 'enc' && content instanceof Uint8Array) this.#stanzas.set(content, node);
    }
    // Baileys takes what waited on the server one by one and the rest as it comes: a message of now would overtake one
    // that is still being read. So every message stands in that line (INV4).
    if (node.attrs['offline'] !== undefined) this.#waited.add(node);
    else node.attrs['offline'] = '0';
  }

  #listen(sock: WASocket): void {
    const { ev } = sock;
    ev.on('creds.update', () => { void this.#store?.saveCreds().catch(() => { this.#fail('CREDS_NOT_KEPT'); }); });
    ev.on('connection.update', (update) => {
      if (update.qr !== undefined && update.qr !== '') this.#code(sock, update.qr);
      if (update.isNewLogin === true) this.#tell('paired', undefined);
      if (update.reachoutTimeLock?.isActive === true) {
        this.#tell('reachoutLocked', { untilMs: update.reachoutTimeLock.timeEnforcementEnds?.getTime() ?? null });
      }
      if (update.connection === 'open') this.#opened(sock);
      if (update.connection === 'close') {
        const error = update.lastDisconnect?.error as { output?: { statusCode?: number } } | undefined;
        this.#close(error?.output?.statusCode ?? null);
      }
    });
    ev.on('messages.upsert', ({ messages }) => { for (const message of messages) this.#unreadable(message); });
    ev.on('lid-mapping.update', ({ lid, pn }) => { void this.#identify(lid, pn); });
    ev.on('presence.update', ({ id, presences }) => {
      const handle = handleOf(id);
      const last = Object.values(presences)[0]?.lastKnownPresence;
      if (handle !== undefined && last !== undefined) this.#tell('typing', { handle, isTyping: last === 'composing' });
    });
  }

  #code(sock: WASocket, qr: string): void {
    const { pairNumber } = this.#options;
    this.#codes += 1;
    if (pairNumber === null) {
      this.#tell('code', { kind: 'QR', value: qr, validMs: this.#codes === 1 ? QR_FIRST_MS : QR_NEXT_MS });
      return;
    }
    // One code for as long as WhatsApp waits: a person is typing it.
    if (this.#codes > 1) return;
    sock.requestPairingCode(pairNumber.slice(1)).then(
      (value) => this.#tell('code', { kind: 'CODE', value, validMs: 180_000 }),
      () => this.#fail('NO_PAIRING_CODE'));
  }

  #opened(sock: WASocket): void {
    const me = sock.user;
    const told: Opened = { number: phoneOf(jidNormalizedUser(me?.id)) ?? null, displayName: me?.name ?? null };
    this.#tell('opened', told);
  }

  #close(code: number | null): void {
    if (this.#ended) return;
    void this.close().catch(() => undefined).then(() => { this.#tell('closed', { code }); });
  }

  #fail(reason: string): void {
    this.#tell('log', { level: 'error', message: 'the session cannot go on', fields: { reason } });
    this.#close(428);
  }

  /** Who sent a stanza, with the number behind a LID where it is known. */
  async #read(node: BinaryNode): Promise<Stanza | undefined> {
    const { attrs } = node;
    const me = this.#store?.creds.me;
    const from = readJid(attrs['from']);
    const isMe = from !== undefined && [me?.id, me?.lid].some((jid) => readJid(jid)?.user === from.user);
    const other = isMe ? attrs['recipient'] : attrs['from'];
    if (other === undefined || isCrowd(other) || attrs['id'] === undefined) return undefined;
    const alt = isMe ? attrs['peer_recipient_pn'] ?? attrs['recipient_pn'] : attrs['sender_pn'] ?? attrs['sender_lid'];
    const [lid, pn] = [[other, alt].find((jid) => jid?.endsWith('@lid') === true),
      [other, alt].find((jid) => phoneOf(jid) !== undefined)];
    const known = pn ?? (lid === undefined ? undefined
      : await this.#sock?.signalRepository.lidMapping.getPNForLID(lid).catch(() => null) ?? undefined);
    const handle = handleOf(known, other, alt);
    if (handle === undefined) return undefined;
    if (lid !== undefined && known !== undefined) await this.#identify(lid, known);
    else if (lid !== undefined) await this.#store?.keys.set({ lidonly: { [readJid(lid)?.user ?? '']: '1' } } as never);
    if (!isMe) await this.#remember(handle, other);
    const seconds = Number(attrs['t']);
    return { fromUs: isMe, isOffline: this.#waited.has(node),
      envelope: { id: attrs['id'], handle, name: isMe ? undefined : attrs['notify'],
        at: Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1_000) : undefined } };
  }

  /**
   * The house did not take a message. Baileys would hold it for unreadable and ask for a copy, which comes after what
   * was written next (INV4), and no more than five times. So nothing more is read on this connection: at the next one
   * WhatsApp hands out again all that was not confirmed, in its order. What is never taken at all stands in nobody's
   * way for ever: after `REFUSED_MAX` connections it goes the way of what cannot be read.
   */
  #refused({ ciphertext }: { ciphertext: Uint8Array }, error: unknown): never {
    // What cannot be decoded is its sender's doing, and must not cost everybody the connection.
    if (!(error instanceof CallFailed)) throw error;
    const id = this.#idOf(ciphertext);
    const times = (refusals.get(id) ?? 0) + 1;
    if (refusals.size >= REFUSALS_KEPT_MAX) refusals.clear();
    refusals.set(id, times);
    if (times <= REFUSED_MAX) this.#fail('NOT_STORED');
    throw error;
  }

  #idOf(ciphertext: Uint8Array): string {
    return this.#stanzas.get(ciphertext)?.attrs['id'] ?? '';
  }

  /** Stores what was decrypted; rejects where the house did not, and then its keys are not committed either. */
  async #take(ciphertext: Uint8Array, plain: Uint8Array): Promise<void> {
    const node = this.#stanzas.get(ciphertext);
    if (node === undefined) return;
    const stanza = await this.#read(node);
    if (stanza === undefined) return;
    const raw = unpadRandomMax16(plain);
    const message = proto.Message.decode(raw);
    const envelope: Envelope = { ...stanza.envelope, raw };
    if (stanza.fromUs) {
      // Only from our own phone a message may say that we sent it (RS13).
      const sent = message.deviceSentMessage?.message;
      const events = sent == null ? [] : readHandset(envelope, sent);
      if (events.length > 0) await this.#ask('receive', { events, media: {}, offline: stanza.isOffline });
      return;
    }
    const ref = `${envelope.handle}:${envelope.id}`;
    const waiting = this.#unread.get(ref);
    clearTimeout(waiting?.timer);
    this.#unread.delete(ref);
    const read = readMessage(envelope, message);
    if (read.events.length === 0) {
      this.#tell('count', { what: 'ignored', by: 1 });
      return;
    }
    // Its place may be on its way to be shown: what takes the place comes after it.
    await waiting?.shown;
    // Or a session before this one showed it, which could not read the same copy.
    await this.#ask('receive', { ...read, offline: stanza.isOffline, ifShown: revealed(envelope, read).events });
    void this.#sock?.presenceSubscribe(node.attrs['from'] ?? '').catch(() => undefined);
  }

  /** Baileys could not decrypt it and asked for a repetition; if none comes, its place is shown. */
  #unreadable(message: WAMessage): void {
    const { key } = message;
    if (message.messageStubType !== proto.WebMessageInfo.StubType.CIPHERTEXT || key.fromMe === true) return;
    const handle = handleOf(key.remoteJidAlt, key.remoteJid);
    if (handle === undefined || key.id == null || isCrowd(key.remoteJid)) return;
    const ref = `${handle}:${key.id}`;
    if (this.#unread.has(ref)) return;
    const envelope: Envelope = { id: key.id, handle, name: message.pushName ?? undefined, at: undefined,
      raw: Buffer.from(JSON.stringify({ stub: 'CIPHERTEXT', id: key.id })) };
    const afterMs = this.#options.isOwnServer ? UNREADABLE_OWN_SERVER_MS : UNREADABLE_MS;
    const waiting: Unread = { timer: setTimeout(() => { waiting.shown = this.#showPlace(ref, envelope); }, afterMs),
      shown: undefined };
    this.#unread.set(ref, waiting);
  }

  async #showPlace(ref: string, envelope: Envelope): Promise<void> {
    try {
      await this.#ask('receive', { events: [unreadable(envelope)], media: {}, offline: false });
    } catch {
      // Without its place the message itself comes as any other.
    } finally {
      this.#unread.delete(ref);
    }
  }

  /** A LID whose number is known now: whoever was known by the LID alone is the one of the number. */
  async #identify(lid: string, pn: string): Promise<void> {
    const [user, phone] = [readJid(lid)?.user, phoneOf(pn)];
    if (user === undefined || phone === undefined) return;
    const kept = await this.#ask('keysGet', { kind: 'lidonly', ids: [user] }).catch(() => ({})) as object;
    if (!(user in kept)) return;
    await this.#ask('identify', { handle: `lid:${user}`, is: phone, phone });
    await this.#store?.keys.set({ lidonly: { [user]: null } } as never);
  }

  /** The address a customer wrote from last: answers go there. */
  async #remember(handle: string, jid: string): Promise<void> {
    const address = jidNormalizedUser(jid);
    const kept = await this.#store?.keys.get('address' as never, [handle]) as Record<string, unknown> | undefined;
    if (kept?.[handle] !== address) await this.#store?.keys.set({ address: { [handle]: address } } as never);
  }

  async #sent(id: string): Promise<proto.IMessage | undefined> {
    const kept = await this.#ask('keysGet', { kind: 'sent', ids: [id] }).catch(() => ({})) as Record<string, string>;
    return kept[id] === undefined ? undefined : proto.Message.decode(Buffer.from(kept[id], 'base64'));
  }
}
