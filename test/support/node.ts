/** The whole application in this process: the parts of gateway/node.ts without its loops, and no port. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createDesk } from '#agent-desk/server/desk.ts';
import { deskCommands } from '#agent-desk/server/commands.ts';
import { channels } from '#channels/registry.ts';
import { newId } from '#domain/ids.ts';
import { createTail } from '#domain/journal/tail.ts';
import { openOrm } from '#domain/store/orm.ts';
import { buildApp, type AppParts } from '#gateway/app.ts';
import { createBlobStore } from '#gateway/blob-store.ts';
import { createHosts } from '#gateway/channel-host.ts';
import { readConfig } from '#gateway/config.ts';
import { createEgress } from '#gateway/egress.ts';
import { secretStore } from '#gateway/security/secret-store.ts';
import { createSessions } from '#gateway/security/sessions.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { createWake } from '#gateway/wake.ts';
import { createIntake } from '#routing/intake.ts';
import { browsersOf, type TestApi } from './api.ts';
import { temporaryDirectory } from './cluster.ts';
import { memoryLog, openTestDb, testServers, type Teardown } from './harness.ts';

export interface WholeApp extends Pick<TestApi, 'app' | 'as' | 'stranger'> {
  parts: AppParts;
  lines: string[];
}

/** The real application over a database of its own, ready for inject; ends with the test. */
export async function wholeApp(t: Teardown): Promise<WholeApp> {
  const dataDir = temporaryDirectory();
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const { url, db } = await openTestDb(t);
  const log = memoryLog();
  const wake = createWake(testServers().redisUrl, log);
  const work = { db, log, wake };
  const config = readConfig({ DATA_DIR: dataDir, DATABASE_URL: url, METRICS_TOKEN: 'angka-untuk-uji-coba' }, []);
  const vault = createVault(masterKeys([randomBytes(32).toString('base64')]));
  const secrets = secretStore(work, vault);
  const orm = await openOrm(url);
  const sessions = createSessions(work, { exemptsDemo: true });
  const blobs = createBlobStore(`${dataDir}/files`);
  const intake = createIntake(work);
  const tail = await createTail(work);
  const nodeId = newId();
  const hosts = createHosts({ work, nodeId, channels, intake, secrets, vault, blobs,
    egress: createEgress([]),
    bus: wake.bus });
  await hosts.reload();
  const desk = createDesk({ work, nodeId, tail, sessions, commands: deskCommands(work), bus: wake.bus,
    originAllowed: () => true });
  const parts: AppParts = { config, nodeId, work, vault, secrets, orm, sessions, channels, blobs, intake, tail, hosts,
    desk, chat: undefined, outbound: undefined, sealer: undefined };
  const app = await buildApp(parts);
  await app.ready();
  t.teardown(async () => {
    await app.close();
    for (const end of [() => desk.stop(), () => hosts.stop(), () => tail.stop(), () => intake.close(),
      () => sessions.close(), () => orm.close(), () => wake.close()]) await end();
  });
  return { app, parts, lines: log.lines, ...browsersOf(app, work, sessions) };
}
