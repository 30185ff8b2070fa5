/**
 * All data of one customer as a ZIP: data.json, and beside it the files that it names. Written piece by piece while it
 * is read: neither a long history nor large files fill the memory (RL06).
 */
import { Readable, type PassThrough } from 'node:stream';
import { ZipFile } from 'yazl';
import { familyOf, type Family } from '#domain/contacts/removal.ts';
import type { Db } from '#domain/store/db.ts';
import type { BlobStore } from './blob-store.ts';
import { safeFileName } from './channel-media.ts';

const ROWS_AT_ONCE = 500;

/** Section of data.json -> rows; $1 organisation, $2 ids of contacts. */
const SECTIONS: Readonly<Record<string, string>> = {
  contacts: `select id, name, email, domicile, time_zone as "timeZone", language, notes, created_at as "createdAt"
    from contacts where organisation_id = $1 and id = any($2::uuid[]) order by created_at, id`,
  contactPoints: `select id, channel, handle, phone, verified, created_at as "createdAt" from contact_points
    where organisation_id = $1 and contact_id = any($2::uuid[]) order by created_at, id`,
  optOuts: `select o.purpose, o.reason, o.created_at as "createdAt", o.withdrawn_at as "withdrawnAt"
    from opt_outs o join contact_points p on p.id = o.contact_point_id
    where o.organisation_id = $1 and p.contact_id = any($2::uuid[]) order by o.created_at, o.id`,
  tickets: `select k.number, k.state, k.summary, k.outcome_code as "outcome", k.opened_at as "openedAt",
      k.closed_at as "closedAt" from tickets k
    where k.organisation_id = $1 and k.contact_id = any($2::uuid[]) order by k.opened_at, k.id`,
  interactions: `select i.id, i.channel, i.state, i.date_origin as "begunAt", i.answered_at as "answeredAt",
      i.closed_at as "closedAt", i.csat_score as "rating", i.csat_comment as "ratingComment" from interactions i
    where i.organisation_id = $1 and i.contact_id = any($2::uuid[]) order by i.date_origin, i.id`,
  documentations: `select k.number as ticket, d.summary, d.outcome_code as outcome,
      d.product_interest as "productInterest", d.created_at as "createdAt"
    from documentations d join tickets k on k.id = d.ticket_id
    where d.organisation_id = $1 and k.contact_id = any($2::uuid[]) order by d.created_at, d.id`,
  seenBy: `select u.name as user, j.type, j.at from journal j join users u on u.id = j.actor_id
    where j.organisation_id = $1 and j.subject_id = any($2::uuid[])
      and j.type in ('contact.viewed', 'contact.unmasked') order by j.epoch, j.xid, j.id`,
};

/** What was withdrawn before it left was never the customer's. */
const FILES = `select f.id, f.file_name as "fileName", f.media_type as "mediaType",
    f.size_bytes::float8 as "sizeBytes", f.created_at as "createdAt", f.storage_name as "storageName" from files f
  where f.organisation_id = $1 and f.conversation_id = any($2::uuid[]) and f.attached_at is not null
  order by f.created_at, f.id`;

/** Internal notes are the house's own words about its work and stay out. */
const MESSAGES = `select m.id, m.direction, m.author_kind as "author", m.kind, m.body, m.attachments,
    m.payload, m.reactions, m.agent_reaction as "ourReaction", m.status, m.created_at as "createdAt",
    m.edited_at as "editedAt", m.deleted_at as "deletedAt",
    (select jsonb_agg(jsonb_build_object('body', e.body, 'replacedAt', e.replaced_at) order by e.replaced_at, e.id)
      from message_edits e where e.message_id = m.id and e.organisation_id = $1) as "earlierTexts"
  from messages m
  where m.organisation_id = $1 and m.conversation_id = any($2::uuid[]) and m.direction in ('IN', 'OUT')
    and m.id > $3 order by m.id limit ${ROWS_AT_ONCE}`;

interface StoredFile { id: string; fileName: string; mediaType: string; sizeBytes: number; createdAt: Date;
  storageName: string }

/** Where its bytes stand in the ZIP. */
function pathOf(file: Pick<StoredFile, 'id' | 'fileName'>): string {
  return `files/${file.id}-${safeFileName(file.fileName)}`;
}

/** The pieces of data.json, in order. Rejects with the database's error; what was written until then is no JSON. */
async function* subjectData(db: Db, organisationId: string, contactId: string, person: Family,
  files: readonly StoredFile[]): AsyncGenerator<string> {
  yield `{"contactId":${JSON.stringify(contactId)}`;
  for (const [name, sql] of Object.entries(SECTIONS)) {
    const rows = await db.dynamic(sql, [organisationId, person.contacts]);
    yield `,\n${JSON.stringify(name)}:${JSON.stringify(rows)}`;
  }
  const listed = files.map(({ storageName: _storageName, ...file }) => ({ ...file, path: pathOf(file) }));
  yield `,\n"files":${JSON.stringify(listed)}`;
  yield ',\n"messages":[';
  let after = '00000000-0000-0000-0000-000000000000';
  for (let first = true; ;) {
    const rows = await db.dynamic<{ id: string }>(MESSAGES, [organisationId, person.conversations, after]);
    for (const row of rows) {
      yield `${first ? '' : ','}\n${JSON.stringify(row)}`;
      first = false;
    }
    after = rows.at(-1)?.id ?? after;
    if (rows.length < ROWS_AT_ONCE) break;
  }
  yield ']}\n';
}

/**
 * The ZIP, read as fast as it is taken. It is destroyed with the error that stopped it, and then no whole ZIP was
 * given; a file whose bytes are gone stands in it empty. Whoever destroys it ends the reading.
 */
export async function subjectZip(parts: { db: Db; blobs: Pick<BlobStore, 'get'> }, organisationId: string,
  contactId: string): Promise<Readable> {
  const { db, blobs } = parts;
  const person = await familyOf(db, organisationId, contactId);
  const files = await db.dynamic<StoredFile>(FILES, [organisationId, person.conversations]);
  const zip = new ZipFile();
  const output = zip.outputStream as PassThrough;
  let source: Readable | undefined;
  const add = (path: string, mtime: Date | undefined, read: () => Promise<Readable>): void => {
    // What customers send is packed already: a light hand costs less than it saves.
    zip.addReadStreamLazy(path, { compressionLevel: 1, ...(mtime === undefined ? {} : { mtime }) }, (give) => {
      read().then((stream) => {
        source = stream;
        if (output.destroyed) { stream.destroy(); return; }
        stream.once('error', (error) => { output.destroy(error); });
        give(null, stream);
      }, (error: Error) => { output.destroy(error); });
    });
  };
  zip.on('error', (error: Error) => { output.destroy(error); });
  output.once('close', () => { source?.destroy(); });
  add('data.json', undefined, async () => Readable.from(subjectData(db, organisationId, contactId, person, files)));
  for (const file of files) {
    add(pathOf(file), file.createdAt, async () => await blobs.get(file.storageName) ?? Readable.from([]));
  }
  zip.end();
  return output;
}
