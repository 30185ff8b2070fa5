/** Which origins are ours: exactly one behind https, and loopback on the port that was asked (RS17). */

/** The part of gateway/config.ts that the rule needs. */
export interface OriginRule {
  config: { publicUrl: string | null };
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/**
 * True if a browser page of this origin may act for the user. With PUBLIC_URL only that origin; without it the
 * server listens on loopback, and the origin must be the very host that was asked. `null`, suffixes, other ports and
 * other schemes are strangers.
 */
export function originAllowed(rule: OriginRule, origin: string, host: string | undefined): boolean {
  const { publicUrl } = rule.config;
  if (publicUrl !== null) return origin === publicUrl;
  return host !== undefined && LOOPBACK.test(host) && origin === `http://${host}`;
}
