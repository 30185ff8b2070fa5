/** Contacts as people see them: masked always; who may see which contact; what of it was ever unmasked. */
import type { Queryable } from '#domain/store/db.ts';
import { accessFilter, can, type User } from '#domain/people/access.ts';
import type { Permission } from '#domain/people/permissions.ts';
import { maskEmail, maskHandle, maskPhone } from '#domain/people/masks.ts';
import { ownWork, pageOfOwn, seesOnlyOwn } from '#domain/interactions/own-work.ts';
import { decodePage, encodePage, pageSize, type Page } from '#domain/pages.ts';
import { holdsContactFilter } from '#domain/conversations/queries.ts';

/** A person, masked (RA09). The same shape as the desk's contactView. */
export interface ContactSeen {
  id: string; name: string | null; domicile: string | null; language: string | null;
  timeZone: string | null; emailMasked: string | null; notes: string | null; createdAt: string; version: number;
  points: {
    id: string; channel: string; handleMasked: string; phoneMasked: string | null; verified: boolean;
    unreachable: boolean; optedOut: string[];
  }[];
}

interface Point {
  id: string; channel: string; handle: string; phone: string | null; verified: boolean; unreachable: boolean;
  opted_out: string[];
}

interface Stored {
  id: string; name: string | null; domicile: string | null; language: string | null; time_zone: string | null;
  email: string | null; notes: string | null; at_key: string; created_at: Date; version: number; points: Point[] | null;
}

const SELECT = `select ct.id, ct.name, ct.domicile, ct.language, ct.time_zone, ct.email, ct.notes,
    ct.created_at, ct.version,
    ct.created_at::text as at_key,
    (select jsonb_agg(jsonb_build_object('id', p.id, 'channel', p.channel, 'handle', p.handle, 'phone', p.phone,
        'verified', p.verified, 'unreachable', p.unreachable_at is not null,
        'opted_out', array(select o.purpose from opt_outs o where o.contact_point_id = p.id and o.withdrawn_at is null
          order by o.purpose)) order by p.created_at, p.id)
      from contact_points p where p.contact_id = ct.id) as points
  from contacts ct`;

function seen(row: Stored): ContactSeen {
  return {
    id: row.id, name: row.name, domicile: row.domicile, language: row.language,
    timeZone: row.time_zone, emailMasked: row.email === null ? null : maskEmail(row.email), notes: row.notes,
    createdAt: row.created_at.toISOString(), version: row.version,
    points: (row.points ?? []).map((point) => ({
      id: point.id, channel: point.channel, handleMasked: maskHandle(point.handle),
      phoneMasked: point.phone === null ? null : maskPhone(point.phone), verified: point.verified,
      unreachable: point.unreachable, optedOut: point.opted_out,
    })),
  };
}

const NO_COLUMNS = ['site_id', 'queue_id', 'team_id', 'agent_id'];

/**
 * SQL over contacts: where the contact's interactions stand decides (a contact itself stands at most in a branch).
 * Reading is also open to who serves the contact now, or reads one of its interactions.
 */
export function contactFilter(user: User, alias: string, action: Permission = 'contact.read'): string {
  const parts = [accessFilter(user, action, alias, NO_COLUMNS)];
  const actions: Permission[] = action === 'contact.read' ? ['contact.read', 'interaction.read'] : [action];
  // Reading outlives one's own work; changing does not: through the scope `self` only while the work is open.
  const wide = action === 'contact.read' ? user
    : { ...user, grants: user.grants.filter((grant) => grant.scopeKind !== 'self') };
  // `offset 0` keeps the look-up one of the row at hand: without it PostgreSQL may read every interaction to hash them.
  const filters = actions.filter((one) => can(wide, one)).map((one) => accessFilter(wide, one, 'placed'));
  for (const filter of new Set(filters)) {
    parts.push(`exists (select 1 from interactions placed where placed.contact_id = ${alias}.id
      and ${filter} offset 0)`);
  }
  if (action !== 'contact.read' && can(user, action)) {
    parts.push(`exists (select 1 from interactions own where own.contact_id = ${alias}.id
      and own.state not in ('CLOSED', 'OOT_COMPLETE') and ${accessFilter(user, action, 'own')})`);
  }
  return `(${alias}.organisation_id = '${user.organisationId}' and ${alias}.merged_into_id is null
    and (${parts.join(' or ')} or ${action === 'contact.read' ? holdsContactFilter(user, `${alias}.id`) : 'false'}))`;
}

export interface ContactQuery {
  user: User;
  cursor?: string | undefined;
  limit?: number | undefined;
}

async function contactRows(db: Queryable, query: ContactQuery, size: number,
  own: { since: Date | null } | undefined): Promise<Stored[]> {
  const { user } = query;
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const where = [contactFilter(user, 'ct')];
  if (own !== undefined) {
    const [me, organisation] = [bind(user.id), bind(user.organisationId)];
    const since = own.since === null ? undefined : bind(own.since);
    // Who took another contact in may be younger than the work that came with it.
    where.push(`ct.id = any(array(${ownWork('contact_id', me, organisation, since)} union
      select kept_id from contact_merges where organisation_id = ${organisation} and undone_at is null))`);
  }
  if (query.cursor !== undefined) {
    const [at, id] = decodePage(query.cursor, 2);
    where.push(`(ct.created_at, ct.id) < (${bind(at)}::timestamptz, ${bind(id)}::uuid)`);
  }
  return db.dynamic<Stored>(`${SELECT} where ${where.join(' and ')}
    order by ct.created_at desc, ct.id desc limit ${size + 1}`, values);
}

/** A page of contacts, newest first. */
export async function contactViews(db: Queryable, query: ContactQuery): Promise<Page<ContactSeen>> {
  const size = pageSize(query.limit);
  const rows = seesOnlyOwn(query.user, ['contact.read'])
    ? await pageOfOwn(db, query.user, size, (row: Stored) => row.created_at,
      (since) => contactRows(db, query, size, { since }))
    : await contactRows(db, query, size, undefined);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return {
    items: items.map(seen),
    nextCursor: rows.length > size && last !== undefined ? encodePage([last.at_key, last.id]) : null,
  };
}

/** Contacts by id, for who has decided already that they may be seen. */
export async function contactsById(db: Queryable, organisationId: string,
  ids: readonly string[]): Promise<Map<string, ContactSeen>> {
  if (ids.length === 0) return new Map();
  const rows = await db.dynamic<Stored>(`${SELECT} where ct.organisation_id = $1 and ct.id = any($2::uuid[])`,
    [organisationId, ids]);
  return new Map(rows.map((row) => [row.id, seen(row)]));
}

/** One contact if the user may do `action` to it. */
export async function contactView(
  db: Queryable, user: User, id: string, action: Permission = 'contact.read',
): Promise<ContactSeen | undefined> {
  const [row] = await db.dynamic<Stored>(`${SELECT} where ct.id = $1 and ${contactFilter(user, 'ct', action)}`, [id]);
  return row === undefined ? undefined : seen(row);
}
