/**
 * Whether Telegram refuses the bot or only one call. A dead account is paused until a person acts, so no single answer
 * is taken for that: the bot is asked who it is first.
 */
import type { ChannelHost } from '#channels/channel.ts';
import type { BotApi, CallFailure } from './api.ts';

/** Told to be refused by this node, and not yet seen to be well again. */
const told = new WeakSet<ChannelHost>();

/** 401 and 404 speak of the token: 404 is the answer to one that is malformed, unless it names the method. */
export function isTokenRefused(failure: CallFailure): boolean {
  if (failure.kind !== 'refused') return false;
  return failure.code === 401 || (failure.code === 404 && !/method/i.test(failure.description));
}

/** Whether the token is refused for certain: by this failure and by the question who the bot is. */
export async function isBotRefused(api: BotApi, failure: CallFailure, signal: AbortSignal): Promise<boolean> {
  if (!isTokenRefused(failure)) return false;
  const me = await api.call('getMe', {}, signal);
  return !me.ok && isTokenRefused(me.failure);
}

/** Tells the administrators where the failure means that the token is refused. */
export async function tellRefused(host: ChannelHost, api: BotApi, failure: CallFailure,
  signal: AbortSignal): Promise<void> {
  if (!await isBotRefused(api, failure, signal)) return;
  told.add(host);
  host.health('NEEDS_ATTENTION', 'CREDENTIALS_REFUSED');
}

/** A call was taken: what was told to be refused is well again. */
export function tellTaken(host: ChannelHost): void {
  if (told.delete(host)) host.health('CONNECTED');
}
