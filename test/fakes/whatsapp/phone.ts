/** A phone with WhatsApp on it: a customer's, or the account's own. It encrypts and decrypts as real ones do. */
import { createHash } from 'node:crypto';
import { encodeWAMessage, extractE2ESessionFromRetryReceipt, proto, unpadRandomMax16,
  type BinaryNode } from '@whiskeysockets/baileys';
import type { Account } from './account.ts';
import type { FakeAccount, FakePhone, Received, SayOptions, SentFile } from './api.ts';
import { deleteMessage, editMessage, fileIn, reactionMessage, stanzaType, textMessage, textOf } from './contents.ts';
import { openFile, sealFile } from './media.ts';
import { SignalEndpoint } from './signal.ts';
import { bytesOf, childOf, childrenOf, lidJid, newMessageId, nowSeconds, pnJid, stanza, userOf,
  type Attrs } from './stanzas.ts';
import type { World } from './world.ts';

/** How a message is put into its stanza. */
interface Seal { count?: number; isSpoilt?: boolean; isPlain?: boolean;
  /** Sealed as it should be, but what is within is no message. */
  isGarbage?: boolean }

interface Sent { message: proto.IMessage; attrs: Attrs; node: BinaryNode }

/** A field that says it is longer than all there is, and the padding of a message. */
const GARBAGE = Buffer.from([0x0a, 0xff, 0xff, 0x01, 0x01]);

/** How often a phone repeats one message, and asks for one, before it gives up. */
const RETRIES_MAX = 5;
/** From the end of a ciphertext of either kind: within what protects it, so that it cannot be read. */
const SPOILT_BYTE = 10;

/** The number by which WhatsApp knows somebody without their number: always the same for one number. */
function lidOf(pn: string): string {
  return String(100_000_000_000_000 + createHash('sha256').update(pn).digest().readUIntBE(0, 5));
}

export class Phone implements FakePhone {
  readonly pn: string;
  readonly lid: string;
  readonly inbox: Received[] = [];
  readonly receipts: FakePhone['receipts'] = [];
  readonly signal = new SignalEndpoint();
  name: string;
  hideNumber = false;
  delivers = true;
  repeatsOnRequest = true;
  readonly #world: World;
  readonly #sent = new Map<string, Sent>();
  readonly #asked = new Map<string, number>();
  /** Under which jid a message came here: its receipts go out under the same. */
  readonly #addressed = new Map<string, string>();
  #work: Promise<unknown> = Promise.resolve();

  constructor(world: World, pn: string, name: string) {
    this.#world = world;
    this.pn = pn;
    this.lid = lidOf(pn);
    this.name = name;
  }

  says(account: FakeAccount, text: string, options: SayOptions = {}): Promise<string> {
    const quoted = options.replyTo === undefined ? undefined
      : { id: options.replyTo, author: this.#chatWith(account, options.addressing) };
    return this.sends(account, textMessage(text, quoted), options);
  }

  sends(account: FakeAccount, message: proto.IMessage, options: SayOptions = {}): Promise<string> {
    return this.post(account, message, { ...this.#envelope(options.addressing), id: options.id });
  }

  async sendsFile(account: FakeAccount, file: SentFile, options: SayOptions = {}): Promise<string> {
    const { kind, bytes, fileName, caption } = file;
    const { sealed, facts } = await sealFile(bytes, kind);
    // Without a direct path: that one is always fetched from WhatsApp's own host.
    const url = `${this.#world.url}${this.#world.media.hold(sealed)}`;
    const said = { ...facts, url, mimetype: file.mimetype ?? MIMETYPES[kind],
      ...(fileName === undefined ? {} : { fileName }), ...(caption === undefined ? {} : { caption }) };
    return this.sends(account, { [`${kind}Message`]: said } as proto.IMessage, options);
  }

  sendsUnreadable(account: FakeAccount, text: string): Promise<string> {
    return this.post(account, textMessage(text), this.#envelope(), { isSpoilt: true });
  }

  edits(account: FakeAccount, id: string, text: string): Promise<string> {
    const message = editMessage(this.#chatWith(account), id, text);
    return this.post(account, message, { ...this.#envelope(), edit: '1' });
  }

  deletes(account: FakeAccount, id: string): Promise<string> {
    return this.post(account, deleteMessage(this.#chatWith(account), id), { ...this.#envelope(), edit: '7' });
  }

  reacts(account: FakeAccount, id: string, emoji: string, options: { fromMe?: boolean } = {}): Promise<string> {
    return this.sends(account, reactionMessage(this.#chatWith(account), id, emoji, options.fromMe ?? false));
  }

  async repeats(account: FakeAccount, id: string, how: 'same' | 'fresh'): Promise<void> {
    const sent = this.#sent.get(id);
    if (sent === undefined) throw new Error(`${this.pn} never sent ${id}`);
    if (how === 'same') this.#world.accountOf(account).post(sent.node);
    else await this.post(account, sent.message, sent.attrs);
  }

  forges(account: FakeAccount, message: proto.IMessage, attrs: Record<string, string> = {}): Promise<string> {
    const { plaintext, garbage, ...more } = attrs;
    return this.post(account, message, { ...this.#envelope(), ...more },
      { isPlain: plaintext === 'true', isGarbage: garbage === 'true' });
  }

  reads(account: FakeAccount, ids: string[]): Promise<void> {
    return this.#tell(account, ids, 'read');
  }

  plays(account: FakeAccount, ids: string[]): Promise<void> {
    return this.#tell(account, ids, 'played');
  }

  asksAgain(account: FakeAccount, id: string): Promise<void> {
    const count = (this.#asked.get(id) ?? 0) + 1;
    this.#asked.set(id, count);
    return this.#tell(account, [id], 'retry', [
      stanza('retry', { count: String(count), id, t: nowSeconds(), v: '1' }),
      stanza('registration', {}, this.signal.registration()),
    ]);
  }

  typing(account: FakeAccount, isTyping: boolean): void {
    this.#world.accountOf(account).say(stanza('chatstate', { from: this.#envelope().from },
      [stanza(isTyping ? 'composing' : 'paused')]));
  }

  async receivedFile(id: string): Promise<Buffer> {
    const found = this.inbox.filter((one) => one.id === id).map(({ message }) => fileIn(message)).find(Boolean);
    if (found === undefined) throw new Error(`no file came with ${id}`);
    const sealed = this.#world.media.at(found.file.directPath ?? new URL(found.file.url ?? '').pathname);
    if (sealed === undefined) throw new Error(`the file of ${id} was never uploaded`);
    return openFile(sealed, found.kind, found.file);
  }

  /** Encrypts a message for the account's client and leaves it at the server; gives its id. */
  async post(account: FakeAccount, message: proto.IMessage, attrs: Attrs, seal: Seal = {}): Promise<string> {
    const id = attrs['id'] ?? newMessageId();
    const to = this.#world.accountOf(account);
    await this.#serially(async () => {
      const node = await this.#stanzaOf(to, message, { ...attrs, id }, seal);
      this.#sent.set(id, { message, attrs: { ...attrs, id }, node });
      to.post(node);
    });
    return id;
  }

  /** Writes to a group in which the account is; its members' key comes along. */
  async postToGroup(to: Account, group: string, message: proto.IMessage): Promise<void> {
    await this.#serially(async () => {
      const { ciphertext, senderKeyDistributionMessage } = await this.signal.encryptForGroup(group,
        lidJid(this.lid), encodeWAMessage(message));
      const key = { senderKeyDistributionMessage: { groupId: group,
        axolotlSenderKeyDistributionMessage: senderKeyDistributionMessage } };
      const [first] = childrenOf(await this.#stanzaOf(to, key, {}, {}), 'enc');
      to.post(stanza('message', { id: newMessageId(), from: group, participant: lidJid(this.lid), type: 'text',
        participant_pn: pnJid(this.pn), addressing_mode: 'lid', notify: this.name, t: nowSeconds() },
      [...(first === undefined ? [] : [first]), stanza('enc', { v: '2', type: 'skmsg' }, ciphertext)]));
    });
  }

  /** A message of the client has come. Gives what the phone says to it, for after the server's own word. */
  receive(account: Account, id: string, enc: BinaryNode, addressed: string): Promise<() => void> {
    return this.#serially(async () => {
      const isOwn = account.handset === this;
      this.#addressed.set(id, `${userOf(addressed)}@${addressed.split('@')[1] ?? ''}`);
      try {
        const plain = await this.signal.decrypt(account.deviceJid, enc.attrs['type'] === 'msg' ? 'msg' : 'pkmsg',
          bytesOf(enc));
        const message = proto.Message.decode(unpadRandomMax16(plain));
        this.inbox.push({ id, text: textOf(message), message, at: Date.now() });
        return () => { if (this.delivers && !isOwn) this.#world.background(this.#tell(account, [id], undefined)); };
      } catch {
        const isTired = isOwn || (this.#asked.get(id) ?? 0) >= RETRIES_MAX;
        return () => { if (!isTired) this.#world.background(this.asksAgain(account, id)); };
      }
    });
  }

  /** What the client says of messages of this phone. */
  heard(account: Account, node: BinaryNode): void {
    const more = childrenOf(childOf(node, 'list'), 'item').map((item) => item.attrs['id'] ?? '');
    for (const id of [node.attrs['id'] ?? '', ...more]) this.receipts.push({ id, type: node.attrs['type'] });
    if (node.attrs['type'] === 'retry' && this.repeatsOnRequest) this.#world.background(this.#again(account, node));
  }

  /** A new session and the message in it, under the same id. */
  async #again(account: Account, node: BinaryNode): Promise<void> {
    const sent = this.#sent.get(node.attrs['id'] ?? '');
    const count = Number(childOf(node, 'retry')?.attrs['count'] ?? 1);
    if (sent === undefined || count > RETRIES_MAX) return;
    await this.#serially(async () => {
      await this.signal.meet(account.deviceJid, extractE2ESessionFromRetryReceipt(node) ?? await account.takeKeys());
      sent.node = await this.#stanzaOf(account, sent.message, sent.attrs, { count });
      account.post(sent.node);
    });
  }

  async #stanzaOf(to: Account, message: proto.IMessage, attrs: Attrs, seal: Seal): Promise<BinaryNode> {
    const envelope = { type: stanzaType(message), t: nowSeconds(), ...attrs };
    if (seal.isPlain === true) {
      return stanza('message', envelope, [stanza('plaintext', {}, proto.Message.encode(message).finish())]);
    }
    const jid = to.deviceJid;
    if (!await this.signal.knows(jid)) await this.signal.meet(jid, await to.takeKeys());
    const plain = seal.isGarbage === true ? GARBAGE : encodeWAMessage(message);
    const { type, ciphertext } = await this.signal.encrypt(jid, plain);
    const bytes = Buffer.from(ciphertext);
    const at = bytes.length - SPOILT_BYTE;
    if (seal.isSpoilt === true) bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    const count = seal.count === undefined ? undefined : String(seal.count);
    return stanza('message', envelope, [stanza('enc', { v: '2', type, count }, bytes)]);
  }

  /** How a message of this phone is addressed. */
  #envelope(addressing: 'pn' | 'lid' = 'lid'): Attrs & { from: string } {
    const [pn, lid] = [pnJid(this.pn), lidJid(this.lid)];
    if (addressing === 'pn' && !this.hideNumber) {
      return { from: pn, addressing_mode: 'pn', sender_lid: lid, notify: this.name };
    }
    return { from: lid, addressing_mode: 'lid', sender_pn: this.hideNumber ? undefined : pn, notify: this.name };
  }

  /** The account as this phone names it. */
  #chatWith({ pn, lid }: FakeAccount, addressing: 'pn' | 'lid' = 'lid'): string {
    return addressing === 'pn' ? pnJid(pn) : lidJid(lid);
  }

  async #tell(account: FakeAccount, ids: readonly string[], type: string | undefined,
    content: BinaryNode[] = []): Promise<void> {
    const [first = '', ...more] = ids;
    const from = this.#addressed.get(first) ?? this.#envelope().from;
    const list = more.length === 0 ? [] : [stanza('list', {}, more.map((id) => stanza('item', { id })))];
    const said = [...list, ...content];
    this.#world.accountOf(account).post(stanza('receipt', { from, id: first, type, t: nowSeconds() },
      said.length === 0 ? undefined : said));
  }

  /** One after the other: ratchets turn in order. */
  #serially<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#work.then(run);
    this.#work = next.catch(() => undefined);
    return next;
  }
}

const MIMETYPES = { image: 'image/jpeg', document: 'application/pdf', audio: 'audio/ogg; codecs=opus',
  video: 'video/mp4', sticker: 'image/webp' } as const;
