/** What stays on the customer's device: token, language, form, and messages that were not acknowledged yet. */
import type { Form } from '../../protocol.ts';

export interface KeptMessage {
  clientId: string;
  text: string;
  at: string;
  answers?: string;
  fileName?: string;
  sizeBytes?: number;
  mediaType?: string;
  fileId?: string;
}

export interface Keep {
  get(name: 'token' | 'locale'): string | null;
  set(name: 'token' | 'locale', value: string): void;
  form(): Form | undefined;
  setForm(form: Form): void;
  /** One entry a message, so that two tabs do not overwrite each other's. */
  put(message: KeptMessage): void;
  drop(clientId: string): void;
  all(): KeptMessage[];
}

/** The device's storage for one account. Where a browser forbids it, everything lives in memory for this page only. */
export function openKeep(account: string): Keep {
  const prefix = `sambung-chat:${account}:`;
  const memory = new Map<string, string>();
  const guarded = <T>(act: () => T, otherwise: () => T): T => {
    try {
      return act();
    } catch {
      return otherwise();
    }
  };
  const read = (name: string): string | null =>
    guarded(
      () => localStorage.getItem(prefix + name),
      () => memory.get(name) ?? null,
    ) ??
    memory.get(name) ??
    null;
  const write = (name: string, value: string): void => {
    guarded(
      () => {
        localStorage.setItem(prefix + name, value);
      },
      () => {
        memory.set(name, value);
      },
    );
  };
  const names = (): string[] =>
    guarded(
      () =>
        Object.keys(localStorage)
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length)),
      () => [...memory.keys()],
    );
  const parsed = <T>(name: string): T | undefined =>
    guarded(
      () => JSON.parse(read(name) ?? 'null') as T | null,
      () => null,
    ) ?? undefined;
  return {
    get: read,
    set: write,
    form: () => parsed<Form>('form'),
    setForm: (form) => write('form', JSON.stringify(form)),
    put: (message) => write(`out:${message.clientId}`, JSON.stringify(message)),
    drop(clientId) {
      memory.delete(`out:${clientId}`);
      guarded(
        () => {
          localStorage.removeItem(`${prefix}out:${clientId}`);
        },
        () => undefined,
      );
    },
    all: () =>
      names()
        .filter((name) => name.startsWith('out:'))
        .map((name) => parsed<KeptMessage>(name))
        .filter((one) => one !== undefined)
        .sort((a, b) => a.at.localeCompare(b.at)),
  };
}
