/**
 * Long polling: one poller per account over all nodes. What getUpdates gave is committed before the next one confirms
 * it, so a crash at any point makes Telegram give it again, and its duplicates end in intake (INV1, INV2, INV6).
 */
import type { ChannelHost } from '#channels/channel.ts';
import { appNowMs } from '#domain/clock.ts';
import { AppError } from '#domain/errors.ts';
import { botApi, type BotApi, type CallFailure } from './api.ts';
import { withBot, type Bot } from './bot.ts';
import { list, object, whole } from '#channels/json-fields.ts';
import { isBotRefused } from './refused.ts';
import { ALLOWED_UPDATES, readUpdate } from './updates.ts';
import { waitFor, backoff } from '#channels/waiting.ts';

const POLL_SECONDS = 50;
const UPDATES_MAX = 100;
/** Longer than the poll: a connection that died in silence ends here. */
const POLL_TIMEOUT_MS = (POLL_SECONDS + 15) * 1_000;
const CURSOR = 'update-offset';
/** Telegram numbers updates anew after a week without any; an offset from before would confirm unseen ones. */
const OFFSET_TRUST_MS = 3 * 86_400_000;
/** A node that went away holds its poll for a moment; somebody who holds it longer uses our token. */
const CONFLICTS_BORNE = 4;
/** A poll may fail now and then; that several do in a row is told. */
const FAILURES_BORNE = 2;
const WAIT_MS_MAX = 30_000;
/** What is so is told again after this: others may have told worse of the account meanwhile. */
const TELL_AGAIN_MS = 10_000;
const TOKEN_WAIT_MS = 60_000;

/** Where polling goes on: the offset, while it can be trusted. One without a bot's id is of the account's first. */
async function offsetOf(host: ChannelHost, bot: Bot): Promise<number | undefined> {
  const [offset = '', at = '', botId] = (await host.cursor.get(CURSOR))?.split('@') ?? [];
  const isOwn = botId === undefined ? bot.place === '' : botId === bot.id;
  return isOwn && offset !== '' && appNowMs() - Number(at) < OFFSET_TRUST_MS ? Number(offset) : undefined;
}

async function take(host: ChannelHost, api: BotApi, updates: readonly unknown[]): Promise<void> {
  const { id, place } = api.bot;
  const read = updates.map((update) => withBot(update, place)).map((update) =>
    readUpdate(update, Buffer.from(JSON.stringify(update) ?? 'null')));
  const events = read.flatMap((one) => one.events);
  if (events.length > 0) await host.receive(events);
  const last = Math.max(...updates.map((update) => whole(object(update)?.['update_id']) ?? 0));
  await host.cursor.put(CURSOR, `${last + 1}@${appNowMs()}@${id}`);
  for (const { callbackId } of read) {
    if (callbackId !== undefined) void api.call('answerCallbackQuery', { callback_query_id: callbackId });
  }
}

/** What a failed poll tells: how long to wait, and what the administrators should know. */
class Trouble {
  #conflicts = 0;
  #failures = 0;
  #told: { said: string; at: number } | undefined;
  readonly #host: ChannelHost;

  constructor(host: ChannelHost) {
    this.#host = host;
  }

  #tell(state: 'CONNECTED' | 'CONNECTING' | 'NEEDS_ATTENTION', reasonCode?: string): void {
    const said = `${state} ${reasonCode ?? ''}`;
    const at = performance.now();
    if (this.#told?.said === said && at - this.#told.at < TELL_AGAIN_MS) return;
    this.#told = { said, at };
    this.#host.health(state, reasonCode);
  }

  over(): void {
    this.#conflicts = 0;
    this.#failures = 0;
    this.#tell('CONNECTED');
  }

  conflict(): number {
    this.#conflicts += 1;
    if (this.#conflicts >= CONFLICTS_BORNE) this.#tell('NEEDS_ATTENTION', 'OTHER_POLLER');
    return backoff(this.#conflicts, WAIT_MS_MAX);
  }

  refused(reasonCode: string): number {
    this.#tell('NEEDS_ATTENTION', reasonCode);
    return TOKEN_WAIT_MS;
  }

  away(reasonCode: string): number {
    this.#failures += 1;
    if (this.#failures > FAILURES_BORNE) this.#tell('CONNECTING', reasonCode);
    return backoff(this.#failures, WAIT_MS_MAX);
  }
}

/** Milliseconds to wait after a failed poll. */
async function afterFailure(api: BotApi, trouble: Trouble, failure: CallFailure, signal: AbortSignal):
  Promise<number> {
  if (failure.kind !== 'refused') {
    return failure.reasonCode === 'EGRESS_NOT_ALLOWED' ? trouble.refused('EGRESS_REFUSED')
      : trouble.away('UNREACHABLE');
  }
  if (await isBotRefused(api, failure, signal)) return trouble.refused('CREDENTIALS_REFUSED');
  if (failure.code === 429) return failure.retryAfterMs ?? 1_000;
  if (failure.code !== 409) return trouble.away('UNREACHABLE');
  // A webhook of an earlier setting keeps polling out; what waits for it comes by polling then.
  if (/webhook/i.test(failure.description)) await api.call('deleteWebhook', { drop_pending_updates: false });
  return trouble.conflict();
}

/** Gives false where nothing was taken and the same updates must be asked for again. */
async function taken(host: ChannelHost, api: BotApi, updates: readonly unknown[]): Promise<boolean> {
  try {
    await take(host, api, updates);
    return true;
  } catch (error) {
    host.log.warn({ error: error instanceof AppError ? error.code : (error as Error).message, updates: updates.length },
      'updates were not taken; they are asked for again');
    return false;
  }
}

/** Polls until the signal fires. Never throws for what Telegram or the database answer. */
async function poll(host: ChannelHost, api: BotApi, signal: AbortSignal): Promise<void> {
  const trouble = new Trouble(host);
  let failures = 0;
  // The first poll, and each after trouble, waits for nothing: so it is known at once that all is well.
  let isWell = false;
  while (!signal.aborted) {
    const offset = await offsetOf(host, api.bot).catch(() => undefined);
    const answer = await api.call('getUpdates', { timeout: isWell ? POLL_SECONDS : 0, limit: UPDATES_MAX,
      allowed_updates: ALLOWED_UPDATES, ...(offset === undefined ? {} : { offset }) },
    AbortSignal.any([signal, AbortSignal.timeout(POLL_TIMEOUT_MS)]));
    if (signal.aborted) return;
    isWell = answer.ok;
    if (!answer.ok) {
      await waitFor(await afterFailure(api, trouble, answer.failure, signal), signal);
      continue;
    }
    trouble.over();
    const updates = list(answer.result);
    if (updates.length === 0) continue;
    failures = (await taken(host, api, updates)) ? 0 : failures + 1;
    if (failures > 0) await waitFor(backoff(failures, WAIT_MS_MAX), signal);
  }
}

/** Holds the account and polls it until the signal fires. */
export async function keepPolling(host: ChannelHost, signal: AbortSignal): Promise<void> {
  const api = await botApi(host);
  if (api === undefined) {
    host.health('NEEDS_ATTENTION', 'SECRET_MISSING');
    return;
  }
  await host.lease((lost) => poll(host, api, AbortSignal.any([lost, signal])));
}
