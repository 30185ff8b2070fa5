/**
 * Two handles that turned out to be one person: the provider tells it, so no agent is asked. One transaction; whoever
 * reads the contact before sees two, after it one.
 */
import type { AccountView } from '#domain/channels/words.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { statement, type Tx } from '#domain/store/db.ts';
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

interface PointRow { id: string; contact_id: string; handle: string; phone: string | null }

async function told(tx: Tx, account: AccountView, point: PointRow, changed: string[]): Promise<void> {
  await appendJournal(tx, [{ type: 'contact.updated', subjectType: 'contact', subjectId: point.contact_id,
    actor: { kind: 'SYSTEM' }, scope: { organisationId: account.organisationId },
    data: { changed, contactPointId: point.id } }]);
}

/**
 * Makes `is` the handle of whoever was known as `handle`. Known under one of them only: that point takes the name, its
 * threads and open work go on. Known under both: their contacts become one, the one of `is` is kept; each thread keeps
 * its own handle, so that an answer in it goes where it went. Nothing new changes nothing.
 */
export async function identifyHandle(work: Work, account: AccountView,
  person: { handle: string; is: string; phone?: string | undefined }): Promise<void> {
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
    if (old !== undefined && kept !== undefined && old.contact_id !== kept.contact_id) {
      await mergeInto(tx, { organisationId, keptId: kept.contact_id, mergedId: old.contact_id });
    }
    hintAfterCommit(work, tx, 'journal');
  });
}
