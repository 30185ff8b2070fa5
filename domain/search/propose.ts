/** What may be meant: the newest hits of the floor, and what the user serves or served however far back it stands. */
import { limits } from '#domain/limits.ts';
import { keysOf, type User } from '#domain/people/access.ts';
import type { Queryable } from '#domain/store/db.ts';
import type { Asked, Lookup } from './ask.ts';
import type { Kind } from './documents.ts';
import { hitsAmong, hitsOf } from './hits.ts';
import { allOf, lexeme, type TsQuery } from './terms.ts';

const CLOSED = "('CLOSED', 'OOT_COMPLETE')";
/** The work of the user, what is open first, then the newest closed: $4 organisation, $5 user, $6 how much of it. */
function ownWork(column: string): string {
  return `(select o.${column} from interactions o
    where o.organisation_id = $4 and o.agent_id = $5 and o.state not in ${CLOSED})
  union all (select o.${column} from interactions o
    where o.organisation_id = $4 and o.agent_id = $5 and o.state in ${CLOSED} order by o.closed_at desc limit $6::int)`;
}
const HELD = `select o.contact_id from interactions o where o.organisation_id = $4 and o.agent_id = $5
  and o.state not in ${CLOSED}`;

/** What one sees by serving it; the newest hits of a whole floor may hold none of it. */
const OWN: Record<Kind, string> = {
  contacts: `select contact_id as id from (${ownWork('contact_id')}) work`,
  tickets: `select t.id from tickets t where t.organisation_id = $4 and t.contact_id = any(array(${HELD}))
    union all select ticket_id from (${ownWork('ticket_id')}) work`,
  messages: `select m.id from messages m where m.organisation_id = $4 and m.conversation_id = any(array(
      select c.id from conversations c where c.contact_id = any(array(${HELD}))))
    union all select m.id from (${ownWork('conversation_id')}) work
      cross join lateral (select id from messages mine where mine.organisation_id = $4
        and mine.conversation_id = work.conversation_id order by mine.seq desc) m`,
};

export interface Proposal {
  user: User;
  kind: Kind;
  lookup: Lookup;
  /** What stands first, or suffices: the words whole. */
  exact: TsQuery;
  /** Newest hits at most; `few` of them are tried before, for mostly they are enough. */
  max: number;
  few: number;
}

/** Whether the user reads some of the organisation's work and not all of it. */
export function seesPart(user: User): boolean {
  const keys = keysOf(user, 'interaction.read');
  return keys.size > 0 && !keys.has(`organisation:${user.organisationId}`);
}

/**
 * Ids that may be what is looked for, in parts: each is only looked up if those before did not show enough. Hits that
 * are few stand by time; else the user's own work stands first, however far back. Whether the user may see them is
 * asked of the things themselves (RA06). An id may come twice.
 */
export async function* proposals(db: Queryable, proposal: Proposal): AsyncGenerator<string[]> {
  const { user, kind, lookup, exact, max, few } = proposal;
  const { organisationId } = user;
  const wanted = { organisationId, kind, ...lookup, exact, exactFirst: kind !== 'messages' };
  const newest = hitsOf(db, { ...wanted, most: max });
  // Asked together: the hits of the floor mostly are too many, and then who waits does not wait for both in turn.
  const [first, own] = await Promise.all([newest(Math.min(few, max)),
    seesPart(user) ? hitsAmong(db, wanted, OWN[kind], [organisationId, user.id, limits.searchOwnWorkMax]) : []]);
  if (!first.complete) yield own;
  yield first.ids;
  if (first.complete || first.ids.length >= max) return;
  yield (await newest(max)).ids;
}

/** What stands first among hits: the words as they were typed, whole. */
export function exactly(asked: Asked): TsQuery {
  const { number } = asked;
  return number === undefined ? allOf(asked.words.map((word) => lexeme(word))) ?? "''" : lexeme(`=${number}`);
}
