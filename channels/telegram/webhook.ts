/** The webhook: set once per address and secret, looked after by one node, and proved by its secret on each call. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ChannelHost, HookRequest, HookVerdict } from '#channels/channel.ts';
import { botApi, type BotApi, type CallFailure } from './api.ts';
import { object, text } from '#channels/json-fields.ts';
import { isTokenRefused } from './send.ts';
import { ALLOWED_UPDATES } from './updates.ts';
import { backoff, waitFor } from '#channels/waiting.ts';

export const SECRET_HEADER = 'x-telegram-bot-api-secret-token';
const CURSOR = 'webhook-set';
const LOOK_EVERY_MS = 60_000;
const WAIT_MS_MAX = 30_000;
/** Telegram takes 1 to 256 of these. */
const SECRET = /^[A-Za-z0-9_-]{1,256}$/;

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** Whether the request bears the account's secret, in constant time; without one the account is closed (RS12). */
export function verifySecret(request: HookRequest, secret: string | undefined): HookVerdict {
  if (request.method !== 'POST') return { ok: false, code: 'NOT_FOUND' };
  const given = request.headers[SECRET_HEADER];
  if (typeof given !== 'string' || given === '') return { ok: false, code: 'SIGNATURE_MISSING' };
  const expected = secret ?? '';
  const equal = timingSafeEqual(digest(given), digest(expected));
  return equal && expected !== '' ? { ok: true } : { ok: false, code: 'SIGNATURE_WRONG' };
}

/** Sets the webhook where Telegram has another one or ours was set with another secret. */
async function ensure(host: ChannelHost, api: BotApi, url: string, secret: string,
  signal: AbortSignal): Promise<CallFailure | undefined> {
  const mark = digest(`${url} ${secret} ${ALLOWED_UPDATES.join()}`).toString('hex');
  const info = await api.call('getWebhookInfo', {}, signal);
  if (!info.ok) return info.failure;
  const now = object(info.result);
  const trouble = text(now?.['last_error_message']);
  if (trouble !== undefined && Number(now?.['pending_update_count']) > 0) {
    host.log.warn({ pending: now?.['pending_update_count'] }, 'Telegram cannot deliver to the webhook');
  }
  if (text(now?.['url']) === url && (await host.cursor.get(CURSOR)) === mark) return undefined;
  const set = await api.call('setWebhook', { url, secret_token: secret, allowed_updates: ALLOWED_UPDATES,
    drop_pending_updates: false }, signal);
  if (!set.ok) return set.failure;
  await host.cursor.put(CURSOR, mark);
  return undefined;
}

function tell(host: ChannelHost, failure: CallFailure): void {
  if (isTokenRefused(failure)) host.health('NEEDS_ATTENTION', 'CREDENTIALS_REFUSED');
  else if (failure.kind === 'refused' && failure.code === 400) host.health('NEEDS_ATTENTION', 'WEBHOOK_REFUSED');
  else host.health('CONNECTING', 'UNREACHABLE');
}

async function lookAfter(host: ChannelHost, api: BotApi, url: string, secret: string,
  signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const failure = await ensure(host, api, url, secret, signal);
    if (signal.aborted) return;
    failures = failure === undefined ? 0 : failures + 1;
    if (failure === undefined) host.health('CONNECTED');
    else tell(host, failure);
    await waitFor(failures === 0 ? LOOK_EVERY_MS : backoff(failures, WAIT_MS_MAX), signal);
  }
}

/** Holds the account and keeps its webhook set until the signal fires. */
export async function keepWebhook(host: ChannelHost, signal: AbortSignal): Promise<void> {
  const [api, secret] = [await botApi(host), await host.secrets.get('webhookSecret')];
  if (api === undefined || secret === undefined || !SECRET.test(secret)) {
    host.health('NEEDS_ATTENTION', 'SECRET_MISSING');
    return;
  }
  const { hookUrl } = host;
  if (hookUrl === null) {
    host.health('NEEDS_ATTENTION', 'PUBLIC_URL_MISSING');
    return;
  }
  await host.lease((lost) => lookAfter(host, api, hookUrl, secret, AbortSignal.any([lost, signal])));
}
