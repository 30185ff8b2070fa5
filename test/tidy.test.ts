/** The house's own rules hold, and the rules themselves find what they are for. */
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { rules } from '#test/support/tidy.ts';
import { blank, readTree, treeOf } from '#test/support/tidy-tree.ts';

const house = readTree(fileURLToPath(new URL('..', import.meta.url)));

t.test('tidy: the house keeps its rules', async (t) => {
  for (const [name, rule] of Object.entries(rules)) {
    t.same(rule(house), [], name);
  }
});

/** What a rule says of files made up for it. */
function said(name: string, files: Record<string, string>): string {
  return rules[name]?.(treeOf(files)).join('\n') ?? 'no such rule';
}

t.test('tidy: the import rule names what to do instead', async (t) => {
  const rule = 'a room imports only what it may';
  const files = (path: string, specifier: string): Record<string, string> => ({
    [path]: `import { x } from '${specifier}';\n`, 'routing/queues.ts': '', 'channels/registry.ts': '',
    'domain/store/db.ts': '', 'domain/contacts/queries.ts': '', 'domain/limits.ts': '',
    'gateway/app.ts': '', 'agent-desk/server/desk.ts': '',
  });
  t.match(said(rule, files('channels/x/a.ts', '#routing/queues.ts')), /a.ts:1 channels\/ may not import.*ChannelHost/);
  t.match(said(rule, files('channels/x/a.ts', '../../domain/store/db.ts')), /ChannelHost/, 'a relative road too');
  t.match(said(rule, files('channels/x/a.ts', '#domain/contacts/queries.ts')), /ChannelHost/);
  t.match(said(rule, files('routing/a.ts', '#channels/registry.ts')), /journal event/);
  t.match(said(rule, files('domain/a.ts', '#routing/queues.ts')), /knows none/);
  t.match(said(rule, files('agent-desk/server/a.ts', '#gateway/app.ts')), /passed in/);
  t.match(said(rule, files('agent-desk/web/src/a.tsx', '../../server/desk.ts')), /REST API/);
  t.match(said(rule, files('domain/queues/rules.ts', '#domain/store/db.ts')), /pure/);
  for (const [path, specifier] of [
    ['gateway/a.ts', '#channels/registry.ts'], ['routing/a.ts', '#domain/store/db.ts'],
    ['channels/a.ts', '#domain/limits.ts'], ['agent-desk/server/a.ts', '#routing/queues.ts'],
  ] as const) t.equal(said(rule, files(path, specifier)), '', `${path} may import ${specifier}`);
});

t.test('tidy: packages stay behind their doors and are declared', async (t) => {
  const rule = 'a package stays behind its door and is declared';
  const manifest = { 'package.json': '{"dependencies":{"pg":"1","zod":"1"}}' };
  t.match(said(rule, { ...manifest, 'routing/a.ts': `import pg from 'pg';` }), /work\.db/);
  t.match(said(rule, { ...manifest, 'routing/a.ts': `import { x } from 'left-pad/x';` }), /left-pad.*package\.json/);
  t.match(said(rule, { ...manifest, 'routing/a.ts': `import fs from 'fs';` }), /node:fs/);
  t.equal(said(rule, { ...manifest, 'routing/a.ts': `import { z } from 'zod';` }), '');
});

t.test('tidy: banned calls are found in code, not in words about them', async (t) => {
  const rule = 'banned calls are replaced';
  t.match(said(rule, { 'routing/a.ts': 'const now = Date.now();' }), /app_now\(\)/);
  t.match(said(rule, { 'gateway/a.ts': 'console.log(1);' }), /work\.log/);
  t.match(said(rule, { 'gateway/a.ts': 'const x = process.env.X;' }), /config\.ts/);
  t.match(said(rule, { 'test/a.test.ts': 'await new Promise((resolve) => setTimeout(resolve, 5));' }), /eventually/);
  t.match(said(rule, { 'test/e2e/a.test.ts': 't.ok(await page.locator(x).isVisible());' }), /isShown/);
  t.match(said(rule, { 'test/e2e/a.test.ts': `t.equal(await page.getByText('x').count(), 0);` }), /isAbsent/);
  t.match(said(rule, { 'routing/a.ts': `if (account.channel === 'smoke') return;` }), /registry/);
  t.equal(said(rule, { 'routing/a.ts': `// not Date.now()\nconst text = 'console.log';` }), '');
  t.equal(said(rule, { 'channels/smoke/a.ts': `if (account.channel === 'smoke') return;` }), '');
});

t.test('tidy: lengths, openings, leftovers, machine paths, orphans', async (t) => {
  t.match(said('a file has 400 lines at most', { 'routing/a.ts': 'x\n'.repeat(401) }), /401 lines/);
  t.match(said('a line has 120 columns at most', { 'routing/a.ts': `f(${'a, '.repeat(60)});` }), /columns wide/);
  t.match(said('a file opens with a sentence', { 'routing/a.ts': 'export {};' }), /first line/);
  t.equal(said('a file opens with a sentence', { 'routing/a.ts': '/** What it is for, in one sentence. */' }), '');
  t.match(said('an exported function has a docstring', { 'routing/a.ts': 'export function f() {}' }), /exports f/);
  t.match(said('nothing is left for later', { 'README.md': '- TODO: more' }), /do it/);
  t.match(said('no path of one machine is written down', { 'a.md': 'see /home/someone/x' }), /one machine/);
  t.match(said('a file is used by somebody', { 'routing/a.ts': '' }), /delete it/);
  t.match(said('an import leads to a file', { 'routing/a.ts': `import './b.ts';` }), /not there/);
});

t.test('tidy: lists agree with the code', async (t) => {
  const home = { 'domain/failpoints.ts': `export const failpoints = {\n  'send.afterClaim': 'RF03',\n};` };
  t.match(said('the failpoints listed are those called', home), /no code calls/);
  const called = { ...home, 'routing/a.ts': `failpoint('send.x')` };
  t.match(said('the failpoints listed are those called', called), /not list/);
  const twice = { 'routing/a.ts': `statement('a.read', '')`, 'routing/b.ts': `statement('a.read', '')` };
  t.match(said('a statement name is used once', twice), /as routing\/a.ts does/);
  t.match(said('a limit is obeyed somewhere', { 'domain/limits.ts': 'x = {\n  thingsMax: 3,\n}' }), /thingsMax/);
  t.match(said('an error can happen', { 'domain/errors.ts': 'x = {\n  GONE_WRONG: { status: 4 },\n}' }), /GONE_WRONG/);
  t.match(said('a link between documents leads somewhere', { 'README.md': '[x](docs/none.md)' }), /not there/);
});

t.test('tidy: strings, comments and expressions are blanked, line by line', async (t) => {
  t.equal(blank('a("b") // c'), 'a(" ")     ');
  t.equal(blank('`x${y(`z`)}w`'), '` ${y(` `)} `');
  t.equal(blank('s.replace(/["/]/g, d)'), 's.replace(       , d)');
  t.equal(blank('/* a\nb */c'), '    \n    c');
});
