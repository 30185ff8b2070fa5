/** Contact points by what was typed of them, for lists that stand on them; what a mask hides cannot be tried out. */
import { contactFilter } from '#domain/contacts/queries.ts';
import { can, type User } from '#domain/people/access.ts';
import type { Queryable } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import { askedFor } from './ask.ts';
import { pointNumber } from './documents.ts';
import { isWholeNumber } from './terms.ts';

/** As much of a number's beginning and end as its mask leaves open; of a shorter number it shows nothing. */
const OPEN = { begin: 4, end: 3, numberChars: 8 };

type Bind = (value: unknown) => string;

/** The whole number, or those digits of it that its mask leaves open. */
function openNumber(number: string, bind: Bind): string[] {
  const shown = `length(${pointNumber}) >= ${OPEN.numberChars}`;
  if (isWholeNumber(number)) return [`${pointNumber} = ${bind(number)}`];
  return [
    ...number.length <= OPEN.begin ? [`${shown} and starts_with(${pointNumber}, ${bind(number)})`] : [],
    ...number.length === OPEN.end ? [`${shown} and right(${pointNumber}, ${OPEN.end}) = ${bind(number)}`] : [],
  ];
}

/**
 * SQL over a contact point `p` and its contact `c`: the customer's name holds every word (the last may be half typed),
 * or the number or handle is the one typed, or begins or ends so as far as the mask shows it (RA09); any part of it for
 * who may unmask the customer. `bind` takes a value and gives its place. Below two signs nothing is found.
 */
export async function pointFilter(db: Queryable, user: User, typed: string, bind: Bind): Promise<string> {
  const { words, number } = await askedFor(db, safeText(typed));
  if (words.join('').length < 2) return 'false';
  const handle = bind(safeText(typed).normalize('NFKC').trim().toLowerCase());
  const parts = [`lower(p.handle) = ${handle}`, `not exists (select from unnest(${bind(words)}::text[]) asked
    where not exists (select from unnest(search_names(c.name)) word where starts_with(word, asked)))`,
  ...number === undefined ? [] : openNumber(number, bind)];
  if (can(user, 'contact.unmask')) {
    const anywhere = [`strpos(lower(p.handle), ${handle}) > 0`,
      ...number === undefined ? [] : [`strpos(${pointNumber}, ${bind(number)}) > 0`]];
    parts.push(`(${anywhere.join(' or ')}) and ${contactFilter(user, 'c', 'contact.unmask')}`);
  }
  return `(${parts.map((part) => `(${part})`).join(' or ')})`;
}
