/**
 * The one way from the screens to /api: cookie and csrf token with each request, every failure an ApiError with a
 * code.
 */

/** What went wrong, in words for the user; `code` is of the server's catalogue, or NETWORK when it was not reached. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: string, message: string, status: number, requestId?: string, details?: Record<string, unknown>) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
  }
}

export interface RequestOptions {
  /** The version this change was made on: sent as If-Match. */
  version?: number;
  /** Makes a create that is sent twice happen once. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Page<T> { items: T[]; nextCursor: string | null }

let csrfToken = '';
const endedListeners = new Set<() => void>();
const timeoutMs = 20_000;
type StepUpAsker = (method: string) => Promise<boolean>;
let stepUpAsker: StepUpAsker | undefined;

/** Who asks the user to prove again who they are, when the server wants it; true once they did. */
export function setStepUpAsker(asker: StepUpAsker | undefined): void {
  stepUpAsker = asker;
}

/** Keeps the csrf token that the session gave; '' forgets it. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Calls the listener when the server says that the session is over. Returns the way to stop listening. */
export function onSessionEnded(listener: () => void): () => void {
  endedListeners.add(listener);
  return () => { endedListeners.delete(listener); };
}

/** Tells everybody that the session is over; also called by the socket's `session:ended`. */
export function announceSessionEnd(): void {
  for (const listener of endedListeners) listener();
}

/** The error that an answer carries, or a plain one if it carries none (a proxy's page, say). */
export function errorOf(status: number, body: unknown): ApiError {
  const found = (body ?? {}) as { code?: unknown; message?: unknown; requestId?: unknown; details?: unknown };
  return new ApiError(typeof found.code === 'string' ? found.code : 'INTERNAL',
    typeof found.message === 'string' ? found.message : '',
    status, typeof found.requestId === 'string' ? found.requestId : undefined,
    typeof found.details === 'object' && found.details !== null ? found.details as Record<string, unknown> : undefined);
}

function headersOf(method: string, hasBody: boolean, options: RequestOptions): Headers {
  const headers = new Headers({ accept: 'application/json', 'accept-language': document.documentElement.lang });
  if (hasBody) headers.set('content-type', 'application/json');
  if (method !== 'GET') headers.set('x-csrf-token', csrfToken);
  if (options.version !== undefined) headers.set('if-match', `"${options.version}"`);
  if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
  return headers;
}

async function request<T>(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method, headers: headersOf(method, body !== undefined, options), credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
    });
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new ApiError('NETWORK', '', 0);
  }
  const text = await response.text();
  let answer: unknown;
  try { answer = text === '' ? undefined : JSON.parse(text); } catch { answer = undefined; }
  if (response.ok) return answer as T;
  const error = errorOf(response.status, answer);
  if (error.code === 'SIGN_IN_REQUIRED') announceSessionEnd();
  if (error.code === 'STEP_UP_REQUIRED' && stepUpAsker !== undefined && path !== '/session/step-up'
    && await stepUpAsker(String(error.details?.['method'] ?? 'password'))) return request(method, path, body, options);
  throw error;
}

/** The addresses are given without /api: `api.get<Page<QueueView>>('/queues')`. Every failure is an ApiError. */
export const api = {
  get: <T>(path: string, options?: RequestOptions) => request<T>('GET', path, undefined, options),
  post: <T>(path: string, body: unknown = {}, options?: RequestOptions) => request<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown, options?: RequestOptions) => request<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options?: RequestOptions) => request<T>('PATCH', path, body, options),
  del: <T>(path: string, options?: RequestOptions) => request<T>('DELETE', path, undefined, options),
};
export type Api = typeof api;

const downloadMs = 300_000;

/**
 * A file that the server writes while it is read; asks for a step-up where one is needed. Every failure is an ApiError,
 * a file that was cut off as well (NETWORK): half a file is never handed out.
 */
export async function downloadFile(path: string, body: unknown): Promise<{ blob: Blob; headers: Headers }> {
  const reached = await fetch(`/api${path}`, {
    method: 'POST', headers: headersOf('POST', true, {}), credentials: 'same-origin', body: JSON.stringify(body),
    signal: AbortSignal.timeout(downloadMs),
  }).catch(() => { throw new ApiError('NETWORK', '', 0); });
  if (reached.ok) {
    return { blob: await reached.blob().catch(() => { throw new ApiError('NETWORK', '', 0); }),
      headers: reached.headers };
  }
  const error = errorOf(reached.status, await reached.json().catch(() => undefined));
  if (error.code === 'SIGN_IN_REQUIRED') announceSessionEnd();
  if (error.code === 'STEP_UP_REQUIRED' && stepUpAsker !== undefined
    && await stepUpAsker(String(error.details?.['method'] ?? 'password'))) return downloadFile(path, body);
  throw error;
}

/** Sends one file up and tells how far it is (0 to 1); aborting leaves nothing behind that a message could refer to. */
export function uploadFile<T>(path: string, file: File, onProgress: (part: number) => void,
  signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', `/api${path}`);
    xhr.responseType = 'json';
    xhr.setRequestHeader('x-csrf-token', csrfToken);
    xhr.setRequestHeader('accept-language', document.documentElement.lang);
    xhr.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    xhr.addEventListener('load', () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.response as T);
      else reject(errorOf(xhr.status, xhr.response));
    });
    xhr.addEventListener('error', () => { reject(new ApiError('NETWORK', '', 0)); });
    xhr.addEventListener('abort', () => { reject(new ApiError('ABORTED', '', 0)); });
    signal.addEventListener('abort', () => { xhr.abort(); }, { once: true });
    const form = new FormData();
    form.append('file', file, file.name);
    xhr.send(form);
  });
}
