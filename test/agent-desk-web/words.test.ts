/**
 * Both languages of the desk hold the same keys, no word is empty, and the values they are filled with have the same
 * names.
 */
import t from 'tap';
import { en } from '../../agent-desk/web/src/i18n/en.ts';
import { id } from '../../agent-desk/web/src/i18n/id.ts';
import { errorCatalogue } from '#domain/errors.ts';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else for (const [below, word] of flat(value, `${prefix}${key}.`)) found.set(below, word);
  }
  return found;
}

const values = (word: string): string[] => [...word.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1] ?? '').sort();

t.test('Indonesian and English hold the same keys', async (t) => {
  t.same([...flat(id).keys()].sort(), [...flat(en).keys()].sort());
});

t.test('a word is filled with the same values in both languages, and none is empty', async (t) => {
  const english = flat(en);
  for (const [key, word] of flat(id)) {
    t.not(word.trim(), '', key);
    t.not(english.get(key)?.trim(), '', key);
    t.same(values(word), values(english.get(key) ?? ''), key);
  }
});

t.test('every state, presence and status that the server sends has its word', async (t) => {
  const words = flat(id);
  const { interactionState, presenceName, sendStatus, ticketState } = await import('#agent-desk/views.ts');
  for (const state of interactionState.options) t.ok(words.has(`state.${state}`), state);
  for (const state of ticketState.options) t.ok(words.has(`ticketState.${state}`), state);
  for (const presence of presenceName.options) t.ok(words.has(`presence.${presence}`), presence);
  for (const status of sendStatus.options) t.ok(words.has(`status.${status}`), status);
});

t.test('the errors after which a message is tried again are errors of the catalogue', async (t) => {
  const { passes } = await import('../../agent-desk/web/src/live/outbox.ts');
  const own = ['NETWORK', 'TIMEOUT'];
  const passing = [...Object.keys(errorCatalogue), ...own].filter(passes).sort();
  t.same(passing, ['DATABASE_UNAVAILABLE', 'NETWORK', 'OVERLOADED', 'SHUTTING_DOWN', 'SIGN_IN_REQUIRED', 'TIMEOUT',
    'TOO_MANY_REQUESTS']);
});
