/** What tests of the road out share: owned conversations, a provider that keeps a ledger, and the state of messages. */
import type { OutboundMessage, SendOutcome } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { queueReply, startOutbound, type Outbound, type OutboundDeps } from '#routing/outbound.ts';
import { openInteraction, type OpenOptions, type OpenedInteraction } from './conversation.ts';
import type { SmallWorld } from './fixtures.ts';

/** An interaction that `user` has accepted. */
export async function ownedInteraction(work: Work, world: SmallWorld, user: User,
  options: OpenOptions = {}): Promise<OpenedInteraction> {
  const opened = await openInteraction(work.db, world, options);
  await work.db.dynamic(`update interactions set state = 'PICKED_UP', agent_id = $2, team_id = $3,
    accepted_at = app_now()
    where id = $1`, [opened.interactionId, user.id, user.teamId]);
  return opened;
}

/** Queues a reply with a client UUID of its own. */
export async function reply(work: Work, user: User, conversationId: string, text: string): Promise<string> {
  const { messageId } = await queueReply(work, { user, conversationId, clientId: newId(), text, fileIds: [] });
  return messageId;
}

export interface Provider {
  /** Every message as it was handed over, in order; never cleared. */
  ledger: OutboundMessage[];
  /** What the next sends answer; without an entry they are taken. */
  answers: ((message: OutboundMessage, signal: AbortSignal) => Promise<SendOutcome> | SendOutcome)[];
  send(message: OutboundMessage, signal: AbortSignal): Promise<SendOutcome>;
}

/** A provider in this process. Its ids are `p-<client UUID>`. */
export function fakeProvider(): Provider {
  const provider: Provider = {
    ledger: [], answers: [],
    async send(message, signal) {
      provider.ledger.push(message);
      const answer = provider.answers.shift();
      return answer === undefined ? { kind: 'sent', providerMessageId: `p-${message.clientId}` } : answer(message,
        signal);
    },
  };
  return provider;
}

/** The time a provider takes to answer. */
export function providerDelay(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

/** Starts the worker with short times on a fast channel. */
export function startSending(work: Work, provider: Pick<Provider, 'send'>, deps: Partial<OutboundDeps> = {}): Outbound {
  return startOutbound(work, { nodeId: newId(), sender: () => provider.send,
    channelFacts: () => ({ sendsPerSecond: 10_000, deduplicates: false }), sweepMs: 100, graceMs: 2_000, ...deps });
}

export interface MessageState {
  id: string; seq: number; status: string | null; reason_code: string | null; provider_message_id: string | null;
  attempts: number; version: number; client_id: string | null; lease_fence: number; due_at: Date | null;
  body: string | null;
}

/** A message as it is stored. */
export async function messageState(work: Work, id: string): Promise<MessageState> {
  const [row] = await work.db.dynamic<MessageState>(`select id, seq, status, reason_code, provider_message_id,
    attempts, version,
    client_id, lease_fence::int as lease_fence, due_at, body from messages where id = $1`, [id]);
  if (row === undefined) throw new Error('no such message');
  return row;
}

/** How many messages of the database stand in each status. */
export async function statusCounts(work: Work): Promise<Record<string, number>> {
  const rows = await work.db.dynamic<{ status: string; n: number }>(
    `select status, count(*)::int as n from messages where direction = 'OUT' group by status`);
  return Object.fromEntries(rows.map((row) => [row.status, row.n]));
}

/** The statuses a message went through, as its journal tells. */
export async function journalOf(work: Work, subjectId: string): Promise<string[]> {
  const rows = await work.db.dynamic<{ type: string; status: string | null }>(`select type, data->>'status' as status
    from journal
    where subject_id = $1 order by epoch, xid, id`, [subjectId]);
  return rows.map((row) => row.status ?? row.type);
}
