/**
 * Sends a message through the Cloud API and says how it ended. Several files are several calls: how far it came is kept
 * before each next one, so that trying again never repeats what has left. Meta drops no second request, so what got no
 * answer is `unknown`.
 */
import type { ChannelHost } from '#channels/channel.ts';
import { list, object, text, type Json } from '#channels/json-fields.ts';
import { appNowMs } from '#domain/clock.ts';
import type { ChangeOutcome, OutboundChange, OutboundMessage, SendOutcome } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { accountWaitMs, isAuthority, isPassing, needsAttention, reasonOf } from './codes.ts';
import { graphOf, type Graph, type GraphAnswer, type GraphFailure } from './graph.ts';
import { addressOf } from './handles.ts';
import { mediaTypeOf, partsOf, TEXT_CHARS, type Part } from './parts.ts';

/** Free words may be said for so long after the customer's last message; afterwards only templates. */
const WINDOW_HOURS = 24;

type Failed = Exclude<SendOutcome, { kind: 'sent' }>;

/** Either what was asked for, or how the message ends without it. */
type Step<T> = { value: T } | { end: Failed };

function failed(reasonCode: string): { end: Failed } {
  return { end: { kind: 'failed', reasonCode } };
}

/** Nothing has left yet, and our own side did not answer: it may be tried again. */
async function own<T>(asked: Promise<T>, reasonCode: string): Promise<Step<T>> {
  try {
    return { value: await asked };
  } catch {
    return { end: { kind: 'retry', reasonCode } };
  }
}

/** What a failed call means for the message; `hasLeft`: it was the call that says it. */
export function outcomeOf(failure: GraphFailure, hasLeft = true): Failed {
  const reasonCode = reasonOf(failure);
  const isLost = failure.kind === 'unanswered' || (failure.kind === 'refused' && failure.status === 504);
  if (isLost && hasLeft) return { kind: 'unknown', reasonCode };
  // The account is mended, then the message goes: nothing is dropped meanwhile (RF11).
  if (isAuthority(failure)) return { kind: 'retry', reasonCode };
  if (!isLost && !isPassing(failure)) return { kind: 'failed', reasonCode };
  const afterMs = accountWaitMs(failure);
  return { kind: 'retry', reasonCode, ...(afterMs === undefined ? {} : { afterMs: Math.min(afterMs,
    limits.sendPauseMsMax) }) };
}

function afterFailure(host: ChannelHost, failure: GraphFailure, hasLeft = true): Failed {
  if (needsAttention(failure)) host.health('NEEDS_ATTENTION', reasonOf(failure));
  return outcomeOf(failure, hasLeft);
}

async function bytesOf(host: ChannelHost, fileId: string): Promise<Buffer | undefined> {
  const found = await host.media.get(fileId);
  if (found === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of found.bytes) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** Uploads the part's file and gives the id by which Meta has it. A second upload costs nothing but its time. */
async function upload(host: ChannelHost, graph: Graph, part: Part, signal: AbortSignal):
  Promise<Step<string | undefined>> {
  if (part.file === undefined) return { value: undefined };
  const bytes = await own(bytesOf(host, part.file.fileId), 'FILE_NOT_READ');
  if ('end' in bytes) return bytes;
  if (bytes.value === undefined) return failed('FILE_MISSING');
  const mediaType = mediaTypeOf(part.file);
  const answer = await graph.upload(`${graph.phoneNumberId}/media`, { fileName: part.file.fileName, mediaType,
    bytes: bytes.value, fields: { messaging_product: 'whatsapp', type: mediaType } }, signal);
  if (!answer.ok) {
    const { failure } = answer;
    // Of an upload, a wrong parameter is a type of file that Meta does not take.
    if (failure.kind === 'refused' && failure.code === 100) return failed('FILE_TYPE_REFUSED');
    return { end: afterFailure(host, failure, false) };
  }
  const id = text(answer.body['id']);
  return id === undefined ? { end: { kind: 'retry', reasonCode: 'ANSWER_UNREADABLE' } } : { value: id };
}

async function callPart(host: ChannelHost, graph: Graph, head: Json, part: Part, signal: AbortSignal):
  Promise<Step<string>> {
  const uploaded = await upload(host, graph, part, signal);
  if ('end' in uploaded) return uploaded;
  const content = uploaded.value === undefined ? part.content : { ...part.content, id: uploaded.value };
  const answer: GraphAnswer = await graph.post(`${graph.phoneNumberId}/messages`,
    { ...head, type: part.type, [part.type]: content }, signal);
  if (!answer.ok) return { end: afterFailure(host, answer.failure) };
  const id = text(object(list(answer.body['messages'])[0])?.['id']);
  return id === undefined ? { end: { kind: 'unknown', reasonCode: 'ANSWER_UNREADABLE' } } : { value: id };
}

/** The ids of the parts that have left. */
async function progressOf(host: ChannelHost, key: string): Promise<string[]> {
  return list(JSON.parse(await host.cursor.get(key) ?? '[]')).map(String);
}

async function sendParts(host: ChannelHost, graph: Graph, message: OutboundMessage, address: Json,
  signal: AbortSignal): Promise<SendOutcome> {
  const parts = partsOf(message);
  if (parts.length === 0) return { kind: 'failed', reasonCode: 'NOTHING_TO_SEND' };
  const key = `sent-parts:${message.id}`;
  const known = parts.length === 1 ? { value: [] } : await own(progressOf(host, key), 'DATABASE_UNAVAILABLE');
  if ('end' in known) return known.end;
  const sent = known.value;
  for (const part of parts.slice(sent.length)) {
    const quoted = sent.length === 0 ? message.replyToProviderId : null;
    // Statuses say it back. Only the last part bears it, for only that one proves that all has left.
    const isLast = sent.length === parts.length - 1;
    const head = { messaging_product: 'whatsapp', ...address,
      ...(isLast ? { biz_opaque_callback_data: message.clientId } : {}),
      ...(quoted === null ? {} : { context: { message_id: quoted } }) };
    const step = await callPart(host, graph, head, part, signal);
    if ('end' in step) return step.end;
    sent.push(step.value);
    if (sent.length < parts.length) await host.cursor.put(key, JSON.stringify(sent));
  }
  if (parts.length > 1) await host.cursor.put(key, null);
  return { kind: 'sent', providerMessageId: sent[0] ?? message.id,
    ...(sent.length > 1 ? { parts: sent.map((id) => [id]) } : {}) };
}

/** Refuses before Meta is asked: free words outside the window, and what it never takes. */
async function objection(host: ChannelHost, message: OutboundMessage): Promise<Failed | undefined> {
  if (message.template !== undefined) return undefined;
  if ((message.text ?? '').length > TEXT_CHARS) return { kind: 'failed', reasonCode: 'TEXT_TOO_LONG' };
  const last = await own(host.session.outbox.lastInboundAt(message.handle), 'DATABASE_UNAVAILABLE');
  if ('end' in last) return last.end;
  const isOpen = last.value !== null && appNowMs() - last.value.getTime() < WINDOW_HOURS * 3_600_000;
  return isOpen ? undefined : { kind: 'failed', reasonCode: 'WINDOW_CLOSED' };
}

/** Sends the message; never throws for what Meta answers (Channel.send). */
export async function send(host: ChannelHost, message: OutboundMessage, signal: AbortSignal): Promise<SendOutcome> {
  const address = addressOf(message.handle);
  if (address === undefined) return { kind: 'failed', reasonCode: 'HANDLE_UNKNOWN' };
  const refused = await objection(host, message);
  if (refused !== undefined) return refused;
  const graph = await own(graphOf(host), 'DATABASE_UNAVAILABLE');
  if ('end' in graph) return graph.end;
  return graph.value === undefined ? { kind: 'failed', reasonCode: 'SECRET_MISSING' }
    : sendParts(host, graph.value, message, address, signal);
}

/**
 * Reacts to a customer's message, or takes that back; the Cloud API can neither edit nor recall (Channel.change). It
 * says what shall stand, so what got no answer is said again.
 */
export async function change(host: ChannelHost, wish: OutboundChange, signal: AbortSignal): Promise<ChangeOutcome> {
  if (wish.kind !== 'REACTION') return { kind: 'failed', reasonCode: 'CHANGE_NOT_POSSIBLE' };
  const address = addressOf(wish.message.handle);
  if (address === undefined) return { kind: 'failed', reasonCode: 'HANDLE_UNKNOWN' };
  const graph = await graphOf(host);
  if (graph === undefined) return { kind: 'failed', reasonCode: 'SECRET_MISSING' };
  const answer = await graph.post(`${graph.phoneNumberId}/messages`, { messaging_product: 'whatsapp', ...address,
    type: 'reaction', reaction: { message_id: wish.providerMessageId, emoji: wish.emoji ?? '' } }, signal);
  if (answer.ok) return { kind: 'done' };
  const outcome = afterFailure(host, answer.failure, false);
  return outcome.kind === 'unknown' ? { kind: 'retry', reasonCode: outcome.reasonCode } : outcome;
}
