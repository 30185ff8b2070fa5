/** What tests of Telegram share: a small world with a bot on our own Bot API server, and nodes that serve it. */
import type { Test } from 'tap';
import type { Attachment } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { createHosts, type Hosts } from '#gateway/channel-host.ts';
import { startRemoteFiles } from '#gateway/remote-files.ts';
import { startChanges } from '#routing/change-worker.ts';
import { changeMessage, type Wish } from '#routing/message-changes.ts';
import { queueReply, startOutbound } from '#routing/outbound.ts';
import { fakeTelegram, type FakeTelegram } from '#test/fakes/telegram/server.ts';
import { eventually } from '#test/support/harness.ts';
import { channelWorld, type ChannelWorld, type ChannelWorldOptions } from './support.ts';

export const CUSTOMER = 7_001;
export const WEBHOOK_SECRET = 'rahasia_webhook_uji';

/** A node that serves the bot. */
export interface BotNode { hosts: Hosts; stop(): Promise<void> }

export interface TelegramWorld extends ChannelWorld {
  fake: FakeTelegram;
  /** Starts a node of the roles channels and worker on the world's database; ends with the test. */
  node(): Promise<BotNode>;
  /** Texts of the customer as stored, in order of seq. */
  texts(): Promise<(string | null)[]>;
  rows(): Promise<MessageRow[]>;
  /** An agent takes the customer's open work and replies; gives the id of the message. */
  reply(text: string, more?: { fileIds?: string[]; replyToId?: string }): Promise<string>;
  /** The agent edits, recalls or reacts. */
  change(messageId: string, wish: Wish): Promise<void>;
  statusOf(messageId: string): Promise<MessageStatus>;
  /** Waits until the message has this status. */
  until(messageId: string, status: string, withinMs?: number): Promise<void>;
  /** Waits until the account's status is this. */
  untilAccount(status: string): Promise<void>;
}

export interface MessageStatus { status: string; reason_code: string | null; provider_message_id: string | null }

export interface MessageRow {
  id: string; seq: number; direction: string; kind: string; body: string | null; attachments: Attachment[] | null;
  payload: Record<string, unknown> | null; provider_message_id: string | null; reply_to_id: string | null;
  status: string | null; conversation_id: string;
}

async function startNode(t: Test, base: ChannelWorld): Promise<BotNode> {
  const hosts = createHosts({ ...base.hostParts, nodeId: newId() });
  await hosts.reload();
  const files = startRemoteFiles(base.work, hosts);
  const outbound = startOutbound(base.work, { nodeId: newId(), sender: (account) => hosts.sender(account), sweepMs: 200,
    slowSweepMs: 500, graceMs: 2_000, channelFacts: (name) => {
      const channel = base.hostParts.channels.get(name);
      return channel && { sendsPerSecond: channel.limits.sendsPerSecond,
        deduplicates: channel.capabilities.deduplicates };
    } });
  const changes = startChanges(base.work, { sweepMs: 200, changer: (account) => hosts.changer(account) });
  await hosts.startChannels();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await changes.stop();
    await outbound.stop();
    await files.stop();
    await hosts.stop();
  };
  const node = { hosts, stop: () => (stopped ??= stop()) };
  t.teardown(() => node.stop());
  return node;
}

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
  const { work, world } = base;
  const [agent] = world.agents;
  const rows = (): Promise<MessageRow[]> => work.db.dynamic<MessageRow>(`select id, seq, direction, kind, body,
    attachments, payload, provider_message_id, reply_to_id, status, conversation_id from messages
    order by conversation_id, seq`);
  const statusOf: TelegramWorld['statusOf'] = async (messageId) => {
    const [row] = await work.db.dynamic<MessageStatus>(
      'select status, reason_code, provider_message_id from messages where id = $1', [messageId]);
    if (row === undefined) throw new Error('no such message');
    return row;
  };
  return {
    ...base,
    fake,
    node: () => startNode(t, base),
    rows,
    texts: async () => (await rows()).filter((row) => row.direction === 'IN').map((row) => row.body),
    async reply(text, more = {}) {
      if (agent === undefined) throw new Error('the small world has agents');
      const [row] = await work.db.dynamic<{ conversation_id: string }>(`update interactions set agent_id = $1,
        team_id = $2, state = case when state = 'QUEUED' then 'PICKED_UP' else state end,
        accepted_at = coalesce(accepted_at, app_now()) where state not in ('CLOSED', 'OOT_COMPLETE')
        returning conversation_id`, [agent.id, agent.teamId]);
      if (row === undefined) throw new Error('no open work');
      const { messageId } = await queueReply(work, { user: agent, conversationId: row.conversation_id,
        clientId: newId(), text, ...more });
      return messageId;
    },
    async change(messageId, wish) {
      if (agent !== undefined) await changeMessage(work, { user: agent, clientId: newId(), messageId, wish });
    },
    statusOf,
    async until(messageId, status, withinMs) {
      await eventually(`the message to be ${status}`, async () => (await statusOf(messageId)).status === status,
        withinMs);
    },
    async untilAccount(status) {
      await eventually(`the account to be ${status}`, async () => {
        const [row] = await work.db.dynamic<{ status: string }>('select status from channel_accounts');
        return row?.status === status;
      }, 25_000);
    },
  };
}
