import { isIP, isIPv4 } from 'node:net';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';

/** A person's own network is a /56 at most; a smaller one is a new address for every request. */
const IPV6_PREFIX_BITS = 56;
/** Whatever is no address counts as one and the same. */
const UNKNOWN = 'unknown';

/** By what requests are counted: {@link addressKey} of what Express takes for the client's address. */
export const clientAddress = (req: Request): string => addressKey(req.ip ?? '');

/**
 * One key for one client, however its address is written. Proxies may add the port (RFC 7239
 * section 6), which changes with each connection, and whoever asks may write what they like.
 *
 * @returns an IPv4 address, or the /56 of an IPv6 one.
 */
export function addressKey(written: string): string {
  const [, bracketed] = /^\[(.*)\](?::\d+)?$/.exec(written.trim()) ?? [];
  const whole = plain(bracketed ?? written);
  const address = isIP(whole) ? whole : plain(whole.replace(/:\d+$/, ''));
  if (!isIP(address)) return UNKNOWN;
  return isIPv4(address) ? address : ipKeyGenerator(address, IPV6_PREFIX_BITS);
}

/** Without the name of an interface (RFC 4007 section 11), and 198.051.100.007 without its zeros. */
function plain(address: string): string {
  const [host = ''] = address.trim().toLowerCase().split('%');
  return host.replace(/\b0+(?=\d+(?:\.|$))/g, '');
}
