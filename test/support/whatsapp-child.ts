/**
 * A node that serves the WhatsApp numbers of an existing database, in a process of its own, so that it may be killed.
 * Its log is the product's, on stdout; a line of its own says that a session is open and which process holds it. Ends
 * by SIGTERM.
 */
import { channels } from '#channels/registry.ts';
import { childOf, holds } from '#channels/whatsapp/baileys/provider.ts';
import { armFailpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import { openDb } from '#domain/store/db.ts';
import { localBus } from '#agent-desk/server/parts.ts';
import { createBlobStore } from '#gateway/blob-store.ts';
import { createHosts } from '#gateway/channel-host.ts';
import { createEgress } from '#gateway/egress.ts';
import { createLog } from '#gateway/logging.ts';
import { startRemoteFiles } from '#gateway/remote-files.ts';
import { secretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { startChanges } from '#routing/change-worker.ts';
import { createIntake } from '#routing/intake.ts';
import { startOutbound } from '#routing/outbound.ts';
import { eventually, localWake } from './harness.ts';

const OPEN_WITHIN_MS = 120_000;

/** Given as JSON in WHATSAPP_NODE. */
export interface WhatsAppChildOptions {
  url: string;
  accountId: string;
  nodeId: string;
  /** 32 bytes in base64. */
  masterKey: string;
  dataDir: string;
  egressAllow: string[];
  sendLeaseMs: number;
}

/** What is printed once the session is open. */
export interface OpenLine { session: 'open'; pid: number }

const options = JSON.parse(process.env['WHATSAPP_NODE'] ?? '{}') as WhatsAppChildOptions;
armFailpoint(process.env['FAILPOINT']);
const db = openDb({ url: options.url, applicationName: 'whatsapp-child', connectTimeoutMs: 20_000 });
const work = { db, log: createLog('debug'), wake: localWake() };
const vault = createVault(masterKeys([options.masterKey]));
const intake = createIntake(work);
const hosts = createHosts({ work, nodeId: options.nodeId, channels, intake, secrets: secretStore(work, vault), vault,
  bus: localBus(), blobs: createBlobStore(options.dataDir), egress: createEgress(options.egressAllow) });
await hosts.reload();
const files = startRemoteFiles(work, hosts);
const outbound = startOutbound(work, { nodeId: newId(), sender: (account) => hosts.sender(account), sweepMs: 50,
  slowSweepMs: 200, graceMs: 2_000, leaseMs: options.sendLeaseMs,
  channelFacts: (account) => hosts.sendFacts(account) });
const changes = startChanges(work, { sweepMs: 200, changer: (account) => hosts.changer(account),
  elsewhere: () => hosts.sessions().elsewhere });
await hosts.startChannels();

process.once('SIGTERM', () => {
  void (async () => {
    await changes.stop();
    await outbound.stop();
    await files.stop();
    await hosts.stop();
    await intake.close();
    await db.close();
    process.exit(0);
  })();
});

const pid = await eventually('the session to be open', async () => {
  const target = await hosts.forAccount(options.accountId);
  return target !== undefined && holds(target.host) ? childOf(target.host) : undefined;
}, OPEN_WITHIN_MS);
process.stdout.write(`${JSON.stringify({ session: 'open', pid } satisfies OpenLine)}\n`);
