/** The customer's page: /chat and its parts, the embed script, the public settings, and files of visitors. */
import multipart from '@fastify/multipart';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CustomerPage } from '#channels/channel.ts';
import { AppError } from '#domain/errors.ts';
import { isId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import type { Hosts, Target } from '../channel-host.ts';
import { AddressGauge, isOwnMachine } from '../chat-limits.ts';
import { addressKey } from '../security/address.ts';

export interface ChatApiParts {
  hosts: Hosts;
  /** The built widget; tests give their own. */
  widgetFolder?: string;
}

/** The account whose chat opens at /chat without more words. */
const DEFAULT_ACCOUNT = 'web';
const PUBLIC = { permission: 'public', csrf: false } as const;
const BUILT = fileURLToPath(new URL('../../channels/live-chat/widget/dist/', import.meta.url));
const NOT_BUILT = 'The chat widget is not built. Run: npm run build --workspace channels/live-chat/widget';

type PageTarget = Target & { page: CustomerPage };

async function pageOf(parts: ChatApiParts, key: unknown): Promise<PageTarget> {
  const target = typeof key === 'string' ? await parts.hosts.withPage(key) : undefined;
  if (target?.channel.page === undefined) throw new AppError('CHANNEL_ACCOUNT_UNKNOWN');
  return { ...target, page: target.channel.page };
}

async function visitorOf(target: PageTarget, request: FastifyRequest): Promise<string> {
  const bearer = /^Bearer ([\w.-]+)$/.exec(request.headers.authorization ?? '')?.[1];
  const visitor = bearer === undefined ? undefined : await target.page.visitor(target.host, bearer);
  if (visitor === undefined) throw new AppError('VISITOR_TOKEN_INVALID');
  return visitor.handle;
}

/** The page's own policy: everything from here, and framed only by the sites that the account names (RS17). */
function pagePolicy(reply: FastifyReply, framedBy: readonly string[]): void {
  reply.removeHeader('x-frame-options');
  void reply
    .header(
      'content-security-policy',
      [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        'media-src blob:',
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        `frame-src 'self'`,
        `frame-ancestors ${["'self'", ...framedBy].join(' ')}`,
      ].join('; '),
    )
    .header('cache-control', 'no-cache')
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8');
}

async function sendPage(folder: string, name: string, reply: FastifyReply): Promise<FastifyReply> {
  try {
    return await reply.send(await readFile(`${folder}${name}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
  }
}

function pages(app: FastifyInstance, parts: ChatApiParts, folder: string): void {
  const page = async (request: FastifyRequest, reply: FastifyReply, name: string): Promise<FastifyReply> => {
    const { account = DEFAULT_ACCOUNT } = request.query as { account?: string };
    const target = await parts.hosts.withPage(String(account));
    pagePolicy(reply, target?.channel.page?.origins(target.account) ?? []);
    // The page itself says in the customer's language that there is no such chat.
    if (target === undefined) void reply.code(404);
    return sendPage(folder, name, reply);
  };
  app.get('/chat', { config: PUBLIC }, (request, reply) => page(request, reply, 'index.html'));
  app.get('/chat/demo', { config: PUBLIC }, (request, reply) => page(request, reply, 'demo.html'));
  app.get('/chat/widget.js', { config: PUBLIC }, async (_request, reply) => {
    // Other sites load it: that is its purpose. It holds no data of anybody.
    void reply
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', 'public, max-age=300')
      .type('text/javascript; charset=utf-8');
    return sendPage(folder, 'widget.js', reply);
  });
}

/** Whether this address may upload once more, and as much as it says; without a word, as much as there can be. */
function uploadGate(): (request: FastifyRequest) => boolean {
  const uploads = new AddressGauge(limits.chatUploadsPerAddressMinute, limits.chatUploadsPerAddressMinute);
  const perHour = limits.chatUploadBytesPerAddressHour;
  const bytes = new AddressGauge(1, perHour / 60, perHour);
  return ({ ip, headers }) => {
    if (isOwnMachine(ip)) return true;
    const address = addressKey(ip);
    return uploads.act(address) && bytes.act(address, Number(headers['content-length'] ?? limits.fileBytes));
  };
}

function uploads(app: FastifyInstance, parts: ChatApiParts): void {
  const mayUpload = uploadGate();
  app.post(
    '/api/chat/:account/files',
    { config: PUBLIC, bodyLimit: limits.fileBytes + 65_536 },
    async (request, reply) => {
      if (!mayUpload(request)) throw new AppError('TOO_MANY_REQUESTS');
      const target = await pageOf(parts, (request.params as { account: string }).account);
      const handle = await visitorOf(target, request);
      const file = await request.file({ limits: { fileSize: limits.fileBytes + 1, files: 1, fields: 0 } });
      if (file === undefined) throw new AppError('VALIDATION_FAILED', { field: 'file' });
      const attachment = await target.host.media.put({
        fileName: file.filename,
        bytes: file.file,
        uploadedBy: 'CUSTOMER',
        handle,
      });
      return reply.code(201).send(attachment);
    },
  );
}

function downloads(app: FastifyInstance, parts: ChatApiParts): void {
  app.get('/api/chat/:account/files/:id', { config: PUBLIC }, async (request, reply) => {
    const { account, id } = request.params as { account: string; id: string };
    const target = await pageOf(parts, account);
    const handle = await visitorOf(target, request);
    const found = isId(id) ? await target.host.media.get(id, handle) : undefined;
    if (found === undefined) throw new AppError('NOT_FOUND');
    const { attachment, bytes } = found;
    // Saved, never rendered as a document of ours (RS09); the widget shows pictures from a blob of its own.
    return reply
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(attachment.fileName)}`)
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('cache-control', 'private, no-store')
      .header('content-length', attachment.sizeBytes)
      .type(attachment.mediaType)
      .send(bytes);
  });
}

/**
 * Everything a customer's browser asks for over HTTP. Needs no session: files prove themselves by the visitor's
 * token.
 */
export function chatApi(parts: ChatApiParts): FastifyPluginAsync {
  const folder = parts.widgetFolder ?? BUILT;
  return async (app) => {
    if (!app.hasContentTypeParser('multipart/form-data')) await app.register(multipart);
    if (existsSync(`${folder}assets`)) {
      app.addHook('onRoute', (route) => {
        route.config = { ...PUBLIC, ...route.config };
      });
      await app.register(fastifyStatic, {
        root: `${folder}assets`,
        prefix: '/chat/assets/',
        decorateReply: false,
        immutable: true,
        maxAge: 31_536_000_000,
      });
    }
    pages(app, parts, folder);
    app.get('/api/chat/:account/settings', { config: PUBLIC }, async (request, reply) => {
      const target = await pageOf(parts, (request.params as { account: string }).account);
      void reply.header('cache-control', 'no-cache');
      return target.page.settings(target.account);
    });
    uploads(app, parts);
    downloads(app, parts);
  };
}
