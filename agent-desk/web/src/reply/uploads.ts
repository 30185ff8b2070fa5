/** The files of the reply box: chosen, photographed, pasted or dropped; what is not taken is said with its reason. */
import { useEffect, useSyncExternalStore } from 'react';
import { uploadFile } from '../api/client.ts';
import { fileHref } from '../conversation/files.ts';
import { sayError } from '../kit/errors.ts';
import { notifyWarn } from '../kit/notify.ts';
import { useLocale, useT } from '../kit/words.ts';
import type { Drafts } from '../lib/drafts.ts';
import { fileSize } from '../lib/time.ts';
import { Uploads } from '../lib/uploads.ts';
import { useDesk } from '../live/context.ts';
import type { AttachmentView } from '../live/types.ts';

/** The server's bounds (domain/limits.ts); it checks again. */
export const maxFiles = 10;
export const maxFileBytes = 20 * 1_048_576;

/** Only a plain "not there" counts: who is offline loses nothing. The bytes themselves are not read. */
async function hasFile(fileId: string): Promise<boolean> {
  const answer = await fetch(fileHref(fileId), { credentials: 'same-origin' }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status !== 404;
}

/** Refusals of the file itself: the same one is refused again. */
const ofTheFile = new Set(['FILE_TYPE_REFUSED', 'FILE_TOO_LARGE', 'VALIDATION_FAILED', 'BODY_TOO_LARGE']);

function whyNot(error: unknown): { words: string; final: boolean } {
  const { code, message } = sayError(error);
  return { words: message, final: ofTheFile.has(code) };
}

/** The uploads of this user in this tab; finished ones are kept with the drafts. */
export function createUploads(userId: string, drafts: Drafts): Uploads {
  return new Uploads({ userId, drafts, keep: sessionStorage, has: hasFile, why: whyNot,
    send: (file, onPart, signal) => uploadFile<AttachmentView>('/files', file, onPart, signal) });
}

/**
 * The files of a conversation's reply. `fileBytes`: the most that one may have; `refusal`: why none can be sent now, in
 * words. `add` is false where nothing was taken for that.
 */
export function useFiles(conversationId: string, fileBytes: number, refusal: string | undefined) {
  const t = useT();
  const locale = useLocale();
  const { uploads } = useDesk();
  const list = useSyncExternalStore(uploads.subscribe, () => uploads.of(conversationId));
  useEffect(() => { uploads.verify(conversationId); }, [uploads, conversationId, list]);
  const bytes = Math.min(maxFileBytes, fileBytes);
  const add = (chosen: readonly File[]): boolean => {
    if (chosen.length > 0 && refusal !== undefined) notifyWarn(t('reply.notAttached'), refusal);
    if (chosen.length === 0 || refusal !== undefined) return false;
    const result = uploads.add(conversationId, chosen, { files: maxFiles, bytes });
    if (result === 'too-many') notifyWarn(t('reply.uploadFailed'), t('reply.tooManyFiles', { max: maxFiles }));
    if (result === 'too-large') {
      notifyWarn(t('reply.uploadFailed'), t('reply.tooLarge', { max: fileSize(bytes, locale) }));
    }
    if (result === 'empty') notifyWarn(t('reply.uploadFailed'), t('reply.emptyFile'));
    return true;
  };
  return { list, add, remove: (key: string): void => { uploads.remove(conversationId, key); },
    again: (key: string): void => { uploads.again(conversationId, key); } };
}
