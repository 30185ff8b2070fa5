/** What the parts of the fake share: who there is, what is open, and what went wrong. */
import type { Account } from './account.ts';
import type { FakeAccount } from './api.ts';
import type { Connection } from './connection.ts';
import { MediaServer } from './media.ts';
import { serverKeys } from './noise.ts';
import type { Pairing } from './pairing.ts';
import type { Phone } from './phone.ts';
import { userOf } from './stanzas.ts';

export class World {
  readonly keys = serverKeys();
  readonly media: MediaServer;
  readonly accounts = new Map<string, Account>();
  /** Every phone, the accounts' own too, by number and by LID. */
  readonly phones = new Map<string, Phone>();
  readonly pairings = new Set<Pairing>();
  readonly connections = new Set<Connection>();
  readonly errors: Error[] = [];
  url = '';
  opened = 0;
  replaced = 0;
  isStopped = false;
  readonly #running = new Set<Promise<void>>();

  constructor(takesUploads: boolean) {
    this.media = new MediaServer(takesUploads);
  }

  accountOf({ pn }: Pick<FakeAccount, 'pn'>): Account {
    const account = this.accounts.get(pn);
    if (account === undefined) throw new Error(`${pn} is no account of this server`);
    return account;
  }

  /** The phone behind a jid of either kind. */
  phoneOf(jid: string | undefined): Phone | undefined {
    return this.phones.get(userOf(jid));
  }

  addPhone(phone: Phone): Phone {
    this.phones.set(phone.pn, phone);
    this.phones.set(phone.lid, phone);
    return phone;
  }

  /** Lets something go on by itself; its failure is kept for the test to see. */
  background(work: Promise<unknown>): void {
    const running = work.then(() => undefined, (error: unknown) => this.fail(error)).then(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  fail(error: unknown): void {
    if (!this.isStopped) this.errors.push(error instanceof Error ? error : new Error(String(error)));
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}
