/** The files of the house as the tidy rules see them: text, code without comments and strings, and what they import. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';

export interface Import {
  line: number;
  /** As written. */
  specifier: string;
  /** The file in the tree that it means; undefined for packages and for files that are not there. */
  target: string | undefined;
  typeOnly: boolean;
}

export interface Source {
  path: string;
  text: string;
  lines: string[];
  /** The text with comments and the insides of strings blanked, line by line; equal to `lines` where it is no code. */
  code: string[];
  imports: Import[];
}

/** All files by path, with forward slashes, relative to the root. */
export type Tree = Map<string, Source>;

const SKIPPED = new Set(['node_modules', '.git', '.tap', '.data', 'dist', 'coverage']);
const CODE = new Set(['.ts', '.tsx', '.mjs', '.js', '.jsx']);
const TEXT = new Set([...CODE, '.json', '.md', '.css', '.html', '.sql', '.yml', '.yaml', '.sh', '.txt', '']);

/** Whether the path is program text. */
export function isCode(path: string): boolean {
  return CODE.has(extname(path));
}

const REGEX_BEFORE = /(?:[=(,:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|void))\s*$/;

/** Where the string, comment or expression that starts at `at` ends (exclusive); `at` itself where none does. */
function endOfQuiet(text: string, at: number, before: string): number {
  const two = text.slice(at, at + 2);
  const find = (needle: string, from: number): number => (text.indexOf(needle, from) + 1 || text.length + 1) - 1;
  if (two === '//') return find('\n', at);
  if (two === '/*') return find('*/', at + 2) + 2;
  const quote = text[at];
  if (quote === "'" || quote === '"') {
    const string = new RegExp(`^${quote}(?:[^${quote}\\\\\\n]|\\\\[^])*${quote}`);
    const end = string.exec(text.slice(at, at + 4_096))?.[0].length;
    return at + (end ?? 0);
  }
  if (quote === '/' && REGEX_BEFORE.test(before)) {
    const end = /^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/.exec(text.slice(at, at + 2_048))?.[0].length;
    return at + (end ?? 0);
  }
  return at;
}

/**
 * Blanks comments, strings and regular expressions; what stands in `${}` of a template stays. Line breaks stay, so line
 * numbers hold. Good enough for text rules, no parser: JSX text counts as code.
 */
export function blank(text: string): string {
  let out = '';
  const templates: number[] = [];
  let inTemplate = false;
  const hide = (part: string): void => { out += part.replace(/[^\n]/g, ' '); };
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? '';
    if (inTemplate) {
      if (char === '\\') { hide(text.slice(at, at + 2)); at += 2; continue; }
      if (text.startsWith('${', at)) { templates.push(0); inTemplate = false; out += '${'; at += 2; continue; }
      if (char === '`') { inTemplate = false; out += '`'; } else hide(char);
      at += 1;
      continue;
    }
    const end = endOfQuiet(text, at, out.slice(-40));
    if (end > at) {
      const quote = char === "'" || char === '"' ? 1 : 0;
      out += text.slice(at, at + quote);
      hide(text.slice(at + quote, end - quote));
      out += text.slice(end - quote, end);
      at = end;
      continue;
    }
    if (char === '`') inTemplate = true;
    if (char === '{' && templates.length > 0) templates[templates.length - 1]! += 1;
    if (char === '}' && templates.length > 0) {
      if (templates.at(-1) === 0) { templates.pop(); inTemplate = true; } else templates[templates.length - 1]! -= 1;
    }
    out += char;
    at += 1;
  }
  return out;
}

const IMPORTS = [
  /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?\sfrom\s*(['"])([^'"]+)\2/gm,
  /^\s*import\s+()(['"])([^'"]+)\2/gm,
  /\bimport\(\s*()(['"])([^'"]+)\2/g,
  // A program of its own (worker, child process) is named by its address.
  /\bnew URL\(\s*()(['"])(\.[^'"]+\.(?:ts|mjs|js))\2,\s*import\.meta\.url/g,
];

function resolveTo(path: string, specifier: string, has: (path: string) => boolean): string | undefined {
  let wanted: string | undefined;
  if (specifier.startsWith('#')) wanted = specifier.slice(1);
  else if (specifier.startsWith('.')) wanted = posix.normalize(posix.join(dirname(path), specifier));
  if (wanted === undefined) return undefined;
  return ['', '.ts', '.tsx', '/index.ts', '/index.tsx'].map((tail) => `${wanted}${tail}`).find(has);
}

function importsOf(path: string, text: string, has: (path: string) => boolean): Import[] {
  const bare = text.replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')).replace(/^\s*\/\/.*$/gm, '');
  return IMPORTS.flatMap((pattern) => [...bare.matchAll(pattern)].map((match) => ({
    line: bare.slice(0, match.index + match[0].length).split('\n').length,
    specifier: match[3] ?? '',
    target: resolveTo(path, match[3] ?? '', has),
    typeOnly: (match[1] ?? '') !== '',
  })));
}

/** A tree out of texts by path. */
export function treeOf(files: Record<string, string>): Tree {
  const has = (path: string): boolean => Object.hasOwn(files, path);
  return new Map(Object.entries(files).map(([path, text]) => {
    const lines = text.split('\n');
    const code = isCode(path) ? blank(text).split('\n') : lines;
    return [path, { path, text, lines, code, imports: isCode(path) ? importsOf(path, text, has) : [] }];
  }));
}

function readInto(files: Record<string, string>, root: string, folder: string): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (SKIPPED.has(entry.name) || entry.name === 'package-lock.json') continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) readInto(files, root, path);
    else if (entry.isFile() && TEXT.has(extname(entry.name))) files[path] = readFileSync(join(root, path), 'utf8');
  }
}

/** The house as it lies on the disk. */
export function readTree(root: string): Tree {
  const files: Record<string, string> = {};
  if (existsSync(root)) readInto(files, root, '');
  return treeOf(files);
}

/** The files whose path the pattern fits. */
export function sources(tree: Tree, pattern: RegExp): Source[] {
  return [...tree.values()].filter((source) => pattern.test(source.path));
}
