/** What tests of channels that run by themselves share: nodes that serve an account, and an agent who answers. */
import type { Test } from 'tap';
import type { Attachment } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { createHosts, type Hosts } from '#gateway/channel-host.ts';
import { startRemoteFiles } from '#gateway/remote-files.ts';
import { startChanges } from '#routing/change-worker.ts';
import { changeMessage, type Wish } from '#routing/message-changes.ts';
import { queueReply, startOutbound } from '#routing/outbound.ts';
import { eventually } from '#test/support/harness.ts';
import type { ChannelWorld } from './support.ts';

/** A node that serves the account. */
export interface ServingNode { hosts: Hosts; stop(): Promise<void> }

export interface ServedWorld extends ChannelWorld {
  /** Starts a node of the roles channels and worker on the world's database; ends with the test. */
  node(): Promise<ServingNode>;
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

async function startNode(t: Test, base: ChannelWorld): Promise<ServingNode> {
  const hosts = createHosts({ ...base.hostParts, nodeId: newId() });
  await hosts.reload();
  const files = startRemoteFiles(base.work, hosts);
  const outbound = startOutbound(base.work, { nodeId: newId(), sender: (account) => hosts.sender(account), sweepMs: 200,
    slowSweepMs: 500, graceMs: 2_000, channelFacts: (account) => hosts.sendFacts(account) });
  const changes = startChanges(base.work, { sweepMs: 200, changer: (account) => hosts.changer(account),
    elsewhere: () => hosts.sessions().elsewhere });
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

/** The world with nodes that serve it; none runs yet. */
export function servedWorld(t: Test, base: ChannelWorld): ServedWorld {
  const { work, world } = base;
  const [agent] = world.agents;
  const rows = (): Promise<MessageRow[]> => work.db.dynamic<MessageRow>(`select id, seq, direction, kind, body,
    attachments, payload, provider_message_id, reply_to_id, status, conversation_id from messages
    order by conversation_id, seq`);
  const statusOf: ServedWorld['statusOf'] = async (messageId) => {
    const [row] = await work.db.dynamic<MessageStatus>(
      'select status, reason_code, provider_message_id from messages where id = $1', [messageId]);
    if (row === undefined) throw new Error('no such message');
    return row;
  };
  return {
    ...base,
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
