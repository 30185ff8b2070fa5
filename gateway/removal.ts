/**
 * What removes data when its time has come: retention runs (RA11) and approved erasures (RL06). One node at a time,
 * under a lease; every chunk commits with what it counted, so a run that was killed goes on where it stood.
 */
import { isDeepStrictEqual } from 'node:util';
import { idAt, eraseFamily, familyOf, RAW_HELD, removeMessagesOf, removeOldFiles, removeOldMessages, removeRawOf,
  WITH_HELD } from '#domain/contacts/removal.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { lockPeople } from '#routing/contact-merge.ts';
import type { BlobStore } from './blob-store.ts';
import { withLease } from './channel-lease.ts';
import { startLoop, type Loop } from './loops.ts';

/** What is kept for a time of its own. */
export const retentionClasses = ['MESSAGE', 'MEDIA', 'RAW_INBOUND', 'QUARANTINE', 'WEBHOOK_DELIVERY'] as const;
export type RetentionClass = (typeof retentionClasses)[number];

export interface RemovalParts { work: Work; nodeId: string; blobs: BlobStore }

const FIRST = '00000000-0000-0000-0000-000000000000';

/** A class with rules: organisations whose last scheduled run is a day old get one. */
const openRuns = statement('retention.open', `insert into retention_runs (id, organisation_id, cause, cutoffs)
  select gen_random_uuid(), r.organisation_id, 'SCHEDULE',
    jsonb_object_agg(r.data_class, to_char((app_now() - r.days * interval '1 day') at time zone 'utc',
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from retention_rules r where not exists (select from retention_runs n where n.organisation_id = r.organisation_id
    and (n.state = 'RUNNING' or (n.cause = 'SCHEDULE' and n.started_at > app_now() - interval '1 day')))
  group by r.organisation_id on conflict do nothing`);
const startRun = statement('retention.start', `insert into retention_runs
    (id, organisation_id, cause, started_by, cutoffs)
  select $1, $2, 'USER', $3, jsonb_object_agg(r.data_class, to_char((app_now() - r.days * interval '1 day')
    at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from retention_rules r where r.organisation_id = $2 having count(*) > 0 on conflict do nothing returning id`);
const running = statement('retention.running', `select id, organisation_id, cutoffs from retention_runs
  where state = 'RUNNING' order by started_at limit 1`);
const count = statement('retention.count', `update retention_runs set counts = counts
  || jsonb_build_object($2::text, coalesce((counts->>$2)::int, 0) + $3::int) where id = $1`);
const finish = statement('retention.finish', `update retention_runs set state = 'DONE', finished_at = app_now(),
    held = (select count(*)::int from legal_holds h where h.organisation_id = retention_runs.organisation_id
      and h.released_at is null)
  where id = $1 and state = 'RUNNING' returning counts`);

const oldRaw = statement('retention.raw', `${WITH_HELD}, batch as (select e.id from inbound_events e
    where e.organisation_id = $1 and e.id > $2 and e.id < $3 and e.received_at < $4 and e.state <> 'QUARANTINED'
      and octet_length(e.raw) > 0 and not ${RAW_HELD} order by e.id limit $5)
  update inbound_events e set raw = '' where e.id in (select id from batch) returning e.id`);
const oldQuarantine = statement('retention.quarantine', `${WITH_HELD}, batch as (select e.id from inbound_events e
    where e.organisation_id = $1 and e.id > $2 and e.id < $3 and e.received_at < $4 and e.state = 'QUARANTINED'
      and not ${RAW_HELD} order by e.id limit $5)
  delete from inbound_events where id in (select id from batch) returning id`);
const oldDeliveries = statement('retention.deliveries', `delete from webhook_deliveries where id in (
    select id from webhook_deliveries where organisation_id = $1 and id > $2 and id < $3 and created_at < $4
      and state <> 'WAITING' order by id limit $5) returning id`);

interface Run { id: string; organisation_id: string; cutoffs: Partial<Record<RetentionClass, string>> }
interface Chunk { removed: number; blobs: string[]; after: string | undefined }

const SIMPLE = { RAW_INBOUND: oldRaw, QUARANTINE: oldQuarantine, WEBHOOK_DELIVERY: oldDeliveries };

async function chunkOf(tx: Tx, name: RetentionClass, organisationId: string, before: Date,
  after: string): Promise<Chunk> {
  if (name === 'MESSAGE') {
    const { messages, ...rest } = await removeOldMessages(tx, organisationId, before, after);
    return { removed: messages, ...rest };
  }
  if (name === 'MEDIA') {
    const { files, ...rest } = await removeOldFiles(tx, organisationId, before, after);
    return { removed: files, ...rest };
  }
  const rows = await tx.rows<{ id: string }>(SIMPLE[name],
    [organisationId, after, idAt(before.getTime()), before, limits.removalRowsMax]);
  const last = rows.map((row) => row.id).sort().at(-1);
  return { removed: rows.length, after: rows.length === limits.removalRowsMax ? last : undefined, blobs: [] };
}

async function drop(blobs: BlobStore, names: readonly string[]): Promise<void> {
  // A name that is lost here by a crash is a stray that sweepOrphans finds within a day.
  for (const name of names) await blobs.remove(name);
}

async function runOne(parts: RemovalParts, run: Run, going: () => boolean): Promise<void> {
  const { work } = parts;
  const classes = retentionClasses.filter((name) => run.cutoffs[name] !== undefined);
  for (const name of classes) {
    const before = new Date(run.cutoffs[name] ?? 0);
    for (let after: string | undefined = FIRST; after !== undefined && going();) {
      const chunk: Chunk = await work.db.transaction(async (tx) => {
        const done = await chunkOf(tx, name, run.organisation_id, before, after ?? FIRST);
        if (done.removed > 0) await tx.rows(count, [run.id, name, done.removed]);
        tx.afterCommit(() => { work.wake.hint('journal'); });
        return done;
      });
      await drop(parts.blobs, chunk.blobs);
      after = chunk.after;
    }
  }
  if (!going()) return;
  await work.db.transaction(async (tx) => {
    const ended = await tx.one<{ counts: Record<string, number> }>(finish, [run.id]);
    if (ended === undefined) return;
    await appendJournal(tx, [{ type: 'retention.run-finished', subjectType: 'retention-run', subjectId: run.id,
      actor: { kind: 'SYSTEM' }, scope: { organisationId: run.organisation_id }, data: { counts: ended.counts } }]);
    tx.afterCommit(() => { work.wake.hint('journal'); });
  });
}

/** Opens a run now; undefined where no rule is set or one runs already. */
export async function openRun(tx: Tx, organisationId: string, userId: string): Promise<string | undefined> {
  return (await tx.one<{ id: string }>(startRun, [newId(), organisationId, userId]))?.id;
}

/** Opens the runs that are due and does what is open, one after the other. */
export async function runRetention(parts: RemovalParts, going: () => boolean = () => true): Promise<void> {
  await parts.work.db.rows(openRuns);
  for (;;) {
    const run = await parts.work.db.one<Run>(running);
    if (run === undefined || !going()) return;
    await runOne(parts, run, going);
  }
}

const approved = statement('erasure.approved', `select id, organisation_id, contact_id, decided_by
  from subject_requests where state = 'APPROVED' and kind = 'ERASURE' order by decided_at limit 20`);
const done = statement('erasure.done', `update subject_requests set state = 'DONE', finished_at = app_now(),
    counts = $2, version = version + 1 where id = $1 and state = 'APPROVED' returning organisation_id`);
const counted = statement('erasure.counted', `update subject_requests set counts = coalesce(counts, '{}')
  || jsonb_build_object('messages', coalesce((counts->>'messages')::int, 0) + $2::int) where id = $1
  returning (counts->>'messages')::int as messages`);

interface Approved { id: string; organisation_id: string; contact_id: string; decided_by: string }

async function eraseOne(parts: RemovalParts, request: Approved, going: () => boolean): Promise<void> {
  const { work } = parts;
  const { organisation_id: organisationId } = request;
  const actor = { kind: 'USER', id: request.decided_by } as const;
  const person = await familyOf(work.db, organisationId, request.contact_id);
  // Work that was opened, or a hold that was placed, after the approval: the erasure waits for its end.
  if (person.open || person.held) return;
  for (let after: string | undefined = FIRST; after !== undefined && going();) {
    const chunk = await work.db.transaction(async (tx) => {
      const removed = await removeMessagesOf(tx, organisationId, person.conversations, after ?? FIRST, actor);
      if (removed.messages > 0) await tx.rows(counted, [request.id, removed.messages]);
      tx.afterCommit(() => { work.wake.hint('journal'); });
      return removed;
    });
    await drop(parts.blobs, chunk.blobs);
    after = chunk.after;
  }
  for (let after: string | undefined = FIRST; after !== undefined && going();) {
    after = await work.db.transaction((tx) => removeRawOf(tx, organisationId, person, after ?? FIRST));
  }
  if (!going()) return;
  const blobs = await work.db.transaction(async (tx) => {
    await lockPeople(tx, organisationId, person.contacts);
    const now = await familyOf(tx, organisationId, request.contact_id);
    // Merged, taken apart, held or served meanwhile: the next look takes them as they are then.
    if (now.open || now.held || !isDeepStrictEqual([now.contacts, now.conversations],
      [person.contacts, person.conversations])) return [];
    const total = await tx.one<{ messages: number }>(counted, [request.id, 0]);
    const names = await eraseFamily(tx, organisationId, person, actor);
    const counts = { messages: total?.messages ?? 0, contacts: person.contacts.length,
      conversations: person.conversations.length };
    if (await tx.one(done, [request.id, JSON.stringify(counts)]) === undefined) return names;
    await appendJournal(tx, [{ type: 'subject-request.finished', subjectType: 'subject-request',
      subjectId: request.id, actor, scope: { organisationId }, data: { kind: 'ERASURE', counts } }]);
    tx.afterCommit(() => { work.wake.hint('journal'); });
    return names;
  });
  await drop(parts.blobs, blobs);
}

/** Does the erasures that were approved; one whose customer has open work or a legal hold waits. */
export async function runErasures(parts: RemovalParts, going: () => boolean = () => true): Promise<void> {
  for (const request of await parts.work.db.rows<Approved>(approved)) {
    if (going()) await eraseOne(parts, request, going);
  }
}

/** Looks every limits.dailySweepMs, while this node holds the lease. */
export function startRemoval(parts: RemovalParts): Loop {
  const { work, nodeId } = parts;
  let stopping = false;
  const loop = startLoop('removal', limits.dailySweepMs, work.log, () =>
    withLease(work, { name: 'removal', nodeId }, async (signal) => {
      const going = (): boolean => !stopping && !signal.aborted;
      await runErasures(parts, going);
      await runRetention(parts, going);
    }));
  return { async stop() { stopping = true; await loop.stop(); } };
}
