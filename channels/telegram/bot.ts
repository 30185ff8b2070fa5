/**
 * Which bot speaks for an account. Telegram counts updates and messages of each bot by itself, so what was kept of one
 * bot says nothing of another whose token is entered on the same account.
 */
import type { ChannelHost } from '#channels/channel.ts';
import { object, text } from '#channels/json-fields.ts';

const FIRST = 'first-bot';
const ID = /^\d{1,20}$/;

/** Names the bot in an update as it is kept, where its keys are not bare; Telegram has no such field. */
const NAMED = 'bot_id';

/** What must be known of the bot. */
export interface Bot {
  /** Empty of a token that is none: Telegram refuses it. */
  readonly id: string;
  /**
   * What its keys begin with: nothing for the account's first bot, whose keys were bare before bots were told apart;
   * of each later one its id.
   */
  readonly place: string;
}

/** The id of the bot, with which its token begins; undefined of what is no token. */
export function botIdOf(token: string | undefined): string | undefined {
  const [id = '', key = ''] = (token ?? '').trim().split(':');
  return ID.test(id) && key !== '' ? String(BigInt(id)) : undefined;
}

/** What keys of this bot begin with, where it is not the account's first. */
export function placeOf(botId: unknown): string {
  return typeof botId === 'string' && ID.test(botId) ? `${botId}/` : '';
}

/** The bot of this token, and whether it was here first; that is kept with the account. */
export async function botOf(host: Pick<ChannelHost, 'cursor'>, token: string): Promise<Bot> {
  const id = botIdOf(token);
  if (id === undefined) return { id: '', place: '' };
  const first = await host.cursor.get(FIRST);
  if (first === undefined) await host.cursor.put(FIRST, id);
  return { id, place: first === undefined || first === id ? '' : placeOf(id) };
}

/** The update with its bot named in it, so that it is read alike whenever it is read again. */
export function withBot(update: unknown, place: string): unknown {
  const known = object(update);
  return known === undefined || place === '' ? update : { ...known, [NAMED]: place.slice(0, -1) };
}

/** What the keys of an update begin with. */
export function placeIn(update: Record<string, unknown>): string {
  return placeOf(text(update[NAMED]));
}
