/**
 * Outgoing webhooks: a feeder turns journal rows into deliveries, a sender posts them signed, in order of their due
 * time, again and again with growing pauses. Each receiver has a lane of its own, so that one that hangs holds up
 * nobody else. One node does it at a time, under a lease; the cursor of each webhook
 * moves in the transaction that makes its deliveries, so none is lost or made twice. A receiver may get one twice (an
 * answer can be lost) and tells it by the delivery's id.
 */
import { setTimeout } from 'node:timers/promises';
import { FetchFailed } from '#channels/fetch-failed.ts';
import { SIGNATURE_HEADER, signBody } from '#channels/generic/signature.ts';
import { appNowMs } from '#domain/clock.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalRow } from '#domain/journal/events.ts';
import { readJournal } from '#domain/journal/tail.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { withLease } from './channel-lease.ts';
import type { Egress } from './egress.ts';
import { startLoop, type Loop } from './loops.ts';
import type { SecretStore } from './security/secret-store.ts';

export interface WebhookParts {
  work: Work;
  nodeId: string;
  egress: Egress;
  secrets: SecretStore;
}

interface Hook { id: string; organisation_id: string; url: string; types: string[]; epoch: number; xid: string;
  after: string }

const activeHooks = statement('webhook.active', `select id, organisation_id, url, types, after_epoch as epoch,
  after_xid::text as xid, after_id::text as after from webhooks where active order by id`);
/** Only from where it was read: a webhook that was changed meanwhile is fed by the next look. */
const moveHook = statement('webhook.move', `update webhooks set after_epoch = $2, after_xid = $3::text::xid8,
    after_id = $4 where id = $1 and after_epoch = $5 and after_xid = $6::text::xid8 and after_id = $7 and active
  returning id`);
const addDeliveries = statement('webhook.add', `insert into webhook_deliveries
    (id, organisation_id, webhook_id, journal_id, type, body)
  select x.id, $1, $2, x.journal_id, x.type, x.body
  from json_to_recordset($3::json) as x (id uuid, journal_id bigint, type text, body text) on conflict do nothing`);

/** What a receiver gets: ids, codes and names of fields, as the journal holds them; never text or personal data. */
function bodyOf(id: string, row: JournalRow): string {
  const { organisationId: _own, ...scope } = row.scope;
  return JSON.stringify({ id, type: row.type, at: row.at.toISOString(),
    subject: { type: row.subjectType, id: row.subjectId }, conversationId: row.conversationId ?? null,
    actor: row.actor, scope, version: row.version, data: row.data ?? {} });
}

async function feedOne(work: Work, hook: Hook): Promise<boolean> {
  const from = { epoch: hook.epoch, xid: hook.xid, id: hook.after };
  const { rows, position } = await readJournal(work.db, from, limits.webhookFeedRows);
  if (rows.length === 0) return false;
  const wanted = rows.filter((row) => row.scope.organisationId === hook.organisation_id
    && (hook.types.includes(row.type) || hook.types.includes('*')) && !row.type.startsWith('webhook.'));
  const deliveries = wanted.map((row) => {
    const id = newId();
    return { id, journal_id: row.id, type: row.type, body: bodyOf(id, row) };
  });
  await work.db.transaction(async (tx) => {
    const moved = await tx.rows(moveHook, [hook.id, position.epoch, position.xid, position.id, hook.epoch, hook.xid,
      hook.after]);
    if (moved.length === 0 || deliveries.length === 0) return;
    await tx.rows(addDeliveries, [hook.organisation_id, hook.id, JSON.stringify(deliveries)]);
  });
  return rows.length === limits.webhookFeedRows;
}

/** Makes the deliveries of everything new; gives how many webhooks have more waiting. */
export async function feedWebhooks(work: Work): Promise<number> {
  let more = 0;
  for (const hook of await work.db.rows<Hook>(activeHooks)) if (await feedOne(work, hook)) more += 1;
  return more;
}

interface Due { id: string; organisation_id: string; webhook_id: string; url: string; type: string; body: string;
  attempts: number }

/** Webhooks with something to send now, but for those of $1. */
const dueHooks = statement('webhook.due-hooks', `select w.id from webhooks w where w.active and w.id <> all($1::uuid[])
  and exists (select from webhook_deliveries d where d.webhook_id = w.id and d.state = 'WAITING'
    and d.due_at <= app_now()) order by w.id`);
const dueDeliveries = statement('webhook.due', `select d.id, d.organisation_id, d.webhook_id, w.url, d.type, d.body,
    d.attempts
  from webhooks w join webhook_deliveries d on d.webhook_id = w.id
  where w.id = $1 and w.active and d.state = 'WAITING' and d.due_at <= app_now() order by d.due_at, d.id limit $2`);
const delivered = statement('webhook.delivered', `with done as (update webhook_deliveries set state = 'DELIVERED',
    attempts = attempts + 1, answer_status = $2, reason_code = null, finished_at = app_now() where id = $1
    returning webhook_id)
  update webhooks w set failing_since = null from done where w.id = done.webhook_id and w.failing_since is not null`);
const postponed = statement('webhook.postponed', `with late as (update webhook_deliveries set attempts = attempts + 1,
    answer_status = $2, reason_code = $3, due_at = app_now() + $4 * interval '1 second',
    state = case when attempts + 1 >= $5 then 'FAILED' else 'WAITING' end,
    finished_at = case when attempts + 1 >= $5 then app_now() end where id = $1 and state = 'WAITING'
    returning webhook_id, state),
  marked as (update webhooks w set failing_since = app_now() from late
    where w.id = late.webhook_id and w.failing_since is null returning 1)
  select state from late`);

/** Seconds until the next try: doubling from limits.webhookFirstDelaySeconds, up to limits.webhookDelaySecondsMax. */
export function webhookDelaySeconds(attempts: number): number {
  return Math.min(limits.webhookDelaySecondsMax, limits.webhookFirstDelaySeconds * 2 ** Math.min(attempts, 20));
}

async function post(parts: WebhookParts, due: Due): Promise<{ status: number | null; reason: string | null }> {
  const owner = { organisationId: due.organisation_id, ownerKind: 'webhook', ownerId: due.webhook_id };
  const secret = await parts.secrets.get(owner, 'secret');
  if (secret === undefined) return { status: null, reason: 'SECRET_MISSING' };
  const seconds = Math.floor(appNowMs() / 1_000);
  try {
    const answer = await parts.egress.fetch(due.url, { method: 'POST', body: due.body,
      timeoutMs: limits.webhookTimeoutMs,
      headers: { 'content-type': 'application/json', 'user-agent': 'Sambung', 'sambung-delivery': due.id,
        'sambung-event': due.type, [SIGNATURE_HEADER]: signBody([secret], due.body, seconds),
        'content-length': String(Buffer.byteLength(due.body)) } });
    const good = answer.status >= 200 && answer.status < 300;
    return { status: answer.status, reason: good ? null : 'ANSWER_NOT_2XX' };
  } catch (error) {
    if (!(error instanceof FetchFailed)) throw error;
    return { status: null, reason: error.reasonCode };
  }
}

async function deliverOne(parts: WebhookParts, due: Due): Promise<void> {
  const { work } = parts;
  const { status, reason } = await post(parts, due);
  if (reason === null) {
    await work.db.rows(delivered, [due.id, status]);
    return;
  }
  await work.db.transaction(async (tx) => {
    const late = await tx.one<{ state: string }>(postponed, [due.id, status, reason,
      webhookDelaySeconds(due.attempts), limits.webhookAttemptsMax]);
    if (late?.state !== 'FAILED') return;
    await appendJournal(tx, [{ type: 'webhook.delivery-failed', subjectType: 'webhook', subjectId: due.webhook_id,
      actor: { kind: 'SYSTEM' }, scope: { organisationId: due.organisation_id },
      data: { deliveryId: due.id, reasonCode: reason } }]);
    tx.afterCommit(() => { work.wake.hint('journal'); });
  });
}

/** The webhooks that have something to send now, but for `except`. */
export async function dueWebhooks(work: Pick<Work, 'db'>, except: Iterable<string> = []): Promise<string[]> {
  return (await work.db.rows<{ id: string }>(dueHooks, [[...except]])).map(({ id }) => id);
}

/** Sends some of what is due to one webhook; gives their number. */
export async function deliverTo(parts: WebhookParts, hookId: string): Promise<number> {
  const due = await parts.work.db.rows<Due>(dueDeliveries, [hookId, limits.webhookSendsAtOnce]);
  await Promise.all(due.map((one) => deliverOne(parts, one)));
  return due.length;
}

/** Feeds, and sends in a lane for each webhook, until nothing is due or `going` says no. Rejects if a lane failed. */
async function feedAndSend(parts: WebhookParts, going: () => boolean): Promise<void> {
  const lanes = new Map<string, Promise<void>>();
  let failure: Error | undefined;
  const walk = async (hookId: string): Promise<void> => {
    try {
      while (going() && failure === undefined && await deliverTo(parts, hookId) > 0);
    } catch (error) {
      failure ??= error as Error;
    } finally {
      lanes.delete(hookId);
    }
  };
  try {
    while (going() && failure === undefined) {
      const fedAll = await feedWebhooks(parts.work) === 0;
      for (const hookId of await dueWebhooks(parts.work, lanes.keys())) lanes.set(hookId, walk(hookId));
      if (!fedAll) continue;
      if (lanes.size === 0) break;
      await Promise.race([...lanes.values(), setTimeout(limits.webhookSweepMs, undefined, { ref: false })]);
    }
  } finally {
    await Promise.all(lanes.values());
  }
  if (failure !== undefined) throw failure;
}

/** Feeds and sends while this node holds the lease; looks every limits.webhookSweepMs. */
export function startWebhooks(parts: WebhookParts): Loop {
  const { work, nodeId } = parts;
  let stopping = false;
  const loop = startLoop('webhooks', limits.webhookSweepMs, work.log, () =>
    withLease(work, { name: 'webhooks', nodeId }, (signal) => feedAndSend(parts, () => !stopping && !signal.aborted)));
  return { async stop() { stopping = true; await loop.stop(); } };
}
