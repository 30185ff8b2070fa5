/** The HTTP application: its plugins and routes in one list. Tests inject into it; main.ts gives it a port. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { adminApis } from './api/admin.ts';
import { chatApi } from './api/chat.ts';
import { deskPage } from './api/desk-page.ts';
import { healthApi } from './api/health.ts';
import { joinApi } from './api/join.ts';
import { readingApis } from './api/reading.ts';
import { secondStepApi } from './api/second-step.ts';
import { meApi, sessionApi } from './api/session.ts';
import { answerWithoutDatabase } from './database-watch.ts';
import { hooks } from './hooks.ts';
import { configureHttp, httpOptions } from './http.ts';
import type { Parts } from './parts.ts';
import { routesNeed } from './security/plugin.ts';
import { shedHooks } from './shed.ts';

/** What the app needs before the sockets exist: they attach to its HTTP server. */
export type AppParts = Omit<Parts, 'desk' | 'chat' | 'outbound' | 'sealer'> &
  Pick<Parts, 'desk' | 'chat' | 'outbound' | 'sealer'>;

async function documentation(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: { info: { title: 'Sambung', version: '0.1.0', description: 'Contact centre and messaging-bot server' } },
    transform: jsonSchemaTransform,
  });
  await app.register(async (scope) => {
    routesNeed(scope, 'signed-in');
    scope.get('/api/openapi.json', async () => app.swagger());
    await scope.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, uiConfig: { tryItOutEnabled: false } });
  });
}

/**
 * Our own proxy is the one hop that is believed, as in chat-socket.ts: what stands further left in X-Forwarded-For is
 * the client's word, and would give every guess at a password an address of its own (RA04).
 */
function isOurProxy(_address: string, hop: number): boolean {
  return hop === 0;
}

/** Builds the application. Every route declares its permission, or it does not boot (RS01). */
export async function buildApp(parts: Parts): Promise<FastifyInstance> {
  const app = Fastify({ ...httpOptions, logger: false, trustProxy: parts.config.trustProxy && isOurProxy });
  shedHooks(app, () => parts.intake.waiting());
  answerWithoutDatabase(app, parts.work.db);
  await configureHttp(app, parts);
  await documentation(app);
  await app.register(healthApi(parts));
  await app.register(hooks(parts));
  await app.register(sessionApi(parts));
  await app.register(meApi(parts));
  await app.register(secondStepApi(parts));
  await app.register(joinApi(parts));
  for (const api of adminApis(parts)) await app.register(api);
  for (const api of readingApis(parts)) await app.register(api);
  await app.register(chatApi(parts));
  await app.register(deskPage());
  return app;
}
