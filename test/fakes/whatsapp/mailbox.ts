/** What the server keeps until the account's client has confirmed it: it comes again, as it was, at each login. */
import type { BinaryNode } from '@whiskeysockets/baileys';
import { userOf } from './stanzas.ts';

interface Letter { node: BinaryNode; isSent: boolean }

const LETTERS_MAX = 20_000;

export class Mailbox {
  readonly #letters: Letter[] = [];
  #send: ((node: BinaryNode) => void) | undefined;

  /** Keeps a stanza, and delivers it at once where the client is there. */
  post(node: BinaryNode): void {
    if (this.#letters.length >= LETTERS_MAX) throw new Error(`more than ${LETTERS_MAX} stanzas wait for the client`);
    const letter: Letter = { node, isSent: false };
    this.#letters.push(letter);
    if (this.#send === undefined) return;
    letter.isSent = true;
    this.#send(node);
  }

  /** The client is there: everything that it has not confirmed goes out, marked as kept. Gives how many. */
  open(send: (node: BinaryNode) => void): number {
    this.#send = send;
    for (const letter of this.#letters) {
      letter.isSent = true;
      send({ ...letter.node, attrs: { ...letter.node.attrs, offline: '0' } });
    }
    return this.#letters.length;
  }

  close(): void {
    this.#send = undefined;
    for (const letter of this.#letters) letter.isSent = false;
  }

  clear(): void {
    this.#letters.length = 0;
  }

  /** How many the client has not confirmed. */
  get waiting(): number {
    return this.#letters.length;
  }

  /** The client has it; of several with this id the oldest. `jid`: whom the client answered. */
  confirm(tag: string, id: string | undefined, jid: string | undefined, type?: string): void {
    const at = this.#letters.findIndex(({ node, isSent }) => isSent && node.tag === tag && node.attrs['id'] === id
      && isAbout(node, jid) && (tag !== 'receipt' || node.attrs['type'] === type));
    if (at >= 0) this.#letters.splice(at, 1);
  }
}

function isAbout({ attrs }: BinaryNode, jid: string | undefined): boolean {
  const user = userOf(jid);
  return user === '' || [attrs['from'], attrs['recipient'], attrs['participant']].some((one) => userOf(one) === user);
}
