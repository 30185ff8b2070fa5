/** One node: builds its parts in the order of their needs, starts the loops of its roles, and closes all with grace. */
import { channels } from '#channels/registry.ts';
import { createDesk } from '#agent-desk/server/desk.ts';
import { deskCommands } from '#agent-desk/server/commands.ts';
import { setClockOffsetMs } from '#domain/clock.ts';
import { newId } from '#domain/ids.ts';
import { createSealer } from '#domain/journal/seal.ts';
import { createTail } from '#domain/journal/tail.ts';
import { limits } from '#domain/limits.ts';
import { createSearchIndexer } from '#domain/search/indexer.ts';
import { openDb, statement } from '#domain/store/db.ts';
import { openOrm } from '#domain/store/orm.ts';
import type { Log } from '#domain/work.ts';
import { startAssignment } from '#routing/assignment.ts';
import { createIntake } from '#routing/intake.ts';
import { startChanges } from '#routing/change-worker.ts';
import { startGreetings } from '#routing/greetings.ts';
import { startOutbound } from '#routing/outbound.ts';
import { dropDeadNodes, heartbeatNode } from '#routing/presence.ts';
import { createBlobStore, sweepOrphans } from './blob-store.ts';
import { conversationTemplates } from './api/templates.ts';
import { buildApp } from './app.ts';
import { createHosts } from './channel-host.ts';
import { sweepSessionKeys } from './channel-session.ts';
import { attachChat } from './chat-socket.ts';
import { servesThisMachineAlone, type Config } from './config.ts';
import { createEgress } from './egress.ts';
import { startRemoteFiles } from './remote-files.ts';
import { createJobs, relayWakeUps, type Jobs } from './jobs.ts';
import { startLoop, type Loop } from './loops.ts';
import type { Parts } from './parts.ts';
import { startRemoval } from './removal.ts';
import { keepSealHead } from './seal-heads.ts';
import { seed, type Seeded } from './seeding.ts';
import { secretStore } from './security/secret-store.ts';
import { createSessions } from './security/sessions.ts';
import { endUnenrolled } from './security/unenrolled.ts';
import { checkVault, createVault, loadMasterKeys } from './security/vault.ts';
import { originAllowed } from './security/origin.ts';
import { createSockets, serveDesk } from './sockets.ts';
import { createWake } from './wake.ts';
import { startWebhooks } from './webhooks.ts';

export interface Node {
  /** Where it listens. */
  url: string;
  seeded: Seeded | undefined;
  /** Ends in the reverse order of its making, within limits.shutdownGraceMs. */
  close(): Promise<void>;
}

export interface Servers {
  databaseUrl: string;
  redisUrl: string;
  /** The role that statements run as, where migrate() could make it. */
  databaseRole: string | undefined;
}

/** What has to be undone, newest first. One failing end does not keep the others from theirs. */
class Closing {
  readonly #ends: { name: string; end: () => Promise<unknown> | unknown }[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: string, end: () => Promise<unknown> | unknown): void {
    this.#ends.unshift({ name, end });
  }

  async run(): Promise<void> {
    for (const { name, end } of this.#ends.splice(0)) {
      try {
        await end();
      } catch (error) {
        this.#log.warn({ part: name, err: error }, 'a part did not close cleanly');
      }
    }
  }
}

/** What requests under way get to finish when the node closes. */
const HTTP_GRACE_MS = 5_000;

const clockOffset = statement('clock.offset', 'select offset_ms::float8 as offset_ms from app_clock');

async function foundation(config: Config, servers: Servers, log: Log, closing: Closing) {
  let ending = false;
  // The pool says it is closed before its last sockets are; an own PostgreSQL that ends then is no news.
  const onError = (error: Error): void => {
    if (!ending) log.warn({ err: error }, 'an idle database connection broke');
  };
  const db = openDb({ url: servers.databaseUrl, applicationName: 'sambung', role: servers.databaseRole, onError });
  closing.add('database', () => {
    ending = true;
    return db.close();
  });
  const wake = createWake(servers.redisUrl, log);
  closing.add('wake', () => wake.close());
  const work = { db, log, wake };
  const vault = createVault(await loadMasterKeys(config));
  await checkVault(db, vault);
  const orm = await openOrm(servers.databaseUrl, servers.databaseRole);
  closing.add('orm', () => orm.close());
  const sessions = createSessions(work, { secure: config.publicUrl?.startsWith('https://') === true,
    exemptsDemo: servesThisMachineAlone(config) });
  closing.add('sessions', () => sessions.close());
  return { work, vault, secrets: secretStore(work, vault), orm, sessions };
}

type Ground = Awaited<ReturnType<typeof foundation>>;

async function middle(config: Config, nodeId: string, ground: Ground, closing: Closing) {
  const { work } = ground;
  const blobs = createBlobStore(`${config.dataDir}/files`);
  const intake = createIntake(work);
  closing.add('intake', () => intake.close());
  const tail = await createTail(work);
  closing.add('tail', () => tail.stop());
  const hosts = createHosts({ work, nodeId, channels, intake, secrets: ground.secrets, vault: ground.vault, blobs,
    egress: createEgress(config.egressAllow), publicUrl: config.publicUrl, bus: work.wake.bus });
  await hosts.reload();
  closing.add('hosts', () => hosts.stop());
  // An account that an administrator just made or changed answers at once, not at the next look.
  tail.subscribe(async ({ rows }) => {
    if (rows.some((row) => row.type.startsWith('channel-account.'))) await hosts.reload();
  });
  const rule = { config };
  const desk = createDesk({ work, nodeId, tail, sessions: ground.sessions, commands: deskCommands(work,
    { templates: (user, conversationId) => conversationTemplates({ work, hosts }, user, conversationId) }),
    bus: work.wake.bus,
    originAllowed: (origin, host) => origin === undefined || originAllowed(rule, origin, host) });
  closing.add('desk', () => desk.stop());
  return { blobs, intake, tail, hosts, desk };
}

function startWorker(jobs: Jobs, parts: Parts, closing: Closing): void {
  const { work, nodeId, config } = parts;
  parts.outbound = startOutbound(work, { nodeId, jobs,
    sender: (account) => (parts.channels.has(account.channel) ? parts.hosts.sender(account) : undefined),
    channelFacts: (account) => parts.hosts.sendFacts(account) });
  closing.add('outbound', () => parts.outbound?.stop());
  const changes = startChanges(work, { changer: (account) => parts.hosts.changer(account),
    elsewhere: () => parts.hosts.sessions().elsewhere });
  closing.add('message-changes', () => changes.stop());
  const greetings = startGreetings(work);
  closing.add('greetings', () => greetings.stop());
  const assignment = startAssignment(work, { socketGraceSeconds: config.socketGraceSeconds });
  closing.add('assignment', () => assignment.stop());
  parts.sealer = createSealer(work, parts.vault, { nodeId });
  closing.add('sealer', () => parts.sealer?.stop());
  const indexer = createSearchIndexer(work, { nodeId });
  closing.add('search-index', () => indexer.stop());
  const webhooks = startWebhooks({ work, nodeId, secrets: parts.secrets, egress: createEgress(config.egressAllow) });
  closing.add('webhooks', () => webhooks.stop());
  const removal = startRemoval({ work, nodeId, blobs: parts.blobs });
  closing.add('removal', () => removal.stop());
  const heads = startLoop('seal-heads', limits.slowSweepMs, work.log, () => keepSealHead(work.db, config.dataDir));
  closing.add('seal-heads', () => heads.stop());
  const keys = startLoop('session-keys', limits.slowSweepMs, work.log, () => sweepSessionKeys(work));
  closing.add('session-keys', () => keys.stop());
  const orphans = startLoop('file-orphans', limits.slowSweepMs, work.log, () => sweepOrphans(work.db, parts.blobs));
  closing.add('file-orphans', () => orphans.stop());
}

/** Of a node without the role worker: what only the holder of a session can send. */
function startSessionWorker(parts: Parts, closing: Closing): void {
  const { work, nodeId, hosts } = parts;
  const here = (): string[] => hosts.sessions().here;
  const outbound = startOutbound(work, { nodeId, channelFacts: (account) => hosts.sendFacts(account),
    sender: (account) => (here().includes(account.id) ? hosts.sender(account) : undefined) });
  closing.add('session-outbound', () => outbound.stop());
  const changes = startChanges(work, { changer: (account) => hosts.changer(account), only: here });
  closing.add('session-changes', () => changes.stop());
}

function startBeats(config: Config, parts: Parts, closing: Closing): void {
  const { work, nodeId } = parts;
  const beats: Loop[] = [
    startLoop('heartbeat', limits.nodeSeenMs / 2, work.log, async () => {
      const { fresh } = await heartbeatNode(work, { nodeId, roles: config.roles });
      if (fresh) parts.desk.reconnectAll();
      await dropDeadNodes(work);
    }),
    startLoop('clock', limits.sessionCheckMs, work.log, async () => {
      setClockOffsetMs((await work.db.one<{ offset_ms: number }>(clockOffset))?.offset_ms ?? 0);
    }),
  ];
  for (const beat of beats) closing.add('beat', () => beat.stop());
}

async function listen(config: Config, parts: Parts, closing: Closing): Promise<string> {
  const app = await buildApp(parts);
  closing.add('http', async () => {
    // A browser that holds a finished download open must not hold the end of the process.
    const late = setTimeout(() => app.server.closeAllConnections(), HTTP_GRACE_MS);
    await app.close().finally(() => clearTimeout(late));
  });
  const rule = { config };
  const sockets = createSockets(app.server, { rule, chatOriginAllowed: () => true });
  closing.add('sockets', () => sockets.close());
  serveDesk(sockets, parts.desk);
  parts.chat = attachChat(sockets.io, {
    work: parts.work, hosts: parts.hosts, tail: parts.tail, bus: parts.work.wake.bus,
    originAllowed: (origin, host) => originAllowed(rule, origin, host), trustProxy: config.trustProxy });
  closing.add('chat', () => parts.chat?.stop());
  const address = await app.listen({ host: config.host, port: config.port });
  return config.publicUrl ?? address.replace('[::1]', 'localhost');
}

/** Builds and starts the node on a migrated database. What was started is ended again if a later part cannot start. */
export async function startNode(config: Config, servers: Servers, log: Log): Promise<Node> {
  const closing = new Closing(log);
  const nodeId = newId();
  try {
    const ground = await foundation(config, servers, log, closing);
    const seeded = await seed(config, ground.work, { passwords: ground.sessions.passwords, secrets: ground.secrets });
    if (!ground.sessions.exemptsDemo) await endUnenrolled(ground.work.db, { exemptsDemo: false });
    const parts: Parts = { config, nodeId, ...ground, channels, ...await middle(config, nodeId, ground, closing),
      chat: undefined, outbound: undefined, sealer: undefined };
    await heartbeatNode(ground.work, { nodeId, roles: config.roles });
    startBeats(config, parts, closing);
    const jobs = createJobs({ redisUrl: servers.redisUrl, log });
    closing.add('jobs', () => jobs.close());
    if (config.roles.includes('worker')) startWorker(jobs, parts, closing);
    else closing.add('relay', relayWakeUps(ground.work, jobs));
    if (config.roles.includes('channels')) {
      await parts.hosts.startChannels();
      const remoteFiles = startRemoteFiles(parts.work, parts.hosts);
      closing.add('remote-files', () => remoteFiles.stop());
      if (!config.roles.includes('worker')) startSessionWorker(parts, closing);
    }
    const url = await listen(config, parts, closing);
    return { url, seeded, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}
