/** The company's number: its one linked device, what waits for it, and the faults that a test orders. */
import { generateSignalPubKey, type BinaryNode } from '@whiskeysockets/baileys';
import type { FakeAccount, FakePhone } from './api.ts';
import type { Connection } from './connection.ts';
import { historyMessage, textMessage, type PastChat } from './contents.ts';
import { Mailbox } from './mailbox.ts';
import { findByCode, findByRef, readQr } from './pairing.ts';
import { Phone } from './phone.ts';
import type { KeyBundle } from './signal.ts';
import { bytesOf, childOf, childrenOf, lidJid, newMessageId, nowSeconds, pnJid, stanza, until,
  SERVER_JID } from './stanzas.ts';
import type { World } from './world.ts';

const GROUP = '120363000000000001@g.us';
const STATUS = 'status@broadcast';
const NEWSLETTER = '120363000000000002@newsletter';
/** Somebody in the group whom no test plays. */
const MEMBER = '6281399900001';

/** Below so many the client is asked for more. */
const PRE_KEYS_LOW = 5;

type PublicKey = NonNullable<KeyBundle['preKey']>;

interface Keys { device: Omit<KeyBundle, 'preKey'>; preKeys: PublicKey[] }

function publicKey(node: BinaryNode | undefined): PublicKey {
  return { keyId: bytesOf(childOf(node, 'id')).readUIntBE(0, 3),
    publicKey: generateSignalPubKey(bytesOf(childOf(node, 'value'))) };
}

/** A stream error as the server words it; some say more than their code. */
function streamErrorOf(code: number): BinaryNode {
  const why = code === 440 ? 'replaced' : code === 401 ? 'device_removed' : undefined;
  return stanza('stream:error', { code: String(code) },
    why === undefined ? undefined : [stanza('conflict', { type: why })]);
}

export class Account implements FakeAccount {
  readonly pn: string;
  readonly lid: string;
  readonly handset: Phone;
  readonly presence: string[] = [];
  isPaired = false;
  removedByClient = false;
  isRefusing = false;
  logins = 0;
  readonly #world: World;
  readonly #mailbox = new Mailbox();
  readonly #nacks: number[] = [];
  #device = 0;
  #keys: Keys | undefined;
  #live: Connection | undefined;
  #refusal: number | undefined;
  #isMuted = false;
  #isGreeted = false;

  constructor(world: World, pn: string) {
    this.#world = world;
    this.pn = pn;
    this.handset = new Phone(world, pn, 'Kantor Uji');
    this.lid = this.handset.lid;
  }

  get deviceJid(): string {
    if (!this.isPaired) throw new Error(`${this.pn} has no linked device: pair it first`);
    return `${this.pn}:${this.#device}@${SERVER_JID}`;
  }

  /** The linked device's number, as stanzas say it. */
  get device(): string {
    return String(this.#device);
  }

  get isOnline(): boolean {
    return this.#live !== undefined;
  }

  get waiting(): number {
    return this.#mailbox.waiting;
  }

  async scan(qr: string): Promise<void> {
    const { ref, identity, secret } = readQr(qr);
    await findByRef(this.#world, ref).link(this, identity, secret);
  }

  async typeCode(code: string): Promise<void> {
    const pairing = await findByCode(this.#world, this.pn);
    await pairing.linkByCode(this, code.replaceAll(/[^0-9a-z]/gi, '').toUpperCase());
  }

  refuseLogin(reason: number | undefined): void {
    this.#refusal = reason;
  }

  streamError(code: number): void {
    this.#live?.end(streamErrorOf(code));
  }

  drop(): void {
    this.#live?.cut();
  }

  mute(isMute: boolean): void {
    this.#isMuted = isMute;
    this.#live?.hold(isMute);
  }

  corruptFrame(): void {
    this.#live?.corrupt();
  }

  refuseConnections(isRefusing: boolean): void {
    this.isRefusing = isRefusing;
  }

  nackNext(code: number, count = 1): void {
    for (let n = 0; n < count; n += 1) this.#nacks.push(code);
  }

  logOutFromPhone(): void {
    this.#unlink();
    this.#live?.end(streamErrorOf(401));
  }

  handsetSends(to: FakePhone, text: string): Promise<string> {
    const [chat, shown] = [lidJid(to.lid), this.#world.phoneOf(lidJid(to.lid))?.hideNumber !== true];
    return this.handset.post(this, { deviceSentMessage: { destinationJid: chat, message: textMessage(text) } },
      { from: lidJid(this.lid), recipient: chat, addressing_mode: 'lid',
        peer_recipient_pn: shown ? pnJid(to.pn) : undefined });
  }

  async history(texts: { from: FakePhone; text: string }[]): Promise<void> {
    const chats = new Map<string, PastChat>();
    for (const { from, text } of texts) {
      const lid = lidJid(from.lid);
      const pn = this.#world.phoneOf(lid)?.hideNumber === true ? null : pnJid(from.pn);
      const chat = chats.get(lid) ?? { lid, pn, messages: [] };
      chat.messages.push({ id: newMessageId(), text });
      chats.set(lid, chat);
    }
    await this.handset.post(this, historyMessage([...chats.values()]), { from: pnJid(this.pn), category: 'peer' });
  }

  groupMessage(text: string): Promise<void> {
    return this.crowdMessage('group', text);
  }

  async crowdMessage(kind: 'group' | 'status' | 'newsletter', text: string): Promise<void> {
    const member = this.#world.phoneOf(pnJid(MEMBER))
      ?? this.#world.addPhone(new Phone(this.#world, MEMBER, 'Anggota Uji'));
    if (kind === 'group') await member.postToGroup(this, GROUP, textMessage(text));
    else if (kind === 'status') {
      await member.post(this, textMessage(text), { from: STATUS, participant: lidJid(member.lid) });
    } else await member.forges(this, textMessage(text), { from: NEWSLETTER, plaintext: 'true' });
  }

  /** The number of the device that is linked next. */
  nextDevice(): number {
    return this.#device + 1;
  }

  /** A device is linked; one that was before is no longer. */
  linked(device: number): void {
    this.#live?.end(streamErrorOf(401));
    this.#unlink();
    this.#device = device;
    this.isPaired = true;
    this.#isGreeted = false;
    this.removedByClient = false;
  }

  /** The client unlinks itself. */
  removed(): void {
    this.removedByClient = true;
    this.#unlink();
  }

  /** A client says it is this account's device. */
  enter(connection: Connection, device: number): void {
    if (this.#isMuted) connection.hold(true);
    const reason = this.#refusal ?? (this.isPaired && device === this.#device ? undefined : 401);
    if (reason !== undefined) {
      connection.end(stanza('failure', { reason: String(reason) }));
      return;
    }
    this.logins += 1;
    const before = this.#live;
    if (before !== undefined) {
      this.#world.replaced += 1;
      before.end(streamErrorOf(440));
    }
    this.#mailbox.close();
    this.#live = connection;
    connection.account = this;
    connection.send(stanza('success', { t: nowSeconds(), lid: `${this.lid}:${this.#device}@lid` }));
  }

  /** The client is ready for what waits; a new device also hears that there is no past. */
  caughtUp(connection: Connection): void {
    if (connection !== this.#live) return;
    const count = this.#mailbox.open((node) => connection.send(node));
    connection.send(stanza('ib', { from: SERVER_JID }, [stanza('offline', { count: String(count) })]));
    if (this.#isGreeted) return;
    this.#isGreeted = true;
    this.#world.background(this.history([]));
  }

  left(connection: Connection): void {
    if (connection !== this.#live) return;
    this.#live = undefined;
    this.#mailbox.close();
  }

  /** Leaves a stanza for the client; of an account without a device it is forgotten. */
  post(node: BinaryNode): void {
    if (this.isPaired) this.#mailbox.post(node);
  }

  /** Says something that nobody keeps. */
  say(node: BinaryNode): void {
    this.#live?.send(node);
  }

  confirm(tag: string, id: string | undefined, jid: string | undefined, type?: string): void {
    this.#mailbox.confirm(tag, id, jid, type);
  }

  /** With which code the next message is refused. */
  nextNack(): number | undefined {
    return this.#nacks.shift();
  }

  get preKeys(): number {
    return this.#keys?.preKeys.length ?? 0;
  }

  /** The client uploads its keys. */
  keep(node: BinaryNode): void {
    const signed = childOf(node, 'skey');
    const device = { registrationId: bytesOf(childOf(node, 'registration')).readUInt32BE(0),
      identityKey: generateSignalPubKey(bytesOf(childOf(node, 'identity'))),
      signedPreKey: { ...publicKey(signed), signature: bytesOf(childOf(signed, 'signature')) } };
    const more = childrenOf(childOf(node, 'list'), 'key').map(publicKey);
    this.#keys = { device, preKeys: [...this.#keys?.preKeys ?? [], ...more] };
  }

  /** The client has a new signed key. */
  rotate(signed: BinaryNode | undefined): void {
    if (this.#keys === undefined) return;
    this.#keys.device.signedPreKey = { ...publicKey(signed), signature: bytesOf(childOf(signed, 'signature')) };
  }

  /** What a session with the client begins with; waits for a new device to upload its keys. */
  async takeKeys(): Promise<KeyBundle> {
    const { device, preKeys } = await until(`keys of ${this.pn}`, () => {
      if (this.#world.isStopped || !this.isPaired) throw new Error(`${this.pn} has gone`);
      return this.#keys;
    });
    // Where one-time keys have run out a session begins without one, as on WhatsApp.
    const preKey = preKeys.shift();
    if (preKeys.length < PRE_KEYS_LOW) {
      this.say(stanza('notification', { id: newMessageId(), from: SERVER_JID, type: 'encrypt', t: nowSeconds() },
        [stanza('count', { value: String(preKeys.length) })]));
    }
    return preKey === undefined ? device : { ...device, preKey };
  }

  #unlink(): void {
    this.isPaired = false;
    this.#keys = undefined;
    this.#mailbox.clear();
  }
}
