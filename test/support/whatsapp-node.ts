/** A WhatsApp number on our own server whose nodes are processes of their own, which may be killed (RF03, RF30). */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { newId } from '#domain/ids.ts';
import { createVault, masterKeys, type Vault } from '#gateway/security/vault.ts';
import { fakeWhatsApp, type FakeAccount, type FakeWhatsApp } from '#test/fakes/whatsapp/server.ts';
import { smallWorld, type SmallWorld } from './fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from './harness.ts';
import type { OpenLine, WhatsAppChildOptions } from './whatsapp-child.ts';

const CHILD = fileURLToPath(new URL('./whatsapp-child.ts', import.meta.url));
/** Enough for a send on a busy machine; what a kill leaves open is `unknown` soon after. */
const SEND_LEASE_MS = 2_500;
const OPEN_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;

/** A node in a process of its own. */
export interface NodeProcess {
  readonly pid: number;
  /** The process that held the session when it opened; undefined before. */
  sessionPid(): number | undefined;
  /** The signal or the exit code, once it has ended. */
  end(): string | undefined;
  /** Everything that it wrote to stdout and stderr. */
  output(): string;
  /** Waits until its session is open. */
  open(): Promise<NodeProcess>;
  /** Ends it in order. */
  stop(): Promise<void>;
}

export interface DeviceWorld {
  work: TestWork;
  world: SmallWorld;
  vault: Vault;
  fake: FakeWhatsApp;
  number: FakeAccount;
  /** Starts a node; `failpoint` as FAILPOINT names it. Its session may not be open yet. */
  start(failpoint?: string): NodeProcess;
  /** Links the number by QR; a node runs. */
  pair(): Promise<void>;
  /** As if the time of the account's lease had passed. */
  expireLease(): Promise<void>;
}

/** Whether the process has ended; one that nobody has waited for yet counts as ended too. */
export function hasGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''));
  } catch {
    return false;
  }
}

function startNode(t: Teardown, options: WhatsAppChildOptions, failpoint: string): NodeProcess {
  const node = spawn(process.execPath, [CHILD], { stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WHATSAPP_NODE: JSON.stringify(options), FAILPOINT: failpoint } });
  let said = '';
  let [end, sessionPid]: [string | undefined, number | undefined] = [undefined, undefined];
  const ended = new Promise<void>((resolve) => {
    node.once('close', (code, signal) => {
      end = signal ?? String(code);
      resolve();
    });
  });
  node.stderr.on('data', (chunk) => { said += String(chunk); });
  createInterface({ input: node.stdout }).on('line', (line) => {
    said += `${line}\n`;
    if (line.startsWith('{"session":"open"')) sessionPid = (JSON.parse(line) as OpenLine).pid;
  });
  const stop = async (): Promise<void> => {
    node.kill('SIGTERM');
    const late = setTimeout(() => { node.kill('SIGKILL'); }, STOP_WITHIN_MS);
    await ended;
    clearTimeout(late);
  };
  t.teardown(stop);
  const made: NodeProcess = {
    pid: node.pid ?? 0, sessionPid: () => sessionPid, end: () => end, output: () => said, stop,
    async open() {
      await eventually('the session to open', () => {
        if (end !== undefined) throw new Error(`the node ended with ${end}: ${said.slice(-2_000)}`);
        return sessionPid;
      }, OPEN_WITHIN_MS);
      return made;
    },
  };
  return made;
}

function temporaryFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'sambung-files-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The code that the screen would show. */
async function qrOf({ work, world, vault }: Pick<DeviceWorld, 'work' | 'world' | 'vault'>): Promise<string> {
  return eventually('a QR to show', async () => {
    const [row] = await work.db.dynamic<{ code_key_id: string; code_sealed: Buffer }>(`select code_key_id, code_sealed
      from channel_connections where code_kind = 'QR' and code_until > app_now()`);
    return row && vault.open(row.code_key_id, row.code_sealed,
      `channel_connections|${world.accountId}|code_sealed`).toString('utf8');
  }, 30_000);
}

/** A small world with one number that is not linked yet; no node runs. */
export async function deviceWorld(t: Teardown): Promise<DeviceWorld> {
  const fake = await fakeWhatsApp({ mediaCa: false });
  t.teardown(() => fake.stop());
  const work = await testWork(t);
  const world = await smallWorld(work.db, { channel: 'whatsapp',
    settings: { provider: 'device', serverUrl: fake.url } });
  const masterKey = randomBytes(32).toString('base64');
  const vault = createVault(masterKeys([masterKey]));
  const dataDir = temporaryFolder(t);
  const number = fake.account();
  return {
    work, world, vault, fake, number,
    start: (failpoint = '') => startNode(t, { url: work.url, accountId: world.accountId, nodeId: newId(), masterKey,
      dataDir, egressAllow: ['127.0.0.1'], sendLeaseMs: SEND_LEASE_MS }, failpoint),
    async pair() {
      await eventually('the session to wait for a person', async () => (await work.db.dynamic(
        `update channel_connections set wish = 'PAIR_QR' where state = 'IDLE' returning 1`)).length > 0, 30_000);
      await number.scan(await qrOf({ work, world, vault }));
    },
    async expireLease() {
      await work.db.dynamic('update leases set expires_at = app_now() where name = $1',
        [`channel-account:${world.accountId}`]);
    },
  };
}
