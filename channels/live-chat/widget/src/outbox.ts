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
  /** The message whose button said this. */
  answers?: string | undefined;
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
  send(text: string, answers?: string): void;
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
  const { clientId, text, at, answers, fileName, sizeBytes = 0, mediaType = '', fileId } = kept;
  if (fileName === undefined) return { clientId, text, at, answers, state: 'queued', code: null, file: null };
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

function fresh(clientId: string, text: string): Pending {
  return { clientId, text, at: new Date().toISOString(), state: 'queued', code: null, file: null };
}

function kept({ clientId, text, at, answers, file }: Pending): KeptMessage {
  if (file === null) return { clientId, text, at, ...(answers === undefined ? {} : { answers }) };
  const { fileName, sizeBytes, mediaType, stored } = file;
  return { clientId, text, at, fileName, sizeBytes, mediaType, ...(stored ? { fileId: stored.fileId } : {}) };
}

/** How it will stand in the thread, shown until the server's own word of it comes. */
function asSent(one: Pending, answer: ChatAnswers['message:send']): ChatMessage {
  const stored = one.file?.stored ?? null;
  const fileKind = stored?.mediaType.startsWith('image/') ? 'image' : 'document';
  return {
    id: answer.messageId ?? one.clientId,
    seq: answer.seq ?? 0,
    from: 'customer',
    author: null,
    kind: stored === null ? 'text' : fileKind,
    text: one.text === '' ? null : one.text,
    files: stored === null ? [] : [stored],
    clientId: one.clientId,
    at: one.at,
    deleted: false,
    edited: false,
  };
}

class Waiting implements Outbox {
  readonly #parts: OutboxParts;
  readonly #files = new Map<string, File>();
  readonly #uploads = new Map<string, Upload>();
  readonly #previews = new Map<string, string>();
  #pending: Pending[];
  #busy = false;
  #timer = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#pending = parts.keep.all().map(restored);
    queueMicrotask(() => this.#publish());
  }

  send(text: string, answers?: string): void {
    this.#add({ ...fresh(newClientId(), text), answers });
  }

  attach(file: File): void {
    const clientId = newClientId();
    const { name: fileName, size: sizeBytes, type: mediaType } = file;
    const preview = mediaType.startsWith('image/') ? URL.createObjectURL(file) : null;
    const tooLarge = sizeBytes > this.#parts.fileBytesMax();
    this.#files.set(clientId, file);
    this.#add({
      ...fresh(clientId, ''),
      ...(tooLarge ? { state: 'failed', code: 'FILE_TOO_LARGE' } : {}),
      file: { fileName, sizeBytes, mediaType, progress: 0, stored: null, preview },
    });
  }

  retry(clientId: string): void {
    this.#set(clientId, { state: 'queued', code: null });
    this.pump();
  }

  remove(clientId: string): void {
    this.#uploads.get(clientId)?.cancel();
    this.#drop(clientId);
    this.#publish();
  }

  acknowledge(clientIds: readonly string[]): void {
    const gone = clientIds.filter((clientId) => this.#find(clientId) !== undefined);
    for (const clientId of gone) this.#drop(clientId);
    if (gone.length > 0) this.#publish();
  }

  preview(fileId: string): string | undefined {
    return this.#previews.get(fileId);
  }

  pump(): void {
    if (!this.#parts.online()) return;
    const queued = this.#pending.filter((one) => one.state === 'queued');
    for (const one of queued) if (one.file?.stored === null) this.#upload(one.clientId);
    const next = queued.find((one) => one.file === null || one.file.stored !== null);
    if (this.#busy || next === undefined) return;
    this.#busy = true;
    this.#set(next.clientId, { state: 'sending' });
    void this.#sendOne(next).then((goOn) => {
      this.#busy = false;
      if (goOn) this.pump();
      else this.#later();
    });
  }

  /** False if it has to wait. */
  async #sendOne(one: Pending): Promise<boolean> {
    const { clientId, text, answers, file } = one;
    const form = this.#parts.form();
    const fileIds = file?.stored ? [file.stored.fileId] : [];
    try {
      const message = {
        clientId,
        text,
        fileIds,
        ...(form === undefined ? {} : { form }),
        ...(answers === undefined ? {} : { answers }),
      };
      const answer = await this.#parts.request('message:send', message);
      this.#drop(clientId);
      this.#publish();
      this.#parts.sent(asSent(one, answer));
      return true;
    } catch (error) {
      return !this.#refused(clientId, (error as Error).message);
    }
  }

  /** True if the refusal means "later". */
  #refused(clientId: string, code: string): boolean {
    const later = LATER.has(code);
    this.#set(clientId, later ? { state: 'queued' } : { state: 'failed', code });
    return later;
  }

  #upload(clientId: string): void {
    const file = this.#files.get(clientId);
    if (file === undefined || this.#uploads.has(clientId)) return;
    this.#set(clientId, { state: 'sending' });
    const progress = (part: number): void => this.#setFile(clientId, { progress: part });
    const going = upload(this.#parts.account, this.#parts.token(), file, progress);
    this.#uploads.set(clientId, going);
    const ended = (error: unknown): void => {
      const code = error instanceof UploadFailed ? error.message : 'INTERNAL';
      if (code !== 'CANCELLED' && this.#refused(clientId, code)) this.#later();
    };
    void going.done
      .then((stored) => this.#uploaded(clientId, stored), ended)
      .finally(() => {
        // What has to wait is queued again; `later` looks at it, not this moment.
        this.#uploads.delete(clientId);
      });
  }

  #uploaded(clientId: string, stored: ChatFile): void {
    const preview = this.#find(clientId)?.file?.preview ?? null;
    if (preview !== null) this.#previews.set(stored.fileId, preview);
    this.#setFile(clientId, { progress: 1, stored });
    this.#set(clientId, { state: 'queued' });
    const one = this.#find(clientId);
    if (one !== undefined) this.#parts.keep.put(kept(one));
    this.pump();
  }

  #find(clientId: string): Pending | undefined {
    return this.#pending.find((one) => one.clientId === clientId);
  }

  #set(clientId: string, part: Partial<Pending>): void {
    this.#pending = this.#pending.map((one) => (one.clientId === clientId ? { ...one, ...part } : one));
    this.#publish();
  }

  #setFile(clientId: string, part: Partial<NonNullable<Pending['file']>>): void {
    const file = this.#find(clientId)?.file;
    if (file) this.#set(clientId, { file: { ...file, ...part } });
  }

  #add(one: Pending): void {
    this.#pending = [...this.#pending, one];
    this.#parts.keep.put(kept(one));
    this.#publish();
    this.pump();
  }

  #drop(clientId: string): void {
    this.#pending = this.#pending.filter((one) => one.clientId !== clientId);
    this.#files.delete(clientId);
    this.#parts.keep.drop(clientId);
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.pump(), AGAIN_MS);
  }

  #publish(): void {
    this.#parts.changed(this.#pending);
  }
}

/** Opens the outbox with what an earlier page left unsent. */
export function createOutbox(parts: OutboxParts): Outbox {
  return new Waiting(parts);
}
