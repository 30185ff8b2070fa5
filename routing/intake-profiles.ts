/** What providers prove about customers (profiles), and messages of our own side that come back (echoes, RS13). */
import type { InboundEcho, InboundProfile, ReceiveResult } from '#domain/channels/words.ts';
import { previewOf } from '#domain/conversations/rules.ts';
import { newId } from '#domain/ids.ts';
import { plausibleTime, type Thread } from '#domain/interactions/intake-plan.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { Scope } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';
import { providerIdOf } from './receipts.ts';
import type { IntakeAccount } from './intake-threads.ts';

/** $1 organisation, $2 point, $3 proved phone or null, $4 reachable or null. */
const updatePoint = statement('intake.profile', `
update contact_points p set phone = coalesce($3::text, p.phone), verified = p.verified or $3::text is not null,
  unreachable_at = case when $4::boolean is null then p.unreachable_at when $4::boolean then null
    else coalesce(p.unreachable_at, app_now()) end,
  version = p.version + 1
from (select id, phone, verified, unreachable_at from contact_points
  where organisation_id = $1 and id = $2 for no key update) old
where p.id = old.id and (($3::text is not null and (old.phone is distinct from $3::text or not old.verified))
  or ($4::boolean is not null and $4::boolean = (old.unreachable_at is not null)))
returning p.contact_id, p.version, old.phone is distinct from p.phone as phone_changed,
  (old.unreachable_at is null) <> (p.unreachable_at is null) as reach_changed`);

interface PointRow { contact_id: string; version: number; phone_changed: boolean; reach_changed: boolean }

function scopeOf(account: IntakeAccount, thread: Thread): Scope {
  return thread.interaction ?? { organisationId: account.organisationId };
}

/** Notes a proved phone number and whether the customer can be reached; nothing new changes nothing. */
export async function applyProfile(
  tx: Tx, account: IntakeAccount, event: InboundProfile, thread: Thread,
): Promise<ReceiveResult> {
  const point = await tx.one<PointRow>(updatePoint, [account.organisationId, thread.contactPointId,
    event.phone ?? null, event.reachable ?? null]);
  if (point !== undefined) {
    const changed = [...(point.phone_changed ? ['phone'] : []), ...(point.reach_changed ? ['reachable'] : [])];
    await appendJournal(tx, [{ type: 'contact.updated', subjectType: 'contact', subjectId: point.contact_id,
      conversationId: thread.conversationId, actor: { kind: 'CUSTOMER' }, scope: scopeOf(account, thread),
      data: { changed, contactPointId: thread.contactPointId } }]);
  }
  return { outcome: 'stored', conversationId: thread.conversationId };
}

/** How far back an echo is looked for among what we sent. */
const ECHO_MESSAGES = 200;

/**
 * $1 organisation, $2 conversation, $3 provider id, $4 text: ours is what bears the id; else what is on its way or of
 * unknown fate with this text, or the part of a long one that has just left in several.
 */
const findOwn = statement('intake.echo-own', `
select m.id, m.seq, m.status, m.version from messages m join conversations c on c.id = m.conversation_id
where m.organisation_id = $1 and m.conversation_id = $2 and m.direction = 'OUT'
  and m.seq > c.last_seq - ${ECHO_MESSAGES}
  and (m.provider_message_id = $3 or (m.status in ('sending', 'unknown') and m.provider_message_id is null
      and case when coalesce($4::text, '') = '' then m.attachments is not null
        else position($4::text in coalesce(m.body, '')) > 0 end)
    or (m.status in ('sent', 'delivered', 'read', 'played') and m.status_at > app_now() - interval '10 minutes'
      and length($4::text) between 1 and length(m.body) - 1 and position($4::text in m.body) > 0))
order by (m.provider_message_id = $3) desc nulls last, m.seq limit 1 for update of m`);

/** $1 organisation, $2 message, $3 provider id: the echo proves that a message of unknown fate has left. */
const proveSent = statement('intake.echo-proved', `
update messages set status = 'sent', status_at = app_now(), reason_code = null, provider_message_id = $3,
  version = version + 1
where organisation_id = $1 and id = $2 and status = 'unknown' returning version`);

/** A message that somebody wrote outside: on the account's phone, or by another program of the provider. */
const insertOutside = statement('intake.echo-outside', `
with item as (
  select * from json_to_record($1::json) as m (id uuid, organisation_id uuid, conversation_id uuid, interaction_id uuid,
    channel_account_id uuid, kind text, body text, provider_message_id text, provider_at timestamptz, preview text)
), conversation as (
  update conversations c set last_seq = c.last_seq + 1, last_message_at = app_now(), last_text = item.preview,
    last_direction = 'OUT', version = c.version + 1
  from item where c.organisation_id = item.organisation_id and c.id = item.conversation_id returning c.id, c.last_seq
)
insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction,
  author_kind, kind, body, payload, provider_message_id, provider_at, status, status_at, created_at)
select item.id, item.organisation_id, item.conversation_id, item.interaction_id, item.channel_account_id,
  conversation.last_seq, 'OUT', 'SYSTEM', item.kind, item.body, '{"sentFrom": "PHONE"}', item.provider_message_id,
  item.provider_at, 'sent', app_now(), app_now()
from item join conversation on conversation.id = item.conversation_id returning seq`);

interface OwnRow { id: string; seq: number; status: string; version: number }

async function storeOutside(
  tx: Tx, account: IntakeAccount, event: InboundEcho, thread: Thread,
): Promise<ReceiveResult> {
  const id = newId();
  const body = event.text === undefined ? null : cutText(safeText(event.text), limits.messageTextChars);
  const row = await tx.one<{ seq: number }>(insertOutside, [JSON.stringify({ id,
    organisation_id: account.organisationId, conversation_id: thread.conversationId,
    interaction_id: thread.interaction?.id ?? null, channel_account_id: account.id, kind: event.messageKind, body,
    provider_message_id: providerIdOf(event.providerMessageId), provider_at: plausibleTime(event.providerAt) ?? null,
    preview: previewOf(body) })]);
  await appendJournal(tx, [{ type: 'message.echoed', subjectType: 'message', subjectId: id,
    conversationId: thread.conversationId, actor: { kind: 'SYSTEM' }, scope: scopeOf(account, thread), version: 1 }]);
  return { outcome: 'stored', conversationId: thread.conversationId, messageId: id, seq: row?.seq ?? 0 };
}

/**
 * An echo is matched to our outbox and never becomes a message of the customer: what bears its id or is on its way
 * with its text is ours (a message of unknown fate counts as sent from now on); all else is kept as sent from outside
 * (RS13).
 */
export async function applyEcho(
  tx: Tx, account: IntakeAccount, event: InboundEcho, thread: Thread,
): Promise<ReceiveResult> {
  const providerId = providerIdOf(event.providerMessageId);
  const own = await tx.one<OwnRow>(findOwn, [account.organisationId, thread.conversationId, providerId,
    event.text === undefined ? null : safeText(event.text)]);
  if (own === undefined) return storeOutside(tx, account, event, thread);
  if (own.status === 'unknown') {
    const proved = await tx.one<{ version: number }>(proveSent, [account.organisationId, own.id, providerId]);
    if (proved !== undefined) {
      await appendJournal(tx, [{ type: 'message.status-changed', subjectType: 'message', subjectId: own.id,
        conversationId: thread.conversationId, actor: { kind: 'SYSTEM' }, scope: scopeOf(account, thread),
        version: proved.version, data: { status: 'sent', previous: 'unknown', reasonCode: 'ECHOED' } }]);
    }
  }
  return { outcome: 'stored', conversationId: thread.conversationId, messageId: own.id, seq: own.seq };
}
