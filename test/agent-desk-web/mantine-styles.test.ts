/** The desk brings the styles of just those pieces of Mantine that it uses: none missing, none in another order. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const core = fileURLToPath(new URL('../../node_modules/@mantine/core/', import.meta.url));
const desk = fileURLToPath(new URL('../../agent-desk/web/src/', import.meta.url));

function filesUnder(folder: string, end: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => end.test(name))
    .map((name) => join(folder, name));
}

/** The pieces that any file of the desk takes from Mantine, and the one that its notifications draw. */
function piecesUsed(): Set<string> {
  const used = new Set(['Notification']);
  for (const file of filesUnder(desk, /\.tsx?$/)) {
    for (const found of readFileSync(file, 'utf8').matchAll(/import\s+\{([^}]*)\}\s+from '@mantine\/core'/g)) {
      for (const name of (found[1] ?? '').split(',')) {
        used.add(name.trim().replace(/^type /, '').split(' as ')[0] ?? '');
      }
    }
  }
  return used;
}

/** The style sheets that a piece needs: its own and those of what it is made of. */
function sheetsOf(file: string, seen: Set<string>, sheets: Set<string>): void {
  if (seen.has(file) || !existsSync(file)) return;
  seen.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) {
    if (path.includes('.module.')) sheets.add(basename(path).split('.')[0] ?? '');
    else sheetsOf(resolve(dirname(file), path), seen, sheets);
  }
}

t.test('every piece of Mantine in use has its styles, in the order in which Mantine gives them', async (t) => {
  const imported = [...readFileSync(join(desk, 'theme/mantine.ts'), 'utf8')
    .matchAll(/styles\/([\w-]+)\.css'/g)].map((found) => found[1] ?? '');
  const modules = new Map(filesUnder(join(core, 'esm/components'), /\.mjs$/).map((file) => [basename(file), file]));
  const needed = new Set<string>();
  const seen = new Set<string>();
  for (const piece of piecesUsed()) {
    const file = modules.get(`${piece}.mjs`);
    if (file !== undefined) sheetsOf(file, seen, needed);
  }
  const known = [...needed].filter((name) => existsSync(join(core, `styles/${name}.css`)));
  t.ok(known.length > 20, 'the pieces were found');
  t.same(known.filter((name) => !imported.includes(name)), [], 'add these to theme/mantine.ts');

  const whole = readFileSync(join(core, 'styles.css'), 'utf8');
  const places = imported.map((name) => whole.indexOf(readFileSync(join(core, `styles/${name}.css`), 'utf8').trim()));
  t.notOk(places.includes(-1), 'each is a part of the whole sheet');
  t.same(places, places.toSorted((a, b) => a - b), 'in the order of the whole sheet');
});
