/** One browser of a visitor: its requests become events of the house, each answered after COMMIT. */
import type { ChannelHost, CustomerSocket } from '#channels/channel.ts';
import type { Attachment, InboundEvent, InboundMessage, MessageKind } from '#domain/channels/words.ts';
import { AppError, type ErrorCode } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { cutText } from '#domain/text.ts';
import { createFeed, type Feed } from './feed.ts';
import type { ChatAck, ChatAnswers, ChatRequests, Form } from './protocol.ts';
import { missingFields, readFlag, readRating, readSend, readSeq } from './requests.ts';
import { publicSettings } from './settings.ts';
import type { Identity } from './token.ts';
import { providerIdOf } from './view.ts';

export interface Visitor {
  handle: string;
  identity: Identity | undefined;
}
export interface Session {
  feed: Feed;
  typing(isTyping: boolean): void;
  close(): void;
}

/** At most this many requests of one browser are worked on at once; a widget sends one message after the other. */
const WORKING_MAX = 16;
const TYPING_REPEAT_MS = 1_000;

type Handler<N extends keyof ChatRequests> = (payload: unknown) => Promise<ChatAnswers[N]>;
type Handlers = { [N in keyof ChatRequests]: Handler<N> };

function kindOf(files: readonly Attachment[]): MessageKind {
  const [type] = (files[0]?.mediaType ?? '').split('/');
  if (files.length === 0) return 'text';
  return type === 'image' || type === 'audio' || type === 'video' ? type : 'document';
}

async function ownFiles(host: ChannelHost, handle: string, ids: readonly string[]): Promise<Attachment[]> {
  const files: Attachment[] = [];
  for (const id of new Set(ids)) {
    const found = await host.media.get(id, handle);
    if (found === undefined) throw new AppError('VALIDATION_FAILED', { field: 'fileIds' });
    found.bytes.destroy();
    files.push(found.attachment);
  }
  return files;
}

function person(visitor: Visitor, form: Form): Pick<InboundMessage, 'name' | 'phone' | 'email'> {
  const { identity } = visitor;
  return {
    name: identity?.name ?? form.name,
    phone: identity?.phone ?? form.phone,
    email: identity?.email ?? form.email,
  };
}

/** What goes with a message: the topic of the form, and the words of the button that said it. */
function payloadOf(form: Form, button: string | undefined): Record<string, unknown> | undefined {
  if (form.topic === undefined && button === undefined) return undefined;
  return {
    ...(form.topic === undefined ? {} : { topic: form.topic }),
    ...(button === undefined ? {} : { button: cutText(button, limits.buttonTextChars) }),
  };
}

async function takeMessage(
  host: ChannelHost,
  visitor: Visitor,
  feed: Feed,
  payload: unknown,
): Promise<ChatAnswers['message:send']> {
  const settings = publicSettings(host.account);
  const { clientId, text, fileIds, form, ...more } = readSend(payload, settings);
  const answers = more.answers !== undefined && feed.showed(more.answers) ? more.answers : undefined;
  const missing = feed.hasThread() || visitor.identity !== undefined ? [] : missingFields(form, settings);
  if (missing.length > 0) throw new AppError('VALIDATION_FAILED', { fields: missing });
  const attachments = await ownFiles(host, visitor.handle, fileIds);
  const event: InboundMessage = {
    kind: 'message',
    dedupKey: `${visitor.handle}:${clientId}`,
    handle: visitor.handle,
    raw: Buffer.from(JSON.stringify({ handle: visitor.handle, clientId, text, fileIds, form, answers })),
    ...person(visitor, form),
    messageKind: kindOf(attachments),
    text: text === '' ? undefined : text,
    attachments,
    payload: payloadOf(form, answers === undefined ? undefined : text),
    replyToProviderId: answers,
    providerMessageId: providerIdOf(visitor.handle, clientId),
  };
  const [result] = await host.receive([event]);
  if (result === undefined || result.outcome === 'quarantined')
    throw new AppError('VALIDATION_FAILED', { quarantined: true });
  feed.hint();
  return { messageId: result.messageId ?? null, seq: result.seq ?? null };
}

async function takeSignal(
  host: ChannelHost,
  visitor: Visitor,
  feed: Feed,
  signal: { kind: 'ended' } | { kind: 'rating'; score: number; comment: string | undefined },
): Promise<null> {
  const interactionId = feed.state()?.interactionId ?? null;
  if (interactionId === null) throw new AppError('STATE_CONFLICT');
  const event: InboundEvent = {
    ...signal,
    handle: visitor.handle,
    dedupKey: `${signal.kind}:${visitor.handle}:${interactionId}`,
    raw: Buffer.from(JSON.stringify({ handle: visitor.handle, ...signal, interactionId })),
  };
  await host.receive([event]);
  feed.hint();
  return null;
}

function handlersOf(host: ChannelHost, visitor: Visitor, feed: Feed): Handlers {
  let typingSince = -Infinity;
  let typed = false;
  return {
    'message:send': (payload) => takeMessage(host, visitor, feed, payload),
    async 'chat:seen'(payload) {
      const receipts = feed.seen(readSeq(payload, 'delivered'), readSeq(payload, 'read'));
      if (receipts.length > 0) await host.receipt(receipts);
      return null;
    },
    async 'chat:typing'(payload) {
      const typing = readFlag(payload, 'typing');
      if (!feed.hasThread() || (typing === typed && performance.now() - typingSince < TYPING_REPEAT_MS)) return null;
      typed = typing;
      typingSince = performance.now();
      host.typing(visitor.handle, typing);
      return null;
    },
    'chat:before': (payload) => feed.before(readSeq(payload, 'before')),
    'chat:end': () => takeSignal(host, visitor, feed, { kind: 'ended' }),
    'chat:rate': (payload) => takeSignal(host, visitor, feed, { kind: 'rating', ...readRating(payload) }),
  };
}

function refusal(
  host: ChannelHost,
  name: string,
  error: unknown,
): { ok: false; code: ErrorCode; details?: Record<string, unknown> } {
  if (error instanceof AppError)
    return { ok: false, code: error.code, ...(error.details === undefined ? {} : { details: error.details }) };
  host.log.error({ request: name, error: (error as Error).message }, 'chat request failed');
  return { ok: false, code: 'INTERNAL' };
}

/** Wires a visitor's socket to the house. The first page is the caller's to send, from `feed.open`. */
export function openSession(host: ChannelHost, visitor: Visitor, socket: CustomerSocket): Session {
  const feed = createFeed(host, visitor.handle, socket);
  const handlers = handlersOf(host, visitor, feed);
  let working = 0;
  const answer = async (name: keyof ChatRequests, payload: unknown): Promise<ChatAck<unknown>> => {
    if (working >= WORKING_MAX) return { ok: false, code: 'TOO_MANY_REQUESTS' };
    working += 1;
    try {
      return { ok: true, data: await handlers[name](payload) };
    } catch (error) {
      return refusal(host, name, error);
    } finally {
      working -= 1;
    }
  };
  for (const name of Object.keys(handlers) as (keyof ChatRequests)[]) {
    socket.on(name, (payload, ack) => {
      void answer(name, payload).then((result) => ack?.(result));
    });
  }
  return { feed, typing: (typing) => socket.emit('typing', { typing }), close: () => feed.close() };
}
