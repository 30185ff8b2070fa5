/** Tidy rules about single files: how long, how they open, which calls are banned and what to write instead. */
import { isCode, type Source, type Tree } from './tidy-tree.ts';

export const FILE_LINES_MAX = 400;
export const LINE_COLUMNS_MAX = 120;

/** Tables of words, SQL and captured payloads: their rows are data, and cutting them helps nobody. */
const DATA = [
  /^domain\/store\/(migrations|seeds)\//, /^domain\/errors\.ts$/, /\/(locales|i18n|words)\//, /\/fixtures?\//,
  /^test\/support\/fixtures\.ts$/, /^gateway\/security\/common-passwords\.ts$/,
];
const PRODUCT = /^(gateway|channels|routing|agent-desk|domain)\//;
const BROWSER = /^(agent-desk\/web|channels\/live-chat\/widget)\//;

function isData(path: string): boolean {
  return DATA.some((pattern) => pattern.test(path));
}

function codeFiles(tree: Tree): Source[] {
  return [...tree.values()].filter(({ path }) => isCode(path));
}

/** No file of program text over 400 lines, but tables. */
export function fileLength(tree: Tree): string[] {
  const long = codeFiles(tree).filter(({ path, lines }) => lines.length - 1 > FILE_LINES_MAX && !isData(path));
  return long.map(({ path, lines }) =>
    `${path} has ${lines.length - 1} lines, ${FILE_LINES_MAX} at most: make it two files, each with its own sentence`);
}

/** No line over 120 columns, but tables, SQL texts and addresses that cannot be broken. */
export function lineLength(tree: Tree): string[] {
  const program = codeFiles(tree).filter(({ path }) => !isData(path));
  return program.flatMap(({ path, lines, code }) => lines.flatMap((line, index) => {
    if (line.length <= LINE_COLUMNS_MAX || /https?:\/\/\S{40}/.test(line)) return [];
    // A line that is nearly all one string or SQL text: the program on it is short.
    const words = (code[index] ?? '').replace(/\s+/g, ' ').trim().length;
    const comment = /^\s*(\/\/|\*|\/\*)/.test(line);
    if (!comment && words <= 40) return [];
    return [`${path}:${index + 1} is ${line.length} columns wide, ${LINE_COLUMNS_MAX} at most: break it`];
  }));
}

/** Every file opens with one sentence that says what it is for. */
export function opening(tree: Tree): string[] {
  return codeFiles(tree).filter(({ path }) => !path.endsWith('.d.ts')).flatMap(({ path, text }) => {
    const body = text.replace(/^#!.*\n/, '');
    const comment = /^\/\*\*([^]*?)\*\//.exec(body)?.[1]?.replace(/\n\s*\*/g, '\n').trim();
    if (comment !== undefined && comment.length >= 20 && /[.!?:](\s|$)/.test(comment)) return [];
    return [`${path} does not open with a sentence: put /** What this file is for. */ on its first line`];
  });
}

const EXPORTED = /^export (?:default )?(?:async )?function\*? (\w+)/;

/** Every exported function of the server has a docstring: what it promises, units, errors. */
export function docstrings(tree: Tree): string[] {
  return codeFiles(tree).filter(({ path }) => PRODUCT.test(path) && !path.endsWith('.tsx')).flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const name = EXPORTED.exec(line)?.[1];
      if (name === undefined || /\*\/\s*$/.test(lines[index - 1] ?? '')) return [];
      // The other signatures of an overloaded function share one docstring.
      if (lines.slice(0, index).some((before) => EXPORTED.exec(before)?.[1] === name)) return [];
      return [`${path}:${index + 1} exports ${name} without a docstring: say what it promises and how it fails`];
    }));
}

interface Ban {
  /** Looked for in code without comments and strings, unless `inText`. */
  pattern: RegExp;
  where: (path: string) => boolean;
  what: string;
  instead: string;
  inText?: boolean;
}

const product = (path: string): boolean => PRODUCT.test(path);
const server = (path: string): boolean => product(path) && !BROWSER.test(path);
const everywhere = (): boolean => true;
const testFile = (path: string): boolean => path.endsWith('.test.ts');

const BANS: Ban[] = [
  {
    pattern: /\bconsole\.\w+/, where: product, what: 'console',
    instead: 'work.log (domain/work.ts), which keeps personal data out',
  },
  {
    pattern: /\bprocess\.env\b/, where: (path) => server(path) && path !== 'gateway/config.ts',
    what: 'process.env', instead: 'a value of gateway/config.ts, passed in',
  },
  {
    pattern: /\bDate\.now\(\)|\bnew Date\(\)/,
    where: (path) => /^(routing|domain)\//.test(path) && path !== 'domain/clock.ts',
    what: 'the machine\'s clock', instead: 'app_now() in SQL, or appNowMs() of domain/clock.ts',
  },
  {
    pattern: /\bas any\b|:\s*any\b(?!\w)|<any>/, where: everywhere, what: 'any',
    instead: 'unknown, and a schema or a check that narrows it',
  },
  {
    pattern: /@ts-(ignore|nocheck|expect-error)|\b(eslint|oxlint)-disable(?!-next-line [\w/()-]+ -- \S)/,
    where: everywhere, inText: true, what: 'a silenced check',
    instead: 'the right type; or oxlint-disable-next-line RULE -- reason',
  },
  {
    pattern: /\bsetTimeout\(\s*(resolve|done|r|next)\b|\bawait (sleep|delay|pause|wait)\(\s*[\d_]+\s*\)|timers\/prom/,
    where: testFile, inText: true, what: 'a sleep',
    instead: 'eventually(...) of test/support/harness.ts, which waits on a fact',
  },
  {
    pattern: /\bt\.\w+\(await .*\.(count\(\), 0|is(Visible|Hidden|Enabled|Disabled|Checked)\(\))/, inText: true,
    where: (path) => path.startsWith('test/e2e/'), what: 'a glance at a page that may still be changing',
    instead: 'isShown(...) or isAbsent(...) of test/support/browser.ts, which wait',
  },
  {
    pattern: /\b(t|test)\.(only|todo)\(|\bonly: true|\bskip: true|\bt\.skip\(/, where: testFile,
    what: 'a test left out', instead: 'the test itself; one that cannot run says why: { skip: \'reason\' }',
  },
  {
    pattern: /\bprocess\.exit\(/,
    where: (path) => server(path) && path !== 'gateway/main.ts' && !path.endsWith('/baileys/child.ts'),
    what: 'process.exit',
    instead: 'an error that gateway/main.ts hears of',
  },
  {
    pattern: /dangerouslySetInnerHTML|\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML/, where: product, what: 'raw HTML',
    instead: 'text nodes; for mail, a sandboxed iframe',
  },
  {
    pattern: /\bchannel(Name|Kind)?\s*[!=]==?\s*['"`]|['"`]\s*[!=]==?\s*\w*\.channel\b/, inText: true,
    where: (path) => product(path) && !path.startsWith('channels/'), what: 'a channel\'s name compared',
    instead: 'what the channel declares (medium, capabilities, limits) through channels/registry.ts',
  },
  {
    pattern: /\bMath\.random\(\)\.toString/, where: everywhere, what: 'a random name',
    instead: 'newId() of domain/ids.ts, or node:crypto',
  },
];

const TIDY = /^test\/(support\/tidy[\w-]*|tidy\.test)\.ts$/;

/** The rules' own files name what they forbid. */
function others(tree: Tree): Source[] {
  return [...tree.values()].filter(({ path }) => !TIDY.test(path));
}

/** Banned calls, each with its replacement. */
export function bannedCalls(tree: Tree): string[] {
  return others(tree).filter(({ path }) => isCode(path)).flatMap(({ path, lines, code }) =>
    BANS.filter((ban) => ban.where(path)).flatMap((ban) => (ban.inText === true ? lines : code).flatMap((line, index) =>
      (ban.pattern.test(line) ? [`${path}:${index + 1} uses ${ban.what}: use ${ban.instead}`] : []))));
}

/** Nothing is left for later in the code: finish it, or open an issue. */
export function leftovers(tree: Tree): string[] {
  const pattern = /(^[^'"`]*(\/\/|\/\*|^\s*\*|<!--).*|^\s*[-#>].*)\b(TODO|FIXME|XXX|HACK)\b/;
  return others(tree).flatMap(({ path, lines }) => lines.flatMap((line, index) =>
    (pattern.test(line) ? [`${path}:${index + 1} leaves something for later: do it, or open an issue`] : [])));
}

/** Paths of somebody's machine. */
export function machinePaths(tree: Tree): string[] {
  const pattern = /(^|[\s'"`(=:])\/(work|root|farm|home\/\w+|Users\/\w+|tmp\/[a-z0-9])(\/|\b)/;
  return others(tree).flatMap(({ path, lines }) => lines.flatMap((line, index) =>
    (pattern.test(line) ? [`${path}:${index + 1} names a path of one machine: derive it (os.tmpdir())`] : [])));
}
