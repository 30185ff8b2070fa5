/** Files over HTTP with the visitor's token: up with progress, down into a blob of this page. */
import type { ChatFile } from '../../protocol.ts';

export interface Upload {
  done: Promise<ChatFile>;
  cancel(): void;
}

/** Why a file did not go up: an error code of the server, OFFLINE, or CANCELLED. */
export class UploadFailed extends Error {}

/** Sends a file; `progress` gets 0 to 1. Rejects with UploadFailed. */
export function upload(account: string, token: string, file: File, progress: (part: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<ChatFile>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      const answer = (request.response ?? {}) as ChatFile & { code?: string };
      if (request.status === 201) resolve(answer);
      else reject(new UploadFailed(answer.code ?? (request.status >= 500 ? 'OFFLINE' : 'INTERNAL')));
    };
    request.onerror = () => reject(new UploadFailed('OFFLINE'));
    request.onabort = () => reject(new UploadFailed('CANCELLED'));
  });
  request.open('POST', `/api/chat/${encodeURIComponent(account)}/files`);
  request.responseType = 'json';
  request.setRequestHeader('authorization', `Bearer ${token}`);
  const form = new FormData();
  form.append('file', file, file.name);
  request.send(form);
  return { done, cancel: () => request.abort() };
}

/** The address of a blob with the file's bytes. The server never renders a file; this page shows pictures itself. */
export async function blobUrl(account: string, token: string, fileId: string): Promise<string> {
  const answer = await fetch(`/api/chat/${encodeURIComponent(account)}/files/${fileId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`file ${answer.status}`);
  return URL.createObjectURL(await answer.blob());
}
