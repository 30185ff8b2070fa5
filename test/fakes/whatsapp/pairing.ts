/** Linking a device: by the QR code that it shows, or by the eight letters that a person types on the phone. */
import { randomBytes } from 'node:crypto';
import { aesDecryptCTR, aesDecryptGCM, aesEncryptCTR, Curve, derivePairingCodeKey, hkdf, hmacSign, proto,
  WA_ADV_ACCOUNT_SIG_PREFIX, type BinaryNode } from '@whiskeysockets/baileys';
import type { Account } from './account.ts';
import type { Connection } from './connection.ts';
import { bytesOf, childOf, newMessageId, nowSeconds, stanza, until, userOf, SERVER_JID } from './stanzas.ts';
import type { World } from './world.ts';

/** As many codes a client shows one after the other before it gives up. */
const REFS = 6;

/** What a QR code says of the client that shows it. */
export function readQr(qr: string): { ref: string; identity: Buffer; secret: Buffer } {
  const [ref = '', , identity = '', secret = ''] = qr.replace(/^https?:[^#]*#/, '').split(',');
  return { ref, identity: Buffer.from(identity, 'base64'), secret: Buffer.from(secret, 'base64') };
}

/** The client that shows this code. Throws where it is gone, or was never there. */
export function findByRef(world: World, ref: string): Pairing {
  for (const pairing of world.pairings) if (pairing.refs.includes(ref)) return pairing;
  throw new Error('nobody shows this QR code any more');
}

/** The newest client that asked for a code for this number; waits for one. */
export function findByCode(world: World, pn: string): Promise<Pairing> {
  return until(`a client that asks for a code for ${pn}`,
    () => [...world.pairings].findLast((pairing) => pairing.asksFor === pn));
}

/** A client that is no device yet. */
export class Pairing {
  readonly refs = Array.from({ length: REFS }, () => `2@${randomBytes(32).toString('base64url')}`);
  /** The number for which it asked for a code. */
  asksFor: string | undefined;
  readonly #world: World;
  readonly #connection: Connection;
  #wrappedEphemeral: Buffer = Buffer.alloc(0);
  #finish: BinaryNode | undefined;
  #isSigned = false;

  constructor(world: World, connection: Connection) {
    this.#world = world;
    this.#connection = connection;
    world.pairings.add(this);
    connection.send(stanza('iq', { id: newMessageId(), type: 'set', xmlns: 'md', from: SERVER_JID },
      [stanza('pair-device', {}, this.refs.map((ref) => stanza('ref', {}, Buffer.from(ref))))]));
  }

  close(): void {
    this.#world.pairings.delete(this);
  }

  hear(node: BinaryNode): void {
    if (node.tag !== 'iq') return;
    if (node.attrs['type'] === 'result') {
      this.#isSigned ||= childOf(node, 'pair-device-sign') !== undefined;
      return;
    }
    const asked = childOf(node, 'link_code_companion_reg');
    if (asked?.attrs['stage'] === 'companion_hello') {
      this.#wrappedEphemeral = bytesOf(childOf(asked, 'link_code_pairing_wrapped_companion_ephemeral_pub'));
      this.asksFor = userOf(asked.attrs['jid']);
    } else if (asked?.attrs['stage'] === 'companion_finish') this.#finish = asked;
    this.#connection.send(stanza('iq', { id: node.attrs['id'], type: 'result', from: SERVER_JID }));
  }

  /** Makes the client the account's device. `identity` and `secret` are what it showed of itself. */
  async link(account: Account, identity: Uint8Array, secret: Uint8Array): Promise<void> {
    const own = account.handset.signal.creds.signedIdentityKey;
    const details = proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp: Number(nowSeconds()), keyIndex: 1 }).finish();
    const signed = proto.ADVSignedDeviceIdentity.encode({ details, accountSignatureKey: own.public,
      accountSignature: Curve.sign(own.private, Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, identity])) })
      .finish();
    const device = account.nextDevice();
    this.#connection.send(stanza('iq', { id: newMessageId(), type: 'set', from: SERVER_JID, t: nowSeconds() },
      [stanza('pair-success', {}, [
        stanza('device-identity', {}, proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed,
          hmac: hmacSign(signed, secret) }).finish()),
        stanza('biz', { name: account.handset.name }), stanza('platform', { name: 'android' }),
        stanza('device', { jid: `${account.pn}:${device}@${SERVER_JID}`, lid: `${account.lid}:${device}@lid` }),
      ])]));
    await until('the client to sign', () => this.#isSigned || undefined);
    account.linked(device);
    this.#connection.end(stanza('stream:error', { code: '515' }));
  }

  /** As `link`, for a client that asked for a code. Rejects where the code is another. */
  async linkByCode(account: Account, code: string): Promise<void> {
    const own = account.handset.signal.creds.signedIdentityKey;
    const ephemeral = Curve.generateKeyPair();
    const theirs = await unwrap(this.#wrappedEphemeral, code);
    this.#finish = undefined;
    this.#connection.send(stanza('notification', { id: newMessageId(), type: 'link_code_companion_reg',
      from: SERVER_JID, t: nowSeconds() }, [stanza('link_code_companion_reg', { stage: 'primary_hello' }, [
      stanza('link_code_pairing_wrapped_primary_ephemeral_pub', {}, await wrap(ephemeral.public, code)),
      stanza('primary_identity_pub', {}, own.public),
      stanza('link_code_pairing_ref', {}, Buffer.from(this.refs[0] ?? '')),
    ])]));
    const finish = await until('the client to finish', () => this.#finish);
    const shared = Curve.sharedKey(ephemeral.private, theirs);
    const { identity, random } = openBundle(bytesOf(childOf(finish, 'link_code_pairing_wrapped_key_bundle')), shared);
    const material = Buffer.concat([shared, Curve.sharedKey(own.private, identity), random]);
    await this.link(account, identity, hkdf(material, 32, { info: 'adv_secret' }));
  }
}

async function unwrap(wrapped: Buffer, code: string): Promise<Buffer> {
  const key = await derivePairingCodeKey(code, wrapped.subarray(0, 32));
  return aesDecryptCTR(wrapped.subarray(48, 80), key, wrapped.subarray(32, 48));
}

async function wrap(key: Uint8Array, code: string): Promise<Buffer> {
  const [salt, iv] = [randomBytes(32), randomBytes(16)];
  return Buffer.concat([salt, iv, aesEncryptCTR(key, await derivePairingCodeKey(code, salt), iv)]);
}

function openBundle(bundle: Buffer, shared: Buffer): { identity: Buffer; random: Buffer } {
  const key = hkdf(shared, 32, { salt: bundle.subarray(0, 32), info: 'link_code_pairing_key_bundle_encryption_key' });
  try {
    const plain = aesDecryptGCM(bundle.subarray(44), key, bundle.subarray(32, 44), Buffer.alloc(0));
    return { identity: plain.subarray(0, 32), random: plain.subarray(64, 96) };
  } catch {
    throw new Error('the code is not the one that the client shows');
  }
}
