/** The door outwards for libraries that talk HTTP by themselves: an agent that connects only where it may (RS10). */
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { LookupFunction } from 'node:net';
import { FetchFailed } from '#channels/fetch-failed.ts';

/** What an agent may reach: what an administrator allowed, and the public addresses of a provider's own servers. */
interface EgressRule {
  /** Whether EGRESS_ALLOW lists this host with this resolved address. */
  allows(host: string, address: string, family: 4 | 6): boolean;
  providerHosts: readonly string[];
}

const NOT_PUBLIC = new net.BlockList();
for (const [address, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24],
  ['203.0.113.0', 24], ['224.0.0.0', 3],
] as const) NOT_PUBLIC.addSubnet(address, bits);
for (const [address, bits] of [
  ['::', 96], ['::ffff:0:0', 96], ['64:ff9b::', 96], ['100::', 64], ['2001:db8::', 32], ['fc00::', 7], ['fe80::', 10],
  ['ff00::', 8],
] as const) NOT_PUBLIC.addSubnet(address, bits, 'ipv6');

function mayReach(rule: EgressRule, host: string, address: string, family: number): boolean {
  const version = family === 6 ? 6 : 4;
  if (rule.allows(host, address, version)) return true;
  return rule.providerHosts.includes(host) && !NOT_PUBLIC.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

function refusal(): FetchFailed {
  return new FetchFailed('refused', 'EGRESS_NOT_ALLOWED');
}

/** Resolves, and gives only addresses that may be reached; so a second answer of the DNS changes nothing. */
function guardedLookup(rule: EgressRule): LookupFunction {
  return (host, options, callback) => {
    dns.lookup(host, { ...options, all: true }, (error, found) => {
      const fit = (found ?? []).filter((one) => mayReach(rule, host.toLowerCase(), one.address, one.family));
      const [first] = fit;
      if (error !== null) callback(error, '', 4);
      else if (first === undefined) callback(refusal(), '', 4);
      else if (options.all === true) callback(null, fit);
      else callback(null, first.address, first.family);
    });
  };
}

/** A connection to a literal address asks no DNS, so it is judged here: a redirect may lead to one. */
function guardLiteral(rule: EgressRule, host: unknown): void {
  const bare = String(host ?? '').replace(/^\[|\]$/g, '').toLowerCase();
  const family = net.isIP(bare);
  if (family !== 0 && !mayReach(rule, bare, bare, family)) throw refusal();
}

class PlainAgent extends http.Agent {
  readonly #rule: EgressRule;

  constructor(rule: EgressRule) {
    super({ keepAlive: false, lookup: guardedLookup(rule) } as http.AgentOptions);
    this.#rule = rule;
  }

  override createConnection(...args: Parameters<http.Agent['createConnection']>): ReturnType<
    http.Agent['createConnection']
  > {
    guardLiteral(this.#rule, (args[0] as { host?: unknown }).host);
    return super.createConnection(...args);
  }
}

class SecureAgent extends https.Agent {
  readonly #rule: EgressRule;

  constructor(rule: EgressRule) {
    super({ keepAlive: false, lookup: guardedLookup(rule) } as https.AgentOptions);
    this.#rule = rule;
  }

  override createConnection(...args: Parameters<https.Agent['createConnection']>): ReturnType<
    https.Agent['createConnection']
  > {
    guardLiteral(this.#rule, (args[0] as { host?: unknown }).host);
    return super.createConnection(...args);
  }
}

/**
 * An agent for `url`'s protocol. Connections are not kept: on a kept one that the other side has just closed nobody can
 * say whether a request arrived. Throws FetchFailed `refused` for an address that is none of http and https, or whose
 * literal address is forbidden; later connections fail with the same error.
 */
export function guardedAgent(url: string, rule: EgressRule): http.Agent {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) throw new FetchFailed('refused', 'URL_NOT_HTTP');
  guardLiteral(rule, parsed.hostname);
  return parsed.protocol === 'https:' ? new SecureAgent(rule) : new PlainAgent(rule);
}
