/** What tests of Telegram share: a small world with a bot on our own Bot API server, and nodes that serve it. */
import type { Test } from 'tap';
import { fakeTelegram, type FakeTelegram } from '#test/fakes/telegram/server.ts';
import { servedWorld, type ServedWorld, type ServingNode } from './served-world.ts';
import { channelWorld, type ChannelWorldOptions } from './support.ts';

export type { MessageRow, MessageStatus } from './served-world.ts';

export const CUSTOMER = 7_001;
export const WEBHOOK_SECRET = 'rahasia_webhook_uji';

export type BotNode = ServingNode;

export interface TelegramWorld extends ServedWorld { fake: FakeTelegram }

/** A world whose one account is a bot of the fake server, which runs. No node serves it yet. */
export async function telegramWorld(
  t: Test, options: Partial<ChannelWorldOptions> & { mode?: 'polling' | 'webhook' } = {},
): Promise<TelegramWorld> {
  const fake = fakeTelegram();
  await fake.start();
  t.teardown(() => fake.stop());
  const base = await channelWorld(t, { channel: 'telegram', egressAllow: ['127.0.0.1'], ...options,
    settings: { apiRoot: fake.url, mode: options.mode ?? 'polling', ...options.settings },
    secrets: { token: fake.token, webhookSecret: WEBHOOK_SECRET, ...options.secrets } });
  return { ...servedWorld(t, base), fake };
}
