/**
 * Says no at the door while intake is full: before anything else is made of a request, for under overload a refusal
 * must cost much less than the work it refuses, or refusing itself becomes the overload (P5).
 */
import type { FastifyInstance } from 'fastify';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { errorBody, localeOf } from './http.ts';

const RETRY_AFTER_SECONDS = 1;

/** Made once: an error's stack costs more than the rest of the answer. */
const overloaded = new AppError('OVERLOADED');

/** Refuses requests to the hooks with OVERLOADED while `waiting()` events or more wait. Call before any other hook. */
export function shedHooks(app: FastifyInstance, waiting: () => number): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (waiting() < limits.intakeWaitingMax || !request.url.startsWith('/hooks/')) {
      done();
      return;
    }
    reply.hijack();
    const text = JSON.stringify(errorBody(overloaded, localeOf(request), request.id));
    reply.raw.writeHead(overloaded.status, {
      'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text),
      'retry-after': String(RETRY_AFTER_SECONDS), 'x-request-id': request.id,
    });
    reply.raw.end(text);
  });
}
