/**
 * Keeps the head of the journal's seals outside the database, one file a day in DATA_DIR/seal-heads: whoever cuts off
 * the newest blocks cannot make these files say so (RA08). Carry them to another machine with the backups.
 */
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { appNow } from '#domain/clock.ts';
import { sealHead, type SealHead } from '#domain/journal/seal.ts';
import type { Db } from '#domain/store/db.ts';

export interface KeptHead extends SealHead {
  /** The UTC day it was kept on, `2026-11-22`. */
  day: string;
}

const NAME = /^(\d{4}-\d\d-\d\d)\.json$/;
/** Days a list shows; the files themselves stay. */
const LISTED = 90;

function folderOf(dataDir: string): string {
  return path.join(dataDir, 'seal-heads');
}

/** Writes today's head unless it is there or nothing is sealed yet. An older file is never touched. */
export async function keepSealHead(db: Db, dataDir: string): Promise<boolean> {
  const head = await sealHead(db);
  if (head === null) return false;
  const folder = folderOf(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${appNow().toISOString().slice(0, 10)}.json`);
  const target = await open(file, 'wx', 0o400).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (target === undefined) return false;
  try {
    await target.writeFile(`${JSON.stringify(head)}\n`);
    await target.sync();
  } finally {
    await target.close();
  }
  return true;
}

/** The kept heads, newest first; a file that cannot be read is left out. */
export async function keptHeads(dataDir: string): Promise<KeptHead[]> {
  const names = await readdir(folderOf(dataDir)).catch(() => []);
  const days = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).sort().reverse().slice(0, LISTED);
  const heads = await Promise.all(days.map(async (day): Promise<KeptHead | undefined> => {
    const text = await readFile(path.join(folderOf(dataDir), `${day}.json`), 'utf8').catch(() => '');
    const [, block, hmac] = /^\{"block":"(\d{1,18})","hmac":"([0-9a-f]{64})"\}\n$/.exec(text) ?? [];
    return block === undefined || hmac === undefined ? undefined : { day, block, hmac };
  }));
  return heads.filter((one) => one !== undefined);
}
