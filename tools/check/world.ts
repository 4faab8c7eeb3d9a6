import { lookup } from 'node:dns/promises';
import type { Environment } from '../../src/doorstep/operator.ts';
import { navigate } from './navigate.ts';

/** Everything outside: comes in from here, so that a test can change it. */
export interface World {
  environment: Environment;
  fetch: typeof fetch;
  /** A GET as from the address bar; redirects are not followed. */
  navigate(url: string, signal: AbortSignal): Promise<Response>;
  /** All addresses of a host name. */
  lookup(hostname: string): Promise<string[]>;
  /** Milliseconds since 1970. */
  now(): number;
  /** For one call, milliseconds. */
  timeoutMs: number;
  /** Ends whatever is still waiting: several slow hosts in a row must not add up. */
  deadline: AbortSignal;
}

const ONE_CALL = 5000;
const ALTOGETHER = 8500;

export const realWorld = (environment: Environment): World => ({
  environment,
  fetch,
  navigate,
  lookup: async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address),
  now: Date.now,
  timeoutMs: ONE_CALL,
  deadline: AbortSignal.timeout(ALTOGETHER),
});
