/** CPU time and memory of processes, read from /proc (Linux only; elsewhere NaN). */
import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

function stat(pid: number): { parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]) };
  } catch {
    return undefined;
  }
}

/** CPU microseconds used so far by a process (its ended children included). */
export function cpuMicros(pid: number): number {
  return ((stat(pid)?.ticks ?? Number.NaN) / TICKS_PER_SECOND) * 1e6;
}

/** CPU microseconds of a process and every process below it, such as a postmaster with its backends. */
export function cpuMicrosOfTree(root: number): number {
  let sum = 0;
  const own = new Set([root]);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).toSorted((a, b) => a - b);
  for (const pid of pids) {
    const found = stat(pid);
    if (found === undefined || (pid !== root && !own.has(found.parent))) continue;
    own.add(pid);
    sum += found.ticks;
  }
  return (sum / TICKS_PER_SECOND) * 1e6;
}

/** Resident memory in MiB. */
export function residentMiB(pid: number): number {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib) / 1024;
  } catch {
    return Number.NaN;
  }
}
