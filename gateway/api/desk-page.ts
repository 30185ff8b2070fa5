/** The desk's page: the built single-page app at /, its assets, and its own addresses such as /i/:id and /admin. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { AppError } from '#domain/errors.ts';
import { routesNeed } from '../security/plugin.ts';

const BUILT = fileURLToPath(new URL('../../agent-desk/web/dist/', import.meta.url));
/** First segments that belong to the server; all else that asks for a page is an address of the desk. */
const OURS = /^\/(api|hooks|health|metrics|docs|chat|socket\.io)(\/|$|\?)/;
/** The few files that lie beside the page itself. */
const BESIDE = /^\/([a-z0-9][a-z0-9-]*\.(?:svg|ico|js|txt|webmanifest))$/;
const KEPT = 'public, max-age=31536000, immutable';

/**
 * Serves the build. Assets carry their hash in the name and may be kept for ever, and go out compressed where the build
 * laid a compressed copy beside them; the page itself is always asked for.
 */
export function deskPage(folder: string = BUILT): FastifyPluginAsync {
  return async (app) => {
    routesNeed(app, 'public');
    await app.register(fastifyStatic, {
      root: `${folder}assets/`, prefix: '/assets/', index: false, cacheControl: false, preCompressed: true,
      setHeaders: (reply) => { void reply.header('cache-control', KEPT); },
    });
    app.get('/*', async (request, reply) => {
      const beside = BESIDE.exec(request.url.split('?')[0] ?? '')?.[1];
      void reply.header('cache-control', 'no-cache');
      if (beside !== undefined && existsSync(`${folder}${beside}`)) return reply.sendFile(beside, folder);
      const wantsPage = /text\/html|^$|\*\/\*/.test(request.headers.accept ?? '');
      if (OURS.test(request.url) || !wantsPage) throw new AppError('NOT_FOUND');
      if (existsSync(`${folder}index.html`)) return reply.sendFile('index.html', folder);
      return reply.code(503).type('text/plain; charset=utf-8').send('The desk is not built yet: run npm start.');
    });
  };
}
