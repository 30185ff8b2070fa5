/**
 * The Graph API over HTTP: a client per account, what it may talk to, and what its failures mean. The only file here
 * that holds the access token, and it sends it nowhere but to Meta.
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { ChannelHost } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import { object, text, whole, type Json } from '#channels/json-fields.ts';

const GRAPH_URL = 'https://graph.facebook.com/v23.0';
/** An answer of the API is far shorter; a page of templates is the longest. */
const ANSWER_BYTES_MAX = 4 * 1_048_576;
/** Where Meta keeps files. */
const MEDIA_HOSTS = /(^|\.)(fbsbx\.com|facebook\.com|whatsapp\.net)$/;

/** How a call ended without a result. Meta's own words are never kept: they may repeat what was sent. */
export type GraphFailure =
  | { kind: 'refused'; status: number; code: number | undefined; retryAfterMs: number | undefined }
  /** No byte left: it may be repeated. */
  | { kind: 'unreached'; reasonCode: string }
  /** It may have arrived. */
  | { kind: 'unanswered'; reasonCode: string };

export type GraphAnswer = { ok: true; body: Json } | { ok: false; failure: GraphFailure };

export interface UploadedForm { fields: Readonly<Record<string, string>>; fileName: string; mediaType: string;
  bytes: Uint8Array }

export interface Graph {
  /** The id under which the number stands in paths. */
  readonly phoneNumberId: string;
  readonly businessAccountId: string | undefined;
  /** None of these rejects. Paths are below the API's version; parts of them must be encoded. */
  get(path: string, signal: AbortSignal): Promise<GraphAnswer>;
  post(path: string, body: Json, signal: AbortSignal): Promise<GraphAnswer>;
  upload(path: string, form: UploadedForm, signal: AbortSignal): Promise<GraphAnswer>;
  /**
   * The bytes of a file whose address Meta gave; undefined for an address that is none of Meta's. Rejects FetchFailed;
   * the caller must read or destroy the stream.
   */
  download(url: string, signal: AbortSignal): Promise<{ status: number; body: http.IncomingMessage } | undefined>;
}

interface Call { url: URL; method: string; headers: Record<string, string>; body?: Uint8Array }

function failed(error: NodeJS.ErrnoException, isConnected: boolean): FetchFailed {
  if (error instanceof FetchFailed) return error;
  const reason = error.name === 'AbortError' ? 'SEND_TIMEOUT' : error.code ?? 'CONNECTION_FAILED';
  return new FetchFailed(isConnected ? 'after-write' : 'before-write', reason);
}

/** One request; a redirect is an answer like any other. Rejects FetchFailed. */
function ask(host: ChannelHost, call: Call, signal: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const secure = call.url.protocol === 'https:';
    try {
      const asked = (secure ? https : http).request(call.url, { method: call.method, headers: call.headers, signal,
        agent: host.agent(call.url.href) }, resolve);
      asked.on('socket', (socket) => {
        socket.once(secure ? 'secureConnect' : 'connect', () => { isConnected = true; });
      });
      asked.on('error', (error) => reject(failed(error, isConnected)));
      asked.end(call.body);
    } catch (error) {
      reject(failed(error as Error, false));
    }
  });
}

/** The answer's text; undefined where it broke off or is longer than any answer. */
async function bodyOf(response: http.IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response) {
      size += (part as Buffer).length;
      if (size > ANSWER_BYTES_MAX) return undefined;
      parts.push(part as Buffer);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts).toString('utf8');
}

function jsonOf(body: string | undefined): Json | undefined {
  try {
    return object(JSON.parse(body ?? ''));
  } catch {
    return undefined;
  }
}

function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}

async function answerOf(response: http.IncomingMessage): Promise<GraphAnswer> {
  const status = response.statusCode ?? 0;
  const body = jsonOf(await bodyOf(response));
  const error = object(body?.['error']);
  if (status >= 200 && status < 300 && error === undefined) {
    // Something stands between us and Meta, or the answer tore: whether it was done nobody can say.
    if (body === undefined) return { ok: false, failure: { kind: 'unanswered', reasonCode: 'ANSWER_UNREADABLE' } };
    return { ok: true, body };
  }
  return { ok: false, failure: { kind: 'refused', status, code: whole(error?.['code']),
    retryAfterMs: retryAfterMs(response.headers['retry-after']) } };
}

async function call(host: ChannelHost, one: Call, signal: AbortSignal): Promise<GraphAnswer> {
  try {
    return await answerOf(await ask(host, one, signal));
  } catch (error) {
    const { stage, reasonCode } = error instanceof FetchFailed ? error
      : new FetchFailed('after-write', 'NO_ANSWER');
    return { ok: false, failure: { kind: stage === 'after-write' ? 'unanswered' : 'unreached', reasonCode } };
  }
}

/** A form with one file. A name may bear anything: what would end its line or its quotes is left out. */
function multipart(form: UploadedForm, boundary: string): Uint8Array {
  const quoted = (name: string): string => name.replaceAll(/["\r\n\\]/g, '_');
  const fields = Object.entries(form.fields).map(([name, value]) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${quoted(form.fileName)}"\r\n`
    + `content-type: ${form.mediaType}\r\n\r\n`;
  return Buffer.concat([Buffer.from(fields.join('') + head), form.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** The root of the API: the account's own server, or Meta's. */
export function graphRoot(settings: Readonly<Record<string, unknown>>): string {
  const own = settings['graphUrl'];
  return typeof own === 'string' && URL.canParse(own) ? own.replace(/\/+$/, '') : GRAPH_URL;
}

/** The address of a file, if the token may be sent there: Meta's own hosts, or the account's own API server. */
export function mediaUrl(root: string, address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const [url, own] = [new URL(address), new URL(root)];
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.origin === own.origin) return url;
  return url.protocol === 'https:' && url.port === '' && MEDIA_HOSTS.test(url.hostname) ? url : undefined;
}

function createGraph(host: ChannelHost, token: string, phoneNumberId: string): Graph {
  const root = graphRoot(host.account.settings);
  const authorization = `Bearer ${token}`;
  const at = (path: string): URL => new URL(`${root}/${path}`);
  return {
    phoneNumberId,
    businessAccountId: text(host.account.settings['businessAccountId']),
    get: (path, signal) => call(host, { url: at(path), method: 'GET', headers: { authorization } }, signal),
    post(path, body, signal) {
      const bytes = Buffer.from(JSON.stringify(body));
      return call(host, { url: at(path), method: 'POST', body: bytes, headers: { authorization,
        'content-type': 'application/json', 'content-length': String(bytes.length) } }, signal);
    },
    upload(path, form, signal) {
      const boundary = `sambung-${randomUUID()}`;
      const bytes = multipart(form, boundary);
      return call(host, { url: at(path), method: 'POST', body: bytes, headers: { authorization,
        'content-length': String(bytes.length), 'content-type': `multipart/form-data; boundary=${boundary}` } },
      signal);
    },
    async download(address, signal) {
      const url = mediaUrl(root, address);
      if (url === undefined) return undefined;
      const body = await ask(host, { url, method: 'GET', headers: { authorization } }, signal);
      return { status: body.statusCode ?? 0, body };
    },
  };
}

const clients = new WeakMap<ChannelHost, { token: string; graph: Graph }>();

/** The client of the account; undefined while its token or its number's id is missing. */
export async function graphOf(host: ChannelHost): Promise<Graph | undefined> {
  const token = await host.secrets.get('accessToken');
  const phoneNumberId = text(host.account.settings['phoneNumberId']);
  // What no header can carry is no token.
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token) || phoneNumberId === undefined) return undefined;
  const known = clients.get(host);
  if (known?.token === token) return known.graph;
  const graph = createGraph(host, token, encodeURIComponent(phoneNumberId));
  clients.set(host, { token, graph });
  return graph;
}
