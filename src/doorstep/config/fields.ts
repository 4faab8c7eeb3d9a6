import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { looksGuessable } from './guessable.ts';

/** What .env.example and docs/environment.md say of a variable; both are tested against it. */
export interface Documentation {
  /** The first sentence is in docs/environment.md too. */
  about: string;
  example: string;
  /** In words, beginning with the value itself; none: it must be given. */
  default?: string;
}
export const documentation = z.registry<Documentation>();

const SECRET_LENGTH = 32;
export const NEW_SECRET = 'make one with: openssl rand -base64 48';
/** More than a change of keys needs; each costs a digest of every body. */
const MAX_SIGNING_KEYS = 5;
const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal'];
/** An eighth of IPv4 is 32 networks of the size of 10.0.0.0/8. */
const TRUSTED_SHARE = 1 / 8;

const missingOr = (what: string) => ({
  error: ({ input }: { input?: unknown }) =>
    input === undefined ? `is missing: ${what}` : 'must be text',
});

/** Characters that editors, shells and files of secrets leave in a value, where nobody sees them. */
function strayCharacter(value: string): string | null {
  if (/^(["'`]).*\1$/s.test(value) || /^[“”„‘’].*[“”‘’]$/s.test(value)) {
    return 'is in quotes: only a shell and .env take them off, so leave them out';
  }
  if (/[\r\n]$/.test(value)) {
    return 'ends in a line break: write it without one (printf, or echo -n), with LF line ends';
  }
  if (/[\r\n]/.test(value)) return 'has a line break in it: is a quote left open?';
  if (/^[^\S\ufeff]|[^\S\ufeff]$/.test(value)) return 'begins or ends with a blank: take it away';
  const [invisible] = /[\p{Cc}\u00ad\u200b\u2028-\u202e\u2060\ufeff]/u.exec(value) ?? [];
  if (invisible === undefined) return null;
  const code = invisible.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `has an invisible character in it (U+${code}): type it anew`;
}

export const clean = z.superRefine<string>((value, context) => {
  const message = strayCharacter(value);
  if (message) context.addIssue({ code: 'custom', message, continue: false });
});

/** Any text, exactly as it is given. */
export const text = (missing = 'it must be given') => z.string(missingOr(missing)).check(clean);

/** RFC 6749 appendix A.1 and A.2: client ids and secrets are visible ASCII and blanks. */
export const clientText = (missing: string) =>
  text(missing).regex(/^[\x20-\x7e]+$/, {
    error: 'has a character that is not ASCII: copy it anew',
    abort: true,
  });

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  text().pipe(z.enum(values, `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`));

export const wholeNumber = (min: number, max: number, example: number) =>
  text()
    .regex(/^\d{1,9}$/, `must be a whole number, for example ${example}`)
    .transform(Number)
    .refine(
      (value) => value >= min && value <= max,
      `must be between ${min} and ${max}, for example ${example}`,
    );

export const flag = oneOf(['true', 'false']).transform((value) => value === 'true');

/** RFC 8707 section 2: absolute, without a fragment or what no URI holds. Never rewritten, since Logto compares it. */
export const absoluteUri = text().refine(
  (value) => URL.canParse(value) && !/[#\s"<>\\^`{|}]/.test(value),
  'must be an absolute address such as https://books.example/api',
);

/** An organization of Hugging Face: `id` counts, the handle is for people. */
export interface HuggingFaceOrganizationId {
  handle: string;
  /** 24 hexadecimal digits: `sub` in userinfo, the same after a rename. */
  id: string;
}

/** @returns null unless it is `handle:id`. */
export function organizationIdIn(entry: string): HuggingFaceOrganizationId | null {
  const [, handle, id] = /^([\w.-]{1,96}):([\da-f]{24})$/.exec(entry) ?? [];
  return handle && id ? { handle, id } : null;
}

export const huggingFaceOrganizations = text().transform((value, context) =>
  value.split(',').map((part) => {
    const entry = part.trim();
    const found = organizationIdIn(entry);
    if (found) return found;
    const message = /^[\w.-]{1,96}$/.test(entry)
      ? `names ${entry} without its id: set-up (doorstep setup) finds it and writes handle:id`
      : 'must be organizations as handle:id, separated by commas, for example acme:65a1c0de00000000000a1837';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }),
);

/**
 * An origin: scheme and host, nothing after it. Plain http only on this machine (C16). Blanks around
 * it and upper case don't matter: what counts is the result (C26).
 */
export const origin = (example: string, what = `for example ${example}`) =>
  z
    .string(missingOr(what))
    .trim()
    .check(clean)
    .transform((value, context) => {
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
      if (url.port === '0') return fail('has the port 0, where nothing can be reached');
      if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
        return fail(`must be https (plain http is for localhost only), for example ${example}`);
      }
      return url.origin;
    });

export const secrets = z
  .string(missingOr(`it must be given; ${NEW_SECRET}`))
  .check(clean)
  .transform((value, context) => {
    const list = value.split(',').map((secret) => secret.trim());
    for (const [index, secret] of list.entries()) {
      const which =
        list.length > 1
          ? ` (number ${index + 1} of ${list.length}: a comma separates secrets, so none has one in it)`
          : '';
      const problem = strayCharacter(secret) ?? problemOfSecret(secret);
      if (problem) context.addIssue({ code: 'custom', message: problem + which });
    }
    return list;
  });

function problemOfSecret(secret: string): string | null {
  if (secret.length < SECRET_LENGTH) {
    return `is too short: ${secret.length} characters, at least ${SECRET_LENGTH} are needed (in .env, a # ends a value that is not in quotes); ${NEW_SECRET}`;
  }
  return looksGuessable(secret)
    ? `looks like a sample, anybody could know it; ${NEW_SECRET}`
    : null;
}

/** Made by Logto, 32 characters each. */
export const signingKeys = clientText('the signing key of the webhook at Logto').transform(
  (value, context) => {
    const list = value.split(',').map((key) => key.trim());
    const fail = (message: string) => context.addIssue({ code: 'custom', message });
    if (list.length > MAX_SIGNING_KEYS) fail(`has more than ${MAX_SIGNING_KEYS} keys in it`);
    for (const key of list) {
      if (key.length >= SECRET_LENGTH && !/\s/.test(key)) continue;
      fail(
        `is not whole: Logto's keys have ${SECRET_LENGTH} characters, this has ${key.length}; copy it anew from Logto Console > Webhooks`,
      );
    }
    return list;
  },
);

export const proxies = z
  .string()
  .check(clean)
  .transform((value, context) => {
    const list = value.split(',').map((entry) => entry.trim());
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const shares = new Map(list.map((entry) => [entry, shareOf(entry)]));
    const trusted = [...shares.values()].reduce<number>((sum, share) => sum + (share ?? 1), 0);
    if (trusted < TRUSTED_SHARE) return list;
    const names = `addresses, networks like 10.0.0.0/8, or ${PROXY_NAMES.join(', ')}`;
    return fail(
      `must name the proxies: ${names}; "true", a count or networks of most addresses would trust anybody's headers`,
    );
  });

/** Names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** How much of all addresses a proxy's entry trusts, or null when it is none (C23, S34, S42). */
function shareOf(entry: string): number | null {
  if (PROXY_NAMES.includes(entry)) return 0;
  const [address = '', digits, ...rest] = entry.split('/');
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  // Node knows addresses that Express doesn't: with a zone (fe80::1%eth0), ::10.0.0.1.
  const dotted = version === 6 && address.includes('.') && !/^::ffff:[\d.]+$/i.test(address);
  if (version === 0 || dotted || address.includes('%') || rest.length > 0) return null;
  const bits = Number(digits ?? longest);
  if (!/^\d{1,3}$/.test(digits ?? '0') || bits < 1 || bits > longest) return null;
  return 2 ** -(version === 6 ? bits - bitsBeforeIpv4(address, bits) : bits);
}

/** Express takes an IPv4 address for one of ::ffff:0:0/96 too, so such a network is one of IPv4. */
function bitsBeforeIpv4(address: string, bits: number): number {
  const mapped = new BlockList();
  mapped.addSubnet('::ffff:0.0.0.0', 96, 'ipv6');
  const network = new BlockList();
  network.addSubnet(address, bits, 'ipv6');
  if (bits >= 96) return mapped.check(address, 'ipv6') ? 96 : 0;
  return network.check('::ffff:0.0.0.0', 'ipv6') ? bits : 0;
}
