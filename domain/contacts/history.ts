/** The history of a contact: their interactions, newest first, for who serves the contact now or reads them anyway. */
import type { Queryable } from '#domain/store/db.ts';
import type { User } from '#domain/people/access.ts';
import { holdsContactFilter } from '#domain/conversations/queries.ts';
import { interactionsWhere, readableFilter, type InteractionSeen } from '#domain/interactions/queries.ts';
import { decodePage, encodePage, pageSize, type Page } from '#domain/pages.ts';

/** A page of the contact's interactions that the user may read. */
export async function contactHistory(db: Queryable, query: {
  user: User; contactId: string; cursor?: string | undefined; limit?: number | undefined;
}): Promise<Page<InteractionSeen>> {
  const { user } = query;
  const values: unknown[] = [user.organisationId, query.contactId];
  let where = `i.organisation_id = $1 and i.contact_id = $2
    and (${readableFilter(user, 'i')} or ${holdsContactFilter(user, 'i.contact_id')})`;
  if (query.cursor !== undefined) {
    values.push(...decodePage(query.cursor, 2));
    where += ' and (i.date_origin, i.id) < ($3::timestamptz, $4::uuid)';
  }
  const size = pageSize(query.limit);
  const rows = await interactionsWhere(db, `${where} order by i.date_origin desc, i.id desc limit ${size + 1}`, values);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return { items,
    nextCursor: rows.length > size && last !== undefined ? encodePage([last.dateOrigin, last.id]) : null };
}
