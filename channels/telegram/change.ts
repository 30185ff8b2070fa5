/**
 * Changes what was said in a chat: edits and takes back the bot's messages, reacts to the customer's. Each call says
 * what shall stand, so a repetition after a crash finds it so and is done.
 */
import type { ChannelHost } from '#channels/channel.ts';
import { FetchFailed } from '#channels/fetch-failed.ts';
import type { ChangeOutcome, OutboundChange } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { botApi, type BotApi, type CallFailure } from './api.ts';
import type { Json } from '#channels/json-fields.ts';
import { CAPTION_CHARS, markupOf, partsOf, telegramMessageId, TEXT_CHARS } from './parts.ts';
import { isTokenRefused, tellRefused } from './refused.ts';
import { unreachableReason } from './send.ts';
import { splitText } from './split.ts';

/** One call, and the words of Telegram by which it is done already. */
interface Step { method: string; payload: Json; isDone: RegExp }

const UNCHANGED = /message is not modified/i;
const ALREADY_GONE = /message (?:to (?:be )?deleted?|identifier) .*not (?:found|specified)|message not found/i;

/** What Telegram says when it will not change this message. */
const REFUSALS: readonly [RegExp, string][] = [
  [/message to (?:edit|react)[^:]* not found|message not found/i, 'MESSAGE_GONE'],
  [/can't be (?:edited|deleted)/i, 'CHANGE_TOO_LATE'],
  [/REACTION/i, 'REACTION_REFUSED'],
  [/too long/i, 'EDIT_TOO_LONG'],
];

/** What a failed call means for the change; undefined where it stands already. */
export function changeFailure(failure: CallFailure, isDone: RegExp): ChangeOutcome | undefined {
  if (failure.kind === 'unreached' && failure.reasonCode === 'EGRESS_NOT_ALLOWED') {
    return { kind: 'failed', reasonCode: failure.reasonCode };
  }
  if (failure.kind !== 'refused') return { kind: 'retry', reasonCode: failure.reasonCode };
  const { code, description, retryAfterMs } = failure;
  if (code === 400 && isDone.test(description)) return undefined;
  if (code === 429) {
    return { kind: 'retry', reasonCode: 'RATE_LIMITED',
      afterMs: Math.min(retryAfterMs ?? 1_000, limits.sendPauseMsMax) };
  }
  if (isTokenRefused(failure)) return { kind: 'retry', reasonCode: 'CREDENTIALS_REFUSED' };
  if (code >= 500) return { kind: 'retry', reasonCode: `TELEGRAM_${code}` };
  const refusal = REFUSALS.find(([words]) => words.test(description))?.[1];
  return { kind: 'failed', reasonCode: refusal ?? unreachableReason(failure) ?? `TELEGRAM_${code}` };
}

/** A change, and what the keys of the bot begin with that shall make it. */
interface Asked { change: OutboundChange; place: string }

/** The ids of a part; empty where an earlier release kept none. */
function idsAt({ change, place }: Asked, at: number): number[] {
  const keys = change.sentParts === null ? [change.providerMessageId] : change.sentParts[at] ?? [];
  return keys.flatMap((key) => telegramMessageId(key, place) ?? []);
}

function removal(id: number): Step {
  return { method: 'deleteMessage', payload: { message_id: id }, isDone: ALREADY_GONE };
}

/** The calls of a change, and the ids by part that are left when they are done, where some went. */
interface Plan { steps: Step[]; parts?: string[][] | undefined }

function captionPlan(asked: Asked, text: string, hung: Json, files: number): Plan | undefined {
  const { change } = asked;
  const [id] = idsAt(asked, 0);
  if (id === undefined || text.length > CAPTION_CHARS) return undefined;
  const isAlbum = partsOf({ ...change.message, text: null })[0]?.method === 'sendMediaGroup';
  const payload = { message_id: id, caption: text, ...(files === 1 && !isAlbum ? hung : {}) };
  return { steps: [{ method: 'editMessageCaption', payload, isDone: UNCHANGED }] };
}

/**
 * The calls by which the message says `text`; undefined where the text does not fit into what was sent. Files come
 * first, then texts of their own; where there is none of these, the text is the first file's caption.
 */
function editPlan(asked: Asked): Plan | undefined {
  const { change } = asked;
  const files = partsOf({ ...change.message, text: null }).length;
  const sent = change.sentParts ?? [[change.providerMessageId]];
  const text = (change.text ?? '').trim();
  const markup = markupOf(change.message);
  const hung = markup === undefined ? {} : { reply_markup: markup };
  if (sent.length <= files) return captionPlan(asked, text, hung, files);
  const texts = splitText(text, TEXT_CHARS);
  if (texts.length > sent.length - files || (texts.length === 0 && files === 0)) return undefined;
  const steps = sent.slice(files).flatMap((_keys, at): Step[] => {
    const ids = idsAt(asked, files + at);
    const now = texts[at];
    if (now === undefined) return ids.map(removal);
    const payload = { text: now, ...(at === texts.length - 1 ? hung : {}) };
    return ids.slice(0, 1).map((id) => ({ method: 'editMessageText', payload: { message_id: id, ...payload },
      isDone: UNCHANGED }));
  });
  const left = files + texts.length;
  return { steps, parts: left === sent.length ? undefined : sent.slice(0, left) };
}

function planOf(asked: Asked): Plan | undefined {
  const { change, place } = asked;
  switch (change.kind) {
    case 'EDIT': return editPlan(asked);
    case 'RECALL': {
      const parts = change.sentParts === null ? 1 : change.sentParts.length;
      return { steps: Array.from({ length: parts }, (_, at) => idsAt(asked, at).map(removal)).flat() };
    }
    case 'REACTION': {
      const id = telegramMessageId(change.providerMessageId, place);
      const reaction = change.emoji === null ? [] : [{ type: 'emoji', emoji: change.emoji }];
      return { steps: id === undefined ? []
        : [{ method: 'setMessageReaction', payload: { message_id: id, reaction }, isDone: UNCHANGED }] };
    }
  }
}

async function take(host: ChannelHost, api: BotApi, change: OutboundChange, signal: AbortSignal):
  Promise<ChangeOutcome> {
  const plan = planOf({ change, place: api.bot.place });
  if (plan === undefined) return { kind: 'failed', reasonCode: 'EDIT_TOO_LONG' };
  if (plan.steps.length === 0) return { kind: 'failed', reasonCode: 'MESSAGE_GONE' };
  for (const step of plan.steps) {
    const answer = await api.call(step.method, { ...step.payload, chat_id: change.message.handle }, signal);
    if (answer.ok) continue;
    await tellRefused(host, api, answer.failure, signal);
    const outcome = changeFailure(answer.failure, step.isDone);
    if (outcome !== undefined) return outcome;
  }
  return { kind: 'done', parts: plan.parts };
}

/** Changes a message of the chat; never throws for what Telegram answers (Channel.change). */
export async function changeMessage(host: ChannelHost, change: OutboundChange,
  signal: AbortSignal): Promise<ChangeOutcome> {
  let api: BotApi | undefined;
  try {
    api = await botApi(host);
  } catch (error) {
    if (error instanceof FetchFailed) return { kind: 'failed', reasonCode: error.reasonCode };
    throw error;
  }
  return api === undefined ? { kind: 'failed', reasonCode: 'SECRET_MISSING' } : take(host, api, change, signal);
}
