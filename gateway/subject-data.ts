/** All data of one customer as one JSON text, written piece by piece: a long history fills no memory (RL06). */
import { familyOf } from '#domain/contacts/removal.ts';
import type { Db } from '#domain/store/db.ts';

const ROWS_AT_ONCE = 500;

/** Section of the export -> rows; $1 organisation, $2 ids of contacts, $3 ids of conversations. */
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
  files: `select f.id, f.file_name as "fileName", f.media_type as "mediaType", f.size_bytes::float8 as "sizeBytes",
      f.created_at as "createdAt" from files f
    where f.organisation_id = $1 and f.conversation_id = any($3::uuid[]) order by f.created_at, f.id`,
  seenBy: `select u.name as user, j.type, j.at from journal j join users u on u.id = j.actor_id
    where j.organisation_id = $1 and j.subject_id = any($2::uuid[])
      and j.type in ('contact.viewed', 'contact.unmasked') order by j.epoch, j.xid, j.id`,
};

/** Internal notes are the house's own words about its work and stay out. */
const MESSAGES = `select m.id, m.direction, m.author_kind as "author", m.kind, m.body, m.attachments, m.status,
    m.created_at as "createdAt", m.edited_at as "editedAt", m.deleted_at as "deletedAt" from messages m
  where m.organisation_id = $1 and m.conversation_id = any($2::uuid[]) and m.direction in ('IN', 'OUT')
    and m.id > $3 order by m.id limit ${ROWS_AT_ONCE}`;

/** The pieces of the text, in order. Rejects with the database's error; what was written until then is no JSON. */
export async function* subjectData(db: Db, organisationId: string, contactId: string): AsyncGenerator<string> {
  const person = await familyOf(db, organisationId, contactId);
  yield `{"contactId":${JSON.stringify(contactId)}`;
  for (const [name, sql] of Object.entries(SECTIONS)) {
    // Every section names all three: a parameter that a text does not use has no type.
    const rows = await db.dynamic(`${sql.replace(/ order by /, ' and ($2::uuid[], $3::uuid[]) is not null order by ')}`,
      [organisationId, person.contacts, person.conversations]);
    yield `,\n${JSON.stringify(name)}:${JSON.stringify(rows)}`;
  }
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
