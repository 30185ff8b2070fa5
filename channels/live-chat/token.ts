/** Who a visitor is: a random id in a signed token, or the host site's user with the host site's signature. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ChannelHost } from '#channels/channel.ts';
import { appNowMs } from '#domain/clock.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';

const TOKEN_CHARS_MAX = 1_024;
const USER_ID_CHARS_MAX = 200;
const DAY_MS = 86_400_000;
/** A known user's token serves the files of one visit; the next visit brings the host site's signature again. */
const USER_TOKEN_DAYS = 1;
const USER_PREFIX = 'user:';

export interface Claims {
  handle: string;
  expiresAt: number;
}

function sign(payload: string, accountId: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`visitor|${accountId}|${payload}`).digest();
}

/** A handle for a browser that was never here. */
export function newVisitorHandle(): string {
  return `visitor:${newId()}`;
}

/** True if the handle is a user of the host site: such a token alone does not open a chat. */
export function isUserHandle(handle: string): boolean {
  return handle.startsWith(USER_PREFIX);
}

/** A token for the handle, valid for limits.visitorTokenDays (a host site's user: one day). */
export function issueToken(handle: string, accountId: string, secret: string): string {
  const days = isUserHandle(handle) ? USER_TOKEN_DAYS : limits.visitorTokenDays;
  const payload = Buffer.from(JSON.stringify({ h: handle, e: appNowMs() + days * DAY_MS })).toString('base64url');
  return `${payload}.${sign(payload, accountId, secret).toString('base64url')}`;
}

/** The claims of a token of this account, or undefined if it is torn, foreign, forged or over. Constant-time. */
export function readToken(token: unknown, accountId: string, secret: string): Claims | undefined {
  if (typeof token !== 'string' || token.length > TOKEN_CHARS_MAX || secret === '') return undefined;
  const [payload = '', signature = '', ...rest] = token.split('.');
  const expected = sign(payload, accountId, secret);
  const given = Buffer.from(signature, 'base64url');
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { h: string; e: number };
  return claims.e > appNowMs() ? { handle: claims.h, expiresAt: claims.e } : undefined;
}

export interface Identity {
  userId: string;
  hash: string;
  name?: string;
  email?: string;
  phone?: string;
}

/** The handle of a user whom the host site signed: hash = hex HMAC-SHA256(identity secret, userId); else undefined. */
export function verifyIdentity(identity: Identity, secret: string | undefined): string | undefined {
  if (secret === undefined || secret === '' || identity.userId === '' || identity.userId.length > USER_ID_CHARS_MAX)
    return undefined;
  const expected = createHmac('sha256', secret).update(identity.userId).digest();
  const given = /^[0-9a-f]{64}$/i.test(identity.hash)
    ? Buffer.from(identity.hash, 'hex')
    : Buffer.alloc(expected.length);
  return timingSafeEqual(given, expected) ? `${USER_PREFIX}${identity.userId}` : undefined;
}

/** The account's secret for visitor tokens; made on first use, under the account's lease so that two nodes agree. */
export async function visitorSecret(host: ChannelHost): Promise<string> {
  for (let tries = 0; tries < 20; tries += 1) {
    const found = await host.secrets.get('visitorSecret');
    if (found !== undefined && found !== '') return found;
    await host.lease(async () => {
      if ((await host.secrets.get('visitorSecret')) !== undefined) return;
      await host.secrets.put({ visitorSecret: randomBytes(32).toString('base64url') });
    });
    if (tries > 0)
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
  }
  throw new Error('the visitor secret of a live-chat account could not be made');
}
