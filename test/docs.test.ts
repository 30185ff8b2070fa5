/** The documents stay true: what ARCHITECTURE.md names exists, and what a person may meet is written down. */
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import t from 'tap';
import { errorCatalogue } from '#domain/errors.ts';
import { journalTypes } from '#domain/journal/events.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

function sources(folder: string): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/node_modules|dist/.test(name)).map((name) => `${folder}${name}`);
}

t.test('every function that a walk of ARCHITECTURE.md names is defined in the file it names', async (t) => {
  const walks = [...read('ARCHITECTURE.md').matchAll(/`([\w./-]+\.tsx?):(\w+)`/g)];
  t.ok(walks.length >= 20, 'the walks name functions');
  for (const [, file = '', name = ''] of walks) {
    const there = existsSync(new URL(file, root));
    t.ok(there, `${file} exists`);
    if (there) t.match(read(file), new RegExp(`\\b${name}\\b`), `${file} defines ${name}`);
  }
});

t.test('every folder of the picture in README.md exists', async (t) => {
  const folders = /^(gateway|channels|routing|agent-desk|domain|test|bench)\//gm;
  for (const [, folder = ''] of read('README.md').matchAll(folders)) {
    t.ok(existsSync(new URL(folder, root)), folder);
  }
});

t.test('every error is said in both languages, each with what to do or what happened', async (t) => {
  for (const [code, { id, en, status }] of Object.entries(errorCatalogue)) {
    t.ok(id.length > 10 && en.length > 10 && String(id) !== en, code);
    t.ok(status >= 400 && status < 600, code);
  }
});

t.test('every journal type that the code writes is in the map, and every one in the map is written', async (t) => {
  const text = [...sources('routing/'), ...sources('gateway/'), ...sources('domain/'), ...sources('agent-desk/server/')]
    .filter((file) => !file.endsWith('journal/events.ts')).map(read).join('\n');
  const later = new Set(['interaction.snoozed', 'interaction.transferred', 'search.performed']);
  for (const type of Object.keys(journalTypes)) {
    if (!later.has(type)) t.ok(text.includes(`'${type}'`), `${type} is written somewhere`);
  }
});
