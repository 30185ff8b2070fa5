/**
 * The signature of the generic webhook, both ways: `t=<unix seconds>,v1=<hex>` over `t.rawBody`, as jambonz does it.
 */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { HookVerdict } from '#channels/channel.ts';
import { limits } from '#domain/limits.ts';

export const SIGNATURE_HEADER = 'sambung-signature';

/** The part of a header before which nothing is even looked at: longer ones are no signature of ours. */
const HEADER_CHARS_MAX = 1_024;
const SIGNATURES_MAX = 8;

/** Keys made of secrets that were used lately: making one anew for every request cost as much as the signature. */
const keys = new Map<string, KeyObject>();
const KEYS_MAX = 1_000;

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  if (keys.size >= KEYS_MAX) keys.clear();
  const key = createSecretKey(Buffer.from(secret));
  keys.set(secret, key);
  return key;
}

/** In lower-case hex: a digest as bytes is memory outside the heap, for every request. */
function mac(secret: string, seconds: string, body: Uint8Array | string): string {
  return createHmac('sha256', keyOf(secret)).update(`${seconds}.`).update(body).digest('hex');
}

/** Compares two digests of the same length in constant time. */
function same(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'));
}

/** The header that signs `body` at `nowSeconds` with each secret given (several while a key is being changed). */
export function signBody(secrets: readonly string[], body: Uint8Array | string, nowSeconds: number): string {
  const seconds = String(Math.floor(nowSeconds));
  return [`t=${seconds}`, ...secrets.map((secret) => `v1=${mac(secret, seconds, body)}`)].join(',');
}

function readHeader(header: string): { seconds: string; given: string[] } | undefined {
  if (header.length > HEADER_CHARS_MAX) return undefined;
  let seconds = '';
  const given: string[] = [];
  for (const part of header.split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (name === 't' && /^[0-9]{1,12}$/.test(value)) seconds = value;
    else if (name === 'v1' && /^[0-9a-f]{64}$/i.test(value)) given.push(value.toLowerCase());
  }
  return seconds === '' || given.length === 0 || given.length > SIGNATURES_MAX ? undefined : { seconds, given };
}

/**
 * Whether the header signs the body with one of the secrets, within limits.hookToleranceSeconds of `nowSeconds`
 * (RS12). Without
 * any secret the account is closed. Constant-time in the secret; the time is only judged once the signature holds.
 */
export function checkSignature(
  header: string | string[] | undefined,
  body: Uint8Array,
  secrets: readonly (string | undefined)[],
  nowSeconds: number,
): HookVerdict {
  if (typeof header !== 'string' || header === '') return { ok: false, code: 'SIGNATURE_MISSING' };
  const read = readHeader(header);
  if (read === undefined) return { ok: false, code: 'SIGNATURE_WRONG' };
  let holds = false;
  for (const secret of secrets) {
    if (secret === undefined || secret === '') continue;
    const expected = mac(secret, read.seconds, body);
    for (const given of read.given) if (same(expected, given)) holds = true;
  }
  if (!holds) return { ok: false, code: 'SIGNATURE_WRONG' };
  const age = Math.abs(nowSeconds - Number(read.seconds));
  return age > limits.hookToleranceSeconds ? { ok: false, code: 'SIGNATURE_EXPIRED' } : { ok: true };
}
