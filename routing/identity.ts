/**
 * Two handles that turned out to be one person: the provider tells it, so no agent is asked. One transaction; whoever
 * reads the contact before sees two, after it one.
 */
import type { AccountView, SamePerson } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { mergeInto } from './contact-merge.ts';
import { hintAfterCommit } from './interaction-rows.ts';

const findPoints = statement('identity.points', `
select id, contact_id, handle, phone from contact_points
where organisation_id = $1 and channel = $2 and handle = any($4::text[])
  and (channel_account_id = $3 or channel_account_id is null) order by id for update`);

/** The point bears the other handle from now on, on every account of the channel, and its threads with it. */
const renamePoint = statement('identity.rename-point', `
update contact_points set handle = $3, channel_account_id = null, phone = coalesce($4, phone),
  verified = verified or $4::text is not null, version = version + 1
where organisation_id = $1 and id = $2 returning version`);
const renameThreads = statement('identity.rename-threads', `
update conversations set handle = $3, version = version + 1
where organisation_id = $1 and contact_point_id = $2 and handle <> $3`);
const notePhone = statement('identity.phone', `
update contact_points set phone = $3, verified = true, version = version + 1
where organisation_id = $1 and id = $2 and (phone is distinct from $3 or not verified) returning version`);

/** $1 id, $2 organisation, $3 channel, $4 account, $5 handle, $6 the phone that is the person's other handle. */
const keepHandle = statement('identity.keep', `
insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle, phone, verified)
select $1, k.organisation_id, k.contact_id, k.channel, $4, $5, $6, true from contact_points k
where k.organisation_id = $2 and k.channel = $3 and k.handle = $6
  and (k.channel_account_id = $4 or k.channel_account_id is null)
order by k.channel_account_id nulls last limit 1
on conflict (organisation_id, channel, handle, channel_account_id) do update set phone = excluded.phone,
  verified = true, version = contact_points.version + 1 where contact_points.phone is distinct from excluded.phone`);
const findKnown = statement('identity.known', `
select distinct on (p.handle) p.handle, k.handle as is from contact_points p
join contact_points k on k.organisation_id = p.organisation_id and k.channel = p.channel and k.handle = p.phone
  and (k.channel_account_id = $3 or k.channel_account_id is null) and k.id <> p.id
  and k.contact_id = p.contact_id
where p.organisation_id = $1 and p.channel = $2 and p.handle = any($4::text[])
  and (p.channel_account_id = $3 or p.channel_account_id is null)
order by p.handle, k.channel_account_id nulls last`);

/** A merge of these two was taken back, or they were said to be two: somebody knows better than the provider. */
const parted = statement('identity.parted', `select exists (select from contact_merges
    where organisation_id = $1 and undone_at is not null
      and (kept_id = $2 and merged_id = $3 or kept_id = $3 and merged_id = $2))
  or exists (select from contacts_apart where organisation_id = $1
    and one_id = least($2::uuid, $3::uuid) and other_id = greatest($2::uuid, $3::uuid)) as yes`);

interface PointRow { id: string; contact_id: string; handle: string; phone: string | null }

async function told(tx: Tx, account: AccountView, point: PointRow, changed: string[]): Promise<void> {
  await appendJournal(tx, [{ type: 'contact.updated', subjectType: 'contact', subjectId: point.contact_id,
    actor: { kind: 'SYSTEM' }, scope: { organisationId: account.organisationId },
    data: { changed, contactPointId: point.id } }]);
}

/**
 * Makes `is` the handle of whoever was known as `handle`. Known under one of them only: that point takes the name, its
 * threads and open work go on. Known under both: their contacts become one, the one of `is` is kept, unless somebody
 * parted them: then both stay who they are; each thread keeps its own handle, so that an answer in it goes where it
 * went. `keeps`: a point remembers the handle, with the phone that leads to the person, so that an erasure of the
 * customer takes it along. Nothing new changes nothing.
 */
export async function identifyHandle(work: Work, account: AccountView, person: SamePerson): Promise<void> {
  const { organisationId } = account;
  const { handle, is, phone } = person;
  if (handle === is) return;
  await work.db.transaction(async (tx) => {
    const points = await tx.rows<PointRow>(findPoints, [organisationId, account.channel, account.id, [handle, is]]);
    const [old, kept] = [handle, is].map((name) => points.find((point) => point.handle === name));
    if (old !== undefined && kept === undefined) {
      await tx.rows(renameThreads, [organisationId, old.id, is]);
      await tx.rows(renamePoint, [organisationId, old.id, is, phone ?? null]);
      await told(tx, account, old, ['handle', ...(phone === undefined ? [] : ['phone'])]);
    }
    if (kept !== undefined && phone !== undefined
      && await tx.one(notePhone, [organisationId, kept.id, phone]) !== undefined) {
      await told(tx, account, kept, ['phone']);
    }
    const two = old !== undefined && kept !== undefined && old.contact_id !== kept.contact_id;
    const apart = two && (await tx.one<{ yes: boolean }>(parted,
      [organisationId, kept.contact_id, old.contact_id]))?.yes === true;
    if (two && !apart) {
      await mergeInto(tx, { organisationId, keptId: kept.contact_id, mergedId: old.contact_id });
    }
    if (person.keeps === true && !apart) {
      await tx.rows(keepHandle, [newId(), organisationId, account.channel, account.id, handle, is]);
    }
    hintAfterCommit(work, tx, 'journal');
  });
}

/** Of these handles those that are remembered as somebody's second one, each with the first. */
export async function knownAs(db: Queryable, account: AccountView,
  handles: readonly string[]): Promise<Record<string, string>> {
  if (handles.length === 0) return {};
  const rows = await db.rows<{ handle: string; is: string }>(findKnown,
    [account.organisationId, account.channel, account.id, handles]);
  return Object.fromEntries(rows.map((row) => [row.handle, row.is]));
}
