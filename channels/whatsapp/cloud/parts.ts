/** A message of ours as the calls that the Cloud API takes: one file each, a text by itself or as a caption. Pure. */
import type { Json } from '#channels/json-fields.ts';
import type { Attachment, OutboundMessage, TemplateUse } from '#domain/channels/words.ts';

export const TEXT_CHARS = 4_096;
const CAPTION_CHARS = 1_024;
const IMAGE_BYTES = 5 * 1_048_576;
const CLIP_BYTES = 16 * 1_048_576;

type FileType = 'image' | 'video' | 'audio' | 'document';

/** One call: the fields of its message, and the file that is uploaded first. */
export interface Part { type: 'text' | 'template' | FileType; content: Json; file?: Attachment }

/** The media type as Meta names it, without its parameters. */
export function mediaTypeOf(file: Attachment): string {
  const type = file.mediaType.split(';')[0]?.trim() ?? '';
  return type === 'audio/opus' ? 'audio/ogg' : type;
}

/** What WhatsApp shows a file as; all that it might refuse as a picture, a film or a sound goes as a document. */
function fileType(file: Attachment): FileType {
  switch (mediaTypeOf(file)) {
    case 'image/jpeg': case 'image/png': return file.sizeBytes <= IMAGE_BYTES ? 'image' : 'document';
    case 'video/mp4': case 'video/3gpp': return file.sizeBytes <= CLIP_BYTES ? 'video' : 'document';
    case 'audio/aac': case 'audio/amr': case 'audio/mp4': case 'audio/mpeg': case 'audio/ogg':
      return file.sizeBytes <= CLIP_BYTES ? 'audio' : 'document';
    default: return 'document';
  }
}

function parameters(values: readonly string[]): Json[] {
  return values.map((text) => ({ type: 'text', text }));
}

/** A prepared message with its gaps filled. */
export function templateContent(use: TemplateUse): Json {
  const header = use.header ?? [];
  const components = [...(header.length === 0 ? [] : [{ type: 'header', parameters: parameters(header) }]),
    ...(use.body.length === 0 ? [] : [{ type: 'body', parameters: parameters(use.body) }])];
  return { name: use.name, language: { code: use.language }, ...(components.length === 0 ? {} : { components }) };
}

function textPart(body: string): Part {
  return { type: 'text', content: { body, preview_url: /https?:\/\//.test(body) } };
}

/**
 * The calls of a message, in order. A short text is the caption of the first file that can have one; else it follows
 * the files.
 */
export function partsOf(message: Pick<OutboundMessage, 'text' | 'attachments' | 'template'>): Part[] {
  if (message.template !== undefined) return [{ type: 'template', content: templateContent(message.template) }];
  const words = (message.text ?? '').trim();
  const types = message.attachments.map(fileType);
  const captioned = words === '' || words.length > CAPTION_CHARS ? -1 : types.findIndex((type) => type !== 'audio');
  const parts = message.attachments.map((file, at): Part => {
    const type = types[at] ?? 'document';
    return { type, file, content: { ...(type === 'document' ? { filename: file.fileName } : {}),
      ...(at === captioned ? { caption: words } : {}) } };
  });
  return words === '' || captioned >= 0 ? parts : [...parts, textPart(words)];
}
