/**
 * The words of the administration: both languages whole, and a word for every code of the journal and of the
 * rights.
 */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { adminWords } from '../../agent-desk/web/src/admin/i18n.ts';
import { journalTypes } from '#domain/journal/events.ts';
import { permissions } from '#domain/people/permissions.ts';

type Words = { readonly [key: string]: string | readonly string[] | Words };

const source = new URL('../../agent-desk/web/src/admin/', import.meta.url);

function leaves(words: Words | readonly string[], above = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) => (
    typeof value === 'string' ? [[`${above}${key}`, value] as [string, string]] : leaves(value, `${above}${key}.`)
  ));
}

const id = new Map(leaves(adminWords.id));
const en = new Map(leaves(adminWords.en));

t.test('both languages have the same keys', async (t) => {
  t.strictSame([...id.keys()].toSorted(), [...en.keys()].toSorted());
});

t.test('both languages fill in the same values, and no word is empty', async (t) => {
  const holes = (text: string): string[] =>
    [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').toSorted();
  for (const [key, text] of id) {
    t.strictSame(holes(en.get(key) ?? ''), holes(text), key);
    t.not(text.trim(), '', key);
    t.not(en.get(key)?.trim(), '', key);
  }
});

t.test('every journal type has a sentence and every permission a name with an explanation', async (t) => {
  for (const type of Object.keys(journalTypes)) t.ok(id.has(`journal.${type}`), `journal.${type}`);
  for (const permission of Object.keys(permissions)) {
    t.ok(id.has(`perm.${permission}.0`) && id.has(`perm.${permission}.1`), permission);
  }
});

t.test('no word is left that no screen says', async (t) => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const code = files.filter((name) => /\.tsx?$/.test(name) && !name.startsWith('words/'))
    .map((name) => readFileSync(new URL(name, source), 'utf8')).join('\n');
  // Keys made from a code of the server are said by their group: `accounts.states.${state}`.
  const groups = [...code.matchAll(/`([\w.-]+\.)\$\{/g)].map((match) => match[1] ?? '');
  // So are groups that are looked into by their names: ['fields', 'audit.fields'].
  const pages = '(?:audit|number|accounts|quarantine|webhooks|retention|optOuts|signInRules)';
  groups.push(...[...code.matchAll(new RegExp(`'(${pages}\\.\\w+)'`, 'g'))].map((match) => match[1] ?? '')
    .filter((name) => !id.has(name)).map((name) => `${name}.`));
  const unsaid = [...id.keys()].filter((key) => !code.includes(`'${key}'`)
    && !groups.some((group) => key.startsWith(group)));
  t.strictSame(unsaid, []);
});
