import { lookup } from 'node:dns/promises';
import type { Redis } from 'ioredis';
import type { Environment } from '../../src/doorstep/operator.ts';
import { navigate } from './navigate.ts';

/** Everything outside: comes in from here, so that a test can change it. */
export interface World {
  environment: Environment;
  /** Whose token for Hugging Face Logto is asked for, by their ID there. */
  tokenOf: string | null;
  fetch: typeof fetch;
  /** A GET as from the address bar; redirects are not followed. */
  navigate(url: string, signal: AbortSignal): Promise<Response>;
  /** All addresses of a host name. */
  lookup(hostname: string): Promise<string[]>;
  /** Milliseconds since 1970. */
  now(): number;
  /** What a Redis says of itself. */
  redis: {
    /** INFO, all of its sections. */
    info(client: Redis): Promise<string>;
    /** TIME, milliseconds since 1970. */
    time(client: Redis): Promise<number>;
  };
  /** For one call, milliseconds. */
  timeoutMs: number;
  /** Ends whatever is still waiting: several slow hosts in a row must not add up. */
  deadline: AbortSignal;
}

const ONE_CALL = 5000;
const ALTOGETHER = 8500;

/** The app is to have people's access tokens for Hugging Face. */
export const wantsTokens = ({ environment }: World): boolean =>
  environment.HF_ACCESS_TOKENS?.trim() === 'true';

export const realWorld = (environment: Environment, tokenOf: string | null = null): World => ({
  environment,
  tokenOf,
  fetch,
  navigate,
  lookup: async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address),
  now: Date.now,
  redis: {
    info: (client) => client.info(),
    time: async (client) => {
      const [seconds, microseconds] = await client.time();
      return Number(seconds) * 1000 + Number(microseconds) / 1000;
    },
  },
  timeoutMs: ONE_CALL,
  deadline: AbortSignal.timeout(ALTOGETHER),
});
