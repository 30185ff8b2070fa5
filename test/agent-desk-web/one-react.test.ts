/** Two Reacts in the bundle give a blank desk: everything the desk is built of must find the same one. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import t from 'tap';

const web = new URL('../../agent-desk/web/package.json', import.meta.url);

t.test('every package of the desk that wants React finds the same React 19', async (t) => {
  const here = createRequire(web);
  const { dependencies } = JSON.parse(readFileSync(web, 'utf8')) as { dependencies: Record<string, string> };
  const react = here.resolve('react');
  const found = JSON.parse(readFileSync(here.resolve('react/package.json'), 'utf8')) as { version: string };
  t.equal(found.version, dependencies['react']);
  for (const name of Object.keys(dependencies)) {
    let entry: string;
    try { entry = here.resolve(name); } catch { continue; }
    const there = createRequire(entry);
    for (const wanted of ['react', 'react-dom']) {
      let theirs: string;
      try { theirs = there.resolve(wanted); } catch { continue; }
      t.equal(theirs, here.resolve(wanted), `${name} and its ${wanted}`);
    }
  }
  t.ok(react.includes('node_modules'));
});
