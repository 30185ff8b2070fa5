/** Row ids: UUID version 7, so that ids of one table rise with time and their index stays warm. */
import { uuidv7 } from 'uuidv7';

/**
 * A new row id (UUID v7, lower case with hyphens). Made in code, so that a batch knows its ids before it is written.
 */
export function newId(): string {
  return uuidv7();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True if the text is a UUID in the form this product writes (lower case). */
export function isId(text: string): boolean {
  return UUID.test(text);
}
