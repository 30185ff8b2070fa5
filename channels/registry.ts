/**
 * Every channel of the house: a new one is one line here, one folder beside this file, one folder of payloads in
 * test/.
 */
import type { Channel } from './channel.ts';
import { generic } from './generic/adapter.ts';
import { liveChat } from './live-chat/adapter.ts';
import { telegram } from './telegram/adapter.ts';
import { whatsapp } from './whatsapp/adapter.ts';

export type ChannelRegistry = ReadonlyMap<string, Channel>;

/** The channels by their name in folders and URLs. */
export const channels: ChannelRegistry = new Map(
  [generic, liveChat, telegram, whatsapp].map((channel): [string, Channel] => [channel.name, channel]),
);
