/** Keeps one embedded server running: adopts a living one, starts a missing one, brings a dead one back on its port. */
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#domain/limits.ts';
import type { Log } from '#domain/work.ts';

/** What the keeper must know of PostgreSQL or Redis. */
export interface Service {
  readonly name: 'postgres' | 'redis';
  /** The pid of the server on this data directory if it lives, verified; else undefined. Cheap: asked all the time. */
  find(): number | undefined;
  /** Readies the data directory and the port before the first start. `running` is what find() gave. */
  prepare(running: number | undefined): Promise<void>;
  /** Whether the found server may be kept as it is; otherwise it is ended and started anew. */
  adoptable(pid: number): boolean;
  /** Starts the server, detached, on its remembered port; gives its pid. What a dead one left behind is cleared. */
  launch(): Promise<number>;
  /** Whether it takes queries by now. */
  ready(): Promise<boolean>;
  /** Ends the server in order, with more force where order does not come in time. */
  end(pid: number): Promise<void>;
  /** The last lines of its log, for the message when it does not start. */
  lastWords(): string;
  /** Called after the server failed to come up `failures` times in a row: a chance to set broken files aside. */
  mend?(failures: number): void;
}

export interface ServiceState {
  running: boolean;
  pid: number | undefined;
  /** The server was running already when we came. */
  adopted: boolean;
  /** How often it was brought back since. */
  restarts: number;
}

export interface Keeper {
  state(): ServiceState;
  /** Ends the watch, then the server. */
  stop(): Promise<void>;
}

async function comesUp(service: Service, pid: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + limits.embeddedReadyMs;
  while (performance.now() < end && !signal.aborted) {
    if (await service.ready()) return true;
    // The process may still be on its way from unshare to postgres, so its absence counts only after a moment.
    if (service.find() !== pid && performance.now() > end - limits.embeddedReadyMs + 1_000) return false;
    await pause(20);
  }
  return false;
}

async function firstStart(service: Service, log: Log, ended: AbortSignal): Promise<{ pid: number; adopted: boolean }> {
  let running = service.find();
  if (running !== undefined && !service.adoptable(running)) {
    log.warn({ service: service.name, pid: running }, 'embedded server runs with other settings: ended, to start anew');
    await service.end(running);
    running = undefined;
  }
  await service.prepare(running);
  if (running !== undefined && await comesUp(service, running, ended)) {
    log.info({ service: service.name, pid: running }, 'embedded server still running: adopted');
    return { pid: running, adopted: true };
  }
  for (let failures = 0; ; failures += 1) {
    const pid = await service.launch();
    if (await comesUp(service, pid, ended)) return { pid, adopted: false };
    const left = service.find();
    if (left !== undefined) await service.end(left);
    if (failures >= 4 || ended.aborted) {
      throw new Error(`The embedded ${service.name} does not start. Its last words:\n${service.lastWords()}`);
    }
    service.mend?.(failures + 1);
    await pause(250 * (failures + 1));
  }
}

/** Adopts or starts the server, waits until it answers, and watches it from then on. Throws if it does not come up. */
export async function keep(service: Service, log: Log): Promise<Keeper> {
  const ending = new AbortController();
  const first = await firstStart(service, log, ending.signal);
  const state: ServiceState = { running: true, pid: first.pid, adopted: first.adopted, restarts: 0 };
  const watch = async (): Promise<void> => {
    let failures = 0;
    while (!ending.signal.aborted) {
      await pause(limits.embeddedWatchMs, undefined, { ref: false, signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted || (state.pid !== undefined && service.find() === state.pid)) continue;
      state.running = false;
      log.warn({ service: service.name, pid: state.pid, failures }, 'embedded server is gone: starting it again');
      try {
        state.pid = service.find() ?? await service.launch();
        state.running = await comesUp(service, state.pid, ending.signal);
      } catch (error) {
        log.error({ service: service.name, error: (error as Error).message }, 'embedded server could not be started');
      }
      if (state.running) {
        state.restarts += 1;
        failures = 0;
        log.info({ service: service.name, pid: state.pid }, 'embedded server is back');
      } else {
        failures += 1;
        service.mend?.(failures);
        await pause(Math.min(250 * failures, 2_000), undefined, { ref: false });
      }
    }
  };
  const watching = watch();
  return {
    state: () => ({ ...state }),
    async stop() {
      ending.abort();
      await watching;
      const pid = service.find();
      if (pid !== undefined) await service.end(pid);
      state.running = false;
      state.pid = undefined;
    },
  };
}
