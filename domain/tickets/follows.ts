/** Tickets that a user follows: a list of their own. It gives no right: what leaves their sight leaves the list. */
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { statement, type Db, type Queryable } from '#domain/store/db.ts';
import { ticketFilter } from './queries.ts';

const insert = statement('follows.insert', `insert into ticket_follows (organisation_id, user_id, ticket_id)
  select $1, $2, $3 where (select count(*) from ticket_follows where organisation_id = $1 and user_id = $2) < $4
  on conflict do nothing`);
const held = statement('follows.held', `select 1 from ticket_follows
  where organisation_id = $1 and user_id = $2 and ticket_id = $3`);
const remove = statement('follows.remove', `delete from ticket_follows
  where organisation_id = $1 and user_id = $2 and ticket_id = $3`);

/** Follows a ticket that the user may see (decided before); twice is once. Throws LIMIT_REACHED. */
export async function followTicket(db: Db, user: User, ticketId: string): Promise<void> {
  await db.rows(insert, [user.organisationId, user.id, ticketId, limits.followsMax]);
  if (await db.one(held, [user.organisationId, user.id, ticketId]) === undefined) {
    throw new AppError('LIMIT_REACHED', { max: limits.followsMax });
  }
}

/** Follows it no longer. */
export async function unfollowTicket(db: Db, user: User, ticketId: string): Promise<void> {
  await db.rows(remove, [user.organisationId, user.id, ticketId]);
}

/** The ids of the tickets that the user follows and may still see, newest first. */
export async function followedTickets(db: Queryable, user: User): Promise<string[]> {
  const rows = await db.dynamic<{ id: string }>(`select t.id from ticket_follows f join tickets t on t.id = f.ticket_id
    where f.organisation_id = $1 and f.user_id = $2 and ${ticketFilter(user, 't')}
    order by f.created_at desc limit ${limits.followsMax}`, [user.organisationId, user.id]);
  return rows.map((row) => row.id);
}
