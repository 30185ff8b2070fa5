/** /api/files: what agents send along, and what either side sent, for whoever may read the conversation (RS09). */
import multipart from '@fastify/multipart';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { attachmentView } from '#agent-desk/views.ts';
import { AppError } from '#domain/errors.ts';
import { conversationFilter, messageFilter } from '#domain/conversations/queries.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { statement } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';
import { isInline, type BlobStore } from '../blob-store.ts';
import { idParams, orNotFound, type ReadingParts } from './shapes.ts';

export interface FileParts extends ReadingParts {
  blobs: BlobStore;
}

interface FileRow { file_name: string; media_type: string; size_bytes: number; storage_name: string }

const insertFile = statement('files.insert',
  `insert into files (id, organisation_id, storage_name, file_name, media_type, size_bytes,
    sha256, uploaded_by_kind, uploaded_by) values ($1, $2, $3, $4, $5, $6, $7, 'AGENT', $8)`);

/** The last part of the name as it was given, without what could lead elsewhere or hide its ending (RF22). */
export function cleanFileName(name: string): string {
  const last = safeText(name).split(/[\\/]/).at(-1) ?? '';
  const plain = last.replace(/[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069\u2400]/g, '').trim();
  const named = cutText(plain.replace(/^\.+/, ''), limits.fileNameChars);
  return named === '' ? 'berkas' : named;
}

/** Only what the user may see: own uploads not attached yet, and files of readable messages. */
async function visibleFile(parts: FileParts, user: User, id: string): Promise<FileRow | undefined> {
  const [row] = await parts.work.db.dynamic<FileRow>(`select f.file_name, f.media_type, f.size_bytes::float8 as
    size_bytes,
      f.storage_name from files f left join conversations c on c.id = f.conversation_id
    where f.organisation_id = $1 and f.id = $2 and ((f.uploaded_by = $3 and f.attached_at is null)
      or (c.id is not null and f.attached_at is not null and ${conversationFilter(user, 'c')}
        and not exists (select 1 from messages m where m.organisation_id = c.organisation_id
          and m.conversation_id = c.id and m.attachments @> jsonb_build_array(jsonb_build_object('fileId', f.id))
          and (m.deleted_at is not null or not ${messageFilter(user, 'm')}))))`,
  [user.organisationId, id, user.id]);
  return row;
}

/**
 * Headers under which no file can act: saved or shown as a picture, never run, never guessed, never framed by others.
 */
function guard(reply: FastifyReply, row: FileRow): void {
  const inline = isInline(row.media_type);
  const name =
    encodeURIComponent(row.file_name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  void reply.headers({
    'content-type': inline ? row.media_type : 'application/octet-stream', 'content-length': row.size_bytes,
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin', 'cache-control': 'private, no-store',
  });
}

/** Uploads a minute and session: pasted pictures stay below, a program that fills the disk does not. */
const UPLOADS_PER_MINUTE = 60;

/** POST and GET of files. */
export function filesApi(parts: FileParts): FastifyPluginAsyncZod {
  const { work, blobs } = parts;
  return async (app) => {
    await app.register(multipart,
      { limits: { fileSize: limits.fileBytes, files: 1, fields: 4, parts: 5, fieldSize: 1_024, headerPairs: 40 } });
    app.post('/api/files', {
      config: { permission: 'interaction.handle', rateLimit: { max: UPLOADS_PER_MINUTE, timeWindow: 60_000 } },
      bodyLimit: limits.fileBytes + 65_536,
      schema: { response: { 201: attachmentView } } }, async (request, reply) => {
      const part = await request.file();
      if (part === undefined || part.fieldname !== 'file') throw new AppError('VALIDATION_FAILED',
        { fields: ['file'] });
      const fileName = cleanFileName(part.filename);
      const stored = await blobs.put(part.file, { fileName, bytesMax: limits.fileBytes });
      if (part.file.truncated || stored.sizeBytes === 0) {
        await blobs.remove(stored.storageName);
        throw new AppError(part.file.truncated ? 'FILE_TOO_LARGE' : 'VALIDATION_FAILED', { fields: ['file'] });
      }
      const id = newId();
      const { user } = request;
      try {
        await work.db.rows(insertFile,
          [id, user.organisationId, stored.storageName, fileName, stored.mediaType, stored.sizeBytes,
          stored.sha256, user.id]);
      } catch (error) {
        await blobs.remove(stored.storageName);
        throw error;
      }
      return reply.code(201).send({ fileId: id, fileName, mediaType: stored.mediaType, sizeBytes: stored.sizeBytes });
    });
    app.get('/api/files/:id', { config: { permission: 'signed-in' }, schema: { params: idParams } },
      async ({ user, params }, reply) => {
      const row = orNotFound(await visibleFile(parts, user, params.id));
      const bytes = orNotFound(await blobs.get(row.storage_name));
      guard(reply, row);
      return reply.send(bytes);
    });
  };
}
