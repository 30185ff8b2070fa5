/** The documentation form and the category, as they are written on interaction and ticket (C9-C11, B6). */
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { breachedAt } from '#domain/interactions/rules.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import { actorOf, requireReason, scopeOf, type InteractionRow } from './interaction-rows.ts';

/** The form without which nothing closes (C10, C11); the same shape as the desk's documentationForm. */
export interface DocumentationInput {
  categoryId: string;
  subcategoryId?: string | null | undefined;
  outcomeCode: string;
  summary: string;
  crossSellingOffered: boolean;
  productInterest?: string | null | undefined;
}

/** The form as far as somebody has filled it in. */
export type DocumentationPart = { [F in keyof DocumentationInput]?: DocumentationInput[F] | null | undefined };

const summaryCharsMin = 3;

interface CategoryFacts {
  known: boolean;
  subcategory_known: boolean;
  old_ideal_s: number | null;
  old_max_s: number | null;
  has_old: boolean;
  default_max_s: number | null;
}

const categoryFacts = statement('documentation.category', `
select exists (select from categories where id = $2 and organisation_id = $1 and active and parent_id is null) as known,
  ($3::uuid is null or exists (select from categories where id = $3 and organisation_id = $1 and active
    and parent_id = $2))
    as subcategory_known,
  old.id is not null as has_old, old.target_ideal_s as old_ideal_s, old.target_max_s as old_max_s,
  (select target_max_s from categories where organisation_id = $1 and code = 'INFORMASI') as default_max_s
from (select 1) one left join categories old on old.id = $4 and old.organisation_id = $1`);

const setInteractionCategory = statement('documentation.interaction-category', `
update interactions set category_id = $3, first_breached_at = coalesce(first_breached_at, $4), version = version + 1
where id = $1 and organisation_id = $2 returning version`);
const setTicketCategory = statement('documentation.ticket-category', `
update tickets set category_id = $3, subcategory_id = $4, version = version + 1
where id = $1 and organisation_id = $2 and (category_id is distinct from $3 or subcategory_id is distinct from $4)
returning version, old.category_id as from_category, old.subcategory_id as from_subcategory`);

/**
 * Writes category and subcategory on both; gives the interaction's version. The breach of the old target is kept
 * before the new one counts (architecture 4). Throws VALIDATION_FAILED {fields} for a category that is not active or
 * not there.
 */
export async function setCategory(tx: Tx, row: InteractionRow, user: User, categoryId: string,
  subcategoryId: string | null): Promise<number> {
  const facts = await tx.one<CategoryFacts>(categoryFacts,
    [row.organisation_id, categoryId, subcategoryId, row.category_id]);
  if (facts?.known !== true) throw new AppError('VALIDATION_FAILED', { fields: ['categoryId'] });
  if (!facts.subcategory_known) throw new AppError('VALIDATION_FAILED', { fields: ['subcategoryId'] });
  const informasi = facts.default_max_s === null ? null : { idealS: null, maxS: facts.default_max_s };
  const target = facts.has_old ? { idealS: facts.old_ideal_s, maxS: facts.old_max_s } : informasi;
  const breach = row.category_id === categoryId ? null : breachedAt(
    { dateOrigin: row.date_origin, answeredAt: row.answered_at, customerEndedAt: row.customer_ended_at },
    target, row.now);
  const set = await tx.one<{ version: number }>(setInteractionCategory,
    [row.id, row.organisation_id, categoryId, breach]);
  const ticket = await tx.one<{ version: number; from_category: string | null; from_subcategory: string | null }>(
    setTicketCategory, [row.ticket_id, row.organisation_id, categoryId, subcategoryId]);
  if (ticket !== undefined) {
    await appendJournal(tx, [{ type: 'ticket.updated', subjectType: 'ticket', subjectId: row.ticket_id,
      conversationId: row.conversation_id, actor: actorOf(user), scope: scopeOf(row), version: ticket.version,
      data: { changed: ['category'], categoryId, subcategoryId, from: ticket.from_category,
        fromSubcategoryId: ticket.from_subcategory } }]);
  }
  return set?.version ?? row.version;
}

const insertForm = statement('documentation.insert', `
insert into documentations (id, organisation_id, interaction_id, ticket_id, author_id, category_id, subcategory_id,
  outcome_code, summary, cross_selling_offered, product_interest, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, app_now())`);
const amendForm = statement('documentation.amend', `
update documentations set author_id = $3, category_id = $4, subcategory_id = $5, outcome_code = $6, summary = $7,
  cross_selling_offered = $8, product_interest = $9, version = version + 1
where id = (select id from documentations where interaction_id = $1 and organisation_id = $2
  order by created_at desc, id desc limit 1) returning id`);
const setTicketForm = statement('documentation.ticket', `
update tickets set summary = $3, outcome_code = $4, documented_at = coalesce(documented_at, app_now()),
  version = version + 1
where id = $1 and organisation_id = $2 returning version, old.outcome_code as from_outcome,
  old.summary is distinct from $3 as summary`);

const setTicketPart = statement('documentation.ticket-part', `
update tickets set summary = coalesce($3, summary), outcome_code = coalesce($4, outcome_code), version = version + 1
where id = $1 and organisation_id = $2 returning version, old.outcome_code as from_outcome,
  old.summary is distinct from coalesce($3, old.summary) as summary`);

type Content = [categoryId: string | null, subcategoryId: string | null, outcomeCode: string | null, summary: string,
  crossSellingOffered: boolean, productInterest: string | null];

function interestOf(form: DocumentationPart): string | null {
  return form.productInterest === null || form.productInterest === undefined ? null : safeText(form.productInterest);
}

async function insert(tx: Tx, row: InteractionRow, user: User, content: Content): Promise<void> {
  await tx.rows(insertForm, [newId(), row.organisation_id, row.id, row.ticket_id, user.id, ...content]);
}

/** What the ticket was before the form, and whether its summary is another one now. */
interface TicketForm { version: number; from_outcome: string | null; summary: boolean }

async function tellTicket(tx: Tx, row: InteractionRow, user: User, ticket: TicketForm | undefined,
  outcomeCode: string | null): Promise<void> {
  const fromOutcomeCode = outcomeCode === null ? null : ticket?.from_outcome ?? null;
  const changed = [...(ticket?.summary === true ? ['summary'] : []),
    ...(fromOutcomeCode === outcomeCode ? [] : ['outcome'])];
  await appendJournal(tx, [{ type: 'ticket.updated', subjectType: 'ticket', subjectId: row.ticket_id,
    conversationId: row.conversation_id, actor: actorOf(user), scope: scopeOf(row), version: ticket?.version ?? 0,
    data: { changed, outcomeCode, fromOutcomeCode } }]);
}

/**
 * Writes the form, or amends the last one of the interaction, and what the ticket shows of it. The locks are the
 * caller's.
 */
export async function writeDocumentation(tx: Tx, row: InteractionRow, user: User, form: DocumentationInput,
  amends: boolean): Promise<void> {
  const summary = safeText(form.summary).trim();
  if (summary.length < summaryCharsMin) throw new AppError('VALIDATION_FAILED', { fields: ['summary'] });
  await requireReason(tx, row.organisation_id, 'OUTCOME', form.outcomeCode, 'outcomeCode');
  const subcategoryId = form.subcategoryId ?? null;
  await setCategory(tx, row, user, form.categoryId, subcategoryId);
  const content: Content = [form.categoryId, subcategoryId, form.outcomeCode, summary, form.crossSellingOffered,
    interestOf(form)];
  const amended = amends ? await tx.one(amendForm, [row.id, row.organisation_id, user.id, ...content]) : undefined;
  if (amended === undefined) await insert(tx, row, user, content);
  const ticket = await tx.one<TicketForm>(setTicketForm,
    [row.ticket_id, row.organisation_id, summary, form.outcomeCode]);
  await tellTicket(tx, row, user, ticket, form.outcomeCode);
}

/**
 * Writes what is filled in of the form by somebody who hands the work on (C9), each field under the same rules, and
 * shows it on the ticket; a summary too short to say anything counts as none. True if nothing was missing. The locks
 * are the caller's.
 */
export async function writePart(tx: Tx, row: InteractionRow, user: User, part: DocumentationPart): Promise<boolean> {
  const { categoryId, outcomeCode } = part;
  const written = safeText(part.summary ?? '').trim();
  const summary = written.length < summaryCharsMin ? '' : written;
  if (categoryId != null && outcomeCode != null && summary !== '') {
    await writeDocumentation(tx, row, user, { ...part, categoryId, outcomeCode, summary,
      crossSellingOffered: part.crossSellingOffered === true }, false);
    return true;
  }
  const isNothing = categoryId == null && outcomeCode == null && summary === '' && interestOf(part) === null
    && part.crossSellingOffered !== true;
  if (isNothing) return false;
  if (outcomeCode != null) await requireReason(tx, row.organisation_id, 'OUTCOME', outcomeCode, 'outcomeCode');
  const subcategoryId = categoryId == null ? null : part.subcategoryId ?? null;
  if (categoryId != null) await setCategory(tx, row, user, categoryId, subcategoryId);
  await insert(tx, row, user, [categoryId ?? null, subcategoryId, outcomeCode ?? null, summary,
    part.crossSellingOffered === true, interestOf(part)]);
  if (summary === '' && outcomeCode == null) return false;
  const ticket = await tx.one<TicketForm>(setTicketPart,
    [row.ticket_id, row.organisation_id, summary === '' ? null : summary, outcomeCode ?? null]);
  await tellTicket(tx, row, user, ticket, outcomeCode ?? null);
  return false;
}
