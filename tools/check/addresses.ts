import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../../src/doorstep/operator.ts';
import type { World } from './world.ts';

/** From where an address can be reached: this machine, its network, everywhere. */
export type Reach = 'loopback' | 'private' | 'public';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** RFC 1918, 3927, 4193, 4291, 6598. */
const privateNetworks = new BlockList();
privateNetworks.addSubnet('0.0.0.0', 8);
privateNetworks.addSubnet('10.0.0.0', 8);
privateNetworks.addSubnet('100.64.0.0', 10);
privateNetworks.addSubnet('169.254.0.0', 16);
privateNetworks.addSubnet('172.16.0.0', 12);
privateNetworks.addSubnet('192.168.0.0', 16);
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');

/** Names that only their own network knows. */
const INNER_NAME = /\.(internal|intranet|local|localdomain|lan|home\.arpa|svc|test)$/;

/** A name or address that somebody elsewhere can't open. */
export function isInner(hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  const version = isIP(bare(hostname));
  if (version !== 0) return reachOfAddress(bare(hostname)) !== 'public';
  return !hostname.includes('.') || INNER_NAME.test(hostname);
}

/**
 * Where a host can be reached from, going by its addresses as this machine sees them; the
 * narrowest of several, since whoever connects may pick any. null when the name has no address here.
 */
export async function reachOf(hostname: string, world: World): Promise<Reach | null> {
  if (isLoopback(hostname)) return 'loopback';
  if (isIP(bare(hostname))) return reachOfAddress(bare(hostname));
  const reaches = (await addressesOf(hostname, world)).map(reachOfAddress);
  const narrowest = (['loopback', 'private', 'public'] as const).find((r) => reaches.includes(r));
  return narrowest ?? null;
}

// A name lookup knows no time limit of its own.
function addressesOf(hostname: string, world: World): Promise<string[]> {
  const late = new Promise<string[]>((resolve) => {
    AbortSignal.any([AbortSignal.timeout(world.timeoutMs), world.deadline]).addEventListener(
      'abort',
      () => resolve([]),
    );
  });
  return Promise.race([world.lookup(hostname).catch(() => []), late]);
}

function reachOfAddress(address: string): Reach {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return 'loopback';
  return privateNetworks.check(address, family) ? 'private' : 'public';
}

/** `[::1]` of an address line is `::1`. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
