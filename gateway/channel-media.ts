/** Files of customers: bytes in the BlobStore, a row in `files`, and whose they are, so that nobody reads another's. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ChannelHost } from '#channels/channel.ts';
import type { AccountView, Attachment, InboundEvent, ReceiveResult } from '#domain/channels/words.ts';
import { failpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Db } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';

/** What is needed of gateway/blob-store.ts. */
export interface MediaBlobs {
  /**
   * Stores the bytes under a random name; the type is taken from content. Rejects FILE_TOO_LARGE, FILE_TYPE_REFUSED.
   */
  put(
    bytes: Readable | Uint8Array,
    file: { fileName: string; bytesMax?: number },
  ): Promise<{ storageName: string; mediaType: string; sizeBytes: number; sha256: Uint8Array }>;
  get(storageName: string): Promise<Readable | undefined>;
  remove(storageName: string): Promise<void>;
}

const insertFile = statement(
  'media.insert',
  `
insert into files (id, organisation_id, storage_name, file_name, media_type, size_bytes, sha256, uploaded_by_kind,
  channel_account_id, handle_hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);
const visibleFile = statement(
  'media.visible',
  `
select f.storage_name, f.file_name, f.media_type, f.size_bytes::float8 as size_bytes from files f
where f.id = $1 and f.organisation_id = $2 and ($4::text is null or (f.channel_account_id = $3 and f.handle_hash = $5)
  or exists (select from conversations c
    where c.id = f.conversation_id and c.organisation_id = f.organisation_id and c.channel_account_id = $3
      and c.handle = $4 and f.attached_at is not null
      and exists (select from messages m where m.organisation_id = c.organisation_id and m.conversation_id = c.id
        and m.direction in ('IN', 'OUT') and m.deleted_at is null and m.attachments @> jsonb_build_array(jsonb_build_object('fileId', f.id)))))`,
);
const attachFiles = statement(
  'media.attach',
  `
update files f set attached_at = coalesce(f.attached_at, app_now()),
  conversation_id = coalesce(f.conversation_id, x.conversation_id)
from json_to_recordset($2::json) as x (id uuid, conversation_id uuid) where f.id = x.id and f.organisation_id = $1`,
);

function handleHash(account: AccountView, handle: string): Buffer {
  return createHash('sha256').update(`${account.id}|${handle}`).digest();
}

/** A name that is safe to show and to save: no path, no control or direction marks, not too long (RS09). */
export function safeFileName(name: string): string {
  const last = safeText(name).split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/^[.\s]+/, '')
    .trim();
  return cutText(clean, limits.fileNameChars) || 'file';
}

interface FileRow {
  storage_name: string;
  file_name: string;
  media_type: string;
  size_bytes: number;
}

/** The media half of a ChannelHost. */
export function customerMedia(db: Db, blobs: MediaBlobs, account: AccountView): ChannelHost['media'] {
  return {
    async put(file): Promise<Attachment> {
      const fileName = safeFileName(file.fileName);
      const stored = await blobs.put(file.bytes, { fileName, bytesMax: limits.fileBytes });
      const id = newId();
      await failpoint('media.midDownload');
      try {
        await db.rows(insertFile, [
          id,
          account.organisationId,
          stored.storageName,
          fileName,
          stored.mediaType,
          stored.sizeBytes,
          stored.sha256,
          file.uploadedBy,
          account.id,
          file.handle === undefined ? null : handleHash(account, file.handle),
        ]);
      } catch (error) {
        await blobs.remove(stored.storageName).catch(() => undefined);
        throw error;
      }
      return { fileId: id, fileName, mediaType: stored.mediaType, sizeBytes: stored.sizeBytes };
    },
    async get(fileId, handle) {
      const row = await db.one<FileRow>(visibleFile, [
        fileId,
        account.organisationId,
        account.id,
        handle ?? null,
        handle === undefined ? null : handleHash(account, handle),
      ]);
      if (row === undefined) return undefined;
      const attachment = { fileId, fileName: row.file_name, mediaType: row.media_type, sizeBytes: row.size_bytes };
      // Opened at the first read: who only asks whether the file is theirs opens nothing.
      const bytes = Readable.from(
        (async function* read() {
          const stream = await blobs.get(row.storage_name);
          if (stream === undefined) throw new Error('the bytes of a file are missing');
          yield* stream;
        })(),
        { objectMode: false },
      );
      return { attachment, bytes };
    },
  };
}

/**
 * Ties the files of stored messages to their conversation, so that the orphan sweep leaves them and the desk sees
 * them.
 */
export async function attachCustomerFiles(
  db: Db,
  account: AccountView,
  events: readonly InboundEvent[],
  results: readonly ReceiveResult[],
): Promise<void> {
  const items = events.flatMap((event, index) =>
    event.kind !== 'message' || results[index]?.conversationId === undefined
      ? []
      : (event.attachments ?? []).map((file) => ({ id: file.fileId, conversation_id: results[index]?.conversationId })),
  );
  if (items.length > 0) await db.rows(attachFiles, [account.organisationId, JSON.stringify(items)]);
}
