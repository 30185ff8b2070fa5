/**
 * Fetches a public web page whose address a customer wrote: never an inner address, by no name, number or redirect; the
 * address that was judged is the one that is called; time and size are bounded; nothing of ours goes along (RS10).
 */
import dns from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { limits } from '#domain/limits.ts';
import { isPublicAddress } from './public-address.ts';

export type PageRefusal = 'ADDRESS_NOT_HTTP' | 'ADDRESS_WITH_CREDENTIALS' | 'ADDRESS_PORT' | 'ADDRESS_NOT_PUBLIC'
  | 'NAME_NOT_RESOLVED' | 'TOO_MANY_REDIRECTS' | 'NOT_A_PAGE' | 'TIMEOUT' | 'CONNECTION_FAILED' | `STATUS_${number}`;

/** Why there is no page; the code is stored and never the address. */
export class PageRefused extends Error {
  readonly code: PageRefusal;
  constructor(code: PageRefusal) {
    super(code);
    this.code = code;
  }
}

export interface FetchedPage {
  html: string;
  /** Host of the page that answered in the end. */
  host: string;
}

export interface PageFetchOptions {
  /** Judges every address before it is called. Tests let their own server through; the product has no other judge. */
  permit?: (address: string) => boolean;
  resolve?: (host: string) => Promise<string[]>;
  /** Ports that may be called. */
  ports?: (port: number) => boolean;
}

type Judge = Required<PageFetchOptions>;

const product: Judge = {
  permit: isPublicAddress,
  resolve: async (host) => (await dns.lookup(host, { all: true })).map(({ address }) => address),
  ports: (port) => port === 80 || port === 443,
};

/** The parsed address, if it is one we would ever call. Throws PageRefused. */
function readAddress(address: string, judge: Judge): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PageRefused('ADDRESS_NOT_HTTP');
  }
  if (url.username !== '' || url.password !== '') throw new PageRefused('ADDRESS_WITH_CREDENTIALS');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!judge.ports(port)) throw new PageRefused('ADDRESS_PORT');
  return url;
}

/** One address to call. Every address of the name must be public: one inner among them is an attack or a mistake. */
async function judged(url: URL, judge: Judge): Promise<string> {
  // The URL parser has already read 0x7f.1, 2130706433 and 0177.0.0.1 as the dotted address that they are.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let found: string[];
  try {
    found = net.isIP(host) === 0 ? await judge.resolve(host) : [host];
  } catch {
    throw new PageRefused('NAME_NOT_RESOLVED');
  }
  const [first] = found;
  if (first === undefined) throw new PageRefused('NAME_NOT_RESOLVED');
  if (!found.every((address) => judge.permit(address))) throw new PageRefused('ADDRESS_NOT_PUBLIC');
  return first;
}

interface Reply { status: number; location: string | undefined; type: string; body: string }

function charsetOf(type: string): string {
  const named = /charset="?([\w-]{1,40})/i.exec(type)?.[1] ?? 'utf-8';
  try { return new TextDecoder(named).encoding; } catch { return 'utf-8'; }
}

/** Reads at most limits.linkPreviewBytes of a page; what is no page is not read at all. */
function take(response: http.IncomingMessage, done: (reply: Reply) => void): void {
  const type = response.headers['content-type'] ?? '';
  const reply = { status: response.statusCode ?? 0, location: response.headers.location, type, body: '' };
  if (reply.status !== 200 || !/^(?:text\/html|application\/xhtml\+xml)\b/i.test(type)
    || response.headers['content-encoding'] !== undefined) {
    response.destroy();
    return done(reply);
  }
  const parts: Buffer[] = [];
  let size = 0;
  const finish = (): void => {
    const bytes = Buffer.concat(parts).subarray(0, limits.linkPreviewBytes);
    done({ ...reply, body: new TextDecoder(charsetOf(type)).decode(bytes) });
  };
  response.on('data', (part: Buffer) => {
    size += part.length;
    parts.push(part);
    if (size >= limits.linkPreviewBytes) response.destroy();
  });
  for (const event of ['end', 'error', 'aborted', 'close'] as const) response.once(event, finish);
  return undefined;
}

function ask(url: URL, address: string, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      method: 'GET', agent: false, signal, maxHeaderSize: 16_384,
      headers: { accept: 'text/html', 'accept-encoding': 'identity', 'user-agent': 'Sambung-preview/1' },
      // A second answer of the name server changes nothing: the socket goes where the judgement was made.
      lookup: (_name, options, callback) => {
        const family = net.isIP(address);
        if (options.all === true) callback(null, [{ address, family }]);
        else callback(null, address, family);
      },
      ...(secure && net.isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
    });
    request.on('response', (response) => take(response, resolve));
    request.on('error', () => reject(new PageRefused(signal.aborted ? 'TIMEOUT' : 'CONNECTION_FAILED')));
    request.end();
  });
}

async function follow(start: string, judge: Judge, signal: AbortSignal): Promise<FetchedPage> {
  let address = start;
  for (let hops = 0; hops <= limits.linkPreviewRedirectsMax; hops += 1) {
    const url = readAddress(address, judge);
    const reply = await ask(url, await judged(url, judge), signal);
    if (reply.status >= 300 && reply.status < 400 && reply.location !== undefined) {
      if (!URL.canParse(reply.location, url)) throw new PageRefused('ADDRESS_NOT_HTTP');
      address = new URL(reply.location, url).href;
      continue;
    }
    if (reply.status !== 200) throw new PageRefused(`STATUS_${reply.status}`);
    if (reply.body === '') throw new PageRefused('NOT_A_PAGE');
    return { html: reply.body, host: url.hostname };
  }
  throw new PageRefused('TOO_MANY_REDIRECTS');
}

/**
 * The page at an address, redirects followed and each judged anew. Ends within limits.linkPreviewMs. Rejects with
 * PageRefused and nothing else.
 */
export async function fetchPage(address: string, options: PageFetchOptions = {}): Promise<FetchedPage> {
  const judge: Judge = { ...product, ...options };
  const signal = AbortSignal.timeout(limits.linkPreviewMs);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new PageRefused('TIMEOUT')), { once: true });
  });
  try {
    return await Promise.race([follow(address, judge, signal), late]);
  } catch (error) {
    throw error instanceof PageRefused ? error : new PageRefused('CONNECTION_FAILED');
  }
}
