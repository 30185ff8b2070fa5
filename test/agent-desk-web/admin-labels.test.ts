/** What a form says is wrong it names as its fields are labelled: read from the source of all forms of the settings. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { adminWords } from '../../agent-desk/web/src/admin/i18n.ts';

const source = new URL('../../agent-desk/web/src/admin/', import.meta.url);
const files = new Map(readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^(pages|parts)\/.*\.tsx$/.test(name))
  .map((name) => [name, readFileSync(new URL(name, source), 'utf8')]));

function word(locale: 'id' | 'en', key: string): string | undefined {
  let found: unknown = adminWords[locale];
  for (const part of key.split('.')) found = (found as Record<string, unknown> | undefined)?.[part];
  return typeof found === 'string' ? found : undefined;
}

/** Fields with a label of their own, such as `<ZoneField />`: the key of that label. */
const ownLabels = new Map([...files.values()].flatMap((text) => [...text.matchAll(
  /export function (\w+Field)\([\s\S]*?\n\}/g)].flatMap(([body, name = '']) => {
  const label = /label=\{w\('([\w.]+)'/.exec(body)?.[1];
  return label === undefined ? [] : [[name, label] as const];
})));

/** What this form calls its fields where it does not use the common word. */
function own(text: string): Map<string, string> {
  const given = /labelled\(editor, \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return new Map([...given.matchAll(/(\w+): w\('([\w.]+)'\)/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** Every field of a form with the key of its label. */
function labelsIn(text: string): [string, string][] {
  return [...text.matchAll(/<([A-Z]\w*(?:Field|Picker))\b[\s\S]*?\/>/g)].flatMap(([element, kind = '']) => {
    if (kind === 'CheckField' || kind === 'ActiveField') return [];
    const label = /label=\{w\('([\w.]+)'/.exec(element)?.[1] ?? ownLabels.get(kind);
    const field = /rrors(?:\.(\w+)|\['(\w+)'\])/.exec(element) ?? /\bset\('(\w+)'/.exec(element);
    const name = field?.[1] ?? field?.[2];
    return label === undefined || name === undefined ? [] : [[name, label]];
  });
}

t.test('a field that is wrong is named as its label, in both languages', async (t) => {
  let seen = 0;
  for (const [name, text] of files) {
    const called = own(text);
    for (const [field, label] of labelsIn(text)) {
      seen += 1;
      for (const locale of ['id', 'en'] as const) {
        const said = word(locale, called.get(field) ?? `fields.${field}`);
        t.equal(said, word(locale, label), `${name} ${field} ${locale}`);
      }
    }
    for (const [, group = '', variable = ''] of text.matchAll(/label=\{w\(`([\w.]+)\.\$\{(\w+)\}`\)/g)) {
      if (!text.includes(`errors[${variable}]`)) continue;
      for (const locale of ['id', 'en'] as const) {
        let words: unknown = adminWords[locale];
        for (const part of group.split('.')) words = (words as Record<string, unknown>)[part];
        for (const [field, said] of Object.entries(words as object)) t.equal(word(locale, `fields.${field}`), said);
      }
    }
  }
  t.ok(seen > 60, `${seen} fields were found`);
});

t.test('every field that a form holds has a word', async (t) => {
  for (const [name, text] of files) {
    if (!text.includes('useEditor<')) continue;
    const fields = [...text.matchAll(/interface \w*Draft \{([\s\S]*?)\}/g)].flatMap((match) =>
      [...(match[1] ?? '').matchAll(/(?:^|[;{\n])\s*(\w+):/g)].map((found) => found[1] ?? ''));
    for (const field of fields.filter((each) => each !== 'secondStepDone')) {
      t.ok(word('id', `fields.${field}`), `${name} ${field}`);
    }
  }
});

t.test('what is wrong with a cell of an import does not say the name of its column again', async (t) => {
  for (const locale of ['id', 'en'] as const) {
    const { cells, issues } = adminWords[locale].import;
    const column: Partial<Record<keyof typeof issues, keyof typeof cells>> = { not_npk: 'npk', twice: 'npk',
      not_name: 'name', not_capacity: 'capacity', other_site: 'team' };
    for (const code of ['not_npk', 'twice', 'not_name', 'not_capacity', 'other_site'] as const) {
      const said = cells[column[code] ?? 'npk'].toLowerCase();
      t.notOk(issues[code].toLowerCase().split(/\W+/).includes(said), `${locale} ${code}`);
    }
  }
});
