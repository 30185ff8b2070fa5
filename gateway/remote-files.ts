/**
 * Files that providers still hold: announced before their message is stored, fetched after its COMMIT, attached to it
 * wherever the process ended in between. State in `remote_files` is the queue.
 */
import type { PullOutcome } from '#channels/channel.ts';
import type { AccountView, InboundEvent, RemoteFile } from '#domain/channels/words.ts';
import { backoffMs } from '#domain/conversations/rules.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Db, type Tx } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { providerIdOf } from '#routing/receipts.ts';
import type { Hosts } from './channel-host.ts';
import { safeFileName } from './channel-media.ts';
import { startLoop } from './loops.ts';

const announce = statement(
  'remote-files.announce',
  `
insert into remote_files (id, organisation_id, channel_account_id, provider_message_id, place, ref, file_name,
  size_bytes, due_at)
select id, organisation_id, channel_account_id, provider_message_id, place, ref, file_name, size_bytes, app_now()
from json_to_recordset($1::json) as f (id uuid, organisation_id uuid, channel_account_id uuid,
  provider_message_id text, place int, ref text, file_name text, size_bytes bigint)
order by provider_message_id, place on conflict do nothing`,
);

/** $1 how many, $2 how long a claim holds, ms: due files whose message is stored, oldest first. */
const claim = statement(
  'remote-files.claim',
  `
with due as (
  select r.id, m.id as message_id, m.conversation_id, c.handle from remote_files r
  join messages m on m.channel_account_id = r.channel_account_id and m.provider_message_id = r.provider_message_id
    and m.organisation_id = r.organisation_id and m.direction = 'IN'
  join conversations c on c.id = m.conversation_id
  where r.state = 'WAITING' and r.due_at <= app_now() order by r.due_at limit $1 for update of r skip locked
)
update remote_files r set attempts = r.attempts + 1, lease_fence = r.lease_fence + 1,
  due_at = app_now() + $2::float8 * interval '1 ms'
from due where r.id = due.id
returning r.id, r.organisation_id, r.channel_account_id, r.ref, r.file_name, r.size_bytes::float8 as size_bytes,
  r.attempts, r.lease_fence::float8 as fence, due.message_id, due.conversation_id, due.handle,
  extract(epoch from app_now() - r.created_at)::float8 / 3600 as age_hours`,
);
/** $1 ids, $2 their fences, $3 how long a claim holds, ms: the fetches that still run here stay ours. */
const keep = statement(
  'remote-files.keep',
  `
update remote_files r set due_at = app_now() + $3::float8 * interval '1 ms'
from unnest($1::uuid[], $2::bigint[]) as held (id, fence)
where r.id = held.id and r.lease_fence = held.fence and r.state = 'WAITING'`,
);
const tryLater = statement(
  'remote-files.later',
  `
update remote_files set due_at = app_now() + $3::float8 * interval '1 ms', reason_code = $4
where id = $1 and lease_fence = $2 and state = 'WAITING'`,
);
const end = statement(
  'remote-files.end',
  `
update remote_files set state = $3, reason_code = $4, file_id = $5, ended_at = app_now(), ref = null, file_name = null
where id = $1 and lease_fence = $2 and state = 'WAITING' returning 1 as ended`,
);
const lockConversation = statement(
  'remote-files.lock',
  `
select id from conversations where organisation_id = $1 and id = $2 for update`,
);
/** $1 organisation, $2 message, $3 file or null, $4 its place among those that were announced, $5 reason or null. */
const attach = statement(
  'remote-files.attach',
  `
update messages m set version = m.version + 1,
  attachments = case when $3::jsonb is null then m.attachments
    else coalesce(m.attachments, '[]'::jsonb) || jsonb_build_array($3::jsonb) end,
  payload = case when $5::text is null
    then nullif(jsonb_set(m.payload, '{remoteFiles}', coalesce((select jsonb_agg(f) from
      jsonb_array_elements(m.payload->'remoteFiles') f where f->>'fileName' <> $4), '[]')) - case when
      jsonb_array_length(m.payload->'remoteFiles') <= 1 then 'remoteFiles' else '' end, '{}')
    else jsonb_set(m.payload, '{remoteFiles}', (select jsonb_agg(case when f->>'fileName' = $4
      then f || jsonb_build_object('reasonCode', $5) else f end)
      from jsonb_array_elements(m.payload->'remoteFiles') f)) end
from (select id, interaction_id from messages where organisation_id = $1 and id = $2 for update) held
left join interactions i on i.id = held.interaction_id
where m.id = held.id and m.deleted_at is null and m.payload ? 'remoteFiles'
returning m.version, i.site_id, i.branch_id, i.queue_id, i.team_id, i.agent_id`,
);
const attachFile = statement(
  'remote-files.attach-file',
  `
update files set attached_at = app_now(), conversation_id = $3 where organisation_id = $1 and id = $2`,
);
const purge = statement(
  'remote-files.purge',
  `
delete from remote_files where (state <> 'WAITING' and ended_at < app_now() - $1 * interval '1 hour')
  or (state = 'WAITING' and created_at < app_now() - ($1 + $2) * interval '1 hour')`,
);

interface Claimed {
  id: string;
  organisation_id: string;
  channel_account_id: string;
  ref: string;
  file_name: string;
  size_bytes: number | null;
  attempts: number;
  fence: number;
  message_id: string;
  conversation_id: string;
  handle: string;
  age_hours: number;
  /** Its end is being written: nobody keeps it up any more. */
  ending?: true;
}

interface Attached {
  version: number;
  site_id: string | null;
  branch_id: string | null;
  queue_id: string | null;
  team_id: string | null;
  agent_id: string | null;
}

/** A name of its own within the message, by which the waiting file is found again. */
function namesOf(files: readonly RemoteFile[]): string[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const clean = safeFileName(file.fileName);
    const name = taken.has(clean) ? `${taken.size + 1}-${clean}` : clean;
    taken.add(name);
    return name;
  });
}

/**
 * Announces the files of the events, before their messages are stored: a crash in between leaves announcements that
 * wait for their message, never a message whose file nobody fetches. Gives the events as intake takes them, with what
 * is on its way in payload.remoteFiles. A redelivery announces nothing new.
 */
export async function announceRemoteFiles(
  db: Db,
  account: AccountView,
  events: readonly InboundEvent[],
): Promise<InboundEvent[]> {
  const rows: object[] = [];
  const taken = events.map((event) => {
    if (event.kind !== 'message' || !event.remoteFiles?.length || event.providerMessageId === undefined) return event;
    const files = event.remoteFiles.slice(0, limits.filesPerMessageMax);
    const names = namesOf(files);
    for (const [place, file] of files.entries()) {
      rows.push({
        id: newId(),
        organisation_id: account.organisationId,
        channel_account_id: account.id,
        provider_message_id: providerIdOf(event.providerMessageId),
        place,
        ref: safeText(file.ref),
        file_name: names[place],
        size_bytes: file.sizeBytes ?? null,
      });
    }
    const waiting = names.map((fileName, place) => ({ fileName, sizeBytes: files[place]?.sizeBytes ?? null }));
    return { ...event, payload: { ...event.payload, remoteFiles: waiting } };
  });
  if (rows.length > 0) await db.rows(announce, [JSON.stringify(rows)]);
  return taken;
}

async function settle(work: Work, file: Claimed, outcome: Exclude<PullOutcome, { kind: 'retry' }>): Promise<void> {
  const stored = outcome.kind === 'stored' ? outcome.attachment : undefined;
  const reason = outcome.kind === 'failed' ? cutText(safeText(outcome.reasonCode), 64) : null;
  await work.db.transaction(async (tx: Tx) => {
    await tx.one(lockConversation, [file.organisation_id, file.conversation_id]);
    const [ended] = await tx.rows(end, [
      file.id,
      file.fence,
      stored === undefined ? 'FAILED' : 'STORED',
      reason,
      stored?.fileId ?? null,
    ]);
    if (ended === undefined) return;
    const [message] = await tx.rows<Attached>(attach, [
      file.organisation_id,
      file.message_id,
      stored === undefined ? null : JSON.stringify(stored),
      file.file_name,
      reason,
    ]);
    if (message === undefined) return;
    if (stored !== undefined) await tx.rows(attachFile, [file.organisation_id, stored.fileId, file.conversation_id]);
    await appendJournal(tx, [
      {
        type: 'message.file-fetched',
        subjectType: 'message',
        subjectId: file.message_id,
        conversationId: file.conversation_id,
        actor: { kind: 'SYSTEM' },
        scope: {
          organisationId: file.organisation_id,
          siteId: message.site_id,
          branchId: message.branch_id,
          queueId: message.queue_id,
          teamId: message.team_id,
          agentId: message.agent_id,
        },
        version: message.version,
        data: stored === undefined ? { result: 'FAILED', reasonCode: reason } : { fileId: stored.fileId },
      },
    ]);
    tx.afterCommit(() => work.wake.hint('journal'));
  });
}

async function pullOne(work: Work, hosts: Pick<Hosts, 'known'>, file: Claimed, stopped: AbortSignal): Promise<void> {
  const held = hosts.known(file.channel_account_id);
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(limits.remoteFileDeadlineMs)]);
  const { ref, file_name: fileName, handle } = file;
  const asked = { ref, fileName, sizeBytes: file.size_bytes ?? undefined, handle };
  let outcome: PullOutcome;
  try {
    outcome = (await held?.channel.pull?.(held.host, asked, signal)) ?? { kind: 'retry', reasonCode: 'ACCOUNT_GONE' };
  } catch (error) {
    work.log.warn({ error: (error as Error).name, accountId: file.channel_account_id }, 'a file was not fetched yet');
    outcome = { kind: 'retry', reasonCode: 'FETCH_THREW' };
  }
  file.ending = true;
  if (outcome.kind === 'retry' && file.age_hours < limits.remoteFileTriesHours) {
    const wait = Math.max(outcome.afterMs ?? 0, backoffMs(file.attempts, Math.random()));
    const grown = file.attempts > 8 ? limits.remoteFileRetryMsMax : wait;
    await work.db.rows(tryLater, [file.id, file.fence, stopped.aborted ? 0 : grown, outcome.reasonCode]);
    return;
  }
  await settle(work, file, outcome.kind === 'retry' ? { kind: 'failed', reasonCode: outcome.reasonCode } : outcome);
}

export interface RemoteFiles {
  /** Ends the fetches that run; what they held is fetched again by whoever comes next. */
  stop(): Promise<void>;
}

/** Fetches what waits, on this node: at each hint `remote-files` and every second, a few at once. */
export function startRemoteFiles(work: Work, hosts: Pick<Hosts, 'known'>): RemoteFiles {
  const stopped = new AbortController();
  const running = new Map<Promise<void>, Claimed>();
  let claiming: Promise<void> | undefined;
  let again = false;
  let purgedAt = performance.now();

  async function take(): Promise<void> {
    do {
      again = false;
      const free = limits.remoteFilesAtOnce - running.size;
      if (free <= 0 || stopped.signal.aborted) return;
      for (const file of await work.db.rows<Claimed>(claim, [free, limits.remoteFileLeaseMs])) {
        const pull = pullOne(work, hosts, file, stopped.signal).catch((error: Error) => {
          work.log.warn({ error: error.message }, 'the end of a fetch was not stored; it is fetched again');
        });
        running.set(pull, file);
        void pull.then(() => {
          running.delete(pull);
          wake();
        });
      }
    } while (again);
  }

  function wake(): void {
    again = true;
    if (stopped.signal.aborted) return;
    claiming ??= take()
      .catch(() => undefined)
      .finally(() => {
        claiming = undefined;
      });
  }

  /** A short lease that is kept up: what a node held that was killed is fetched again at once by who comes next. */
  async function keepUp(): Promise<void> {
    const held = [...running.values()].filter((file) => file.ending === undefined);
    if (held.length === 0) return;
    const fences = held.map((file) => file.fence);
    await work.db.rows(keep, [held.map((file) => file.id), fences, limits.remoteFileLeaseMs]);
  }

  const unhear = work.wake.on('remote-files', wake);
  const loop = startLoop('remote-files', limits.outboundSweepMs, work.log, async () => {
    await keepUp();
    await (claiming ?? take());
    if (performance.now() - purgedAt < limits.slowSweepMs) return;
    purgedAt = performance.now();
    await work.db.rows(purge, [limits.remoteFileKeptHours, limits.remoteFileTriesHours]);
  });
  return {
    async stop() {
      stopped.abort();
      unhear();
      await loop.stop();
      await claiming;
      await Promise.all(running.keys());
    },
  };
}
