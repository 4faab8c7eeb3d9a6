import { isIP } from 'node:net';
import { z } from 'zod';

export type Environment = Record<string, string | undefined>;

/** The forms that values of the environment may take. Each message says what would be right. */

const SECRET_LENGTH = 32;
export const NEW_SECRET = 'make one with: openssl rand -base64 48';
const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

export const wholeNumber = (min: number, max: number, example: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number, for example ${example}`)
    .transform(Number)
    .refine(
      (value) => value >= min && value <= max,
      `must be between ${min} and ${max}, for example ${example}`,
    );

export const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((value) => value === 'true');

/** RFC 8707 section 2: absolute, and without a fragment. */
export const absoluteUri = z
  .string()
  .refine((value) => URL.canParse(value) && !value.includes('#'), {
    message: 'must be an absolute address such as https://books.example/api',
  });

/** An origin: scheme and host, nothing after it. Plain http only on this machine (C16). */
export const origin = (example: string) =>
  z.string().transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (!url || !['http:', 'https:'].includes(url.protocol)) {
      return fail(`must be an address such as ${example}`);
    }
    if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
      return fail(`must end after the host name and port, for example ${example}`);
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      return fail(`must be https (plain http is for localhost only), for example ${example}`);
    }
    return url.origin;
  });

export const secrets = z.string().transform((value, context) => {
  const list = value.split(',').map((secret) => secret.trim());
  for (const [index, secret] of list.entries()) {
    const which = list.length > 1 ? ` (number ${index + 1} of ${list.length})` : '';
    const fail = (message: string) =>
      context.addIssue({ code: 'custom', message: message + which });
    if (secret.length < SECRET_LENGTH) {
      fail(
        `is too short: ${secret.length} characters, at least ${SECRET_LENGTH} are needed; ${NEW_SECRET}`,
      );
    } else if (
      /change-?me|example|password|secret-|your-/i.test(secret) ||
      new Set(secret).size < 10
    ) {
      fail(`looks like a sample, anybody could know it; ${NEW_SECRET}`);
    }
  }
  return list;
});

export const proxies = z.string().transform((value, context) => {
  const list = value.split(',').map((entry) => entry.trim());
  for (const entry of list) {
    if (!isProxy(entry)) {
      const message = `must name the proxies: addresses, networks like 10.0.0.0/8, or ${PROXY_NAMES.join(', ')}; "true" or a count would trust anybody's headers`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  }
  return list;
});

/** Names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isProxy(entry: string): boolean {
  if (PROXY_NAMES.includes(entry)) return true;
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  // A network of all addresses would be `trust proxy: true` in disguise (C23, S34).
  return (
    bits === undefined ||
    (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  );
}
