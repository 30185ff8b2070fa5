/**
 * Where the bytes of files lie: a local folder under random names, their type taken from content, never from the sender
 * (RS09).
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Db } from '#domain/store/db.ts';

export interface StoredBlob {
  storageName: string;
  mediaType: string;
  sizeBytes: number;
  sha256: Uint8Array;
}

export interface BlobStore {
  /** Stores the bytes while they come in. Rejects FILE_TOO_LARGE or FILE_TYPE_REFUSED and keeps nothing then. */
  put(bytes: Readable | Uint8Array, file: { fileName: string; bytesMax?: number }): Promise<StoredBlob>;
  get(storageName: string): Promise<Readable | undefined>;
  /** Removes the bytes; that they are gone already is no error. */
  remove(storageName: string): Promise<void>;
  /** Names in one of the folders (0-255) whose bytes are older than the time (ms since 1970). */
  olderThan(folder: number, beforeMs: number): Promise<string[]>;
}

/** Enough of a file's beginning to know its type. */
const HEAD_BYTES = 4_100;
const NAME = /^[0-9a-f]{2}[0-9a-f]{38}$/;

/** Programs, whatever they call themselves. */
const REFUSED_TYPES = new Set(['application/x-msdownload', 'application/vnd.microsoft.portable-executable',
  'application/x-elf', 'application/x-mach-binary', 'application/x.ms.shortcut', 'application/x-ms-shortcut',
  'application/x-msi',
  'application/vnd.android.package-archive', 'application/java-vm', 'application/x-sh', 'application/x-apple-diskimage',
  'application/wasm', 'application/x-chrome-extension']);
const REFUSED_ENDINGS = ['exe', 'com', 'bat', 'cmd', 'scr', 'pif', 'msi', 'msp', 'dll', 'sys', 'cpl', 'hta', 'vbs',
  'vbe', 'js', 'jse', 'wsf', 'wsh', 'ps1', 'psm1', 'lnk', 'jar', 'apk', 'app', 'dmg', 'deb', 'rpm', 'sh', 'reg', 'iso'];
const REFUSED_NAMES = new RegExp(`\\.(${REFUSED_ENDINGS.join('|')})$`, 'i');

/** Types that a browser may show in place: pictures, sound and film, which carry no script. */
const INLINE = new Set([
  'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp',
  'audio/mpeg', 'audio/ogg', 'audio/opus', 'audio/wav', 'audio/x-wav', 'audio/vnd.wave', 'audio/aac', 'audio/mp4',
  'audio/x-m4a', 'audio/amr', 'audio/flac', 'audio/webm',
  'video/mp4', 'video/webm', 'video/ogg', 'video/quicktime',
]);

/** True if the type may be shown in place; all else is only ever saved. */
export function isInline(mediaType: string): boolean {
  return INLINE.has(mediaType);
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, Math.max(0, head.length - 4)), { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The type by content. Markup is of no type: nobody may take it for a page. Throws FILE_TYPE_REFUSED for programs. */
async function typeOf(head: Uint8Array, fileName: string): Promise<string> {
  if (REFUSED_NAMES.test(fileName.trim())) throw new AppError('FILE_TYPE_REFUSED');
  const found = (await fileTypeFromBuffer(head))?.mime;
  if (found !== undefined && REFUSED_TYPES.has(found)) throw new AppError('FILE_TYPE_REFUSED');
  const opening = Buffer.from(head.subarray(0, 256)).toString('latin1').replace(/^[\s\u00ef\u00bb\u00bf]+/, '');
  if (opening.startsWith('#!') || opening.startsWith('MZ')) throw new AppError('FILE_TYPE_REFUSED');
  if (opening.startsWith('<') || (found !== undefined && /xml|html|svg/.test(found))) return 'application/octet-stream';
  if (found !== undefined) return found;
  return isText(head) ? 'text/plain' : 'application/octet-stream';
}

interface Written { sizeBytes: number; sha256: Uint8Array; head: Uint8Array }

async function write(file: string, bytes: Readable | Uint8Array, bytesMax: number): Promise<Written> {
  const source = bytes instanceof Uint8Array ? [bytes] : bytes;
  const target = await open(file, 'wx', 0o600);
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let sizeBytes = 0;
  try {
    for await (const part of source) {
      const chunk = Buffer.from(part as Uint8Array);
      sizeBytes += chunk.length;
      if (sizeBytes > bytesMax) throw new AppError('FILE_TOO_LARGE');
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      hash.update(chunk);
      for (let at = 0; at < chunk.length;) at += (await target.write(chunk, at)).bytesWritten;
    }
    await target.sync();
  } finally {
    await target.close();
  }
  return { sizeBytes, sha256: hash.digest(), head };
}

/** A store in this folder, which is made if it is not there. A name leads nowhere but into it. */
export function createBlobStore(folder: string): BlobStore {
  const pathOf = (name: string): string | undefined => (NAME.test(name) ? path.join(folder, name.slice(0, 2),
    name) : undefined);
  return {
    async put(bytes, { fileName, bytesMax = limits.fileBytes }) {
      const storageName = randomBytes(20).toString('hex');
      const file = path.join(folder, storageName.slice(0, 2), storageName);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const part = `${file}.part`;
      try {
        const { head, ...written } = await write(part, bytes, bytesMax);
        const mediaType = await typeOf(head, fileName);
        await rename(part, file);
        return { storageName, mediaType, ...written };
      } catch (error) {
        await rm(part, { force: true });
        if (bytes instanceof Readable) bytes.resume();
        throw error;
      }
    },
    async get(name) {
      const file = pathOf(name);
      if (file === undefined || !(await stat(file).then((found) => found.isFile(), () => false))) return undefined;
      return createReadStream(file);
    },
    async remove(name) {
      const file = pathOf(name);
      if (file !== undefined) await rm(file, { force: true });
    },
    async olderThan(number, beforeMs) {
      const inside = path.join(folder, number.toString(16).padStart(2, '0'));
      const names = await readdir(inside).catch(() => []);
      const old: string[] = [];
      for (const name of names) {
        const found = await stat(path.join(inside, name)).catch(() => undefined);
        if (found === undefined || found.mtimeMs >= beforeMs) continue;
        if (NAME.test(name)) old.push(name);
        else await rm(path.join(inside, name), { force: true });
      }
      return old;
    },
  };
}

const dropOrphans = statement('files.drop-orphans', `delete from files where id in (select id from files
  where attached_at is null and created_at < app_now() - $1 * interval '1 hour' limit 200 for update skip locked)
  returning storage_name`);
const knownBlobs = statement('files.known', 'select storage_name from files where storage_name = any($1)');
const HOUR_MS = 3_600_000;
let folderTurn = 0;

/**
 * Removes what was uploaded and never attached within limits.fileOrphanHours, and bytes that no row knows (a crash
 * between the two), one folder of 256 at a call. Gives how many files it removed.
 */
export async function sweepOrphans(db: Db, blobs: BlobStore): Promise<number> {
  const dropped = (await db.rows<{ storage_name: string }>(dropOrphans,
    [limits.fileOrphanHours])).map((row) => row.storage_name);
  folderTurn = (folderTurn + 1) % 256;
  const [clock] = await db.dynamic<{ ms: string }>('select (extract(epoch from now()) * 1000)::bigint::text as ms');
  const old = await blobs.olderThan(folderTurn, Number(clock?.ms ?? 0) - limits.fileOrphanHours * HOUR_MS);
  const known = new Set((old.length === 0 ? [] : await db.rows<{ storage_name: string }>(knownBlobs,
    [old])).map((row) => row.storage_name));
  const strays = old.filter((name) => !known.has(name));
  for (const name of [...dropped, ...strays]) await blobs.remove(name);
  return dropped.length + strays.length;
}
