/** GET|POST /hooks/:channel/:account: verify on the raw body, parse, store, and only then answer (INV1). */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { HookRequest } from '#channels/channel.ts';
import { appNowMs } from '#domain/clock.ts';
import { AppError } from '#domain/errors.ts';
import { failpoint } from '#domain/failpoints.ts';
import { limits } from '#domain/limits.ts';
import { underKnownHandles, withPeople } from './hook-people.ts';
import type { Parts } from './parts.ts';

interface Params { channel: string; account: string }

/** A media type without tricks: no leading space, no tab, no second type (RS14). */
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]+(; ?charset=("?)utf-8\2)?$/i;

function refuseStrange(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { contentEncoding: 'refused' });
  }
  const type = request.headers['content-type'];
  if (request.method === 'POST' && (type === undefined || !MEDIA_TYPE.test(type))) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  }
}

function hookRequest(request: FastifyRequest): HookRequest {
  return {
    method: request.method === 'GET' ? 'GET' : 'POST', headers: request.headers,
    query: request.query as Record<string, string>,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), nowSeconds: Math.floor(appNowMs() / 1000),
  };
}

async function handle(parts: Parts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { channel, account } = request.params as Params;
  const target = await parts.hosts.byKey(channel, account);
  if (target?.channel.verify === undefined || target.channel.parse === undefined) {
    throw new AppError('CHANNEL_ACCOUNT_UNKNOWN');
  }
  refuseStrange(request);
  const hook = hookRequest(request);
  const verdict = target.channel.verify(hook, target.account, target.secret);
  if (!verdict.ok) throw new AppError(verdict.code);
  const parsed = target.channel.parse(hook, target.account);
  const events = await underKnownHandles(target.host, parsed);
  const results = events.length === 0 ? []
    : await withPeople(target.host, parsed.people, () => target.host.receive(events));
  if (parsed.receipts.length > 0) await target.host.receipt(parsed.receipts);
  if (parsed.answer !== undefined) {
    return reply.code(parsed.answer.status).type(parsed.answer.contentType).send(parsed.answer.body);
  }
  const counts = { stored: 0, duplicate: 0, quarantined: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  const { stored, duplicate: duplicates, quarantined } = counts;
  return reply.code(200).send({ stored, duplicates, quarantined });
}

/**
 * The hooks' routes, with a parser that keeps the raw bytes. Public: each request proves itself by its
 * signature (RS12).
 */
export function hooks(parts: Parts): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.hookBodyBytes },
      (_request, body, done) => done(null, body));
    app.route({
      method: ['GET', 'POST'], url: '/hooks/:channel/:account', bodyLimit: limits.hookBodyBytes, helmet: false,
      config: { permission: 'public', csrf: false, rateLimit: false },
      handler: (request, reply) => handle(parts, request, reply),
    });
    app.addHook('onResponse', () => failpoint('intake.afterAcknowledge'));
  };
}
