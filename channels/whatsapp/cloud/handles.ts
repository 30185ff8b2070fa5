/**
 * Who somebody is: a telephone number where Meta shows it, else `bsuid:` and the id by which Meta knows them to this
 * company. Such an id is never shown as a number.
 */
import { text, type Json } from '#channels/json-fields.ts';
import type { SamePerson } from '#domain/channels/words.ts';

const DIGITS = /^[1-9]\d{6,14}$/;
/** A country's two letters, perhaps ENT, and up to 128 letters and digits. */
const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** A person, as the house keeps them. */
export interface Person { handle: string; phone: string | undefined }

/** E.164 of a number as Meta writes it, without the plus; undefined for anything else. */
export function phoneOf(value: unknown): string | undefined {
  const digits = text(value)?.replace(/^\+/, '');
  return digits !== undefined && DIGITS.test(digits) ? `+${digits}` : undefined;
}

/** Whoever these two fields name, the number first; undefined if they name nobody. */
export function personOf(number: unknown, userId: unknown): Person | undefined {
  const phone = phoneOf(number);
  if (phone !== undefined) return { handle: phone, phone };
  const id = [text(userId), text(number)].find((one) => one !== undefined && BSUID.test(one));
  return id === undefined ? undefined : { handle: `bsuid:${id}`, phone: undefined };
}

/** Whom these two fields name by both: the id may stand alone another time. */
export function bothOf(number: unknown, userId: unknown): SamePerson[] {
  const [phone, id] = [phoneOf(number), text(userId)];
  return phone === undefined || id === undefined || !BSUID.test(id) ? []
    : [{ handle: `bsuid:${id}`, is: phone, phone, keeps: true }];
}

/** Whether a handle is the id of somebody whose number was not told. */
export function isIdAlone(handle: string): boolean {
  return handle.startsWith('bsuid:');
}

/** The fields by which a message is addressed; undefined for a handle of no such person. */
export function addressOf(handle: string): Json | undefined {
  const phone = phoneOf(handle);
  if (phone !== undefined && handle.startsWith('+')) return { recipient_type: 'individual', to: phone.slice(1) };
  const id = handle.startsWith('bsuid:') ? handle.slice('bsuid:'.length) : '';
  return BSUID.test(id) ? { recipient_type: 'individual', recipient: id } : undefined;
}
