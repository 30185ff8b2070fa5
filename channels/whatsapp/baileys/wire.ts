/**
 * What the parent and a child process of sessions say to each other: calls with answers, over Node's own channel
 * between processes. Either side may call; a call ends with an answer, with its time, or with the line.
 */

/** A call of the other side failed; `code` is one of ours or of the house (LEASE_LOST, DATABASE_UNAVAILABLE ...). */
export class CallFailed extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Packet =
  | { kind: 'call'; id: number; account: string; name: string; body: unknown }
  | { kind: 'answer'; id: number; body: unknown }
  | { kind: 'failure'; id: number; code: string; message: string };

/** Answers one kind of call for one account. */
export type Handler = (account: string, body: never) => Promise<unknown> | unknown;

interface Waiting { resolve: (body: unknown) => void; reject: (error: Error) => void; timer: NodeJS.Timeout }

const CALL_MS = 30_000;
/** Calls that wait for an answer; beyond, the other side is stuck and new ones fail at once. */
const WAITING_MAX = 10_000;

/** One end of the line. */
export class Line {
  readonly #send: (packet: Packet) => void;
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #closed = false;

  constructor(send: (packet: unknown) => void, handlers: Readonly<Record<string, Handler>>) {
    this.#send = send;
    this.#handlers = handlers;
  }

  /** Calls the other side. Rejects with CallFailed: its code, CALL_TIMEOUT, LINE_BUSY or LINE_CLOSED. */
  call(account: string, name: string, body: unknown, timeoutMs = CALL_MS): Promise<unknown> {
    if (this.#closed) return Promise.reject(new CallFailed('LINE_CLOSED', name));
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(new CallFailed('LINE_BUSY', name));
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new CallFailed('CALL_TIMEOUT', name));
      }, timeoutMs);
      timer.unref();
      this.#waiting.set(id, { resolve, reject, timer });
      this.#post({ kind: 'call', id, account, name, body });
    });
  }

  /** Takes what came from the other side. */
  take(given: unknown): void {
    const packet = given as Packet;
    if (packet.kind === 'call') void this.#serve(packet);
    else this.#settle(packet);
  }

  /** Nothing goes or comes any more; every call that waits fails. */
  close(): void {
    this.#closed = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new CallFailed('LINE_CLOSED', 'the other process ended'));
    }
    this.#waiting.clear();
  }

  #post(packet: Packet): void {
    if (this.#closed) return;
    try {
      this.#send(packet);
    } catch {
      this.close();
    }
  }

  #settle(packet: Exclude<Packet, { kind: 'call' }>): void {
    const waiting = this.#waiting.get(packet.id);
    if (waiting === undefined) return;
    this.#waiting.delete(packet.id);
    clearTimeout(waiting.timer);
    if (packet.kind === 'answer') waiting.resolve(packet.body);
    else waiting.reject(new CallFailed(packet.code, packet.message));
  }

  async #serve({ id, account, name, body }: Extract<Packet, { kind: 'call' }>): Promise<void> {
    try {
      const handler = this.#handlers[name];
      if (handler === undefined) throw new CallFailed('UNKNOWN_CALL', name);
      this.#post({ kind: 'answer', id, body: await handler(account, body as never) });
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      this.#post({ kind: 'failure', id, code: typeof code === 'string' ? code : 'FAILED',
        message: typeof message === 'string' ? message.slice(0, 200) : '' });
    }
  }
}
