/**
 * What waits to be sent: one message after the other, with an id of ours, so that sending again is never a second
 * message.
 */
import type { ChatAnswers, ChatFile, ChatMessage, ChatRequests, Form } from '../../protocol.ts';
import type { Keep, KeptMessage } from './keep.ts';
import { upload, UploadFailed, type Upload } from './upload.ts';

export interface Pending {
  clientId: string;
  text: string;
  at: string;
  state: 'queued' | 'sending' | 'failed';
  code: string | null;
  file: {
    fileName: string;
    sizeBytes: number;
    mediaType: string;
    progress: number;
    stored: ChatFile | null;
    preview: string | null;
  } | null;
}

export interface Outbox {
  send(text: string): void;
  attach(file: File): void;
  retry(clientId: string): void;
  remove(clientId: string): void;
  /** These have arrived in the thread. */
  acknowledge(clientIds: readonly string[]): void;
  pump(): void;
  /** A picture of this device, so that one's own upload is not fetched back. */
  preview(fileId: string): string | undefined;
}

export interface OutboxParts {
  account: string;
  keep: Keep;
  request(name: 'message:send', payload: ChatRequests['message:send']): Promise<ChatAnswers['message:send']>;
  token(): string;
  online(): boolean;
  form(): Form | undefined;
  fileBytesMax(): number;
  changed(pending: readonly Pending[]): void;
  sent(message: ChatMessage): void;
}

/** Codes that say "not now": the message waits and goes again by itself. */
const LATER = new Set([
  'TIMEOUT',
  'TOO_MANY_REQUESTS',
  'OVERLOADED',
  'DATABASE_UNAVAILABLE',
  'SHUTTING_DOWN',
  'INTERNAL',
  'OFFLINE',
  'VISITOR_TOKEN_INVALID',
]);
const AGAIN_MS = 2_000;

/** A random id; browsers offer randomUUID only on https and loopback. */
export function newClientId(): string {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function restored(kept: KeptMessage): Pending {
  const { clientId, text, at, fileName, sizeBytes = 0, mediaType = '', fileId } = kept;
  if (fileName === undefined) return { clientId, text, at, state: 'queued', code: null, file: null };
  const stored = fileId === undefined ? null : { fileId, fileName, sizeBytes, mediaType };
  return {
    clientId,
    text,
    at,
    state: stored === null ? 'failed' : 'queued',
    code: stored === null ? 'FILE_LOST' : null,
    file: { fileName, sizeBytes, mediaType, progress: stored === null ? 0 : 1, stored, preview: null },
  };
}

/** Opens the outbox with what an earlier page left unsent. */
export function createOutbox(parts: OutboxParts): Outbox {
  let pending: Pending[] = parts.keep.all().map(restored);
  const files = new Map<string, File>();
  const uploads = new Map<string, Upload>();
  const previews = new Map<string, string>();
  let busy = false;
  let timer = 0;

  const publish = (): void => parts.changed([...pending]);
  const find = (clientId: string): Pending | undefined => pending.find((one) => one.clientId === clientId);
  const set = (clientId: string, part: Partial<Pending>): void => {
    pending = pending.map((one) => (one.clientId === clientId ? { ...one, ...part } : one));
    publish();
  };
  const keep = ({ clientId, text, at, file }: Pending): void =>
    parts.keep.put({
      clientId,
      text,
      at,
      ...(file === null
        ? {}
        : {
            fileName: file.fileName,
            sizeBytes: file.sizeBytes,
            mediaType: file.mediaType,
            ...(file.stored ? { fileId: file.stored.fileId } : {}),
          }),
    });
  const drop = (clientId: string): void => {
    pending = pending.filter((one) => one.clientId !== clientId);
    files.delete(clientId);
    parts.keep.drop(clientId);
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => outbox.pump(), AGAIN_MS);
  };
  const add = (one: Pending): void => {
    pending.push(one);
    keep(one);
    publish();
  };

  function start(clientId: string): void {
    const file = files.get(clientId);
    const one = find(clientId);
    if (file === undefined || one?.file == null || one.file.stored !== null || uploads.has(clientId) || !parts.online())
      return;
    set(clientId, { state: 'sending' });
    const going = upload(parts.account, parts.token(), file, (progress) => {
      const current = find(clientId)?.file;
      if (current) set(clientId, { file: { ...current, progress } });
    });
    uploads.set(clientId, going);
    going.done
      .then(
        (stored) => {
          const current = find(clientId);
          if (current?.file == null) return;
          if (current.file.preview !== null) previews.set(stored.fileId, current.file.preview);
          set(clientId, { state: 'queued', file: { ...current.file, progress: 1, stored } });
          const after = find(clientId);
          if (after !== undefined) keep(after);
        },
        (error: unknown) => {
          const code = error instanceof UploadFailed ? error.message : 'INTERNAL';
          if (code === 'CANCELLED') return;
          set(clientId, LATER.has(code) ? { state: 'queued' } : { state: 'failed', code });
          later();
        },
      )
      .finally(() => {
        uploads.delete(clientId);
        outbox.pump();
      });
  }

  async function sendOne(one: Pending): Promise<void> {
    const form = parts.form();
    try {
      const answer = await parts.request('message:send', {
        clientId: one.clientId,
        text: one.text,
        fileIds: one.file?.stored ? [one.file.stored.fileId] : [],
        ...(form === undefined ? {} : { form }),
      });
      drop(one.clientId);
      publish();
      const type = one.file?.stored?.mediaType ?? '';
      parts.sent({
        id: answer.messageId ?? one.clientId,
        seq: answer.seq ?? 0,
        from: 'customer',
        author: null,
        kind: one.file === null ? 'text' : type.startsWith('image/') ? 'image' : 'document',
        text: one.text === '' ? null : one.text,
        files: one.file?.stored ? [one.file.stored] : [],
        clientId: one.clientId,
        at: one.at,
        deleted: false,
        edited: false,
      });
    } catch (error) {
      const code = (error as Error).message;
      if (!LATER.has(code)) {
        set(one.clientId, { state: 'failed', code });
        return;
      }
      set(one.clientId, { state: 'queued' });
      throw error;
    }
  }

  const outbox: Outbox = {
    send(text) {
      add({ clientId: newClientId(), text, at: new Date().toISOString(), state: 'queued', code: null, file: null });
      outbox.pump();
    },
    attach(file) {
      const clientId = newClientId();
      const tooLarge = file.size > parts.fileBytesMax();
      files.set(clientId, file);
      add({
        clientId,
        text: '',
        at: new Date().toISOString(),
        state: tooLarge ? 'failed' : 'queued',
        code: tooLarge ? 'FILE_TOO_LARGE' : null,
        file: {
          fileName: file.name,
          sizeBytes: file.size,
          mediaType: file.type,
          progress: 0,
          stored: null,
          preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
        },
      });
      outbox.pump();
    },
    retry(clientId) {
      set(clientId, { state: 'queued', code: null });
      outbox.pump();
    },
    remove(clientId) {
      uploads.get(clientId)?.cancel();
      drop(clientId);
      publish();
    },
    acknowledge(clientIds) {
      const gone = clientIds.filter((clientId) => find(clientId) !== undefined);
      gone.forEach(drop);
      if (gone.length > 0) publish();
    },
    pump() {
      if (!parts.online()) return;
      for (const one of pending) if (one.state === 'queued' && one.file?.stored === null) start(one.clientId);
      const next = pending.find((one) => one.state === 'queued' && (one.file === null || one.file.stored !== null));
      if (busy || next === undefined) return;
      busy = true;
      set(next.clientId, { state: 'sending' });
      sendOne(next).then(
        () => {
          busy = false;
          outbox.pump();
        },
        () => {
          busy = false;
          later();
        },
      );
    },
    preview: (fileId) => previews.get(fileId),
  };
  queueMicrotask(publish);
  return outbox;
}
