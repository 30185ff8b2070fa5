/** The webhook: set once per address and secret, looked after by one node, and proved by its secret on each call. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ChannelHost, HookRequest, HookVerdict } from '#channels/channel.ts';
import { botApi, type BotApi, type CallFailure } from './api.ts';
import { object, text, time, whole, type Json } from '#channels/json-fields.ts';
import { appNowMs } from '#domain/clock.ts';
import { isBotRefused } from './refused.ts';
import { ALLOWED_UPDATES } from './updates.ts';
import { backoff, waitFor } from '#channels/waiting.ts';

export const SECRET_HEADER = 'x-telegram-bot-api-secret-token';
const CURSOR = 'webhook-set';
const LOOK_EVERY_MS = 60_000;
const WAIT_MS_MAX = 30_000;
/** How long an error of Telegram's counts while updates wait: it keeps the last one for good. */
const ERROR_COUNTS_MS = 3_600_000;
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

/** What Telegram says when it cannot deliver, and the reason that an administrator sees. */
const TROUBLES: readonly [RegExp, string][] = [
  [/wrong response/i, 'WEBHOOK_ANSWERED_WRONG'],
  [/ssl|certificate|tls/i, 'WEBHOOK_CERTIFICATE'],
  [/resolve/i, 'WEBHOOK_HOST_UNKNOWN'],
  [/timed? ?out/i, 'WEBHOOK_TIMED_OUT'],
];

/** Why updates wait at Telegram, if they do because it cannot deliver them. */
export function webhookTrouble(info: Json | undefined, nowMs: number): string | undefined {
  const said = text(info?.['last_error_message']);
  if (said === undefined || (whole(info?.['pending_update_count']) ?? 0) === 0) return undefined;
  const at = time(info?.['last_error_date'])?.getTime() ?? nowMs;
  if (nowMs - at > ERROR_COUNTS_MS) return undefined;
  return TROUBLES.find(([words]) => words.test(said))?.[1] ?? 'WEBHOOK_UNREACHED';
}

/** How a look at the webhook ended: the call that failed, or why Telegram cannot deliver though all is set. */
interface Look { failure?: CallFailure; trouble?: string | undefined }

/** Sets the webhook where Telegram has another one or ours was set with another secret. */
async function ensure(host: ChannelHost, api: BotApi, url: string, secret: string,
  signal: AbortSignal): Promise<Look> {
  const mark = digest(`${api.bot.id} ${url} ${secret} ${ALLOWED_UPDATES.join()}`).toString('hex');
  const info = await api.call('getWebhookInfo', {}, signal);
  if (!info.ok) return { failure: info.failure };
  const now = object(info.result);
  if (text(now?.['url']) === url && (await host.cursor.get(CURSOR)) === mark) {
    return { trouble: webhookTrouble(now, appNowMs()) };
  }
  const set = await api.call('setWebhook', { url, secret_token: secret, allowed_updates: ALLOWED_UPDATES,
    drop_pending_updates: false }, signal);
  if (!set.ok) return { failure: set.failure };
  await host.cursor.put(CURSOR, mark);
  return {};
}

async function tell(host: ChannelHost, api: BotApi, failure: CallFailure, signal: AbortSignal): Promise<void> {
  if (await isBotRefused(api, failure, signal)) host.health('NEEDS_ATTENTION', 'CREDENTIALS_REFUSED');
  else if (failure.kind === 'refused' && failure.code === 400) host.health('NEEDS_ATTENTION', 'WEBHOOK_REFUSED');
  else host.health('CONNECTING', 'UNREACHABLE');
}

async function lookAfter(host: ChannelHost, api: BotApi, url: string, secret: string,
  signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const { failure, trouble } = await ensure(host, api, url, secret, signal);
    if (signal.aborted) return;
    failures = failure === undefined ? 0 : failures + 1;
    if (failure !== undefined) await tell(host, api, failure, signal);
    // What leaves does leave, so the account is not paused for it.
    else if (trouble !== undefined) host.health('CONNECTING', trouble);
    else host.health('CONNECTED');
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
  // Its own address says which bot calls, for that of a token before may call for a while yet.
  const url = api.bot.place === '' ? hookUrl : `${hookUrl}?bot=${api.bot.id}`;
  await host.lease((lost) => lookAfter(host, api, url, secret, AbortSignal.any([lost, signal])));
}
