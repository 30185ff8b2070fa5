/** Two contacts that are one person: their points, threads, work and tickets under one, and the way back. */
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, JournalEntry } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { actorOf, hintAfterCommit } from './interaction-rows.ts';

// Locks in the order of the house: conversations, interactions, tickets, then the contacts with their points.
const lockThreads = statement('merge.lock-threads', `
select id from conversations where contact_id = any($1::uuid[]) and organisation_id = $2 order by id
for no key update`);
const lockWork = statement('merge.lock-work', `
select id from interactions where contact_id = any($1::uuid[]) and organisation_id = $2 order by id
for no key update`);
const lockCases = statement('merge.lock-cases', `
select id from tickets where contact_id = any($1::uuid[]) and organisation_id = $2 order by id for no key update`);
const lockContacts = statement('merge.lock-contacts', `
select id, name, email, domicile, language, time_zone as "timeZone", merged_into_id, branch_id, version from contacts
where id = any($1::uuid[]) and organisation_id = $2 order by id for update`);

const record = statement('merge.record', `
insert into contact_merges (id, organisation_id, kept_id, merged_id, point_ids, interaction_ids, ticket_ids, filled,
  merged_by)
select $1, $2, $3, $4, array(select id from contact_points where contact_id = $4 and organisation_id = $2),
  array(select id from interactions where contact_id = $4 and organisation_id = $2 and conversation_id is null),
  array(select id from tickets where contact_id = $4 and organisation_id = $2 and conversation_id is null), $5, $6`);

const fill = statement('merge.fill', `
update contacts k set name = coalesce(k.name, m.name), email = coalesce(k.email, m.email),
  domicile = coalesce(k.domicile, m.domicile), language = coalesce(k.language, m.language),
  time_zone = coalesce(k.time_zone, m.time_zone), updated_at = app_now(), version = k.version + 1
from contacts m where k.id = $1 and m.id = $2 and k.organisation_id = $3 and m.organisation_id = $3
returning k.version`);
const setMerged = statement('merge.set-merged', `
update contacts set merged_into_id = $2, updated_at = app_now(), version = version + 1
where id = $1 and organisation_id = $3`);

/** Moves all that hangs on contact $1 to $2; also what came to $1 while the merge ran. */
const moves = (['contact_points', 'conversations', 'interactions', 'tickets'] as const).map((table) =>
  statement(`merge.move-${table}`, `update ${table} set contact_id = $2${table === 'conversations' ? ''
    : ', version = version + 1'} where contact_id = $1 and organisation_id = $3`));

interface ContactRow {
  id: string; name: string | null; email: string | null; domicile: string | null; language: string | null;
  timeZone: string | null; merged_into_id: string | null; branch_id: string | null; version: number;
}

/** Locks these contacts with all that hangs on them, so that nobody merges or takes apart meanwhile. */
export async function lockPeople(tx: Tx, organisationId: string, ids: readonly string[]): Promise<ContactRow[]> {
  for (const lock of [lockThreads, lockWork, lockCases]) await tx.rows(lock, [ids, organisationId]);
  return tx.rows<ContactRow>(lockContacts, [ids, organisationId]);
}

function entry(organisationId: string, user: User | undefined, type: 'contact.merged' | 'contact.unmerged',
  kept: ContactRow, version: number, data: JournalData): JournalEntry {
  return { type, subjectType: 'contact', subjectId: kept.id, actor: actorOf(user), version, data,
    scope: { organisationId, branchId: kept.branch_id } };
}

/**
 * Puts everything of `mergedId` under `keptId` within the transaction; without a user it is the house itself that knows
 * they are one. Throws NOT_FOUND and CONTACTS_MERGED.
 */
export async function mergeInto(tx: Tx, command: { organisationId: string; keptId: string; mergedId: string;
  user?: User }): Promise<{ mergeId: string }> {
  const { organisationId, keptId, mergedId, user } = command;
  const rows = await lockPeople(tx, organisationId, [keptId, mergedId]);
  const [kept, merged] = [keptId, mergedId].map((id) => rows.find((row) => row.id === id));
  if (kept === undefined || merged === undefined) throw new AppError('NOT_FOUND');
  if (kept.merged_into_id !== null || merged.merged_into_id !== null) throw new AppError('CONTACTS_MERGED');
  const filled = (['name', 'email', 'domicile', 'language', 'timeZone'] as const)
    .filter((field) => kept[field] === null && merged[field] !== null);
  const mergeId = newId();
  await tx.rows(record, [mergeId, organisationId, keptId, mergedId, filled, user?.id ?? null]);
  for (const move of moves) await tx.rows(move, [mergedId, keptId, organisationId]);
  const written = await tx.one<{ version: number }>(fill, [keptId, mergedId, organisationId]);
  await tx.rows(setMerged, [mergedId, keptId, organisationId]);
  await appendJournal(tx, [entry(organisationId, user, 'contact.merged', kept, written?.version ?? 0,
    { mergedId, filled })]);
  return { mergeId };
}

/**
 * Puts everything of `mergedId` under `keptId` and fills what the kept contact lacks. Whether the user may change both
 * is decided before. Throws NOT_FOUND, CONTACTS_MERGED where one of them is merged already, VALIDATION_FAILED for one
 * with itself.
 */
export async function mergeContacts(work: Work, command: { user: User; keptId: string; mergedId: string }):
Promise<{ mergeId: string }> {
  const { user, keptId, mergedId } = command;
  const { organisationId } = user;
  if (keptId === mergedId) throw new AppError('VALIDATION_FAILED', { fields: ['otherId'] });
  return work.db.transaction(async (tx) => {
    const { mergeId } = await mergeInto(tx, { organisationId, keptId, mergedId, user });
    hintAfterCommit(work, tx, 'journal');
    return { mergeId };
  });
}

interface MergeRow {
  id: string; kept_id: string; merged_id: string; filled: string[];
}

const activeMerge = statement('merge.active', `
select id, kept_id, merged_id, filled from contact_merges
where id = $1 and organisation_id = $2 and undone_at is null for update`);
const empty = statement('merge.empty', `
update contacts k set name = case when 'name' = any($3) and k.name = m.name then null else k.name end,
  email = case when 'email' = any($3) and k.email = m.email then null else k.email end,
  domicile = case when 'domicile' = any($3) and k.domicile = m.domicile then null else k.domicile end,
  language = case when 'language' = any($3) and k.language = m.language then null else k.language end,
  time_zone = case when 'timeZone' = any($3) and k.time_zone = m.time_zone then null else k.time_zone end,
  updated_at = app_now(), version = k.version + 1
from contacts m where k.id = $1 and m.id = $2 and k.organisation_id = $4 and m.organisation_id = $4
returning k.version`);
/** Points go back, and with them every thread, interaction and ticket on them, later ones too. */
const backs = [
  statement('merge.back-points', `update contact_points set contact_id = $2, version = version + 1
    where contact_id = $1 and organisation_id = $4 and id = any(select unnest(point_ids) from contact_merges
    where id = $3)`),
  statement('merge.back-threads', `update conversations c set contact_id = $2 where c.contact_id = $1
    and c.organisation_id = $4 and c.contact_point_id = any(select unnest(point_ids) from contact_merges where id = $3)`),
  ...(['interactions', 'tickets'] as const).map((table) => statement(`merge.back-${table}`, `
    update ${table} set contact_id = $2, version = version + 1 where contact_id = $1 and organisation_id = $4
      and (conversation_id in (select id from conversations where contact_id = $2 and organisation_id = $4)
        or id = any(select unnest(${table === 'tickets' ? 'ticket_ids' : 'interaction_ids'}) from contact_merges
          where id = $3))`)),
];
const setUndone = statement('merge.undone', `
update contact_merges set undone_at = app_now(), undone_by = $2 where id = $1 and organisation_id = $3`);

/**
 * Takes a merge back: the points that came with it return to their contact with all that hangs on them, and what the
 * kept contact got filled in is emptied unless it was changed since. Throws NOT_FOUND for a merge that is not there or
 * is undone, CONTACTS_MERGED where the kept contact was merged further: that one first.
 */
export async function unmergeContacts(work: Work, command: { user: User; mergeId: string }): Promise<void> {
  const { user, mergeId } = command;
  const { organisationId } = user;
  await work.db.transaction(async (tx) => {
    const merge = await tx.one<MergeRow>(activeMerge, [mergeId, organisationId]);
    if (merge === undefined) throw new AppError('NOT_FOUND');
    const { kept_id: keptId, merged_id: mergedId } = merge;
    const rows = await lockPeople(tx, organisationId, [keptId, mergedId]);
    const kept = rows.find((row) => row.id === keptId);
    if (kept === undefined) throw new AppError('NOT_FOUND');
    if (kept.merged_into_id !== null) throw new AppError('CONTACTS_MERGED');
    await tx.rows(setMerged, [mergedId, null, organisationId]);
    for (const back of backs) await tx.rows(back, [keptId, mergedId, mergeId, organisationId]);
    const written = await tx.one<{ version: number }>(empty, [keptId, mergedId, merge.filled, organisationId]);
    await tx.rows(setUndone, [mergeId, user.id, organisationId]);
    await appendJournal(tx, [entry(organisationId, user, 'contact.unmerged', kept, written?.version ?? 0,
      { mergedId })]);
    hintAfterCommit(work, tx, 'journal');
  });
}

const leftBehind = statement('merge.left-behind', `
select m.kept_id, m.merged_id, m.organisation_id from contact_merges m
join contacts c on c.id = m.merged_id and c.merged_into_id = m.kept_id
where m.undone_at is null and m.merged_at > app_now() - $1::int * interval '1 minute'
  and (exists (select from conversations t where t.contact_id = m.merged_id)
    or exists (select from interactions i where i.contact_id = m.merged_id))`);

/**
 * A message that came while its contact was being merged may have made its thread under the merged one: it follows.
 * Gives how many merges had something left behind.
 */
export async function settleMerges(work: Work): Promise<number> {
  const found = await work.db.rows<{ kept_id: string; merged_id: string; organisation_id: string }>(leftBehind,
    [limits.mergeSettleMinutes]);
  for (const { kept_id: keptId, merged_id: mergedId, organisation_id: organisationId } of found) {
    await work.db.transaction(async (tx) => {
      await lockPeople(tx, organisationId, [keptId, mergedId]);
      for (const move of moves) await tx.rows(move, [mergedId, keptId, organisationId]);
    });
  }
  return found.length;
}

const apart = statement('merge.apart', `
insert into contacts_apart (organisation_id, one_id, other_id, said_by)
values ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), $4) on conflict do nothing`);

/** These two are not one person: they are not suggested to each other again. Whose they are is decided before. */
export async function keepApart(work: Work, command: { user: User; contactId: string; otherId: string }):
Promise<void> {
  const { user, contactId, otherId } = command;
  if (contactId === otherId) throw new AppError('VALIDATION_FAILED', { fields: ['otherId'] });
  await work.db.rows(apart, [user.organisationId, contactId, otherId, user.id]);
}
