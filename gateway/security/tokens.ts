/** Opaque tokens and the cookies that carry them. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Characters of 256 bits in base64url. */
export const ID_CHARS = 43;

/** sha256 of an id as it is stored. */
export function hashId(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}

/** True if the texts are equal; takes as long for any two of one length. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The value of a cookie, if the header holds exactly one of that name: two mean that somebody planted one (RS07). */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > 8_192) return undefined;
  const found = header.split(';').map((part) => part.trim()).filter((part) => part.startsWith(`${name}=`));
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined;
}

/** Opaque text of 256 random bits. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
