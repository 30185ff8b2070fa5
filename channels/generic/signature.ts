/**
 * The signature of the generic webhook, both ways: `t=<unix seconds>,v1=<hex>` over `t.rawBody`, as jambonz does it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HookVerdict } from '#channels/channel.ts';
import { limits } from '#domain/limits.ts';

export const SIGNATURE_HEADER = 'sambung-signature';

/** The part of a header before which nothing is even looked at: longer ones are no signature of ours. */
const HEADER_CHARS_MAX = 1_024;
const SIGNATURES_MAX = 8;

function mac(secret: string, seconds: string, body: Uint8Array | string): Buffer {
  return createHmac('sha256', secret).update(seconds).update('.').update(body).digest();
}

/** The header that signs `body` at `nowSeconds` with each secret given (several while a key is being changed). */
export function signBody(secrets: readonly string[], body: Uint8Array | string, nowSeconds: number): string {
  const seconds = String(Math.floor(nowSeconds));
  return [`t=${seconds}`, ...secrets.map((secret) => `v1=${mac(secret, seconds, body).toString('hex')}`)].join(',');
}

function readHeader(header: string): { seconds: string; given: Buffer[] } | undefined {
  if (header.length > HEADER_CHARS_MAX) return undefined;
  let seconds = '';
  const given: Buffer[] = [];
  for (const part of header.split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (name === 't' && /^[0-9]{1,12}$/.test(value)) seconds = value;
    else if (name === 'v1' && /^[0-9a-f]{64}$/i.test(value)) given.push(Buffer.from(value, 'hex'));
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
    for (const given of read.given) if (timingSafeEqual(expected, given)) holds = true;
  }
  if (!holds) return { ok: false, code: 'SIGNATURE_WRONG' };
  const age = Math.abs(nowSeconds - Number(read.seconds));
  return age > limits.hookToleranceSeconds ? { ok: false, code: 'SIGNATURE_EXPIRED' } : { ok: true };
}
