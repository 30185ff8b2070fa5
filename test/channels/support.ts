/** What tests of channels share: real hosts on a database of their own, a folder for files, and captured payloads. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channels } from '#channels/registry.ts';
import { newId } from '#domain/ids.ts';
import { localBus } from '#agent-desk/server/parts.ts';
import type { Bus } from '#agent-desk/server/parts.ts';
import { createBlobStore, type BlobStore } from '#gateway/blob-store.ts';
import { createHosts, type HostParts, type Hosts, type Target } from '#gateway/channel-host.ts';
import { createEgress } from '#gateway/egress.ts';
import { secretStore, type SecretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { createIntake, type Intake } from '#routing/intake.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { testWork, type Teardown, type TestWork } from '#test/support/harness.ts';

export interface ChannelWorld {
  work: TestWork;
  world: SmallWorld;
  hosts: Hosts;
  secrets: SecretStore;
  intake: Intake;
  bus: Bus;
  target: Target;
  /** What a second node on the same database is built of. */
  hostParts: HostParts;
}

/** A folder of files, removed at the end. */
async function fileFolder(t: Teardown): Promise<BlobStore> {
  const folder = await mkdtemp(join(tmpdir(), 'sambung-files-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return createBlobStore(folder);
}

export interface ChannelWorldOptions {
  channel: string;
  settings?: Record<string, unknown>;
  secrets?: Record<string, string>;
  egressAllow?: readonly string[];
  publicUrl?: string;
}

/** A small world whose one account is of this channel, with everything that stands behind its host. */
export async function channelWorld(t: Teardown, options: ChannelWorldOptions): Promise<ChannelWorld> {
  const work = await testWork(t);
  const world = await smallWorld(work.db, { channel: options.channel, settings: options.settings ?? {} });
  const vault = createVault(masterKeys([randomBytes(32).toString('base64')]));
  const secrets = secretStore(work, vault);
  const owner = { organisationId: world.organisationId, ownerKind: 'channel-account', ownerId: world.accountId };
  if (options.secrets !== undefined) await secrets.put(owner, options.secrets);
  const intake = createIntake(work);
  const bus = localBus();
  const hostParts: HostParts = {
    work,
    nodeId: newId(),
    channels,
    intake,
    secrets,
    vault,
    bus,
    blobs: await fileFolder(t),
    egress: createEgress(options.egressAllow ?? []),
    publicUrl: options.publicUrl ?? null,
  };
  const hosts = createHosts(hostParts);
  await hosts.reload();
  t.teardown(async () => {
    await hosts.stop();
    await intake.close();
  });
  const target = await hosts.forAccount(world.accountId);
  if (target === undefined) throw new Error('the account of the small world is not served');
  return { work, world, hosts, secrets, intake, bus, target, hostParts };
}

export interface Captured {
  file: string;
  about: string;
  body: string;
  expect: Record<string, unknown>;
  [more: string]: unknown;
}

/** The captured payloads of a channel, one file per condition; `json` bodies become text as they stand. */
export function captured(channel: string): Captured[] {
  const folder = new URL(`./fixtures/${channel}/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((file) => {
      const one = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Captured & { json?: unknown };
      return { ...one, file, body: one.body ?? JSON.stringify(one.json) };
    });
}
