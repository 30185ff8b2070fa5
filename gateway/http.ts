/** What every HTTP answer of the product has in common: schemas, strict bodies, headers, one error form, the guard. */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { AppError, errorMessage, type ErrorCode, type Locale } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { isUnavailable, sqlState } from '#domain/store/db.ts';
import { deeperThan } from '#domain/text.ts';
import { idempotencyKeys, type IdempotencyVault } from './security/idempotency.ts';
import { security, type SecurityParts } from './security/plugin.ts';

/** Options for `Fastify()` that the rest of this file counts on. */
export const httpOptions = {
  bodyLimit: limits.apiBodyBytes,
  genReqId: newId,
  requestTimeout: 30_000,
  forceCloseConnections: 'idle',
  routerOptions: { ignoreTrailingSlash: false, maxParamLength: 200 },
  /** An address that cannot be decoded never reaches a route; it gets the same form of error. */
  frameworkErrors: (_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    void reply.code(400).send(errorBody(new AppError('BAD_REQUEST'), localeOf(request), request.id));
  },
} as const;

const JSON_TYPE = /^application\/json(?:; ?charset=(?:utf-8|"utf-8"))?$/i;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** True if some object in the value has a key that could reach a prototype (RS26). Walks without recursion. */
export function hasForbiddenKey(value: unknown): boolean {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const item = waiting.pop();
    if (item === null || typeof item !== 'object') continue;
    for (const [key, child] of Object.entries(item)) {
      if (FORBIDDEN_KEYS.has(key)) return true;
      if (child !== null && typeof child === 'object') waiting.push(child);
    }
  }
  return false;
}

/**
 * Reads a JSON body. Throws UNSUPPORTED_MEDIA_TYPE, MALFORMED_JSON, TOO_DEEP or VALIDATION_FAILED (RS14, RS26,
 * RF23).
 */
export function readJson(contentType: string | undefined, body: Buffer | string): unknown {
  if (contentType === undefined || !JSON_TYPE.test(contentType)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new AppError('MALFORMED_JSON');
  }
  if (deeperThan(value, limits.jsonDepthMax)) throw new AppError('TOO_DEEP');
  if (hasForbiddenKey(value)) throw new AppError('VALIDATION_FAILED', { issues: [{ path: '',
    code: 'forbidden_key' }] });
  return value;
}

/** The language of an answer: the user's, else what the browser asks for, else Indonesian. */
export function localeOf(request: FastifyRequest): Locale {
  if (request.session) return request.session.user.locale;
  const first = /^\s*([a-z]{2})/i.exec(request.headers['accept-language'] ?? '')?.[1]?.toLowerCase();
  return first === 'en' ? 'en' : 'id';
}

const FASTIFY_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE', FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON', FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BAD_REQUEST', FST_REQ_FILE_TOO_LARGE: 'FILE_TOO_LARGE',
  FST_FILES_LIMIT: 'BODY_TOO_LARGE', FST_PARTS_LIMIT: 'BODY_TOO_LARGE', FST_FIELDS_LIMIT: 'BODY_TOO_LARGE',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'UNSUPPORTED_MEDIA_TYPE', FST_PROTO_VIOLATION: 'VALIDATION_FAILED',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
};

/** Only text that PostgreSQL cannot hold (a NUL, half a character) gives these. */
const UNSTORABLE = new Set(['22021', '22P05']);
/** What a crafted cursor can make of a comparison: no number, no time, no id, out of range. */
const MISREAD = new Set(['22P02', '22003', '22007', '22008', '22009']);

/** A cursor that decodes but holds what its list never wrote is the caller's fault, not the server's. */
function craftedCursor(request: FastifyRequest, error: unknown): AppError | undefined {
  const { cursor } = (request.query ?? {}) as { cursor?: unknown };
  if (cursor === undefined || !MISREAD.has(sqlState(error) ?? '')) return undefined;
  return new AppError('VALIDATION_FAILED', { field: 'cursor' });
}

/**
 * Which field holds what is there already: the last column of the broken key, which the broader ones stand before
 * (organisation, channel, kind). The driver tells the columns only in front of their values, and those stay here
 * (RA09).
 */
function takenField(error: unknown): { field: string } | undefined {
  const { detail } = error as { detail?: unknown };
  const columns = typeof detail === 'string' ? /^[^(]*\(([a-z0-9_, ]+)\)=/.exec(detail)?.[1] : undefined;
  const field = columns?.split(', ').at(-1)?.replace(/_([a-z0-9])/g, (_, sign: string) => sign.toUpperCase());
  return field === undefined ? undefined : { field };
}

/**
 * The catalogue's error for whatever was thrown; undefined for what nobody foresaw. Driver errors tell nothing of
 * the SQL.
 */
export function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map((one) => ({ path: one.instancePath, code: one.keyword }));
    return new AppError('VALIDATION_FAILED', { in: error.validationContext, issues });
  }
  if ((error as Error | null)?.name === 'OptimisticLockError') return new AppError('VERSION_CONFLICT', undefined,
    error);
  const code = FASTIFY_CODES[(error as FastifyError | null)?.code ?? ''];
  if (code !== undefined) return new AppError(code);
  if (isUnavailable(error) || sqlState(error) === '57014') return new AppError('DATABASE_UNAVAILABLE', undefined,
    error);
  if (UNSTORABLE.has(sqlState(error) ?? '')) return new AppError('VALIDATION_FAILED', undefined, error);
  if (sqlState(error) === '23505') return new AppError('ALREADY_EXISTS', takenField(error), error);
  if (sqlState(error) === '23503') return new AppError('IN_USE', undefined, error);
  const status = (error as FastifyError | null)?.statusCode;
  return status !== undefined && status >= 400 && status < 500 ? new AppError('BAD_REQUEST', undefined, error)
    : undefined;
}

/** The form of every error: {code, message, requestId, details?}. */
export function errorBody(error: AppError, locale: Locale, requestId: string): Record<string, unknown> {
  return {
    code: error.code, message: errorMessage(error.code, locale), requestId,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

/**
 * What may be logged of an error: a driver's message and detail can hold a customer's data, so only its codes
 * (RA09).
 */
function facts(error: unknown): Record<string, unknown> {
  const cause = error instanceof AppError && error.cause !== undefined ? error.cause : error;
  const { name, message, stack, constraint, table } = cause as Error & { constraint?: string; table?: string };
  const state = sqlState(cause);
  const fromDriver = state !== undefined && /^[0-9A-Z]{5}$/.test(state);
  const at = stack?.split('\n').filter((line) => line.startsWith('    at ')).join('\n');
  if (fromDriver) return { sqlState: state, constraint, table, at };
  return { name, error: message, at };
}

function mapErrors(app: FastifyInstance, parts: SecurityParts): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toAppError(error) ?? craftedCursor(request, error);
    if (known === undefined || known.status >= 500) {
      const route = request.routeOptions.url;
      const fields = { requestId: request.id, route, code: known?.code ?? 'INTERNAL', ...facts(error) };
      if (known === undefined) parts.work.log.error(fields, 'a request failed unexpectedly');
      else parts.work.log.warn(fields, 'a request could not be served');
    }
    const shown = known ?? new AppError('INTERNAL');
    const retryAfter = shown.details?.['retryAfterSeconds'] ?? (shown.status === 503 ? 1 : undefined);
    if (typeof retryAfter === 'number') void reply.header('retry-after', String(retryAfter));
    return reply.code(shown.status).type('application/json; charset=utf-8')
      .serializer((body: unknown) => JSON.stringify(body)).send(errorBody(shown, localeOf(request), request.id));
  });
  app.setNotFoundHandler(() => { throw new AppError('NOT_FOUND'); });
}

/**
 * Headers for the desk: nothing from elsewhere, no framing; inline styles only, for the component library sets them.
 */
function headersFor(secure: boolean): Parameters<typeof helmet>[1] {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'], mediaSrc: ["'self'", 'blob:'], fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"], objectSrc: ["'none'"], frameSrc: ['blob:'], baseUri: ["'none'"], formAction: ["'self'"],
        frameAncestors: ["'none'"], ...(secure ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    hsts: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  };
}

/**
 * Makes an app ours: compilers, strict JSON, error form, headers, cookies and the guard. Call before any route is
 * registered.
 */
export async function configureHttp(
  app: FastifyInstance, parts: SecurityParts & { vault?: IdempotencyVault },
): Promise<void> {
  app.decorate('idempotencyKeys', idempotencyKeys(parts.vault));
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readJson(request.headers['content-type'], body));
  mapErrors(app, parts);
  await app.register(helmet, headersFor(parts.config.publicUrl?.startsWith('https://') === true));
  await app.register(cookie);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done(request.url.includes('%00') ? new AppError('BAD_REQUEST') : undefined);
  });
  await security(app, parts);
}
