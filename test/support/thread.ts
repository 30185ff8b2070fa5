/** Messages and files written straight into a test's conversation, as intake and uploads would leave them. */
import { createHash } from 'node:crypto';
import type { Attachment } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { createBlobStore } from '#gateway/blob-store.ts';
import { createIntake } from '#routing/intake.ts';
import type { OpenedInteraction } from './conversation.ts';
import type { SmallWorld } from './fixtures.ts';
import type { Teardown, TestWork } from './harness.ts';

export interface WrittenMessage {
  direction?: 'IN' | 'OUT' | 'NOTE';
  text?: string | null;
  kind?: string;
  payload?: object;
  reactions?: object[];
  attachments?: Attachment[];
  replyToId?: string;
  authorId?: string;
  status?: string;
  reasonCode?: string;
  edited?: boolean;
}

/** Adds a message at the end of the conversation and gives its id. */
export async function writeMessage(work: TestWork, world: SmallWorld, at: OpenedInteraction,
  message: WrittenMessage): Promise<string> {
  const id = newId();
  const direction = message.direction ?? 'IN';
  await work.db.dynamic(`with c as (update conversations set last_seq = last_seq + 1, last_text = $6,
      last_direction = $5, last_message_at = app_now(), version = version + 1 where id = $2 returning last_seq)
    insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction,
      author_kind, author_id, kind, body, payload, reactions, attachments, reply_to_id, status, reason_code, created_at,
      edited_at)
    select $1, $3, $2, $4, $7, last_seq, $5, $8, $9, $10, $6, $11, $12, $13, $14, $15, $16, app_now(),
      case when $17 then app_now() end from c`,
  [id, at.conversationId, world.organisationId, at.interactionId, direction, message.text ?? null, world.accountId,
    direction === 'IN' ? 'CUSTOMER' : 'AGENT', message.authorId ?? null, message.kind ?? 'text',
    message.payload === undefined ? null : JSON.stringify(message.payload),
    message.reactions === undefined ? null : JSON.stringify(message.reactions),
    message.attachments === undefined ? null : JSON.stringify(message.attachments), message.replyToId ?? null,
    message.status ?? null, message.reasonCode ?? null, message.edited ?? false]);
  return id;
}

/** Gives the way in which the customers of the small world write, through intake as in the product. */
export function customers(t: Teardown, { work, world }: { work: TestWork; world: SmallWorld }):
(at: OpenedInteraction, text: string) => Promise<unknown> {
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  const account = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
    key: world.accountKey, name: 'Akun Uji', address: null, settings: {}, medium: 'CHAT' as const };
  return (at, text) => intake.receive(account, [{ kind: 'message', dedupKey: newId(), raw: new Uint8Array([1]),
    handle: at.handle, messageKind: 'text', text }]);
}

/** Stores bytes as a file of the conversation, its type read from the content as everywhere. */
export async function writeFile(work: TestWork, world: SmallWorld, at: OpenedInteraction, dataDir: string,
  file: { fileName: string; bytes: Uint8Array }): Promise<Attachment> {
  const stored = await createBlobStore(`${dataDir}/files`).put(file.bytes, { fileName: file.fileName });
  const id = newId();
  await work.db.dynamic(`insert into files (id, organisation_id, conversation_id, storage_name, file_name, media_type,
      size_bytes, sha256, uploaded_by_kind, attached_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'CUSTOMER', app_now())`,
  [id, world.organisationId, at.conversationId, stored.storageName, file.fileName, stored.mediaType, stored.sizeBytes,
    createHash('sha256').update(file.bytes).digest()]);
  return { fileId: id, fileName: file.fileName, mediaType: stored.mediaType, sizeBytes: stored.sizeBytes };
}

/** A second of silence as a WAV file. */
export function wav(seconds = 1): Uint8Array {
  const rate = 8_000;
  const data = Buffer.alloc(rate * seconds, 128);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0); head.writeUInt32LE(36 + data.length, 4); head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22); head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28); head.writeUInt16LE(1, 32); head.writeUInt16LE(8, 34); head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** A PDF of one page with a line of text. */
export function pdf(line: string): Uint8Array {
  const content = `BT /F1 18 Tf 40 100 Td (${line}) Tj ET`;
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 150] /Contents 4 0 R '
      + '/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const at = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const xref = `xref\n0 5\n0000000000 65535 f \n${table}trailer << /Size 5 /Root 1 0 R >>\nstartxref\n${body.length}\n`;
  return Buffer.from(`${body}${xref}%%EOF`);
}

/** A picture of one colour, 60 x 40. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAADwAAAAoCAIAAAAt2Q6oAAAAQklEQVR4nO3OAQkAIBAAMdMawkimNIb3MFiArXP3OOv7QDpMWlo6'
  + 'QFpaOkBaWjpAWlo6QFpaOkBaWjpAWlo6YGT6Abv0bpNlnjfSAAAAAElFTkSuQmCC', 'base64');
