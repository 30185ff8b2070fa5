/**
 * Sets up what a command of package.json needs and does only what is missing: packages, Redis, Chromium, the builds of
 * desk and widget. Runs on the machine's own Node (20 or newer), before there is any package: plain JavaScript, no
 * dependency. Everything it says goes to stderr, because stdout belongs to the command that follows.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node24 = join(root, 'node_modules/.bin/node');

function say(line) {
  process.stderr.write(`sambung: ${line}\n`);
}

/** Ends the setup with what the person has to do. */
function giveUp(lines) {
  say(lines.join('\n  '));
  process.exit(1);
}

/** Runs a command with its output on stderr; gives whether it ended well. */
function run(command, args, options = {}) {
  const ended = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (ended.signal === 'SIGINT' || ended.signal === 'SIGTERM') process.exit(130);
  return ended.status === 0;
}

/** The first of `names` that is a program on the PATH, as its full path. */
function onPath(names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder: the next one.
      }
    }
  }
  return undefined;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules holds what package-lock.json says. npm keeps its own record of what it installed; packages of
 * other platforms are optional and absent from it.
 */
function packagesMatch() {
  const wanted = readJson('package-lock.json')?.packages;
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (wanted === undefined || installed === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/')) continue;
    const found = installed[path];
    if (found === undefined && entry.optional) continue;
    if (found?.version !== entry.version || found.integrity !== entry.integrity) return false;
  }
  return Object.keys(installed).every((path) => !path.startsWith('node_modules/') || path in wanted);
}

/** Node 24 comes as a package; where there is none for this platform, the machine's own must be new enough. */
function ensureNode24() {
  if (existsSync(node24)) return;
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    symlinkSync(process.execPath, node24);
    return;
  }
  giveUp([`no Node 24 for ${process.platform}-${process.arch} among the packages.`,
    'If optional packages were left out, run: npm ci --include=optional',
    'Otherwise install Node 24 and run this with it.']);
}

function ensurePackages() {
  if (packagesMatch()) {
    ensureNode24();
    return;
  }
  say('installing packages (npm ci), once ...');
  // npm puts node_modules/.bin first on the PATH, and npm ci is about to delete the Node that lies there.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm !== undefined && /\.[cm]?js$/.test(npm)
    ? run(process.env.npm_node_execpath ?? process.execPath, [npm, ...args])
    : run('npm', args);
  if (!done) giveUp(['npm ci failed; see above. With the network or the registry back, run the same command again.']);
  ensureNode24();
  const link = "import('#gateway/embedded/postgres-binaries.ts').then((module) => module.postgresBinaries())";
  if (!run(node24, ['--input-type=module', '-e', link])) say('no PostgreSQL of our own: set DATABASE_URL.');
}

/** Debian and its kin, as root: installs a package, with fresh lists where there are none or the old ones fail. */
function aptInstall(name) {
  if (process.getuid?.() !== 0 || onPath(['apt-get']) === undefined) return false;
  say(`installing ${name} (apt-get), once ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
  const install = () => run('apt-get', [...options, 'install', '-y', '--no-install-recommends', name], { env });
  const lists = '/var/lib/apt/lists';
  const haveLists = existsSync(lists) && readdirSync(lists).some((file) => /_Packages(\.\w+)?$/.test(file));
  if (haveLists && install()) return true;
  return run('apt-get', [...options, 'update'], { env }) && install();
}

function ensureRedis() {
  if (onPath(['redis-server']) !== undefined) return;
  if (aptInstall('redis-server') && onPath(['redis-server']) !== undefined) return;
  giveUp(['redis-server is missing.', 'Debian, Ubuntu: sudo apt-get install redis-server', 'macOS: brew install redis',
    'Or set REDIS_URL to a Redis that runs elsewhere.']);
}

function ensureChromium() {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) giveUp([`CHROMIUM names ${named}, which does not exist.`]);
    return;
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  if (onPath(names) !== undefined) return;
  if (aptInstall('chromium') && onPath(names) !== undefined) return;
  giveUp(['Chromium is missing; the browser tests need it.', 'Debian: sudo apt-get install chromium',
    'Or set CHROMIUM to the program of a Chromium or Chrome that is installed.']);
}

function filesUnder(path, deep = true) {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) return [];
    const at = `${path}/${entry.name}`;
    return entry.isDirectory() ? (deep ? filesUnder(at) : []) : [at];
  });
}

/** A hash over the contents of the files, for a clone or a checkout gives new times to old contents. */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(root, file))).update('\0');
  return hash.digest('hex');
}

/** Builds a workspace where its sources, the code it shares with the server or the packages changed since last time. */
function ensureBuild({ name, folder, shared }) {
  if (!existsSync(join(root, folder, 'vite.config.ts'))) return;
  const sources = [...filesUnder(folder), ...shared.filter((file) => file.endsWith('.ts'))];
  const hash = hashOf(['package-lock.json', ...sources]);
  const stamp = join(root, folder, 'dist/.built-of');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say(`building ${name} (vite), only when it changed ...`);
  rmSync(stamp, { force: true });
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const env = { ...process.env, NODE_ENV: 'production' };
  if (!run(node24, [vite, 'build', '--logLevel', 'warn'], { cwd: join(root, folder), env })) {
    giveUp([`${name} could not be built; see above.`]);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

function ensureBuilds() {
  const domain = filesUnder('domain').filter((file) => !file.startsWith('domain/store/'));
  const desk = [...filesUnder('agent-desk', false), ...domain];
  const chat = [...filesUnder('channels/live-chat', false), ...domain];
  ensureBuild({ name: 'the desk', folder: 'agent-desk/web', shared: desk });
  ensureBuild({ name: 'the chat widget', folder: 'channels/live-chat/widget', shared: chat });
}

const modes = {
  packages: [ensurePackages],
  check: [ensurePackages],
  start: [ensurePackages, process.env.REDIS_URL ? () => {} : ensureRedis, ensureBuilds],
  test: [ensurePackages, process.env.TEST_REDIS_URL ? () => {} : ensureRedis, ensureChromium, ensureBuilds],
};

const steps = modes[process.argv[2] ?? ''];
if (steps === undefined) giveUp([`usage: node scripts/setup.mjs ${Object.keys(modes).join('|')}`]);
for (const step of steps) step();
