/**
 * One account's session with WhatsApp, in the child process. What comes in is stored by the house before WhatsApp hears
 * that it arrived: the message is taken where it is decrypted, within the transaction of the keys that decrypted it, so
 * a kill at any point loses nothing and doubles nothing (INV1, RF01).
 */
import { setTimeout as wait } from 'node:timers/promises';
import makeWASocket, { Browsers, DEFAULT_CONNECTION_CONFIG, generateWAMessage, jidNormalizedUser,
  proto, unpadRandomMax16, type AnyMessageContent, type BinaryNode,
  type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import type { Opened, OpenSession, Outgoing, SendAnswer } from './calls.ts';
import { readHandset, readMessage, revealed, unreadable, type Envelope } from './content.ts';
import { contentOf } from './files.ts';
import { handleOf, isCrowd, jidOf, phoneOf, readJid } from './handles.ts';
import { quietLogger } from './quiet.ts';
import { receiptsOf, retryCounts, transactional } from './signals.ts';
import { openStore, type SessionStore } from './store.ts';
import type { Line } from './wire.ts';

/** A message that cannot be read waits so long for its repetition before its place is shown. */
const UNREADABLE_MS = 20_000;
const UNREADABLE_OWN_SERVER_MS = 700;
const KEEP_ALIVE_MS = 30_000;
const KEEP_ALIVE_OWN_SERVER_MS = 700;
const QR_FIRST_MS = 60_000;
const QR_NEXT_MS = 20_000;
/** A stanza's own facts; undefined where it is not a message of one person to us or of us. */
interface Stanza { envelope: Omit<Envelope, 'raw'>; fromUs: boolean; isRepeated: boolean; isOffline: boolean }

export class Session {
  readonly #account: string;
  readonly #line: Line;
  readonly #options: OpenSession;
  /** Stanzas by their ciphertext: what is decrypted is known by the very bytes. */
  readonly #stanzas = new WeakMap<Uint8Array, BinaryNode>();
  /** Those that had waited on the server while nobody was there. */
  readonly #waited = new WeakSet<BinaryNode>();
  readonly #acks = new Map<string, (answer: SendAnswer) => void>();
  readonly #unread = new Map<string, NodeJS.Timeout>();
  readonly #retries = retryCounts();
  #sock: WASocket | undefined;
  #store: SessionStore | undefined;
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
          await this.#take(given.ciphertext, plain);
          return plain;
        }, given.jid) };
      },
    });
    this.#sock = sock;
    this.#contain(sock);
    this.#listen(sock);
  }

  /** Ends the socket. `isLogout`: tells WhatsApp that the device is no longer linked. */
  async close(isLogout = false): Promise<void> {
    this.#ended = true;
    for (const timer of this.#unread.values()) clearTimeout(timer);
    for (const settle of this.#acks.values()) settle({ kind: 'unknown', reasonCode: 'CONNECTION_CLOSED' });
    this.#acks.clear();
    const sock = this.#sock;
    if (sock === undefined) return;
    if (isLogout) await sock.logout().catch(() => undefined);
    await sock.end(undefined);
  }

  async send(out: Outgoing): Promise<SendAnswer> {
    const jid = await this.#address(out.handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    if (out.typingMs > 0) {
      await this.#sock?.sendPresenceUpdate('composing', jid).catch(() => undefined);
      await wait(out.typingMs);
      await this.#sock?.sendPresenceUpdate('paused', jid).catch(() => undefined);
    }
    const quoted: WAMessage | undefined = out.quoted === null ? undefined : {
      key: { remoteJid: jid, id: out.quoted.id, fromMe: out.quoted.fromUs },
      message: { conversation: out.quoted.text } } as WAMessage;
    return this.#relay(jid, contentOf(out), out.providerMessageId, out.timeoutMs, quoted);
  }

  async edit(handle: string, id: string, text: string): Promise<SendAnswer> {
    const jid = await this.#address(handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    return this.#relay(jid, { text, edit: { remoteJid: jid, id, fromMe: true } }, undefined);
  }

  async recall(handle: string, id: string): Promise<SendAnswer> {
    const jid = await this.#address(handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    return this.#relay(jid, { delete: { remoteJid: jid, id, fromMe: true } }, undefined);
  }

  async react(handle: string, id: string, emoji: string): Promise<SendAnswer> {
    const jid = await this.#address(handle);
    if (jid === undefined) return { kind: 'refused', code: 'NO_ADDRESS' };
    return this.#relay(jid, { react: { text: emoji, key: { remoteJid: jid, id, fromMe: false } } }, undefined);
  }

  async typing(handle: string, isTyping: boolean): Promise<void> {
    const jid = await this.#address(handle);
    if (jid !== undefined) await this.#sock?.sendPresenceUpdate(isTyping ? 'composing' : 'paused', jid);
  }

  /** Tells the customer that these messages of theirs were read. */
  async read(handle: string, ids: readonly string[]): Promise<void> {
    const remoteJid = await this.#address(handle);
    if (remoteJid === undefined) return;
    await this.#sock?.readMessages(ids.map((id) => ({ remoteJid, id, fromMe: false })));
  }

  /** Whether the number is on WhatsApp; its address is kept. Throws where WhatsApp did not answer. */
  async check(phone: string): Promise<boolean> {
    const answer = await this.#sock?.onWhatsApp(phone);
    if (answer === undefined) throw Object.assign(new Error('no answer'), { code: 'NOT_CONNECTED' });
    return answer.some((one) => one.exists);
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
    ws.on('frame', (frame: unknown) => { this.#see(frame as BinaryNode); });
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
    ev.on('messages.update', (updates) => {
      const receipts = receiptsOf(updates);
      if (receipts.length > 0) this.#tell('receipts', receipts);
    });
    ev.on('lid-mapping.update', ({ lid, pn }) => { void this.#identify(lid, pn); });
    ev.on('presence.update', ({ id, presences }) => {
      const handle = handleOf(id);
      const last = Object.values(presences)[0]?.lastKnownPresence;
      if (handle !== undefined && last !== undefined) this.#tell('typing', { handle, isTyping: last === 'composing' });
    });
    (sock.ws as unknown as NodeJS.EventEmitter).on('CB:ack,class:message', (node: BinaryNode) => {
      const { id, error } = node.attrs;
      const settle = this.#acks.get(id ?? '');
      settle?.(error === undefined ? { kind: 'sent' } : { kind: 'refused', code: error });
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
    void this.close().catch(() => undefined);
    this.#tell('closed', { code });
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
    const enc = (node.content as BinaryNode[]).find((one) => one.tag === 'enc');
    return { fromUs: isMe, isRepeated: enc?.attrs['count'] !== undefined, isOffline: this.#waited.has(node),
      envelope: { id: attrs['id'], handle, name: isMe ? undefined : attrs['notify'],
        at: Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1_000) : undefined } };
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
    clearTimeout(this.#unread.get(ref));
    this.#unread.delete(ref);
    const read = readMessage(envelope, message);
    if (read.events.length === 0) {
      this.#tell('count', { what: 'ignored', by: 1 });
      return;
    }
    const kept = stanza.isRepeated ? await this.#ask('keysGet', { kind: 'unread', ids: [ref] }) as object : {};
    const { events, media } = ref in kept ? revealed(envelope, read) : read;
    await this.#ask('receive', { events, media, offline: stanza.isOffline });
    if (ref in kept) await this.#ask('keysPut', { unread: { [ref]: null } });
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
    this.#unread.set(ref, setTimeout(() => {
      this.#unread.delete(ref);
      void (async () => {
        await this.#ask('keysPut', { unread: { [ref]: '1' } });
        await this.#ask('receive', { events: [unreadable(envelope)], media: {}, offline: false });
      })().catch(() => undefined);
    }, afterMs));
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

  async #address(handle: string): Promise<string | undefined> {
    const kept = await this.#store?.keys.get('address' as never, [handle]) as Record<string, string> | undefined;
    if (kept?.[handle] !== undefined) return kept[handle];
    const jid = jidOf(handle);
    if (jid === undefined || jid.endsWith('@lid')) return jid;
    // Written to by number alone a message may stay undelivered: the LID behind it is the better address.
    return await this.#sock?.signalRepository.lidMapping.getLIDForPN(jid).catch(() => null) ?? jid;
  }

  async #sent(id: string): Promise<proto.IMessage | undefined> {
    const kept = await this.#ask('keysGet', { kind: 'sent', ids: [id] }).catch(() => ({})) as Record<string, string>;
    return kept[id] === undefined ? undefined : proto.Message.decode(Buffer.from(kept[id], 'base64'));
  }

  /** Makes the message, keeps it for a second request, lets it leave, and waits for WhatsApp's word. */
  async #relay(jid: string, content: AnyMessageContent, messageId: string | undefined, timeoutMs = 15_000,
    quoted?: WAMessage): Promise<SendAnswer> {
    const sock = this.#sock;
    const me = sock?.user?.id;
    if (sock === undefined || me === undefined || this.#ended) return { kind: 'not-sent', reasonCode: 'NOT_CONNECTED' };
    let made: WAMessage;
    try {
      made = await generateWAMessage(jid, content, { userJid: me, upload: sock.waUploadToServer,
        logger: quietLogger, ...(messageId === undefined ? {} : { messageId }),
        ...(quoted === undefined ? {} : { quoted }) });
      const id = made.key.id ?? '';
      await this.#ask('keysPut', { sent: { [id]: Buffer.from(proto.Message.encode(made.message ?? {}).finish())
        .toString('base64') } });
    } catch (error) {
      return { kind: 'not-sent', reasonCode: (error as { code?: string }).code ?? 'NOT_PREPARED' };
    }
    return this.#await(sock, jid, made, content, timeoutMs);
  }

  async #await(sock: WASocket, jid: string, made: WAMessage, content: AnyMessageContent,
    timeoutMs: number): Promise<SendAnswer> {
    const id = made.key.id ?? '';
    const acknowledged = new Promise<SendAnswer>((resolve) => { this.#acks.set(id, resolve); });
    const late = wait(timeoutMs, { kind: 'unknown', reasonCode: 'NO_ACK' } as const, { ref: false });
    const edit = 'edit' in content ? '1' : 'delete' in content ? '7' : undefined;
    try {
      await sock.relayMessage(jid, made.message ?? {}, { messageId: id,
        ...(edit === undefined ? {} : { additionalAttributes: { edit } }) });
      return await Promise.race([acknowledged, late]);
    } catch (error) {
      const code = (error as { output?: { statusCode?: number } }).output?.statusCode;
      // A socket that closed under the write may have written: nobody knows. All else failed before it.
      return code === 428 ? { kind: 'unknown', reasonCode: 'CONNECTION_CLOSED' }
        : { kind: 'not-sent', reasonCode: 'NOT_PREPARED' };
    } finally {
      this.#acks.delete(id);
    }
  }
}
