/** The load generator: raw sockets, keep-alive, one request in flight a connection; closed loop and open loop. */
import { connect, type Socket } from 'node:net';

export interface Target {
  host: string;
  port: number;
}

/** Latencies in milliseconds and the answers that came. */
export interface LoadResult {
  sent: number;
  accepted: number;
  refused: number;
  failed: number;
  seconds: number;
  latenciesMs: number[];
}

/** One keep-alive connection; `request` resolves with the status once the whole answer is there. */
class Connection {
  #socket: Socket;
  #buffer = '';
  #done: ((status: number) => void) | undefined;
  #broken: ((error: Error) => void) | undefined;

  constructor(target: Target) {
    this.#socket = connect(target.port, target.host);
    this.#socket.setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#broken?.(error));
    this.#socket.on('close', () => this.#broken?.(new Error('connection closed')));
  }

  #read(chunk: string): void {
    this.#buffer += chunk;
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#buffer.slice(0, end))?.[1] ?? 0);
    if (this.#buffer.length < end + 4 + length) return;
    const status = Number(this.#buffer.slice(9, 12));
    this.#buffer = this.#buffer.slice(end + 4 + length);
    const done = this.#done;
    this.#done = undefined;
    this.#broken = undefined;
    done?.(status);
  }

  request(bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#broken = reject;
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

/** Builds the bytes of the i-th request. */
export type MakeRequest = (i: number) => Buffer;

/** Makes `count` requests from number `from` on before the clock runs: signing them is not the server's time. */
export function prepared(make: MakeRequest, from: number, count: number): MakeRequest {
  const ready = Array.from({ length: count }, (_, n) => make(from + n));
  return (i) => ready[i - from] ?? make(i);
}

function count(result: LoadResult, status: number): void {
  if (status >= 200 && status < 300) result.accepted += 1;
  else if (status === 429 || status === 503) result.refused += 1;
  else result.failed += 1;
}

function empty(): LoadResult {
  return { sent: 0, accepted: 0, refused: 0, failed: 0, seconds: 0, latenciesMs: [] };
}

/** Closed loop: `connections` requests always in flight for `seconds`; numbers requests from `from`. */
export async function closedLoop(target: Target, make: MakeRequest,
  options: { connections: number; seconds: number; from: number }): Promise<LoadResult> {
  const result = empty();
  const started = performance.now();
  const end = started + options.seconds * 1000;
  let next = options.from;
  await Promise.all(Array.from({ length: options.connections }, async () => {
    const connection = new Connection(target);
    while (performance.now() < end) {
      const i = next;
      next += 1;
      const at = performance.now();
      try {
        result.sent += 1;
        count(result, await connection.request(make(i)));
      } catch {
        result.failed += 1;
        break;
      }
      result.latenciesMs.push(performance.now() - at);
    }
    connection.close();
  }));
  result.seconds = (performance.now() - started) / 1000;
  return result;
}

/**
 * Open loop: request k is due at start + k/rate, and its latency counts from that moment, so that a slow server cannot
 * slow its own examiner. `intended` tells when each request was due, for end-to-end figures.
 */
export async function openLoop(target: Target, make: MakeRequest, options: {
  rate: number; seconds: number; from: number; connections: number; intended?: (i: number, atMs: number) => void;
}): Promise<LoadResult> {
  const result = empty();
  const idle = Array.from({ length: options.connections }, () => new Connection(target));
  const all = [...idle];
  const due: { i: number; at: number }[] = [];
  const total = Math.floor(options.rate * options.seconds);
  const started = performance.now();
  let open = 0;
  let planned = 0;
  const pump = (): void => {
    while (due.length > 0 && idle.length > 0) {
      const connection = idle.pop();
      const item = due.shift();
      if (connection === undefined || item === undefined) return;
      open += 1;
      result.sent += 1;
      connection.request(make(item.i)).then((status) => {
        count(result, status);
        if (status < 300) result.latenciesMs.push(performance.now() - item.at);
        idle.push(connection);
      }, () => { result.failed += 1; }).finally(() => { open -= 1; pump(); });
    }
  };
  while (planned < total) {
    const elapsed = performance.now() - started;
    while (planned < total && (planned / options.rate) * 1000 <= elapsed) {
      const at = started + (planned / options.rate) * 1000;
      options.intended?.(options.from + planned, at);
      due.push({ i: options.from + planned, at });
      planned += 1;
    }
    pump();
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
  const patience = performance.now() + 15_000;
  while ((open > 0 || due.length > 0) && performance.now() < patience) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  result.failed += due.length + open;
  result.seconds = (performance.now() - started) / 1000;
  for (const connection of all) connection.close();
  return result;
}

/** The p-th percentile (0..100) of the values; NaN for none. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
