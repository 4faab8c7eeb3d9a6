import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { clean } from './fields.ts';

const FORM =
  'must be an address such as redis://localhost:6379 (rediss:// for TLS), or several: redis://redis-1:6379,redis-2:6379';
const ADDRESS = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;

export interface RedisUrl {
  tls: boolean;
  username: string | null;
  password: string | null;
  database: number;
  /** Null ports: the usual one, which depends on the mode. */
  addresses: { host: string; port: number | null }[];
}

/** User, password, TLS and database are given once and hold for all addresses. */
export const redisUrl = z
  .string()
  .trim()
  .check(clean)
  .transform((value, context): RedisUrl => {
    const url = readUrl(value);
    if (typeof url !== 'string') return url;
    context.addIssue({ code: 'custom', message: url });
    return z.NEVER;
  });

/** @returns what is wrong, in words that never hold a part of the value that may be secret. */
function readUrl(value: string): RedisUrl | string {
  const [, given, rest = ''] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(value) ?? [];
  const scheme = given?.toLowerCase();
  if (value.startsWith('/') || scheme?.includes('unix') || scheme?.includes('sock')) {
    return 'names a socket: only TCP is supported, for example redis://localhost:6379';
  }
  if (scheme !== 'redis' && scheme !== 'rediss') return FORM;
  const at = rest.lastIndexOf('@');
  const userinfo = at < 0 ? '' : rest.slice(0, at);
  const place = rest.slice(at + 1);
  if (/[/?#@]/.test(userinfo)) {
    return 'has an @ / ? or # in its user or password: write them as %40 %2F %3F %23';
  }
  if (/[?#]/.test(place)) {
    return 'has options after ? or #, and none are supported: it must end after the port or the number of the database';
  }
  if (place.includes('://')) {
    return 'names redis:// more than once: write it once, as in redis://redis-1:6379,redis-2:6379';
  }
  const [, hosts = '', database = '0'] = /^([^/]*)(?:\/(\d{1,4})?)?$/.exec(place) ?? [];
  if (!hosts && place.includes('/')) {
    return 'must end in the number of a database, for example redis://localhost:6379/0';
  }
  const addresses = hosts.split(',').map(readAddress);
  const known = addresses.filter((address) => address !== null);
  if (known.length < addresses.length) return FORM;
  const credentials = readUserinfo(userinfo);
  if (!credentials)
    return 'has a user or password that does not decode: write % as %25 and @ as %40';
  if (credentials.username && !credentials.password) {
    return 'names a user without a password, for example redis://app:its-password@redis:6379';
  }
  return { ...credentials, tls: scheme === 'rediss', database: Number(database), addresses: known };
}

function readAddress(text: string): RedisUrl['addresses'][number] | null {
  const [, ipv6, name, digits] = ADDRESS.exec(text.trim()) ?? [];
  const host = (ipv6 ?? name)?.toLowerCase();
  const port = digits === undefined ? null : Number(digits);
  if (!host || (ipv6 && !isIPv6(ipv6)) || (port !== null && (port < 1 || port > 65_535)))
    return null;
  return { host, port };
}

/** @returns null when it is not percent-encoded as it should be; empty parts count as absent. */
function readUserinfo(text: string): Pick<RedisUrl, 'username' | 'password'> | null {
  const [user = '', ...rest] = text.split(':');
  try {
    const password = decodeURIComponent(rest.join(':'));
    return { username: decodeURIComponent(user) || null, password: password || null };
  } catch {
    return null;
  }
}
