/** Tidy rules about lists that must agree with the code: failpoints, statements, limits, errors, exports, links. */
import { posix } from 'node:path';
import { isCode, type Source, type Tree } from './tidy-tree.ts';

function keysIn(source: Source | undefined, pattern: RegExp): string[] {
  return source === undefined ? [] : [...source.text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function product(tree: Tree): Source[] {
  const rooms = /^(gateway|channels|routing|agent-desk|domain)\//;
  return [...tree.values()].filter(({ path }) => isCode(path) && rooms.test(path));
}

/** The list in domain/failpoints.ts and the calls are the same. */
export function failpointList(tree: Tree): string[] {
  const home = 'domain/failpoints.ts';
  const listed = new Set(keysIn(tree.get(home), /'([a-z]+\.[a-zA-Z]+)': 'RF/g));
  const called = new Map<string, string>();
  for (const source of product(tree)) {
    if (source.path === home) continue;
    for (const match of source.text.matchAll(/\bfailpoint\(\s*'([^']+)'/g)) called.set(match[1] ?? '', source.path);
  }
  return [
    ...[...listed].filter((name) => !called.has(name)).map((name) =>
      `${home} lists ${name}, which no code calls: put failpoint('${name}') where the fault can happen, or drop it`),
    ...[...called].filter(([name]) => !listed.has(name)).map(([name, path]) =>
      `${path} calls failpoint('${name}'), which ${home} does not list`),
  ];
}

/** A prepared statement's name means one text over the whole product: PostgreSQL keeps it per connection. */
export function statementNames(tree: Tree): string[] {
  const seen = new Map<string, string>();
  const pattern = /\bstatement\(\s*(['"`])([^'"`]+)\1/g;
  return product(tree).flatMap(({ path, text }) => [...text.matchAll(pattern)].flatMap((match) => {
    const name = match[2] ?? '';
    const before = seen.get(name);
    seen.set(name, path);
    if (before !== undefined) return [`${path} names a statement ${name}, as ${before} does: each name is one text`];
    return /^[a-z][\w-]*\.[\w.${}-]+$/.test(name) ? [] : [`${path} names a statement ${name}: write noun.verb`];
  }));
}

function unused(
  tree: Tree, home: string, names: string[], uses: (name: string) => RegExp, what: (name: string) => string,
): string[] {
  const others = [...tree.values()].filter(({ path }) => isCode(path) && path !== home);
  return names.filter((name) => !others.some(({ text }) => uses(name).test(text))).map(what);
}

/** Each bound is somebody's bound. */
export function limitsUsed(tree: Tree): string[] {
  const home = 'domain/limits.ts';
  return unused(tree, home, keysIn(tree.get(home), /^ {2}(\w+):/gm), (name) => new RegExp(`\\blimits\\.${name}\\b`),
    (name) => `${home} bounds ${name}, which nothing obeys: use it where the thing happens, or drop it`);
}

/** Each error of the catalogue can happen. */
export function errorsUsed(tree: Tree): string[] {
  const home = 'domain/errors.ts';
  return unused(tree, home, keysIn(tree.get(home), /^ {2}([A-Z_]+): \{/gm), (name) => new RegExp(`\\b${name}\\b`),
    (name) => `${home} has ${name}, which nothing throws: throw it, or drop it`);
}

/** Each kind of journal event is written by somebody. */
export function eventsUsed(tree: Tree): string[] {
  const home = 'domain/journal/events.ts';
  const names = keysIn(tree.get(home), /^ {2}'([a-z-]+\.[a-z-]+)'/gm);
  return unused(tree, home, names, (name) => new RegExp(`['"\`]${name}['"\`]`),
    (name) => `${home} names ${name}, which nothing writes: write it, or drop it`);
}

const EXPORT = /^export (?:default )?(?:async )?(?:const|function\*?|class|let) (\w+)/gm;

/** Exported names that nobody uses, not even their own file: dead code that looks alive. */
export function deadExports(tree: Tree): string[] {
  const code = [...tree.values()].filter(({ path }) => isCode(path));
  const words = new Map(code.map((source) => [source.path, new Set(source.text.match(/\w+/g))]));
  return product(tree).flatMap((source) => keysIn(source, EXPORT).flatMap((name) => {
    const elsewhere = code.some(({ path }) => path !== source.path && words.get(path)?.has(name) === true);
    if (elsewhere || (source.text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0) > 1) return [];
    return [`${source.path} exports ${name}, which nobody uses: delete it, or call it`];
  }));
}

/** Links between the documents lead to files that are there. */
export function documentLinks(tree: Tree): string[] {
  const folders = new Set([...tree.keys()].flatMap((path) => {
    const parts = path.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  }));
  return [...tree.values()].filter(({ path }) => path.endsWith('.md')).flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)].flatMap((match) => {
      const to = posix.normalize(posix.join(posix.dirname(path), match[1] ?? '')).replace(/\/$/, '');
      if (tree.has(to) || folders.has(to) || /\.(png|jpe?g|svg|webp|gif)$/.test(to)) return [];
      return [`${path} links to ${match[1]}, which is not there`];
    }));
}
