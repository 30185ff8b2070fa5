/** Replies of the generic channel: one signed POST to the callback of the account, and what its answer means. */
import type { ChannelHost } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import type { OutboundMessage, SendOutcome } from '#domain/channels/words.ts';
import { appNowMs } from '#domain/clock.ts';
import { limits } from '#domain/limits.ts';
import { SIGNATURE_HEADER, signBody } from './signature.ts';

/** Less than the lease of a send, so that the answer of a slow callback is judged here and not by the lease. */
const CALLBACK_TIMEOUT_MS = limits.sendLeaseMs / 2;
const RETRY_AFTER_MS_MAX = limits.sendRetryWindowMs;

/** The documented JSON of a callback (docs/channels/generic.md). */
export function callbackBody(message: OutboundMessage): string {
  return JSON.stringify({
    type: 'message',
    id: message.id,
    clientId: message.clientId,
    conversationId: message.conversationId,
    seq: message.seq,
    to: { id: message.handle },
    author: { kind: message.authorKind, name: message.authorName },
    kind: message.kind,
    text: message.text,
    attachments: message.attachments.map((file) => ({
      fileName: file.fileName,
      mediaType: file.mediaType,
      sizeBytes: file.sizeBytes,
    })),
    replyTo: message.replyToProviderId,
    at: message.createdAt.toISOString(),
  });
}

/** Milliseconds that a Retry-After header asks for (seconds or a date), bounded; undefined without one. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header === '') return undefined;
  const wait = /^[0-9]+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), RETRY_AFTER_MS_MAX) : undefined;
}

function providerId(body: string, fallback: string): string {
  try {
    const id = (JSON.parse(body) as { id?: unknown } | null)?.id;
    return typeof id === 'string' && id !== '' && id.length <= 200 ? id : fallback;
  } catch {
    return fallback;
  }
}

/** What the answer of a callback says about the message. */
export function outcomeOf(
  answer: { status: number; headers: Record<string, string>; body: string },
  message: OutboundMessage,
  nowMs: number,
): SendOutcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent', providerMessageId: providerId(answer.body, message.id) };
  if (status === 429 || status >= 500) {
    const afterMs = retryAfterMs(answer.headers['retry-after'], nowMs);
    return { kind: 'retry', reasonCode: `CALLBACK_${status}`, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  return { kind: 'failed', reasonCode: `CALLBACK_${status}` };
}

async function secretsOf(host: ChannelHost): Promise<string[]> {
  const found = [await host.secrets.get('secret'), await host.secrets.get('previousSecret')];
  return found.filter((secret): secret is string => secret !== undefined && secret !== '');
}

/** Posts the message to settings.callbackUrl, signed; never throws: the outcome says how it ended. */
export async function sendCallback(host: ChannelHost, message: OutboundMessage): Promise<SendOutcome> {
  const url = host.account.settings['callbackUrl'];
  if (typeof url !== 'string' || url === '') return { kind: 'failed', reasonCode: 'NO_CALLBACK' };
  const secrets = await secretsOf(host);
  if (secrets.length === 0) return { kind: 'failed', reasonCode: 'NO_SECRET' };
  const body = callbackBody(message);
  try {
    const answer = await host.fetch(url, {
      method: 'POST',
      body,
      timeoutMs: CALLBACK_TIMEOUT_MS,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': message.clientId,
        [SIGNATURE_HEADER]: signBody(secrets, body, appNowMs() / 1_000),
      },
    });
    return outcomeOf(answer, message, appNowMs());
  } catch (error) {
    if (!(error instanceof FetchFailed)) throw error;
    if (error.stage === 'refused') return { kind: 'failed', reasonCode: error.reasonCode };
    return { kind: error.stage === 'before-write' ? 'retry' : 'unknown', reasonCode: error.reasonCode };
  }
}
