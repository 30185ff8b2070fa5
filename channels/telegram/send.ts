/**
 * Sends a message through the Bot API and says how it ended. Several calls make one long message: how far it came is
 * kept before each next one, so that trying again never repeats what has left.
 */
import type { ChannelHost } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import type { OutboundMessage, SendOutcome } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { botApi, type BotApi, type CallAnswer, type CallFailure, type Upload } from './api.ts';
import type { Bot } from './bot.ts';
import { list, object, whole, type Json } from '#channels/json-fields.ts';
import { partsOf, type FilePart, type Part } from './parts.ts';
import { isTokenRefused, tellRefused, tellTaken } from './refused.ts';
import { messageKey } from './updates.ts';

/** The ids of the parts that have left, in order; of an album one each picture. */
interface Progress { parts: string[][] }

type Failed = Exclude<SendOutcome, { kind: 'sent' }>;

/** Said of a customer whom we cannot reach until they come back. */
const UNREACHABLE: readonly [RegExp, string][] = [
  [/bot was blocked by the user/i, 'BLOCKED_BY_CUSTOMER'],
  [/user is deactivated/i, 'CUSTOMER_ACCOUNT_GONE'],
  [/chat not found/i, 'CHAT_NOT_FOUND'],
  [/can't initiate conversation/i, 'CUSTOMER_NEVER_WROTE'],
];

/** The reason for which nothing reaches this customer, if that is what Telegram says. */
export function unreachableReason(failure: CallFailure): string | undefined {
  if (failure.kind !== 'refused' || (failure.code !== 403 && failure.code !== 400)) return undefined;
  const found = UNREACHABLE.find(([words]) => words.test(failure.description))?.[1];
  return found ?? (failure.code === 403 ? 'FORBIDDEN_BY_TELEGRAM' : undefined);
}

/** What a failed call means for the message. */
export function outcomeOf(failure: CallFailure, random: number): Failed {
  if (failure.kind === 'unreached') {
    const refused = failure.reasonCode === 'EGRESS_NOT_ALLOWED';
    return { kind: refused ? 'failed' : 'retry', reasonCode: failure.reasonCode };
  }
  if (failure.kind === 'unanswered') return { kind: 'unknown', reasonCode: failure.reasonCode };
  const { code } = failure;
  if (code === 429) {
    const afterMs = Math.min(failure.retryAfterMs ?? 1_000, limits.sendPauseMsMax) + Math.round(random * 500);
    return { kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs };
  }
  if (isTokenRefused(failure)) return { kind: 'retry', reasonCode: 'CREDENTIALS_REFUSED' };
  // A gateway that gave up waiting cannot say whether the message was taken.
  if (code === 504) return { kind: 'unknown', reasonCode: 'TELEGRAM_504' };
  if (code >= 500) return { kind: 'retry', reasonCode: `TELEGRAM_${code}` };
  if (code === 413) return { kind: 'failed', reasonCode: 'FILE_TOO_LARGE' };
  return { kind: 'failed', reasonCode: unreachableReason(failure) ?? `TELEGRAM_${code}` };
}

async function upload(host: ChannelHost, part: FilePart): Promise<Upload | undefined> {
  const found = await host.media.get(part.file.fileId);
  if (found === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of found.bytes) chunks.push(Buffer.from(chunk as Uint8Array));
  return { source: Buffer.concat(chunks), filename: part.file.fileName };
}

async function payloadOf(host: ChannelHost, handle: string, part: Part): Promise<Json | undefined> {
  const payload: Json = { ...part.payload, chat_id: handle };
  const files = await Promise.all(part.files.map((file) => upload(host, file).catch(() => undefined)));
  if (files.includes(undefined)) return undefined;
  if (part.method === 'sendMediaGroup') {
    payload['media'] = list(part.payload['media']).map((item, at) => ({ ...object(item), media: files[at] }));
  } else if (part.files[0] !== undefined) {
    payload[part.files[0].as] = files[0];
  }
  // Telegraf sends these as form fields beside a file, where objects must be JSON text.
  if (files.length > 0 && payload['reply_parameters'] !== undefined) {
    payload['reply_parameters'] = JSON.stringify(payload['reply_parameters']);
  }
  return payload;
}

/** A picture that Telegram cannot draw (too long, too wide, odd colours) still arrives as a file. */
function asDocument(part: Part, answer: CallAnswer): Part | undefined {
  if (part.method !== 'sendPhoto' || answer.ok || answer.failure.kind !== 'refused') return undefined;
  if (answer.failure.code !== 400 || !/photo|image/i.test(answer.failure.description)) return undefined;
  return { ...part, method: 'sendDocument', files: part.files.map((file) => ({ ...file, as: 'document' })) };
}

async function callPart(
  host: ChannelHost, api: BotApi, handle: string, part: Part, signal: AbortSignal,
): Promise<CallAnswer | 'no-file'> {
  const payload = await payloadOf(host, handle, part);
  if (payload === undefined) return 'no-file';
  const answer = await api.call(part.method, payload, signal);
  const instead = asDocument(part, answer);
  return instead === undefined ? answer : callPart(host, api, handle, instead, signal);
}

function idsOf({ place }: Bot, handle: string, result: unknown): string[] {
  const messages: unknown[] = Array.isArray(result) ? result : [result];
  return messages.flatMap((message) => {
    const id = whole(object(message)?.['message_id']);
    return id === undefined ? [] : [messageKey({ place, chatId: handle }, id)];
  });
}

async function progressOf(host: ChannelHost, key: string): Promise<Progress> {
  const kept = await host.cursor.get(key);
  if (kept === undefined) return { parts: [] };
  if (kept.startsWith('[')) return { parts: JSON.parse(kept) as string[][] };
  // As an earlier release wrote it: how many, and the first one's id.
  const [done = '0', first] = kept.split(' ');
  return { parts: Array.from({ length: Number(done) }, (_, at) => (at === 0 && first ? [first] : [])) };
}

/** Tells the house before the outcome is committed, so that no crash forgets that the customer is out of reach. */
async function tellUnreachable(host: ChannelHost, message: OutboundMessage, reasonCode: string): Promise<void> {
  await host.receive([{ kind: 'profile', dedupKey: `unreachable:${message.id}`, raw: Buffer.from(reasonCode),
    handle: message.handle, reachable: false }]).catch((error: Error) => {
    host.log.warn({ error: error.message }, 'that a customer is out of reach was not stored');
  });
}

async function failed(host: ChannelHost, api: BotApi, message: OutboundMessage, failure: CallFailure,
  signal: AbortSignal): Promise<Failed> {
  const unreachable = unreachableReason(failure);
  if (unreachable !== undefined) await tellUnreachable(host, message, unreachable);
  await tellRefused(host, api, failure, signal);
  return outcomeOf(failure, Math.random());
}

async function sendParts(
  host: ChannelHost, api: BotApi, message: OutboundMessage, signal: AbortSignal,
): Promise<SendOutcome> {
  const parts = partsOf(message, api.bot.place);
  if (parts.length === 0) return { kind: 'failed', reasonCode: 'NOTHING_TO_SEND' };
  const key = `sent-parts:${message.id}`;
  const sent = parts.length === 1 ? [] : (await progressOf(host, key)).parts;
  for (const part of parts.slice(sent.length)) {
    const answer = await callPart(host, api, message.handle, part, signal);
    if (answer === 'no-file') return { kind: 'failed', reasonCode: 'FILE_MISSING' };
    if (!answer.ok) return failed(host, api, message, answer.failure, signal);
    tellTaken(host);
    sent.push(idsOf(api.bot, message.handle, answer.result));
    if (sent.length < parts.length) await host.cursor.put(key, JSON.stringify(sent));
  }
  if (parts.length > 1) await host.cursor.put(key, null);
  const ids = sent.flat();
  return { kind: 'sent', providerMessageId: ids[0] ?? message.id, ...(ids.length > 1 ? { parts: sent } : {}) };
}

/** Sends the message; never throws for what Telegram answers (Channel.send). */
export async function sendMessage(
  host: ChannelHost, message: OutboundMessage, signal: AbortSignal,
): Promise<SendOutcome> {
  let api: BotApi | undefined;
  try {
    api = await botApi(host);
  } catch (error) {
    if (error instanceof FetchFailed) return { kind: 'failed', reasonCode: error.reasonCode };
    throw error;
  }
  return api === undefined ? { kind: 'failed', reasonCode: 'SECRET_MISSING' } : sendParts(host, api, message, signal);
}
