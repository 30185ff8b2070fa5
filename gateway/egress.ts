/**
 * The door outwards: calls to addresses that an administrator configured, only to EGRESS_ALLOW, never following a
 * redirect.
 */
import dns from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { LookupFunction } from 'node:net';
import { FetchFailed, type FetchStage } from '#channels/fetch-failed.ts';

/** More of an answer than this is not read: no provider's acknowledgement needs it. */
const ANSWER_BYTES_MAX = 262_144;

export interface EgressRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
}
export interface EgressAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}
export interface Egress {
  fetch(url: string, init: EgressRequest): Promise<EgressAnswer>;
  /** Whether a host that resolved to this address is listed (gateway/egress-agent.ts asks). */
  allows(host: string, address: string, family: 4 | 6): boolean;
}

interface AllowList {
  hosts: Set<string>;
  networks: net.BlockList;
}

function readAllowList(entries: readonly string[]): AllowList {
  const list: AllowList = { hosts: new Set(), networks: new net.BlockList() };
  for (const entry of entries.map((one) => one.trim().toLowerCase()).filter((one) => one !== '')) {
    const [address = '', bits] = entry.split('/');
    const version = net.isIP(address);
    if (version === 0) list.hosts.add(entry);
    else if (bits === undefined) list.networks.addAddress(address, version === 6 ? 'ipv6' : 'ipv4');
    else list.networks.addSubnet(address, Number(bits), version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Where metadata services and the unspecified address live: a name never leads there, only a listed network does. */
const NEVER_BY_NAME = new net.BlockList();
NEVER_BY_NAME.addSubnet('0.0.0.0', 8);
NEVER_BY_NAME.addSubnet('169.254.0.0', 16);
NEVER_BY_NAME.addSubnet('224.0.0.0', 4);
NEVER_BY_NAME.addSubnet('fe80::', 10, 'ipv6');
NEVER_BY_NAME.addAddress('::', 'ipv6');
NEVER_BY_NAME.addAddress('fd00:ec2::254', 'ipv6');

interface Address {
  address: string;
  family: number;
}

function family(address: Address): 'ipv4' | 'ipv6' {
  return address.family === 6 ? 'ipv6' : 'ipv4';
}

function refused(reasonCode: string, cause?: unknown): FetchFailed {
  return new FetchFailed('refused', reasonCode, cause);
}

function isAllowed(allow: AllowList, one: Address, listed: boolean): boolean {
  return allow.networks.check(one.address, family(one)) || (listed && !NEVER_BY_NAME.check(one.address, family(one)));
}

async function resolveAllowed(url: URL, allow: AllowList): Promise<Address> {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const listed = allow.hosts.has(host) || allow.hosts.has(`${host}:${url.port}`);
  let found: Address[];
  try {
    found = net.isIP(host) === 0 ? await dns.lookup(host, { all: true }) : [{ address: host, family: net.isIP(host) }];
  } catch (error) {
    throw new FetchFailed('before-write', 'NAME_NOT_RESOLVED', error);
  }
  const fit = found.find((one) => isAllowed(allow, one, listed));
  if (fit === undefined) throw refused('EGRESS_NOT_ALLOWED');
  return fit;
}

/** Every later lookup of this request gives the address that was judged: a second DNS answer changes nothing. */
function pinned(address: Address): LookupFunction {
  return (_name, options, callback) => {
    if (options.all === true) callback(null, [address]);
    else callback(null, address.address, address.family);
  };
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function readAnswer(response: http.IncomingMessage, done: (answer: EgressAnswer) => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  const finish = (): void =>
    done({
      status: response.statusCode ?? 0,
      headers: plainHeaders(response.headers),
      body: Buffer.concat(parts).toString('utf8'),
    });
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= ANSWER_BYTES_MAX) parts.push(part);
    else {
      finish();
      response.destroy();
    }
  });
  response.on('end', finish);
  // The status line is the provider's word; a torn body does not take it back.
  response.on('error', finish);
  response.on('aborted', finish);
}

function call(url: URL, address: Address, init: EgressRequest): Promise<EgressAnswer> {
  return new Promise((resolve, reject) => {
    let stage: FetchStage = 'before-write';
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      method: init.method,
      headers: init.headers,
      agent: false,
      lookup: pinned(address),
      ...(secure && net.isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
    });
    const timer = setTimeout(() => request.destroy(new Error('TIMEOUT')), init.timeoutMs);
    const settle =
      <T>(then: (value: T) => void) =>
      (value: T): void => {
        clearTimeout(timer);
        then(value);
      };
    request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        stage = 'after-write';
      });
    });
    request.on('response', (response) => readAnswer(response, settle(resolve)));
    request.on(
      'error',
      settle((error: NodeJS.ErrnoException) => {
        const reason = error.message === 'TIMEOUT' ? 'TIMEOUT' : (error.code ?? 'CONNECTION_FAILED');
        reject(new FetchFailed(stage, reason, error));
      }),
    );
    request.end(init.body ?? '');
  });
}

/**
 * Calls http and https addresses whose host or resolved address stands in `allowed` (names, addresses, CIDRs).
 * Rejects with
 * FetchFailed: `refused` where the house forbids it, `before-write` or `after-write` where no answer came. A redirect
 * is an
 * answer like any other, an answer over 256 KiB is cut, and the whole call ends within `timeoutMs`.
 */
export function createEgress(allowed: readonly string[]): Egress {
  const allow = readAllowList(allowed);
  return {
    allows: (host, address, version) => isAllowed(allow, { address, family: version }, allow.hosts.has(host)),
    async fetch(address, init) {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw refused('URL_NOT_HTTP');
      if (url.username !== '' || url.password !== '') throw refused('URL_WITH_CREDENTIALS');
      return call(url, await resolveAllowed(url, allow), init);
    },
  };
}
