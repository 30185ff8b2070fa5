/** Files: encrypted as phones do, downloaded over http, uploaded over https with a certificate of our own. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { getMediaKeys } from '@whiskeysockets/baileys';
import { ownCertificate } from './certificate.ts';
import type { FileFacts, FileKind } from './contents.ts';

const MAC_BYTES = 10;
const UPLOAD_BYTES_MAX = 128 * 1_048_576;

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

interface SealedFile { sealed: Buffer; facts: FileFacts }

/** Encrypts a file under a new key. */
export async function sealFile(bytes: Buffer, kind: FileKind): Promise<SealedFile> {
  const mediaKey = randomBytes(32);
  const { cipherKey, iv, macKey } = await getMediaKeys(mediaKey, kind);
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const mac = createHmac('sha256', macKey ?? '').update(iv).update(body).digest().subarray(0, MAC_BYTES);
  const sealed = Buffer.concat([body, mac]);
  return { sealed, facts: { mediaKey, fileSha256: sha256(bytes), fileEncSha256: sha256(sealed),
    fileLength: bytes.length } };
}

/** Decrypts a file as a phone would. Throws where its bytes are not those that the message speaks of. */
export async function openFile(sealed: Buffer, kind: FileKind, facts: FileFacts): Promise<Buffer> {
  const { cipherKey, iv, macKey } = await getMediaKeys(facts.mediaKey, kind);
  const body = sealed.subarray(0, -MAC_BYTES);
  const mac = createHmac('sha256', macKey ?? '').update(iv).update(body).digest().subarray(0, MAC_BYTES);
  if (!mac.equals(sealed.subarray(-MAC_BYTES))) throw new Error('the file was changed on its way');
  const cipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  const bytes = Buffer.concat([cipher.update(body), cipher.final()]);
  if (!sha256(bytes).equals(Buffer.from(facts.fileSha256 ?? ''))) throw new Error('the file is another than was said');
  return bytes;
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > UPLOAD_BYTES_MAX) throw new Error('the upload is too large');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Every file on the server, by the path it is fetched from. */
export class MediaServer {
  /** What clients must trust to upload; empty where uploads are off. */
  readonly caPem: string;
  readonly #files = new Map<string, Buffer>();
  readonly #uploads: https.Server | undefined;
  #port = 0;
  #last = 0;

  constructor(takesUploads: boolean) {
    const made = takesUploads ? ownCertificate() : undefined;
    this.caPem = made?.certificate ?? '';
    this.#uploads = made && https.createServer({ key: made.key, cert: made.certificate }, (request, response) => {
      this.#upload(request).then((path) => response.end(JSON.stringify({ direct_path: path,
        url: `https://127.0.0.1:${this.#port}${path}` })), () => response.writeHead(400).end());
    });
  }

  /** Host and port of uploads; undefined where they are off. */
  get uploadHost(): string | undefined {
    return this.#uploads === undefined ? undefined : `127.0.0.1:${this.#port}`;
  }

  /** Stores what a phone uploaded; gives its path. */
  hold(sealed: Buffer): string {
    this.#last += 1;
    const path = `/file/${this.#last}`;
    this.#files.set(path, sealed);
    return path;
  }

  at(path: string): Buffer | undefined {
    return this.#files.get(path);
  }

  /** Serves downloads. */
  serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const file = this.#files.get(new URL(request.url ?? '/', 'http://fake').pathname);
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': file.length }).end(file);
  }

  async start(): Promise<void> {
    const server = this.#uploads;
    if (server === undefined) return;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', () => resolve());
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#uploads;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => { server.close(() => resolve()); });
  }

  async #upload(request: http.IncomingMessage): Promise<string> {
    if (request.method !== 'POST') throw new Error('uploads are posted');
    return this.hold(await bodyOf(request));
  }
}
