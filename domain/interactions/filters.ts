/** What a list of interactions may be narrowed to: one shape for lists, saved views and their counts. */
import type { User } from '#domain/people/access.ts';

/** Every field narrows; absent ones do not. */
export interface InteractionFilter {
  /** Channel names as the rows carry them. */
  channels?: string[] | undefined;
  queueIds?: string[] | undefined;
  categoryIds?: string[] | undefined;
  agentIds?: string[] | undefined;
  tier?: 1 | 2 | undefined;
  /** Only with messages that nobody read; of closed work, what was closed in the last limits.closedUnreadDays. */
  unread?: true | undefined;
  /** Only whose running clock is past its target (B7-B11). */
  late?: true | undefined;
  /** Only where the customer waits for us. */
  awaiting?: true | undefined;
  snoozed?: 'only' | 'hide' | undefined;
  /** Only tickets that the user follows. */
  followed?: true | undefined;
}

/** The tables that this filter's conditions name beside interactions `i`; a list joins no others to choose its rows. */
export function filterJoins(filter: InteractionFilter): string {
  const conversations = filter.unread === true ? 'left join conversations c on c.id = i.conversation_id' : '';
  const targets = filter.late === true ? 'left join categories k on k.id = i.category_id' : '';
  return `${conversations} ${targets}`;
}

/** Before a category is known INFORMASI's target runs (architecture: times). The clock is read once for the list. */
function late(user: User): string {
  return `(i.customer_ended_at is null and i.documented_at is null and i.state not in ('CLOSED', 'OOT_COMPLETE')
  and case when i.answered_at is null then i.date_origin else i.awaiting_reply_since end
    + coalesce(k.target_max_s, case when k.id is null then (select target_max_s from categories
      where organisation_id = '${user.organisationId}' and code = 'INFORMASI') end) * interval '1 second'
    < (select app_now()))`;
}

/** SQL conditions over `i`, `c` and `k`; values are bound, never written into the text (RS20). */
export function filterConditions(filter: InteractionFilter, user: User, bind: (value: unknown) => string): string[] {
  const where: string[] = [];
  // One value is asked as one: plans are made without looking at values, and a list is taken for a tenth of the rows.
  const among = (column: string, values: readonly string[] | undefined, type: string): void => {
    if (values === undefined || values.length === 0) return;
    where.push(values.length === 1 ? `${column} = ${bind(values[0])}::${type}`
      : `${column} = any(${bind(values)}::${type}[])`);
  };
  among('i.channel', filter.channels, 'text');
  among('i.queue_id', filter.queueIds, 'uuid');
  among('i.category_id', filter.categoryIds, 'uuid');
  among('i.agent_id', filter.agentIds, 'uuid');
  if (filter.tier !== undefined) where.push(`i.tier = ${bind(filter.tier)}`);
  if (filter.unread === true) {
    where.push('(c.unread_count > 0 and (i.closed_at is null or c.last_message_at <= i.closed_at))');
  }
  if (filter.late === true) where.push(late(user));
  if (filter.awaiting === true) {
    where.push('(i.documented_at is null and (i.answered_at is null or i.awaiting_reply_since is not null))');
  }
  if (filter.snoozed !== undefined) where.push(`i.snoozed_until is ${filter.snoozed === 'only' ? 'not ' : ''}null`);
  if (filter.followed === true) {
    where.push(`i.ticket_id = any(array(select f.ticket_id from ticket_follows f
      where f.organisation_id = '${user.organisationId}' and f.user_id = ${bind(user.id)}))`);
  }
  return where;
}
