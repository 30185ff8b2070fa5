/** What tests of the Cloud API share: a small world with a number on our own Graph server, whose webhook is served. */
import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { hooks } from '#gateway/hooks.ts';
import { httpOptions } from '#gateway/http.ts';
import type { Parts } from '#gateway/parts.ts';
import { fakeGraph, type FakeGraph } from '#test/fakes/graph/server.ts';
import { eventually } from '#test/support/harness.ts';
import { servedWorld, type ServedWorld } from './served-world.ts';
import { channelWorld, type ChannelWorldOptions } from './support.ts';

export const CUSTOMER = '6281200000567';
export const HANDLE = `+${CUSTOMER}`;

export interface GraphWorld extends ServedWorld { fake: FakeGraph }

async function serveHooks(t: Test, parts: Pick<Parts, 'hosts'>): Promise<string> {
  const app = Fastify({ ...httpOptions, logger: false });
  await app.register(hooks(parts as Parts));
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** A world whose one account is a number of the fake server, which runs; its webhook is served, no node sends yet. */
export async function graphWorld(t: Test, options: Partial<ChannelWorldOptions> = {}): Promise<GraphWorld> {
  const fake = fakeGraph();
  await fake.start();
  t.teardown(() => fake.stop());
  const base = await channelWorld(t, { channel: 'whatsapp', egressAllow: ['127.0.0.1'], ...options,
    settings: { provider: 'cloud', graphUrl: fake.url, phoneNumberId: fake.phoneNumberId,
      businessAccountId: fake.businessAccountId, ...options.settings },
    secrets: { accessToken: fake.token, appSecret: fake.appSecret, verifyToken: fake.verifyToken,
      ...options.secrets } });
  fake.webhook.url = `${await serveHooks(t, base)}/hooks/whatsapp/${base.world.accountKey}`;
  return { ...servedWorld(t, base), fake };
}

/** A world whose customer has written, served by a node. */
export async function talking(t: Test, options: Partial<ChannelWorldOptions> = {}): Promise<GraphWorld> {
  const world = await graphWorld(t, options);
  await world.node();
  await world.fake.webhook.text(CUSTOMER, 'halo');
  await eventually('the first message', async () => (await world.texts()).length === 1);
  return world;
}
