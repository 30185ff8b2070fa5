/** Row ids: UUID version 7, so that ids of one table rise with time and their index stays warm. */
import { V7Generator } from 'uuidv7';

/** Random words taken from the system at once: asking it for every id cost more than the rest of the id. */
const WORDS = 2_048;

class Pool {
  readonly #words = new Uint32Array(WORDS);
  #at = WORDS;

  nextUint32(): number {
    if (this.#at >= WORDS) {
      crypto.getRandomValues(this.#words);
      this.#at = 0;
    }
    const word = this.#words[this.#at] ?? 0;
    this.#at += 1;
    return word;
  }
}

const generator = new V7Generator(new Pool());

/**
 * A new row id (UUID v7, lower case with hyphens). Made in code, so that a batch knows its ids before it is written.
 */
export function newId(): string {
  return generator.generate().toString();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True if the text is a UUID in the form this product writes (lower case). */
export function isId(text: string): boolean {
  return UUID.test(text);
}
