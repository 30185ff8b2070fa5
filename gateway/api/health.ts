/** Is the node alive, is it ready, and its figures: /health/live, /health/ready and /metrics. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { can } from '#domain/people/access.ts';
import { statement } from '#domain/store/db.ts';
import type { Parts } from '../parts.ts';
import { sameText } from '../security/tokens.ts';

const ping = statement('health.ping', 'select 1 as one');

/** What a probe may wait for PostgreSQL before it counts as away. */
const PROBE_MS = 2_000;

async function databaseAnswers(parts: Parts): Promise<boolean> {
  const late = new Promise<false>((resolve) => { setTimeout(() => resolve(false), PROBE_MS).unref(); });
  return Promise.race([parts.work.db.rows(ping).then(() => true, () => false), late]);
}

function figures(parts: Parts): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'sambung_' });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({ name: `sambung_${name}`, help, registers: [registry], collect() { this.set(read()); } });
  };
  gauge('intake_waiting', 'Events that wait for their lane', () => parts.intake.waiting());
  gauge('journal_tail_lag_ms', 'Age of the oldest committed journal row not yet delivered', () => parts.tail.lagMs());
  gauge('journal_tail_silent_ms', 'Time since the tail last read the journal', () => parts.tail.silentMs());
  gauge('desk_sockets', 'Desks connected to this node', () => parts.desk.stats().sockets);
  gauge('chat_sockets', 'Customers connected to this node', () => parts.chat?.connected() ?? 0);
  gauge('outbound_in_flight', 'Messages that this node is sending', () => parts.outbound?.inFlight() ?? 0);
  gauge('redis_connected', '1 while Redis answers', () => (parts.work.wake.connected() ? 1 : 0));
  gauge('journal_unsealed_ms', 'Age of the oldest unsealed journal row known to this node',
    () => parts.sealer?.unsealedMs() ?? 0);
  return registry;
}

async function mayReadFigures(parts: Parts, request: FastifyRequest): Promise<boolean> {
  const token = parts.config.metricsToken;
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined && given !== undefined) return sameText(given, token);
  const session = await parts.sessions.verify(request.headers.cookie);
  return session !== undefined && can(session.user, 'system.read');
}

/** The probes are public and tell no more than up or down; /metrics needs METRICS_TOKEN or an administrator (RS25). */
export function healthApi(parts: Parts): FastifyPluginAsync {
  const registry = figures(parts);
  return async (app) => {
    app.get('/health/live', { config: { permission: 'public', rateLimit: false } }, async () => ({ status: 'live' }));
    app.get('/health/ready', { config: { permission: 'public', rateLimit: false } }, async (_request, reply) => {
      const database = await databaseAnswers(parts);
      const tail = parts.tail.silentMs() < limits.sessionIdleMinutes * 1_000;
      const missing = [...(database ? [] : ['postgresql']), ...(tail ? [] : ['journal-tail'])];
      const degraded = parts.work.wake.connected() ? [] : ['redis'];
      const status = missing.length > 0 ? 'not-ready' : degraded.length > 0 ? 'degraded' : 'ready';
      return reply.code(missing.length === 0 ? 200 : 503).send({ status, missing, degraded });
    });
    app.get('/metrics', { config: { permission: 'public', rateLimit: false } }, async (request, reply) => {
      if (!await mayReadFigures(parts, request)) throw new AppError('NOT_FOUND');
      return reply.type(registry.contentType).send(await registry.metrics());
    });
  };
}
