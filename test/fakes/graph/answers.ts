/** What the fake Graph server answers to the calls that a contact centre makes. */
import type { Call, FakeGraph, Payload } from './server.ts';

interface Answer { status: number; body?: unknown; bytes?: Buffer }

/** A refusal, as Meta words it. */
export function graphError(code: number, status = 400, title = 'scripted'): { status: number; body: Payload } {
  return { status, body: { error: { message: `(#${code}) ${title}`, type: 'OAuthException', code,
    error_data: { messaging_product: 'whatsapp', details: title }, fbtrace_id: 'AbCdEf' } } };
}

const TEXT_MAX = 4_096;
const CAPTION_MAX = 1_024;
const FILES = new Set(['image', 'video', 'audio', 'document', 'sticker']);
/** Of what an upload may be, the types that tests use. */
const TAKEN = new Set(['image/jpeg', 'image/png', 'image/webp', 'video/mp4', 'audio/ogg', 'audio/mpeg', 'text/plain',
  'application/pdf']);

function content(payload: Payload): Payload {
  return (payload[String(payload['type'])] ?? {}) as Payload;
}

function templateComplaint(fake: FakeGraph, own: Payload): Answer | undefined {
  const { code } = (own['language'] ?? {}) as Payload;
  const known = fake.templates.find((one) => one['name'] === own['name'] && one['language'] === code);
  if (known === undefined) return graphError(132001, 404, 'Template name does not exist in the translation');
  const [body] = (known['components'] as Payload[]).filter((one) => one['type'] === 'BODY');
  const gaps = new Set(String(body?.['text']).match(/\{\{\d+\}\}/g)).size;
  const given = ((own['components'] ?? []) as Payload[]).find((one) => one['type'] === 'body');
  const values = (given?.['parameters'] ?? []) as unknown[];
  return values.length === gaps ? undefined : graphError(132000, 400, 'Number of parameters does not match');
}

function complaint(fake: FakeGraph, payload: Payload): Answer | undefined {
  const [to, recipient] = [payload['to'], payload['recipient']];
  if (payload['messaging_product'] !== 'whatsapp') return graphError(100, 400, 'messaging_product is required');
  if (typeof to === 'string' ? !/^\d{7,15}$/.test(to) : typeof recipient !== 'string' || !recipient.includes('.')) {
    return graphError(131009, 400, 'Parameter value is not valid');
  }
  const type = String(payload['type']);
  const own = content(payload);
  if (type === 'text' && (String(own['body'] ?? '') === '' || String(own['body']).length > TEXT_MAX)) {
    return graphError(100, 400, 'Param text[body] must be between 1 and 4096 characters');
  }
  if (type === 'template') return templateComplaint(fake, own);
  if (!FILES.has(type)) return undefined;
  if (String(own['caption'] ?? '').length > CAPTION_MAX) return graphError(100, 400, 'caption is too long');
  return fake.files.has(String(own['id'])) ? undefined : graphError(100, 400, 'Media ID is not a valid id');
}

function send(fake: FakeGraph, { payload }: Call): Answer {
  const wrong = complaint(fake, payload);
  if (wrong !== undefined) return wrong;
  const id = fake.nextId();
  const to = String(payload['to'] ?? payload['recipient']);
  const file = fake.files.get(String(content(payload)['id']));
  fake.delivered.push({ to, id, type: String(payload['type']), payload, file });
  return { status: 200, body: { messaging_product: 'whatsapp', contacts: [{ input: to, wa_id: to }],
    messages: [{ id, message_status: 'accepted' }] } };
}

function upload(fake: FakeGraph, { payload, file }: Call): Answer {
  if (file === undefined || payload['messaging_product'] !== 'whatsapp') return graphError(100, 400, 'file is missing');
  if (!TAKEN.has(file.mediaType)) return graphError(100, 400, 'Param file must be a file with one of these types');
  return { status: 200, body: { id: fake.hold(file.bytes, { fileName: file.fileName, mediaType: file.mediaType }) } };
}

function mediaOf(fake: FakeGraph, id: string): Answer {
  const file = fake.files.get(id);
  if (file === undefined) return graphError(100, 400, 'Unsupported get request. Object does not exist');
  return { status: 200, body: { messaging_product: 'whatsapp', id, mime_type: file.mediaType, sha256: file.sha256,
    file_size: file.sizeBytes ?? file.bytes.length, url: file.url ?? `${new URL(fake.url).origin}/files/${id}` } };
}

const PAGE = 2;

function templatesOf(fake: FakeGraph, query: URLSearchParams): Answer {
  const from = Number(query.get('after') ?? 0);
  const next = from + PAGE;
  const hasMore = next < fake.templates.length;
  return { status: 200, body: { data: fake.templates.slice(from, next), paging: { cursors: { before: String(from),
    after: String(next) }, ...(hasMore ? { next: `${fake.url}/x?access_token=${fake.token}&after=${next}` } : {}) } } };
}

/** The answer to one call; a wrong token gets 190, whatever was asked. */
export function answerCall(fake: FakeGraph, call: Call): Answer {
  if (call.authorization !== `Bearer ${fake.token}`) return graphError(190, 401, 'Invalid OAuth access token');
  const { pathname, searchParams } = new URL(call.url, 'http://fake');
  const id = pathname.split('/').at(-1) ?? '';
  switch (call.kind) {
    case 'messages': return send(fake, call);
    case 'upload': return upload(fake, call);
    case 'media': return mediaOf(fake, id);
    case 'file': {
      const file = fake.files.get(id);
      return file === undefined ? { status: 404, body: {} } : { status: 200, bytes: file.bytes };
    }
    case 'templates': return templatesOf(fake, searchParams);
    case 'number': return { status: 200, body: { id: fake.phoneNumberId, display_phone_number: '+62 815-0000-0001',
      verified_name: 'Gadai Uji', quality_rating: fake.quality } };
    case 'other': return graphError(100, 404, 'Unsupported request');
  }
}
