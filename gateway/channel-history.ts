/** What a customer may see of their own thread: messages without notes, and where their interaction stands. */
import type { HistoryMessage, HistoryPage } from '#channels/channel.ts';
import type { AccountView, Attachment } from '#domain/channels/words.ts';
import { offerOf } from '#domain/conversations/offers.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Db } from '#domain/store/db.ts';
import { queuePosition } from '#routing/queues.ts';

const ownThread = statement(
  'customer.thread',
  `
select c.id as conversation_id, c.last_seq, i.id as interaction_id, i.state, i.rated, u.name as agent_name
from conversations c
left join lateral (select x.id, x.state, x.agent_id, x.csat_at is not null as rated from interactions x
  where x.organisation_id = c.organisation_id and x.conversation_id = c.id
  order by x.date_origin desc, x.id desc limit 1) i on true
left join users u on u.id = i.agent_id
where c.organisation_id = $1 and c.channel_account_id = $2 and c.handle = $3 and c.thread_key = $4`,
);

const COLUMNS = `m.id, m.seq, m.direction, m.author_kind, u.name as author_name, m.kind, m.body, m.attachments,
  m.payload, m.client_id, m.provider_message_id, m.status, m.created_at, m.edited_at, m.deleted_at
from messages m left join users u on u.id = m.author_id
where m.organisation_id = $1 and m.conversation_id = $2 and m.direction <> 'NOTE'`;
const messagesAfter = statement('customer.messages-after', `select ${COLUMNS} and m.seq > $3 order by m.seq limit $4`);
const messagesBefore = statement(
  'customer.messages-before',
  `select ${COLUMNS} and m.seq < $3 order by m.seq desc limit $4`,
);

interface ThreadRow {
  conversation_id: string;
  last_seq: number;
  interaction_id: string | null;
  state: string | null;
  rated: boolean | null;
  agent_name: string | null;
}

interface MessageRow {
  id: string;
  seq: number;
  direction: string;
  author_kind: string;
  author_name: string | null;
  kind: string;
  body: string | null;
  attachments: Attachment[] | null;
  payload: Record<string, unknown> | null;
  client_id: string | null;
  provider_message_id: string | null;
  status: string | null;
  created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

const SPEAKERS: Record<string, HistoryMessage['from']> = {
  CUSTOMER: 'customer',
  AGENT: 'agent',
  BOT: 'bot',
  SYSTEM: 'system',
};

function postedName(row: MessageRow): string | null {
  const name = row.direction === 'SYSTEM' ? row.payload?.['name'] : undefined;
  return typeof name === 'string' ? name : null;
}

function historyMessage(row: MessageRow): HistoryMessage {
  const deleted = row.deleted_at !== null;
  const code = row.direction === 'SYSTEM' ? row.payload?.['code'] : undefined;
  return {
    id: row.id,
    seq: row.seq,
    from: row.direction === 'SYSTEM' ? 'system' : (SPEAKERS[row.author_kind] ?? 'system'),
    // What the system posts is named by its code; the screens hold the words.
    kind: typeof code === 'string' ? code : row.kind,
    authorName: row.author_name ?? postedName(row),
    text: deleted ? null : row.body,
    attachments: deleted ? [] : (row.attachments ?? []),
    clientId: row.client_id,
    providerMessageId: row.provider_message_id,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    deleted,
    edited: row.edited_at !== null,
    offer: deleted || row.direction !== 'OUT' ? null : (offerOf(row.payload) ?? null),
  };
}

export interface HistoryQuestion {
  handle: string;
  threadKey?: string;
  after?: number;
  before?: number;
  limit: number;
}

/**
 * One page of a customer's thread, oldest first: after a seq, before a seq, or the newest ones. Messages still on
 * their way
 * out are in it with their status. An unknown handle gives an empty page.
 */
export async function customerHistory(db: Db, account: AccountView, question: HistoryQuestion): Promise<HistoryPage> {
  const { organisationId } = account;
  const thread = await db.one<ThreadRow>(ownThread, [
    organisationId,
    account.id,
    question.handle,
    question.threadKey ?? '',
  ]);
  if (thread === undefined) return { conversationId: null, messages: [], lastSeq: 0, interaction: null };
  const limit = Math.min(Math.max(question.limit, 0), limits.pageItemsMax);
  const forwards = question.after !== undefined;
  const rows = await db.rows<MessageRow>(forwards ? messagesAfter : messagesBefore, [
    organisationId,
    thread.conversation_id,
    question.after ?? question.before ?? 2_147_483_647,
    limit,
  ]);
  if (!forwards) rows.reverse();
  const waiting =
    thread.interaction_id !== null && thread.state === 'QUEUED'
      ? await queuePosition(db, { organisationId, interactionId: thread.interaction_id })
      : null;
  return {
    conversationId: thread.conversation_id,
    messages: rows.map(historyMessage),
    lastSeq: thread.last_seq,
    interaction:
      thread.interaction_id === null
        ? null
        : {
            id: thread.interaction_id,
            state: thread.state ?? '',
            queuePosition: waiting?.position ?? null,
            agentName: thread.agent_name,
            rated: thread.rated ?? false,
          },
  };
}
