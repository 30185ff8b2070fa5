/** The Bot API through telegraf: a client per account, and what its errors mean. The only file that knows telegraf. */
import http from 'node:http';
import https from 'node:https';
import { Telegram, TelegramError } from 'telegraf';
import type { ChannelHost } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import type { Json } from '#channels/json-fields.ts';
import { botOf, type Bot } from './bot.ts';

const API_ROOT = 'https://api.telegram.org';

/** A file to upload, as telegraf takes it. */
export interface Upload { source: Buffer; filename: string }

/** How a call ended without a result. The text of Telegram is kept for deciding, never shown or logged. */
export type CallFailure =
  | { kind: 'refused'; code: number; description: string; retryAfterMs: number | undefined }
  /** No byte left: it may be repeated. */
  | { kind: 'unreached'; reasonCode: string }
  /** It may have arrived. */
  | { kind: 'unanswered'; reasonCode: string };

export type CallAnswer = { ok: true; result: unknown } | { ok: false; failure: CallFailure };

export interface BotApi {
  readonly bot: Bot;
  /** Never rejects. `payload` is as the Bot API documents the method; files are Uploads. */
  call(method: string, payload: Json, signal?: AbortSignal): Promise<CallAnswer>;
  /** The bytes of a file path that getFile gave. Rejects FetchFailed; the caller must read or destroy the stream. */
  download(filePath: string, signal: AbortSignal): Promise<{ status: number; body: AsyncIterable<Uint8Array> }>;
}

/** Errors of a connection that was never made. */
const NEVER_LEFT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL',
  'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERR_TLS_CERT_ALTNAME_INVALID']);

function failureOf(error: unknown): CallFailure {
  if (error instanceof TelegramError) {
    const seconds = error.parameters?.retry_after;
    return { kind: 'refused', code: error.code, description: String(error.description),
      retryAfterMs: typeof seconds === 'number' && seconds >= 0 ? seconds * 1_000 : undefined };
  }
  if (error instanceof FetchFailed) return { kind: 'unreached', reasonCode: error.reasonCode };
  const { code, name, type } = error as { code?: unknown; name?: unknown; type?: unknown };
  if (code === undefined && String((error as Error).message).includes('EGRESS')) {
    return { kind: 'unreached', reasonCode: 'EGRESS_NOT_ALLOWED' };
  }
  if (typeof code === 'string' && NEVER_LEFT.has(code)) return { kind: 'unreached', reasonCode: code };
  if (name === 'AbortError') return { kind: 'unanswered', reasonCode: 'SEND_TIMEOUT' };
  const reason = typeof code === 'string' ? code : String(type ?? 'NO_ANSWER');
  return { kind: 'unanswered', reasonCode: reason.toUpperCase().replaceAll('-', '_') };
}

function rootOf(host: ChannelHost): string {
  const own = host.account.settings['apiRoot'];
  return typeof own === 'string' && own !== '' ? own.replace(/\/+$/, '') : API_ROOT;
}

function createApi(host: ChannelHost, token: string, bot: Bot): BotApi {
  const root = rootOf(host);
  const agent = host.agent(root);
  const client = new Telegram(token, { apiRoot: root, webhookReply: false, agent });
  // telegraf drops the agent for http roots, and with it the guard of where we may connect.
  client.options.agent = agent;
  const call = client.callApi.bind(client) as unknown as (method: string, payload: Json,
    options: { signal?: AbortSignal }) => Promise<unknown>;
  return {
    bot,
    async call(method, payload, signal) {
      try {
        return { ok: true, result: await call(method, payload, signal === undefined ? {} : { signal }) };
      } catch (error) {
        return { ok: false, failure: failureOf(error) };
      }
    },
    async download(filePath, signal) {
      const { request } = root.startsWith('https:') ? https : http;
      return new Promise((resolve, reject) => {
        const fail = (error: NodeJS.ErrnoException): void => {
          reject(error instanceof FetchFailed ? error : new FetchFailed('after-write', error.code ?? 'NO_ANSWER'));
        };
        const path = filePath.split('/').map(encodeURIComponent).join('/');
        const asked = request(`${root}/file/bot${token}/${path}`, { agent, signal }, (answer) => {
          resolve({ status: answer.statusCode ?? 0, body: answer });
        });
        asked.on('error', fail);
        asked.end();
      });
    },
  };
}

const clients = new WeakMap<ChannelHost, { token: string; api: BotApi }>();

/**
 * The client of the account; undefined without a token. Throws FetchFailed `refused` where the account's own API root
 * is not in EGRESS_ALLOW.
 */
export async function botApi(host: ChannelHost): Promise<BotApi | undefined> {
  const token = await host.secrets.get('token');
  if (token === undefined || token === '') return undefined;
  const known = clients.get(host);
  if (known?.token === token) return known.api;
  const api = createApi(host, token, await botOf(host, token));
  clients.set(host, { token, api });
  return api;
}
