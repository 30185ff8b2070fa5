/**
 * The child processes that hold sessions: some accounts a child, so that a broken frame or a leak reaches few. A child
 * that ends is told to its accounts, which begin anew in the next one.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Line, type Handler } from './wire.ts';

/** Accounts of one child: each is some 10 MiB, a child itself 90. */
const ACCOUNTS_PER_CHILD = 10;
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const END_MS = 5_000;

/** What an account gives to its place: how it answers the child, and what to do when the child is gone. */
export interface Tenant {
  handlers: Readonly<Record<string, (body: never) => Promise<unknown> | unknown>>;
  onLost(): void;
}

/** An account's place in a child. */
export interface Place {
  call(name: string, body: unknown, timeoutMs?: number): Promise<unknown>;
  /** The process that holds it; for tests that end it. */
  readonly pid: number | undefined;
  /** Leaves; the last one to leave ends the child. */
  leave(): void;
}

interface Child { process: ChildProcess; line: Line; tenants: Map<string, Tenant> }

/** The children of this process. */
export class Fleet {
  readonly #children = new Set<Child>();

  /** A place for the account, in a child that has room or in a new one. */
  join(account: string, tenant: Tenant): Place {
    const child = [...this.#children].find((one) => one.tenants.size < ACCOUNTS_PER_CHILD
      && !one.tenants.has(account)) ?? this.#start();
    child.tenants.set(account, tenant);
    return {
      call: (name, body, timeoutMs) => child.line.call(account, name, body, timeoutMs),
      get pid() { return child.process.pid; },
      leave: () => {
        if (child.tenants.get(account) !== tenant) return;
        child.tenants.delete(account);
        if (child.tenants.size === 0) this.#end(child);
      },
    };
  }

  #start(): Child {
    const started = fork(CHILD, [], { serialization: 'advanced', execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const tenants = new Map<string, Tenant>();
    const answer = (name: string): Handler => (account, body) => {
      const handler = tenants.get(account)?.handlers[name];
      if (handler === undefined) throw Object.assign(new Error('nobody there'), { code: 'NOT_HELD' });
      return handler(body);
    };
    const handlers = new Proxy<Record<string, Handler>>({}, { get: (_target, name) => answer(String(name)) });
    const line = new Line((packet) => { started.send(packet as object); }, handlers);
    const child: Child = { process: started, line, tenants };
    started.on('message', (packet) => { line.take(packet); });
    started.on('error', () => undefined);
    started.once('exit', () => {
      this.#children.delete(child);
      line.close();
      const lost = [...tenants.values()];
      tenants.clear();
      for (const tenant of lost) tenant.onLost();
    });
    this.#children.add(child);
    return child;
  }

  #end(child: Child): void {
    this.#children.delete(child);
    const late = setTimeout(() => { child.process.kill('SIGKILL'); }, END_MS);
    child.process.once('exit', () => { clearTimeout(late); });
    child.process.kill('SIGTERM');
  }
}

/** All sessions of this process share it. */
export const fleet = new Fleet();
