/** Keeps two servers off one data directory, by a lock that the kernel gives back however its holder dies. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The data directory is in use: `message` says by whom and what to do, in Indonesian first. */
export class DataDirInUse extends Error {
  constructor(dataDir: string, holder: string) {
    super(
      `Folder data ${dataDir} sedang dipakai Sambung lain${holder}. Hentikan yang lain itu, atau atur DATA_DIR lain.\n`
      + `The data directory ${dataDir} is in use by another Sambung${holder}. Stop that one, or set another DATA_DIR.`);
    this.name = 'DataDirInUse';
  }
}

export interface DataDirLock {
  /** Gives the directory free. Also happens by itself when the process ends, kill -9 included. */
  release(): void;
}

function holderOf(infoFile: string): string {
  try {
    const info = JSON.parse(readFileSync(infoFile, 'utf8')) as { pid?: unknown };
    return typeof info.pid === 'number' ? ` (pid ${info.pid})` : '';
  } catch {
    return '';
  }
}

/**
 * Makes the directory (0700) if need be and takes it for this process. Throws DataDirInUse where another process holds
 * it. The lock is SQLite's exclusive file lock (fcntl), because Node offers no lock call of its own and a pid file can
 * neither be taken without a race nor survive kill -9 without guessing; nothing is ever stored in that file.
 */
export function acquireDataDir(dataDir: string): DataDirLock {
  const directory = resolve(dataDir);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const infoFile = `${directory}/server.pid`;
  const file = new DatabaseSync(`${directory}/server.lock`, { timeout: 0 });
  try {
    file.exec('pragma journal_mode = off');
    file.exec('begin exclusive');
  } catch (error) {
    file.close();
    if ((error as { errcode?: unknown }).errcode !== 5) throw error;
    throw new DataDirInUse(directory, holderOf(infoFile));
  }
  writeFileSync(infoFile, `${JSON.stringify({ pid: process.pid })}\n`, { mode: 0o600 });
  return { release: () => file.close() };
}
