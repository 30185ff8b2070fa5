/**
 * A Graph API server of our own: speaks the protocol of the WhatsApp Cloud API over a socket, keeps a ledger of all
 * calls and of what customers got, holds media both ways, and fails as it is told.
 */
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerJson, isDone, obey, readRequest, type Payload, type Script, type UploadedFile } from '../http.ts';
import { answerCall } from './answers.ts';
import { Webhook } from './webhook.ts';

export type { Payload, Script, UploadedFile } from '../http.ts';

/** What a call is about. */
export type CallKind = 'messages' | 'upload' | 'media' | 'file' | 'templates' | 'number' | 'other';

/** One call, as it came. */
export interface Call { kind: CallKind; method: string; url: string; authorization: string | undefined;
  payload: Payload; file?: UploadedFile }

/** A message that a customer has on their phone. */
export interface Delivered { to: string; id: string; type: string; payload: Payload;
  file: Omit<UploadedFile, 'field'> | undefined }

/** A file under an id: a customer's, or one that was uploaded. `url` overrides where it is said to lie. */
export interface HeldFile { id: string; bytes: Buffer; mediaType: string; fileName: string; sha256: string;
  url?: string; sizeBytes?: number }

export interface FakeGraph {
  readonly token: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  /** The API's root, with its version. */
  readonly url: string;
  readonly calls: Call[];
  readonly delivered: Delivered[];
  readonly files: Map<string, HeldFile>;
  /** As the list of templates gives them, in this order. */
  readonly templates: Payload[];
  /** What customers and Meta do: calls to the product's own webhook. */
  readonly webhook: Webhook;
  quality: string;
  nextId(): string;
  /** What the next calls of the kind get, one each. */
  script(kind: CallKind, ...scripts: Script[]): void;
  /** Holds a file as if a customer had sent it; gives its id. */
  hold(bytes: Buffer, more?: Partial<HeldFile>): string;
  callsOf(kind: CallKind): Call[];
  /** Texts, captions and template names that customers got, in order. */
  said(): string[];
  start(): Promise<void>;
  /** Ends every connection. */
  stop(): Promise<void>;
}

function kindOf(fake: FakeGraph, method: string, path: string): CallKind {
  if (path.startsWith('/files/')) return 'file';
  const [, first = '', second] = path.replace(/^\/v[\d.]+/, '').split('/');
  if (second === 'messages' && method === 'POST') return first === fake.phoneNumberId ? 'messages' : 'other';
  if (second === 'media' && method === 'POST') return first === fake.phoneNumberId ? 'upload' : 'other';
  if (second === 'message_templates') return first === fake.businessAccountId ? 'templates' : 'other';
  if (second !== undefined || method !== 'GET') return 'other';
  return first === fake.phoneNumberId ? 'number' : 'media';
}

async function readCall(fake: FakeGraph, request: http.IncomingMessage): Promise<Call> {
  const { payload, files: [file] } = await readRequest(request);
  const { method = 'GET', url = '/' } = request;
  return { kind: kindOf(fake, method, new URL(url, 'http://fake').pathname), method, url,
    authorization: request.headers.authorization, payload, ...(file === undefined ? {} : { file }) };
}

async function serve(fake: FakeGraph, scripts: Map<CallKind, Script[]>, request: http.IncomingMessage,
  response: http.ServerResponse): Promise<void> {
  const call = await readCall(fake, request);
  fake.calls.push(call);
  const next = scripts.get(call.kind)?.shift();
  if (!isDone(next)) {
    obey(next, response);
    return;
  }
  const { status, body, bytes } = answerCall(fake, call);
  if (next === 'lost') response.destroy();
  else if (bytes !== undefined) response.writeHead(status, { 'content-length': bytes.length }).end(bytes);
  else answerJson(response, status, body);
}

function held(bytes: Buffer, more: Partial<HeldFile>): HeldFile {
  return { id: String(900_000_000 + randomBytes(3).readUIntBE(0, 3)), bytes, mediaType: 'application/octet-stream',
    fileName: 'berkas', sha256: createHash('sha256').update(bytes).digest('hex'), ...more };
}

function saidOf({ payload, type }: Delivered): string {
  const content = payload[type] as Payload;
  return String(content['body'] ?? content['caption'] ?? content['name'] ?? content['emoji'] ?? type);
}

/** A Graph API with one business and one number; `start` it. Its port stays the same over restarts. */
export function fakeGraph(): FakeGraph {
  let port = 0;
  let server: http.Server | undefined;
  let messageId = 0;
  const scripts = new Map<CallKind, Script[]>();
  const fake: FakeGraph = {
    token: `EAA${randomBytes(24).toString('base64url')}`,
    appSecret: randomBytes(16).toString('hex'),
    verifyToken: randomBytes(12).toString('base64url'),
    phoneNumberId: '106540352242922',
    businessAccountId: '102290129340398',
    get url() { return `http://127.0.0.1:${port}/v23.0`; },
    calls: [], delivered: [], files: new Map(), templates: [],
    webhook: new Webhook(() => fake),
    quality: 'GREEN',
    nextId: () => `wamid.${String(messageId += 1).padStart(6, '0')}${randomBytes(6).toString('hex').toUpperCase()}`,
    script(kind, ...more) { scripts.set(kind, [...(scripts.get(kind) ?? []), ...more]); },
    hold(bytes, more = {}) {
      const file = held(bytes, more);
      fake.files.set(file.id, file);
      return file.id;
    },
    callsOf: (kind) => fake.calls.filter((call) => call.kind === kind),
    said: () => fake.delivered.map(saidOf),
    async start() {
      const made = http.createServer((request, response) => {
        serve(fake, scripts, request, response).catch(() => response.destroy());
      });
      await new Promise<void>((resolve) => { made.listen(port, '127.0.0.1', resolve); });
      port = (made.address() as AddressInfo).port;
      server = made;
    },
    async stop() {
      const ending = server;
      server = undefined;
      if (ending === undefined) return;
      ending.closeAllConnections();
      await new Promise((resolve) => { ending.close(resolve); });
    },
  };
  return fake;
}
