/** Files and words on their way to and from WhatsApp, as Baileys wants them. */
import { downloadContentFromMessage, type AnyMessageContent } from '@whiskeysockets/baileys';
import type { Outgoing } from './calls.ts';
import type { MediaKey } from './content.ts';

/** A message of ours: words, or a file with words under it. */
export function contentOf({ text, file }: Outgoing): AnyMessageContent {
  if (file === null) return { text: text ?? '' };
  const bytes = Buffer.from(file.bytes);
  const caption = text === null ? {} : { caption: text };
  const type = file.mediaType.split('/')[0];
  if (type === 'image') return { image: bytes, mimetype: file.mediaType, ...caption };
  if (type === 'video') return { video: bytes, mimetype: file.mediaType, ...caption };
  if (type === 'audio') return { audio: bytes, mimetype: file.mediaType, ptt: /ogg/.test(file.mediaType) };
  return { document: bytes, mimetype: file.mediaType, fileName: file.fileName, ...caption };
}

/** Hosts that files of WhatsApp come from; a link in a message may name any (RS10). */
function isFileHost(url: string, isOwnServer: boolean): boolean {
  const { protocol, hostname } = new URL(url);
  if (isOwnServer) return hostname === '127.0.0.1';
  return protocol === 'https:' && hostname.endsWith('.whatsapp.net');
}

/** Fetches and decrypts a file. Throws FILE_HOST_REFUSED, FILE_TOO_LARGE, or what the fetch or decryption says. */
export async function download(media: MediaKey, bytesMax: number, isOwnServer: boolean): Promise<Uint8Array> {
  const refuse = (code: string): never => { throw Object.assign(new Error(code), { code }); };
  const url = media.url !== null && isFileHost(media.url, isOwnServer) ? media.url : null;
  if (url === null && media.directPath === null) refuse('FILE_HOST_REFUSED');
  if (media.directPath !== null && !media.directPath.startsWith('/')) refuse('FILE_HOST_REFUSED');
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream = await downloadContentFromMessage({ mediaKey: Buffer.from(media.mediaKey, 'base64'),
    directPath: media.directPath, url }, media.type, url === null ? { host: 'mmg.whatsapp.net' } : {});
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      stream.destroy();
      refuse('FILE_TOO_LARGE');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
