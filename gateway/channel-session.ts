/**
 * What a channel that holds a session keeps through the house (ChannelHost.session): its keys, sealed; how it stands
 * and what an operator wants; what its number may still send; and when it was out of reach.
 */
import { gzipSync } from 'node:zlib';
import type { ChannelHost, DayCount, SessionHost, SessionState, SessionTold, SessionWish } from '#channels/channel.ts';
import type { AccountView } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import type { WakeTopic, Work } from '#domain/work.ts';
import { identifyHandle, knownAs } from '#routing/identity.ts';
import { HOUSE_ZONE } from '#routing/outbound-claims.ts';
import type { Vault } from './security/vault.ts';

const readKeys = statement('session.keys', `select id, key_id, sealed from channel_keys
  where organisation_id = $1 and channel_account_id = $2 and kind = $3 and id = any($4::text[])`);

/** $3 name of the lease, $4 fence, $5 what to write, $6 what to drop: one statement, so all of it or nothing. */
const writeKeys = statement('session.write-keys', `
with held as materialized (
  select 1 from leases where name = $3 and fence = $4::bigint and expires_at > app_now() for share
), gone as (
  delete from channel_keys k using json_to_recordset($6::json) as d (kind text, id text)
  where exists (select from held) and k.organisation_id = $1 and k.channel_account_id = $2 and k.kind = d.kind
    and k.id = d.id
), written as (
  insert into channel_keys (organisation_id, channel_account_id, kind, id, key_id, sealed)
  select $1, $2, w.kind, w.id, w.key_id, decode(w.sealed, 'base64')
  from json_to_recordset($5::json) as w (kind text, id text, key_id text, sealed text) where exists (select from held)
  on conflict (organisation_id, channel_account_id, kind, id)
  do update set key_id = excluded.key_id, sealed = excluded.sealed, written_at = app_now()
)
select exists (select from held) as held`);

const allKeys = statement('session.all-keys', `select kind, id, key_id, sealed from channel_keys
  where organisation_id = $1 and channel_account_id = $2 and kind not in ('sent', 'media') order by kind, id`);
const holdLease = statement('session.hold-lease',
  'select 1 as held from leases where name = $1 and fence = $2::bigint and expires_at > app_now() for share');
const archiveKeys = statement('session.archive', `
with gone as (delete from channel_keys where organisation_id = $1 and channel_account_id = $2)
insert into channel_key_archives (id, organisation_id, channel_account_id, reason_code, key_id, sealed)
values ($3, $1, $2, $4, $5, $6)`);

/** The place a key is bound to. */
export function keyPlace(accountId: string, kind: string, id: string): string {
  return `channel_keys|${accountId}/${kind}/${id}|sealed`;
}

/** The lease that a session is held under, as ChannelHost.lease names it. */
export function leaseOf(accountId: string): string {
  return `channel-account:${accountId}`;
}

interface KeyRow { kind: string; id: string; key_id: string; sealed: Buffer }

function createKeys({ work, vault }: SessionParts, account: AccountView): SessionHost['keys'] {
  const owner = [account.organisationId, account.id];
  const open = (kind: string, row: Omit<KeyRow, 'kind'>): string =>
    vault.open(row.key_id, row.sealed, keyPlace(account.id, kind, row.id)).toString('utf8');
  return {
    async get(kind, ids) {
      if (ids.length === 0) return {};
      const rows = await work.db.rows<Omit<KeyRow, 'kind'>>(readKeys, [...owner, kind, ids]);
      return Object.fromEntries(rows.map((row) => [row.id, open(kind, row)]));
    },
    async put(values, fence) {
      const given = Object.entries(values).flatMap(([kind, byId]) =>
        Object.entries(byId).map(([id, value]) => ({ kind, id, value })));
      if (given.length === 0) return;
      if (given.length > limits.sessionKeysMax) throw new AppError('LIMIT_REACHED', { max: limits.sessionKeysMax });
      const written = given.flatMap(({ kind, id, value }) => {
        if (value === null) return [];
        const { keyId, sealed } = vault.seal(Buffer.from(value, 'utf8'), keyPlace(account.id, kind, id));
        return [{ kind, id, key_id: keyId, sealed: sealed.toString('base64') }];
      });
      const gone = given.filter(({ value }) => value === null).map(({ kind, id }) => ({ kind, id }));
      const done = await work.db.one<{ held: boolean }>(writeKeys,
        [...owner, leaseOf(account.id), fence.toString(), JSON.stringify(written), JSON.stringify(gone)]);
      if (done?.held !== true) throw new AppError('LEASE_LOST');
    },
    async archive(reasonCode, fence) {
      await work.db.transaction(async (tx) => {
        if (await tx.one(holdLease, [leaseOf(account.id), fence.toString()]) === undefined) {
          throw new AppError('LEASE_LOST');
        }
        const rows = await tx.rows<KeyRow>(allKeys, owner);
        const id = newId();
        const plain = gzipSync(JSON.stringify(rows.map((row) => [row.kind, row.id, open(row.kind, row)])));
        const { keyId, sealed } = vault.seal(plain, `channel_key_archives|${id}|sealed`);
        await tx.rows(archiveKeys, [...owner, id, reasonCode, keyId, sealed]);
      });
    },
  };
}

const tellState = statement('session.tell', `
insert into channel_connections as c (organisation_id, channel_account_id, state, reason_code, number, display_name,
  paired_at, code_kind, code_key_id, code_sealed, code_until)
values ($1, $2, $3, $4, $6, $8, case when $9 then app_now() end, $11, $12, $13,
  app_now() + $14::int * interval '1 ms')
on conflict (organisation_id, channel_account_id) do update set state = excluded.state,
  since = case when c.state <> excluded.state or c.reason_code is distinct from excluded.reason_code then app_now()
    else c.since end,
  reason_code = excluded.reason_code,
  number = case when $5 then excluded.number else c.number end,
  display_name = case when $7 then excluded.display_name else c.display_name end,
  paired_at = case when $9 then app_now() else c.paired_at end,
  code_kind = case when $10 then excluded.code_kind else c.code_kind end,
  code_key_id = case when $10 then excluded.code_key_id else c.code_key_id end,
  code_sealed = case when $10 then excluded.code_sealed else c.code_sealed end,
  code_until = case when $10 then excluded.code_until else c.code_until end,
  updated_at = app_now(), version = c.version + 1
returning c.version`);
const readState = statement('session.current', `select state, reason_code, paired_at from channel_connections
  where organisation_id = $1 and channel_account_id = $2`);
const takeWish = statement('session.take-wish', `
with old as (select wish, wish_number from channel_connections
  where organisation_id = $1 and channel_account_id = $2 and wish is not null for update)
update channel_connections c set wish = null, wish_number = null, wished_at = null, updated_at = app_now()
from old where c.organisation_id = $1 and c.channel_account_id = $2 returning old.wish, old.wish_number`);
const setCap = statement('session.cap', `update channel_connections set cold_cap = $3, updated_at = app_now()
  where organisation_id = $1 and channel_account_id = $2 and cold_cap is distinct from $3::int`);
const setPause = statement('session.pause', `update channel_connections set cold_paused_until = $3,
    cold_reason_code = $4, updated_at = app_now(), version = version + 1
  where organisation_id = $1 and channel_account_id = $2`);

const DAY = `(app_now() at time zone '${HOUSE_ZONE}')::date`;
const counting = Object.fromEntries((['cold', 'warm', 'failed', 'received', 'ignored'] as const).map((what) =>
  [what, statement(`session.count-${what}`, `
insert into channel_days as d (organisation_id, channel_account_id, day, ${what}) values ($1, $2, ${DAY}, $3)
on conflict (organisation_id, channel_account_id, day) do update set ${what} = d.${what} + excluded.${what}`)])) as
  Record<DayCount, ReturnType<typeof statement>>;
const readToday = statement('session.today', `select cold, warm, failed, received, ignored from channel_days
  where organisation_id = $1 and channel_account_id = $2 and day = ${DAY}`);

const openGap = statement('session.gap-open', `
insert into channel_gaps (id, organisation_id, channel_account_id, reason_code, from_at)
values ($3, $1, $2, $4, coalesce($5::timestamptz, app_now())) on conflict do nothing`);
const closeGap = statement('session.gap-close', `update channel_gaps set until_at = app_now()
  where organisation_id = $1 and channel_account_id = $2 and until_at is null`);
const addRecovered = statement('session.gap-recovered', `
update channel_gaps g set recovered = g.recovered + $3 where g.id = (select id from channel_gaps
  where organisation_id = $1 and channel_account_id = $2 order by from_at desc limit 1)`);

const announce = statement('session.announce', `update messages set provider_message_id = $4
  where organisation_id = $1 and channel_account_id = $2 and id = $3 and status = 'sending' returning 1 as is`);
const lastInbound = statement('session.last-inbound', `select max(last_inbound_at) as at from conversations
  where organisation_id = $1 and channel_account_id = $2 and handle = $3`);
// A place may stand under the handle that its customer had before; words count only from the customer themselves.
const standing = statement('session.standing', `select case when m.payload ->> 'unreadable' = 'true' then 'UNREADABLE'
    else 'READ' end as standing
  from messages m join conversations c on c.id = m.conversation_id
  where m.organisation_id = $1 and m.channel_account_id = $2 and m.provider_message_id = $3 and m.direction = 'IN'
    and (c.handle = $4 or m.payload ->> 'unreadable' = 'true')
  order by c.handle = $4 desc limit 1`);

/** The topic of hints that an operator wants something of an account. */
export function wishTopic(accountId: string): WakeTopic {
  return `session-wish:${accountId}`;
}

export interface SessionParts {
  work: Work;
  vault: Vault;
}

interface StateRow { state: SessionState; reason_code: string | null; paired_at: Date | null }

async function tell({ work, vault }: SessionParts, account: AccountView, told: SessionTold): Promise<void> {
  const { code } = told;
  const sealed = code == null ? undefined
    : vault.seal(Buffer.from(code.value, 'utf8'), `channel_connections|${account.id}|code_sealed`);
  await work.db.transaction(async (tx: Queryable) => {
    const before = await tx.one<StateRow>(readState, [account.organisationId, account.id]);
    const row = await tx.one<{ version: number }>(tellState, [account.organisationId, account.id, told.state,
      told.reasonCode ?? null, told.number !== undefined, told.number ?? null, told.displayName !== undefined,
      told.displayName ?? null, told.paired === true, code !== undefined, code?.kind ?? null, sealed?.keyId ?? null,
      sealed?.sealed ?? null, code?.validMs ?? null]);
    if (before?.state === told.state && before.reason_code === (told.reasonCode ?? null)) return;
    await appendJournal(tx, [{ type: 'channel-account.session-changed', subjectType: 'channel-account',
      subjectId: account.id, actor: { kind: 'SYSTEM' }, scope: { organisationId: account.organisationId },
      version: row?.version ?? 1, data: { state: told.state,
        ...(told.reasonCode == null ? {} : { reasonCode: told.reasonCode }) } }]);
  });
  work.wake.hint('journal');
}

/** The session half of a ChannelHost. */
export function accountSession(parts: SessionParts, account: AccountView): ChannelHost['session'] {
  const { work } = parts;
  const owner = [account.organisationId, account.id];
  return {
    keys: createKeys(parts, account),
    tell: (told) => tell(parts, account, told),
    async current() {
      const row = await work.db.one<StateRow>(readState, owner);
      return row && { state: row.state, reasonCode: row.reason_code, pairedAt: row.paired_at };
    },
    async takeWish() {
      const row = await work.db.one<{ wish: SessionWish['kind']; wish_number: string | null }>(takeWish, owner);
      if (row === undefined) return undefined;
      return { kind: row.wish, ...(row.wish_number === null ? {} : { number: row.wish_number }) };
    },
    onWish: (listener) => work.wake.on(wishTopic(account.id), () => listener()),
    cold: {
      cap: async (perDay) => { await work.db.rows(setCap, [...owner, perDay]); },
      pause: async (until, reasonCode) => { await work.db.rows(setPause, [...owner, until, reasonCode]); },
    },
    count: async (what, by = 1) => { await work.db.rows(counting[what], [...owner, by]); },
    async today() {
      const none = { cold: 0, warm: 0, failed: 0, received: 0, ignored: 0 };
      return await work.db.one<Record<DayCount, number>>(readToday, owner) ?? none;
    },
    gap: {
      open: async (reasonCode, from) => { await work.db.rows(openGap, [...owner, newId(), reasonCode, from ?? null]); },
      close: async () => { await work.db.rows(closeGap, owner); },
      recovered: async (count) => { if (count > 0) await work.db.rows(addRecovered, [...owner, count]); },
    },
    outbox: {
      announce: async (messageId, providerMessageId) =>
        await work.db.one(announce, [...owner, messageId, providerMessageId]) !== undefined,
      lastInboundAt: async (handle) =>
        (await work.db.one<{ at: Date | null }>(lastInbound, [...owner, handle]))?.at ?? null,
    },
    standing: async (providerMessageId, handle) =>
      (await work.db.one<{ standing: 'READ' | 'UNREADABLE' }>(standing, [...owner, providerMessageId, handle]))
        ?.standing,
    identify: (person) => identifyHandle(work, account, person),
    knownAs: (handles) => knownAs(work.db, account, handles),
  };
}

const dropFleeting = statement('session.drop-fleeting', `delete from channel_keys where ctid = any(array(
  select ctid from channel_keys where kind in ('sent', 'media')
    and written_at < app_now() - $1::int * interval '1 day' limit 1000))`);
const dropArchives = statement('session.drop-archives', `delete from channel_key_archives
  where archived_at < app_now() - $1::int * interval '1 day'`);

/** Drops what sessions kept for a while: sent messages, keys of files never fetched, archives of ended sessions. */
export async function sweepSessionKeys(work: Work): Promise<void> {
  await work.db.rows(dropFleeting, [limits.fleetingKeyDays]);
  await work.db.rows(dropArchives, [limits.keyArchiveDays]);
}
