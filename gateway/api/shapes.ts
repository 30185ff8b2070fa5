/** Shapes that the reading half of the API shares: queries, parameters, pages. */
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { limits } from '#domain/limits.ts';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import type { User } from '#domain/people/access.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

/** What the reading half needs of the parts of a node. */
export interface ReadingParts {
  work: Work;
}

export const idParams = z.object({ id: z.uuid() });
/** A zone by its IANA name. */
export const zone = z.string().max(64).refine((name) => IANAZone.isValidZone(name), 'time zone');
export const words = z.string().trim().min(1).max(100);
export const paging = {
  cursor: z.string().max(2_000).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageItemsMax).default(limits.pageItemsDefault),
};

/** The value, or NOT_FOUND: what one may not see is not there (RS01). */
export function orNotFound<T>(value: T | undefined): T {
  if (value === undefined) throw new AppError('NOT_FOUND');
  return value;
}

/** Appends an entry of its own and wakes the tail. */
export async function journal(work: Work, entry: JournalEntry): Promise<void> {
  await work.db.transaction(async (tx) => {
    await appendJournal(tx, [entry]);
    tx.afterCommit(() => work.wake.hint('journal'));
  });
}

/** A user searched; the words are kept nowhere (RA08). */
export async function journalSearch(work: Work, user: User, noun: string): Promise<void> {
  await journal(work, {
    type: 'search.performed', subjectType: 'user', subjectId: user.id, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId, siteId: user.siteId, teamId: user.teamId, agentId: user.id },
      data: { noun },
  });
}

const seenLately = statement('contacts.seen-lately',
  `select 1 from journal where subject_id = $1 and type = 'contact.viewed'
  and actor_id = $2 and at > app_now() - interval '5 minutes' limit 1`);

/** A user opened a customer; told once in five minutes (RA08, RL07). */
export async function journalView(work: Work, user: User, contactId: string): Promise<void> {
  if (await work.db.one(seenLately, [contactId, user.id]) !== undefined) return;
  await journal(work, {
    type: 'contact.viewed', subjectType: 'contact', subjectId: contactId, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId, siteId: user.siteId, teamId: user.teamId, agentId: user.id },
  });
}
