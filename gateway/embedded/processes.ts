/** Facts about processes and ports of this machine that the embedded servers' keepers go by. */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}

/** Whether the system has a process of this number, its own or another's, zombies included. */
export function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What `ps` says of a process where there is no /proc (macOS): its program, or undefined if it is gone or a zombie. */
function programByPs(pid: number): string | undefined {
  const line = attempt(() => execFileSync('ps', ['-o', 'stat=,comm=', '-p', String(pid)], { encoding: 'utf8' }).trim());
  if (line === undefined || line === '' || line.startsWith('Z')) return undefined;
  return line.split(/\s+/, 2)[1]?.split('/').pop();
}

/**
 * True where `pid` runs `program` with `directory` as its working directory: both PostgreSQL and Redis enter their data
 * directory, so a number that the system gave to somebody else, or a zombie, is never taken for ours.
 */
export function runsIn(pid: number, program: string, directory: string): boolean {
  if (!lives(pid)) return false;
  if (process.platform !== 'linux') return programByPs(pid) === program;
  const comm = attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  const cwd = attempt(() => readlinkSync(`/proc/${pid}/cwd`));
  return comm === program && cwd !== undefined && cwd === attempt(() => realpathSync(directory));
}

/** Every process of `program` that works in `directory`; on a system without /proc none can be named. */
export function allRunningIn(program: string, directory: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
    .filter((pid) => runsIn(pid, program, directory));
}

/** The first number in a pid file, or undefined. */
export function pidIn(file: string): number | undefined {
  const pid = Number.parseInt(attempt(() => readFileSync(file, 'utf8')) ?? '', 10);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  attempt(() => process.kill(pid, name));
}

/** Waits until `gone()` holds, at most `withinMs`; gives whether it came to hold. */
export async function waitUntil(gone: () => boolean, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!gone()) {
    if (performance.now() > end) return false;
    await pause(20);
  }
  return true;
}

function listens(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const chosen = (server.address() as { port: number }).port;
      server.close(() => resolve(chosen));
    });
  });
}

/** The highest port that the system never gives to outgoing connections. */
function highestQuietPort(): number {
  const range = attempt(() => readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));
  return Number.parseInt(range ?? '', 10) - 1 || 32_767;
}

/**
 * A TCP port of the loopback address that is free now; `preferred` if that one is. Taken from below the range of
 * outgoing connections: a pool that knocks at a dead server's port from that range could meet its own socket there
 * (TCP allows it) and so keep the port from the server that comes back.
 */
export async function freePort(preferred?: number): Promise<number> {
  const highest = highestQuietPort();
  const lowest = Math.min(15_000, Math.max(1_025, highest - 10_000));
  const candidates = [preferred, ...Array.from({ length: 50 }, () => randomInt(lowest, Math.max(lowest + 1, highest)))];
  for (const candidate of candidates) {
    if (candidate !== undefined && await listens(candidate) !== undefined) return candidate;
  }
  const any = await listens(0);
  if (any === undefined) throw new Error('no TCP port is free on 127.0.0.1');
  return any;
}
