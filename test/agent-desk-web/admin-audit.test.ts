/** Whatever the product writes into the journal has a word on the page of the audit trail, in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { adminWords } from '../../agent-desk/web/src/admin/i18n.ts';
import { en } from '../../agent-desk/web/src/i18n/en.ts';
import { id } from '../../agent-desk/web/src/i18n/id.ts';
import { reasonKey } from '../../agent-desk/web/src/lib/reasons.ts';
import { journalCodes, journalKeys } from '#domain/journal/data.ts';

const root = new URL('../../', import.meta.url);
const server = ['routing', 'domain', 'gateway', 'channels', 'agent-desk/server'].flatMap((room) =>
  readdirSync(new URL(`${room}/`, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules') && !name.includes('widget/'))
    .map((name) => ({ name: `${room}/${name}`, text: readFileSync(new URL(`${room}/${name}`, root), 'utf8') })));

function at(words: object, key: readonly string[]): string | undefined {
  let found: unknown = words;
  for (const part of key) found = (found as Record<string, unknown> | undefined)?.[part];
  return typeof found === 'string' ? found : undefined;
}

/** True if both languages have a word under one of these groups. */
function said(groups: readonly string[], code: string): boolean {
  return (['id', 'en'] as const).every((locale) =>
    groups.some((group) => at(adminWords[locale], [...group.split('.'), code]) !== undefined));
}

t.test('every key and every code of the journal has a word', async (t) => {
  for (const key of journalKeys) t.ok(said(['audit.values'], key), key);
  for (const [key, codes] of Object.entries(journalCodes)) {
    for (const code of codes) t.ok(said([`audit.codes.${key}`], code), `${key} ${code}`);
  }
  for (const locale of ['id', 'en'] as const) {
    t.strictSame(Object.keys(adminWords[locale].audit.values).toSorted(), [...journalKeys].toSorted(), 'and no other');
  }
});

t.test('what is written by SQL or in parts has no other keys', async (t) => {
  const known: readonly string[] = journalKeys;
  for (const { name, text } of server.filter((file) => /insert into journal\b/.test(file.text))) {
    for (const [, key = ''] of text.matchAll(/jsonb_build_object\('(\w+)'/g)) {
      t.ok(known.includes(key), `${name} ${key}`);
    }
  }
  // A type does not look into `...(x ? {} : { key })`: these are read.
  const parts = /data: \{[^;]*?\.\.\.\([^:;]*: \{\s*(\w+)[:,\s}]/g;
  for (const { name, text } of server.filter((file) => file.text.includes('#domain/journal/'))) {
    for (const [, key = ''] of text.matchAll(parts)) t.ok(known.includes(key), `${name} ${key}`);
  }
});

t.test('every kind of subject and every changed field has a word', async (t) => {
  const events = server.find((file) => file.name === 'domain/journal/events.ts')?.text ?? '';
  const subjects = [...(/SubjectType =([^;]*);/.exec(events)?.[1] ?? '').matchAll(/'([\w-]+)'/g)];
  t.ok(subjects.length > 20);
  for (const [, subject = ''] of subjects) t.ok(said(['audit.subjects'], subject), subject);
  for (const { name, text } of server) {
    for (const [, list = ''] of text.matchAll(/\bchanged: \[([^\]]*)\]/g)) {
      for (const [, field = ''] of list.matchAll(/'(\w+)'/g)) {
        t.ok(said(['fields', 'audit.fields', 'retention.classes'], field), `${name} ${field}`);
      }
    }
  }
});

t.test('every reason code that stands in the source has a word', async (t) => {
  const groups = ['audit.codes.reasonCode', 'accounts.reasons', 'number.reasons', 'quarantine.reasons',
    'webhooks.reasons'];
  for (const { name, text } of server) {
    for (const [, code = ''] of text.matchAll(/\breasonCode: '([A-Z][A-Z_]+)'/g)) {
      const key = reasonKey(code).code;
      const known = [id, en].every((words) => at(words, ['reason', key]) !== undefined) || said(groups, code);
      t.ok(known, `${name} ${code}`);
    }
  }
});
