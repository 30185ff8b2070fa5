/**
 * npm run dev: the server from its sources, started again when one changes, and the desk by vite, which changes in the
 * browser without a reload. Data lies in .data/dev unless DATA_DIR says otherwise; Ctrl-C ends both.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const env = { ...process.env };
/** Where the browser goes; the server behind it takes the next port. */
const deskPort = Number(env['DEV_PORT'] ?? 5_173);
const serverPort = Number(env['PORT'] ?? deskPort + 1);
const dataDir = env['DATA_DIR'] ?? join(root, '.data/dev');
/** What the server is made of; the desk's own sources are vite's. */
const watched = ['gateway', 'routing', 'domain', 'channels', 'agent-desk/server', 'agent-desk/protocol.ts',
  'agent-desk/views.ts'];

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => { resolve(false); });
    probe.listen(port, '127.0.0.1', () => { probe.close(() => { resolve(true); }); });
  });
}

for (const port of [deskPort, serverPort]) {
  if (await isFree(port)) continue;
  process.stderr.write(`sambung: port ${port} is taken; choose others: DEV_PORT=5273 PORT=5274 npm run dev\n`);
  process.exit(1);
}

const children: ChildProcess[] = [];
let ending = false;

function end(code: number): void {
  if (ending) return;
  ending = true;
  process.exitCode = code;
  for (const child of children) child.kill('SIGTERM');
}

function start(args: string[], cwd: string, extra: Record<string, string>): void {
  // A group of its own: Ctrl-C reaches us alone, and each child is asked to end once.
  const child = spawn(process.execPath, args, { cwd, env: { ...env, ...extra }, detached: true,
    stdio: ['ignore', 'inherit', 'inherit'] });
  child.once('exit', (code) => { end(code ?? 0); });
  children.push(child);
}

/** A password of this data directory's first start, so that it need not be looked up. */
function login(): string {
  const note = join(dataDir, 'first-password');
  const password = env['DEMO_PASSWORD'] ?? (existsSync(note) ? readFileSync(note, 'utf8').trim() : 'see above');
  return `10001 (agent), 20001 (team leader), 90001 (administrator); password ${password}`;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { end(0); });
start(['--watch', '--watch-preserve-output', ...watched.map((path) => `--watch-path=${path}`), 'gateway/main.ts'], root,
  { PORT: String(serverPort), HOST: '127.0.0.1', DATA_DIR: dataDir, PUBLIC_URL: `http://127.0.0.1:${deskPort}` });
start([join(root, 'node_modules/vite/bin/vite.js'), '--host', '127.0.0.1', '--port', String(deskPort), '--strictPort',
  '--clearScreen', 'false'], join(root, 'agent-desk/web'),
{ SAMBUNG_SERVER: `http://127.0.0.1:${serverPort}`, NODE_ENV: 'development' });
process.stdout.write(`sambung: the desk at http://127.0.0.1:${deskPort}/, customers at `
  + `http://127.0.0.1:${deskPort}/chat; ${login()}\n`);
