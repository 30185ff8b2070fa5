/**
 * A Bot API server of our own: speaks the protocol over a socket, keeps a ledger of all calls and of what customers
 * got, and fails as it is told. It forgets nothing while it is down, as Telegram forgets nothing.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerJson, isDone, obey, readRequest, type Payload, type Script, type UploadedFile } from '../http.ts';
import { methods } from './methods.ts';
import { Outbox } from './updates.ts';

export type { Payload, Script, UploadedFile } from '../http.ts';

/** One call of the bot, as it came. */
export interface Call { method: string; payload: Payload; files: UploadedFile[] }

/** A message that a customer has on their screen. */
export interface Delivered {
  chatId: string;
  messageId: number;
  method: string;
  payload: Payload;
  files: UploadedFile[];
  /** Changed after it was sent. */
  edited?: boolean;
}

export interface StoredFile { fileId: string; path: string; bytes: Buffer; size?: number }

/** Handles requests that are none of the Bot API; gives false for what it does not know either. */
export type Page = (request: http.IncomingMessage, response: http.ServerResponse) => boolean;

export interface FakeTelegram {
  readonly token: string;
  readonly botId: number;
  readonly url: string;
  readonly calls: Call[];
  readonly delivered: Delivered[];
  readonly updates: Outbox;
  readonly files: Map<string, StoredFile>;
  readonly blocked: Set<string>;
  /** The bot's reactions, by chat and message. */
  readonly reactions: Map<string, string>;
  readonly webhook: { url: string; secret: string; lastError?: string | undefined };
  /** Serves what is none of the Bot API (scripts/fake-telegram.ts). */
  page: Page | undefined;
  nextMessageId(): number;
  /** What the next calls of the method get, one each. */
  script(method: string, ...scripts: Script[]): void;
  /** Stores a file as if a customer had uploaded it; gives its file_id. */
  hold(bytes: Buffer, size?: number): string;
  callsOf(method: string): Call[];
  start(): Promise<void>;
  /** Ends every connection; what was asked for stays to be given. */
  stop(): Promise<void>;
}

/** Bots send objects as JSON in a form's field. */
function plain(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** What Telegram says of a failure. */
function describe(status: number): object {
  return { ok: false, error_code: status, description: 'scripted' };
}

function serveFile(fake: FakeTelegram, path: string, response: http.ServerResponse): void {
  const file = [...fake.files.values()].find((one) => one.path === path);
  if (file === undefined) answerJson(response, 404, { ok: false, error_code: 404, description: 'Not Found' });
  else response.writeHead(200, { 'content-length': file.bytes.length }).end(file.bytes);
}

async function serve(fake: FakeTelegram, scripts: Map<string, Script[]>, request: http.IncomingMessage,
  response: http.ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://fake');
  const [, kind, path = ''] = /^\/(?:(file)\/)?bot[^/]+\/(.*)$/.exec(pathname) ?? [];
  const known = pathname.includes(`/bot${fake.token}/`);
  if (path === '') {
    if (fake.page?.(request, response) !== true) answerJson(response, 404, { ok: false });
    return;
  }
  if (!known) {
    answerJson(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' });
    return;
  }
  const next = scripts.get(kind === 'file' ? 'file' : path)?.shift();
  if (kind === 'file') {
    if (isDone(next)) serveFile(fake, decodeURIComponent(path), response);
    else obey(next, response, describe);
    return;
  }
  const call: Call = { method: path, ...await readRequest(request, plain) };
  fake.calls.push(call);
  if (!isDone(next)) {
    obey(next, response, describe);
    return;
  }
  const { status, body } = await methods(fake, call, response);
  if (next === 'lost') response.destroy();
  else answerJson(response, status, body);
}

/** A Bot API with one bot; `start` it. Its port stays the same over restarts. */
export function fakeTelegram(options: { token?: string; port?: number; botId?: number } = {}): FakeTelegram {
  const botId = options.botId ?? 700_000_001;
  let port = options.port ?? 0;
  let server: http.Server | undefined;
  let messageId = 100;
  const scripts = new Map<string, Script[]>();
  const fake: FakeTelegram = {
    token: options.token ?? `${botId}:${randomBytes(27).toString('base64url')}`,
    botId,
    get url() { return `http://127.0.0.1:${port}`; },
    calls: [],
    delivered: [],
    updates: new Outbox(() => fake),
    files: new Map(),
    blocked: new Set(),
    reactions: new Map(),
    webhook: { url: '', secret: '' },
    page: undefined,
    nextMessageId: () => (messageId += 1),
    script(method, ...more) { scripts.set(method, [...(scripts.get(method) ?? []), ...more]); },
    hold(bytes, size) {
      const fileId = `file-${randomBytes(9).toString('base64url')}`;
      const path = `documents/${fileId}.bin`;
      fake.files.set(fileId, { fileId, path, bytes, ...(size === undefined ? {} : { size }) });
      return fileId;
    },
    callsOf: (method) => fake.calls.filter((call) => call.method === method),
    async start() {
      const made = http.createServer((request, response) => {
        serve(fake, scripts, request, response).catch(() => response.destroy());
      });
      await new Promise<void>((resolve) => { made.listen(port, '127.0.0.1', resolve); });
      port = (made.address() as AddressInfo).port;
      server = made;
      fake.updates.resume();
    },
    async stop() {
      fake.updates.pause();
      const ending = server;
      server = undefined;
      if (ending === undefined) return;
      ending.closeAllConnections();
      await new Promise((resolve) => { ending.close(resolve); });
    },
  };
  return fake;
}
