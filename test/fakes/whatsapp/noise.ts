/** The server's side of Noise XX as WhatsApp speaks it, the certificates it shows, and frames. */
import { aesDecryptGCM, aesEncryptGCM, Curve, hkdf, NOISE_MODE, NOISE_WA_HEADER, proto, sha256,
  type KeyPair } from '@whiskeysockets/baileys';

/** What the server proves itself with. Clients that trust `root` accept it. */
export interface ServerKeys { root: KeyPair; own: KeyPair; chain: Uint8Array }

/** New keys with a chain of certificates: root, intermediate, and the server's own. */
export function serverKeys(): ServerKeys {
  const [root, intermediate, own] = [Curve.generateKeyPair(), Curve.generateKeyPair(), Curve.generateKeyPair()];
  const { Details } = proto.CertChain.NoiseCertificate;
  const middle = Details.encode({ serial: 1, issuerSerial: 0, key: intermediate.public }).finish();
  const leaf = Details.encode({ serial: 2, issuerSerial: 1, key: own.public }).finish();
  const chain = proto.CertChain.encode({
    intermediate: { details: middle, signature: Curve.sign(root.private, middle) },
    leaf: { details: leaf, signature: Curve.sign(intermediate.private, leaf) },
  }).finish();
  return { root, own, chain };
}

const EMPTY = Buffer.alloc(0);

function ivOf(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}

/** One connection's secrets: first the handshake (`greet`, `finish`), then `encrypt` and `decrypt` in order. */
export class Noise {
  readonly #keys: ServerKeys;
  readonly #ephemeral = Curve.generateKeyPair();
  #hash = Buffer.from(NOISE_MODE);
  #salt: Buffer = this.#hash;
  #key: Buffer = this.#hash;
  #counter = 0;
  #read = { key: EMPTY as Buffer, counter: 0 };
  #write = { key: EMPTY as Buffer, counter: 0 };

  constructor(keys: ServerKeys) {
    this.#keys = keys;
    this.#authenticate(NOISE_WA_HEADER);
  }

  /** Answers the client's hello. */
  greet(frame: Uint8Array): Uint8Array {
    const theirs = proto.HandshakeMessage.decode(frame).clientHello?.ephemeral;
    if (theirs == null) throw new Error('the first frame is no client hello');
    this.#authenticate(theirs);
    this.#authenticate(this.#ephemeral.public);
    this.#mix(Curve.sharedKey(this.#ephemeral.private, theirs));
    const shown = this.#seal(this.#keys.own.public);
    this.#mix(Curve.sharedKey(this.#keys.own.private, theirs));
    const payload = this.#seal(this.#keys.chain);
    return proto.HandshakeMessage.encode({ serverHello: { ephemeral: this.#ephemeral.public, static: shown, payload } })
      .finish();
  }

  /** Reads who the client says it is; from here on frames are encrypted. */
  finish(frame: Uint8Array): proto.ClientPayload {
    const { clientFinish } = proto.HandshakeMessage.decode(frame);
    if (clientFinish?.static == null || clientFinish.payload == null) throw new Error('the handshake was not finished');
    const theirs = this.#open(clientFinish.static);
    this.#mix(Curve.sharedKey(this.#ephemeral.private, theirs));
    const payload = proto.ClientPayload.decode(this.#open(clientFinish.payload));
    const [read, write] = this.#expand(EMPTY);
    this.#read = { key: read, counter: 0 };
    this.#write = { key: write, counter: 0 };
    return payload;
  }

  encrypt(plain: Uint8Array): Buffer {
    const sealed = aesEncryptGCM(plain, this.#write.key, ivOf(this.#write.counter), EMPTY);
    this.#write.counter += 1;
    return sealed;
  }

  decrypt(sealed: Uint8Array): Buffer {
    const plain = aesDecryptGCM(sealed, this.#read.key, ivOf(this.#read.counter), EMPTY);
    this.#read.counter += 1;
    return plain;
  }

  #authenticate(data: Uint8Array): void {
    this.#hash = Buffer.from(sha256(Buffer.concat([this.#hash, data])));
  }

  #expand(data: Uint8Array): [Buffer, Buffer] {
    const expanded = Buffer.from(hkdf(Buffer.from(data), 64, { salt: this.#salt, info: '' }));
    return [expanded.subarray(0, 32), expanded.subarray(32)];
  }

  #mix(shared: Uint8Array): void {
    [this.#salt, this.#key] = this.#expand(shared);
    this.#counter = 0;
  }

  #seal(plain: Uint8Array): Buffer {
    const sealed = aesEncryptGCM(plain, this.#key, ivOf(this.#counter), this.#hash);
    this.#counter += 1;
    this.#authenticate(sealed);
    return sealed;
  }

  #open(sealed: Uint8Array): Buffer {
    const plain = aesDecryptGCM(sealed, this.#key, ivOf(this.#counter), this.#hash);
    this.#counter += 1;
    this.#authenticate(sealed);
    return plain;
  }
}

/** Cuts what comes over a socket into frames; the client's introduction at the very start is dropped. */
export class FrameReader {
  #bytes: Buffer = EMPTY;
  #isIntroduced = false;

  /** The frames that are whole with these bytes. */
  push(more: Uint8Array): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, more]);
    if (!this.#isIntroduced && !this.#introduction()) return [];
    const frames: Buffer[] = [];
    while (this.#bytes.length >= 3) {
      const end = 3 + this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < end) break;
      frames.push(this.#bytes.subarray(3, end));
      this.#bytes = this.#bytes.subarray(end);
    }
    return frames;
  }

  /** Drops the introduction, which may carry routing data; false until it is whole. */
  #introduction(): boolean {
    const isRouted = this.#bytes.subarray(0, 2).toString() === 'ED';
    if (isRouted && this.#bytes.length < 7) return false;
    const length = NOISE_WA_HEADER.length + (isRouted ? 7 + this.#bytes.readUIntBE(4, 3) : 0);
    if (this.#bytes.length < length) return false;
    this.#bytes = this.#bytes.subarray(length);
    this.#isIntroduced = true;
    return true;
  }
}

/** A frame around these bytes. */
export function frameOf(bytes: Uint8Array): Buffer {
  const frame = Buffer.alloc(3 + bytes.length);
  frame.writeUIntBE(bytes.length, 0, 3);
  frame.set(bytes, 3);
  return frame;
}
