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

/** Serves the build. Assets carry their hash in the name and may be kept for ever; the page itself is always asked for. */
export function deskPage(folder: string = BUILT): FastifyPluginAsync {
  return async (app) => {
    routesNeed(app, 'public');
    await app.register(fastifyStatic, {
      root: folder, wildcard: false, index: false, serve: existsSync(folder), cacheControl: false,
      setHeaders: (reply, path) => {
        void reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    app.get('/*', { config: { permission: 'public' } }, async (request, reply) => {
      const wantsPage = (request.headers.accept ?? '').includes('text/html');
      if (OURS.test(request.url) || !wantsPage) throw new AppError('NOT_FOUND');
      if (!existsSync(`${folder}index.html`)) {
        return reply.code(503).type('text/plain; charset=utf-8').send('The desk is not built yet: run npm start.');
      }
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    });
  };
}
