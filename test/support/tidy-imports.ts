/** Tidy rules about who may import whom, which packages live where, and files that nobody imports. */
import { builtinModules } from 'node:module';
import { isCode, type Import, type Source, type Tree } from './tidy-tree.ts';

/** A room, what it may import, and what to do instead of importing anything else. */
const ROOMS: { room: RegExp; name: string; may: RegExp; instead: string }[] = [
  {
    room: /^domain\//, name: 'domain/', may: /^domain\//,
    instead: 'it knows none of the four rooms; move the shared word into domain/, or let the caller pass it in',
  },
  {
    room: /^routing\//, name: 'routing/', may: /^(routing|domain)\//,
    instead: 'it decides and never talks; write a row or a journal event, or let gateway/ pass the function in',
  },
  {
    room: /^channels\/live-chat\/widget\//, name: 'the chat widget',
    may: /^channels\/live-chat\/|^domain\/(channels\/|errors\.ts|limits\.ts|text\.ts)/,
    instead: 'the widget runs at the customer: it shares words only, with channels/live-chat/ and domain/',
  },
  {
    room: /^channels\//, name: 'channels/', may: /^channels\/|^domain\/(?!store\/)/,
    instead: 'a channel only translates; what must last goes through ChannelHost (channels/channel.ts)',
  },
  {
    room: /^agent-desk\/web\//, name: 'the desk in the browser',
    may: /^agent-desk\/(web\/|[^/]+\.ts$)|^domain\/(?!store\/|.*queries\.ts)/,
    instead: 'the browser knows the server by agent-desk/protocol.ts, agent-desk/views.ts and the REST API only',
  },
  {
    room: /^agent-desk\//, name: 'agent-desk/', may: /^(agent-desk|routing|domain)\//,
    instead: 'it calls commands of routing/ and reads domain/; what it needs of gateway/ is passed in',
  },
  {
    room: /^gateway\//, name: 'gateway/', may: /^(gateway|channels|routing|agent-desk|domain)\//,
    instead: 'product code must not need test/, bench/ or scripts/',
  },
];

/** Files of domain/ that reach for the database: not for channels, whatever else of domain/ they may use. */
const DURABLE = /^domain\/(store\/|.*(queries|append|tail|seal)\.ts$)/;

/** Where a package may be imported, for packages that must stay behind one door. */
const HOMES: { name: RegExp; home: RegExp; instead: string }[] = [
  {
    name: /^pg$/, home: /^(domain\/(store|journal)|gateway\/embedded)\//,
    instead: 'use the Db of domain/store/db.ts (work.db)',
  },
  { name: /^bull$/, home: /^gateway\/jobs/, instead: 'use gateway/jobs.ts, behind which bull stays' },
  { name: /^ioredis$/, home: /^gateway\//, instead: 'use work.wake; Redis belongs to gateway/ and holds hints only' },
  {
    name: /^@mikro-orm\//, home: /^(domain|gateway)\//,
    instead: 'write statements on work.db; the ORM is for entities and administration',
  },
  { name: /^(fastify|@fastify\/.*)$/, home: /^gateway\//, instead: 'HTTP belongs to gateway/' },
  {
    name: /^socket\.io$/, home: /^(gateway|agent-desk\/server)\//,
    instead: 'sockets are served by gateway/ and agent-desk/server/',
  },
  { name: /^(pino|prom-client)$/, home: /^gateway\//, instead: 'use work.log, or give the figure to gateway/' },
];

const PRODUCT = /^(gateway|channels|routing|agent-desk|domain)\//;
const PURE = /^domain\/.*\b(rules|states)\.ts$/;
const BUILTIN = new Set(builtinModules);

function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function roomFault(source: Source, one: Import): string | undefined {
  const to = one.target ?? (one.specifier.startsWith('#') ? one.specifier.slice(1) : undefined);
  if (to === undefined) return undefined;
  const room = ROOMS.find(({ room: pattern }) => pattern.test(source.path));
  if (room === undefined) return undefined;
  if (!room.may.test(to)) return `${room.name} may not import ${to}: ${room.instead}`;
  if (/^channels\//.test(source.path) && DURABLE.test(to) && !one.typeOnly) {
    return `${room.name} may not import ${to}: ${room.instead}`;
  }
  if (PURE.test(source.path) && DURABLE.test(to)) {
    return `rules are pure and may not import ${to}: take what they need as arguments`;
  }
  return undefined;
}

/** The import rule of the rooms (architecture: the house), with what to do instead. */
export function importRule(tree: Tree): string[] {
  return [...tree.values()].flatMap((source) => source.imports.flatMap((one) => {
    const fault = roomFault(source, one);
    return fault === undefined ? [] : [`${source.path}:${one.line} ${fault}`];
  }));
}

/** Packages stay behind their doors, are declared, and Node's own modules carry the `node:` prefix. */
export function packageRule(tree: Tree): string[] {
  const declared = new Map<string, Set<string>>();
  for (const source of tree.values()) {
    if (!/(^|\/)package\.json$/.test(source.path)) continue;
    const manifest = JSON.parse(source.text) as Record<string, Record<string, string> | undefined>;
    const lists = ['dependencies', 'devDependencies', 'optionalDependencies'];
    const names = lists.flatMap((key) => Object.keys(manifest[key] ?? {}));
    declared.set(source.path.slice(0, -'package.json'.length), new Set(names));
  }
  return [...tree.values()].flatMap((source) => source.imports.flatMap(({ specifier, line }) => {
    if (/^[.#]/.test(specifier) || specifier.startsWith('node:') || specifier.startsWith('virtual:')) return [];
    const at = `${source.path}:${line}`;
    if (BUILTIN.has(specifier)) return [`${at} imports ${specifier}: write node:${specifier}`];
    const name = packageOf(specifier);
    const found: string[] = [];
    const door = HOMES.find((home) => home.name.test(name));
    if (door !== undefined && PRODUCT.test(source.path) && !door.home.test(source.path)) {
      found.push(`${at} imports ${name} outside its home: ${door.instead}`);
    }
    const known = [...declared].some(([folder, names]) => source.path.startsWith(folder) && names.has(name));
    if (!known) found.push(`${at} imports ${name}, which no package.json above it declares: add its exact version`);
    return found;
  }));
}

/** Imports that lead nowhere. */
export function missingTargets(tree: Tree): string[] {
  const ours = /^[.#].*\.[mc]?[jt]sx?$/;
  return [...tree.values()].flatMap((source) => source.imports
    .filter(({ specifier, target }) => target === undefined && ours.test(specifier))
    .map(({ specifier, line }) => `${source.path}:${line} imports ${specifier}, which is not there`));
}

const ENTRY = /(\.test\.tsx?|\.d\.ts|(^|\/)vite\.config\.ts|^gateway\/main\.ts|\/baileys\/child\.ts|(^|\/)public\/[^/]+\.js)$/;

/** Files that nobody imports, names in package.json or in an HTML page, or starts as a program of its own. */
export function orphanRule(tree: Tree): string[] {
  const reached = new Set<string>();
  for (const source of tree.values()) {
    for (const { target } of source.imports) if (target !== undefined) reached.add(target);
  }
  const naming = /(package\.json|\.html|^\.ci\/run|vite\.config\.ts)$/;
  const named = [...tree.values()].filter(({ path }) => naming.test(path));
  const unreached = [...tree.values()].filter(({ path }) => isCode(path) && !ENTRY.test(path) && !reached.has(path));
  return unreached.filter(({ path }) => {
    const fromPage = named.some((page) => {
      const folder = page.path.slice(0, page.path.lastIndexOf('/') + 1);
      return page.text.includes(path) || (path.startsWith(folder) && page.text.includes(path.slice(folder.length)));
    });
    // bench/run.ts and its like load files by name.
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    const mention = new RegExp(`['"\`/]${name}(\\.ts)?['"\`]`);
    const tools = /^(bench|scripts)\/.*\.(ts|mjs)$/;
    const byName = tools.test(path) && [...tree.values()].some((source) =>
      tools.test(source.path) && source.path !== path && mention.test(source.text));
    return !fromPage && !byName;
  }).map(({ path }) => `${path} is imported by nobody and is no entry point: use it or delete it`);
}
