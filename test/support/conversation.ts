/** Opens a conversation with waiting work in a test's database, as intake would leave it. */
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import type { SmallWorld } from './fixtures.ts';

export interface OpenedInteraction {
  contactId: string;
  contactPointId: string;
  conversationId: string;
  ticketId: string;
  ticketNumber: string;
  interactionId: string;
  /** The customer's first message, seq 1. */
  messageId: string;
  handle: string;
}

export interface OpenOptions {
  queueId?: string;
  accountId?: string;
  channel?: string;
  medium?: 'VOICE' | 'CHAT' | 'MESSAGING' | 'SOCIAL' | 'EMAIL';
  tier?: 1 | 2;
  priority?: number;
  /** Default 25. The queue's own cost, where it has one, counts first. */
  costPoints?: number;
  skillIds?: string[];
  /** How long ago the customer wrote (and so waits), in seconds; default 0. */
  waitingSeconds?: number;
  categoryId?: string;
  name?: string;
  handle?: string;
  text?: string;
}

let opened = 0;

async function insertThread(db: Db, world: SmallWorld, ids: OpenedInteraction, options: OpenOptions): Promise<void> {
  const channel = options.channel ?? 'generic';
  const accountId = options.accountId ?? world.accountId;
  await db.dynamic('insert into contacts (id, organisation_id, name) values ($1, $2, $3)',
    [ids.contactId, world.organisationId, options.name ?? 'Nasabah Uji']);
  await db.dynamic(`insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
    values ($1, $2, $3, $4, $5, $6)`,
  [ids.contactPointId, world.organisationId, ids.contactId, channel, accountId, ids.handle]);
  await db.dynamic(`insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id,
      handle, last_seq, last_message_at, last_inbound_at, last_text, last_direction, unread_count)
    values ($1, $2, $3, $4, $5, $7, 1, app_now(), app_now(), $6, 'IN', 1)`,
  [ids.conversationId, world.organisationId, accountId, ids.contactId, ids.contactPointId, options.text ?? 'Halo',
    ids.handle]);
}

async function insertWork(db: Db, world: SmallWorld, ids: OpenedInteraction, options: OpenOptions): Promise<void> {
  const queueId = options.queueId ?? world.queueId;
  const ago = options.waitingSeconds ?? 0;
  await db.dynamic(`insert into tickets (id, organisation_id, number, contact_id, conversation_id, queue_id, site_id,
      category_id, opened_at)
    values ($1, $2, $3, $4, $5, $6, (select site_id from queues where id = $6), $7,
      app_now() - $8 * interval '1 second')`,
  [ids.ticketId, world.organisationId, ids.ticketNumber, ids.contactId, ids.conversationId, queueId,
    options.categoryId ?? null, ago]);
  await db.dynamic(`insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id,
    channel,
      medium, ticket_id, state, tier, priority, site_id, queue_id, cost_points, skill_ids, waiting_since, date_origin,
      queued_at, awaiting_reply_since, category_id)
    select $1, $2, $3, $4, $5, $6, $7, $8, 'QUEUED', $9, $10, (select site_id from queues where id = $11), $11, $12,
      $13::uuid[], at, at, at, at, $15
    from (select app_now() - $14 * interval '1 second' as at) as origin`,
  [ids.interactionId, world.organisationId, ids.conversationId, ids.contactId, options.accountId ?? world.accountId,
    options.channel ?? 'generic', options.medium ?? 'CHAT', ids.ticketId, options.tier ?? 1, options.priority ?? 0,
      queueId,
    options.costPoints ?? 25, options.skillIds ?? [], ago, options.categoryId ?? null]);
  await db.dynamic(`insert into segments (id, organisation_id, interaction_id, kind, queue_id, started_at)
    select $1, $2, $3, 'QUEUE', $4, queued_at from interactions where id = $3`,
  [newId(), world.organisationId, ids.interactionId, queueId]);
  await db.dynamic(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq,
      direction, author_kind, kind, body, created_at)
    select $1, $2, $3, $4, $5, 1, 'IN', 'CUSTOMER', 'text', $6, date_origin from interactions where id = $4`,
  [ids.messageId, world.organisationId, ids.conversationId, ids.interactionId, options.accountId ?? world.accountId,
    options.text ?? 'Halo']);
}

/**
 * A customer wrote and waits: contact, contact point, conversation, ticket, interaction QUEUED, one message with seq
 * 1.
 */
export async function openInteraction(db: Db, world: SmallWorld,
  options: OpenOptions = {}): Promise<OpenedInteraction> {
  opened += 1;
  const ids: OpenedInteraction = {
    contactId: newId(), contactPointId: newId(), conversationId: newId(), ticketId: newId(), interactionId: newId(),
    messageId: newId(), handle: options.handle ?? `nasabah-${opened}`,
    ticketNumber: `TK-261121-${String(opened).padStart(4, '0')}`,
  };
  await insertThread(db, world, ids, options);
  await insertWork(db, world, ids, options);
  return ids;
}

/**
 * The same, already owned by an agent (state PICKED_UP, or IN_SERVICE if `answered`), with the agent's points taken
 * and the agent READY: what acceptOffer leaves behind, for tests that are not about offers.
 */
export async function openOwnedInteraction(db: Db, world: SmallWorld, agentId: string,
  options: OpenOptions & { answered?: boolean } = {}): Promise<OpenedInteraction> {
  const ids = await openInteraction(db, world, options);
  const [owned] = await db.dynamic<{ cost_points: number }>(`update interactions i set agent_id = u.id,
    team_id = u.team_id,
      site_id = coalesce(i.site_id, u.site_id), state = $3, accepted_at = app_now(), version = i.version + 1,
      answered_at = case when $3 = 'IN_SERVICE' then app_now() end,
      awaiting_reply_since = case when $3 = 'IN_SERVICE' then null else i.awaiting_reply_since end
    from users u where i.id = $1 and u.id = $2 returning i.cost_points`,
  [ids.interactionId, agentId, options.answered === true ? 'IN_SERVICE' : 'PICKED_UP']);
  await db.dynamic(`update tickets t set agent_id = u.id, team_id = u.team_id from users u where t.id = $1
    and u.id = $2`,
    [ids.ticketId, agentId]);
  await db.dynamic(`update segments set ended_at = app_now(), result = 'ACCEPTED' where interaction_id = $1`,
    [ids.interactionId]);
  await db.dynamic(`insert into segments (id, organisation_id, interaction_id, kind, queue_id, agent_id, started_at)
    select $1, organisation_id, id, 'AGENT', queue_id, agent_id, accepted_at from interactions where id = $2`,
  [newId(), ids.interactionId]);
  await db.dynamic(`insert into agent_states (user_id, organisation_id, presence, used_points) values ($1, $2,
    'READY', $3)
    on conflict (user_id) do update set used_points = agent_states.used_points + excluded.used_points`,
  [agentId, world.organisationId, owned?.cost_points ?? 0]);
  return ids;
}
