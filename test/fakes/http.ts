/** What the fakes that speak HTTP share: a request read whole, and the faults they are told to show. */
import type http from 'node:http';
import { buffer } from 'node:stream/consumers';

export type Payload = Record<string, unknown>;

export interface UploadedFile { field: string; fileName: string; mediaType: string; bytes: Buffer }

/** The fields of a request and its files, of JSON or of a form; `plain` reads the text of a form's field. */
export async function readRequest(request: http.IncomingMessage,
  plain: (value: string) => unknown = (value) => value): Promise<{ payload: Payload; files: UploadedFile[] }> {
  const body = await buffer(request);
  const type = request.headers['content-type'] ?? '';
  const isForm = type.startsWith('multipart/');
  if (!isForm && (body.length === 0 || !type.startsWith('application/json'))) return { payload: {}, files: [] };
  if (!isForm) return { payload: JSON.parse(body.toString()) as Payload, files: [] };
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const read: { payload: Payload; files: UploadedFile[] } = { payload: {}, files: [] };
  for (const [field, value] of form.entries()) {
    if (typeof value === 'string') read.payload[field] = plain(value);
    else read.files.push({ field, fileName: value.name, mediaType: value.type,
      bytes: Buffer.from(await value.arrayBuffer()) });
  }
  return read;
}

/**
 * What the next call gets. `cut` ends the connection before anything happened, `lost` after it was done, `hang` never
 * answers, `pass` is no fault; `status` with a body is said as it stands.
 */
export type Script = 'pass' | 'cut' | 'lost' | 'hang'
  | { status: number; body?: unknown; html?: string; headers?: Record<string, string> };

/** Whether a script leaves the call to be done. */
export function isDone(script: Script | undefined): script is 'pass' | 'lost' | undefined {
  return script === undefined || script === 'lost' || script === 'pass';
}

/** Answers with JSON, if anybody still listens. */
export function answerJson(response: http.ServerResponse, status: number, body: unknown,
  headers: Record<string, string> = {}): void {
  if (!response.destroyed) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  }
}

/** Shows the fault. `bodyOf`: what a status without a body says. */
export function obey(script: Exclude<Script, 'lost' | 'pass'>, response: http.ServerResponse,
  bodyOf: (status: number) => unknown = () => ({})): void {
  if (script === 'hang') return;
  if (script === 'cut') {
    response.destroy();
    return;
  }
  const { status, html, body, headers } = script;
  if (html === undefined) answerJson(response, status, body ?? bodyOf(status), headers);
  else response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(html);
}
