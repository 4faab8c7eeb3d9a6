import { createHmac, timingSafeEqual } from 'node:crypto';

/** Lower-case hex of HMAC-SHA-256, without a prefix (measured on Logto 1.43). */
const SIGNATURE = /^[0-9a-f]{64}$/;

export const SIGNATURE_HEADER = 'logto-signature-sha-256';

/** Whether it can be a signature at all, which is seen before the body is read. */
export const looksLikeSignature = (given: string | undefined): given is string =>
  given !== undefined && SIGNATURE.test(given);

/**
 * Whether the body was signed with one of the keys. Every key is tried, and compared in constant time:
 * how long it takes tells nothing.
 */
export function isSignedBy(keys: readonly string[], body: Buffer, given: string): boolean {
  const signature = Buffer.from(given, 'hex');
  const matches = keys.filter((key) =>
    timingSafeEqual(createHmac('sha256', key).update(body).digest(), signature),
  );
  return matches.length > 0;
}
