import { isIPv6 } from 'node:net';
import type { z } from 'zod';
import { crossCheck } from './environment.ts';
import { documentation, oneOf, text } from './fields.ts';
import { type RedisUrl, redisUrl } from './redis-url.ts';

/** How REDIS_URL and what belongs to it are read. Nothing here connects. */

export interface RedisAddress {
  host: string;
  port: number;
}

export interface RedisConfig {
  mode: 'single' | 'sentinel' | 'cluster';
  /** By mode: the server, the Sentinels, or some nodes of the cluster. */
  addresses: RedisAddress[];
  /** Holds for servers, nodes and Sentinels alike. */
  tls: boolean;
  /** Of the servers that hold the data, as is the database. */
  username: string | null;
  password: string | null;
  database: number;
  sentinel: { master: string; username: string | null; password: string | null };
}

/** The variables of Redis, each declared once; they are part of the kit's. */
export const redisVariables = {
  REDIS_URL: redisUrl.optional().register(documentation, {
    about:
      'The Redis (6.2 or later) or Valkey that keeps the sessions; rediss:// for TLS. Secret if it holds a password. Several with commas, where REDIS_MODE is sentinel or cluster: rediss://app:secret@redis-1:6379,redis-2:6379. In a user or password, write @ / ? # % as %40 %2F %3F %23 %25.',
    example: 'redis://localhost:6379',
  }),
  REDIS_MODE: oneOf(['single', 'sentinel', 'cluster']).default('single').register(documentation, {
    about:
      'single, sentinel or cluster: what REDIS_URL names (docs/redis.md). sentinel: the Sentinels, with user, password and database of the servers behind them. cluster: some nodes of a Redis Cluster.',
    example: 'sentinel',
  }),
  REDIS_SENTINEL_MASTER: text().optional().register(documentation, {
    about: 'With Sentinels: the name of the master set, from their "sentinel monitor".',
    example: 'sessions',
    default: 'none; with Sentinels mymaster',
  }),
  REDIS_SENTINEL_USERNAME: text().optional().register(documentation, {
    about: 'With Sentinels: the user for the Sentinels themselves, which have their own.',
    example: 'app',
    default: 'none',
  }),
  REDIS_SENTINEL_PASSWORD: text().optional().register(documentation, {
    about: 'With Sentinels: the password for the Sentinels themselves. Secret.',
    example: 'uG7dXw2RkT9qLb4M',
    default: 'none',
  }),
};

type RedisVariables = z.output<z.ZodObject<typeof redisVariables>>;

/** Mistakes that need two variables to see. */
export const redisChecks = [
  crossCheck<RedisVariables>(
    ['REDIS_URL', 'REDIS_MODE'],
    ({ REDIS_URL: url, REDIS_MODE: mode }) => {
      if (!url) {
        return (
          mode !== 'single' &&
          `REDIS_MODE is ${mode}, but there is no REDIS_URL: name the servers, for example redis://redis-1,redis-2,redis-3`
        );
      }
      if (mode === 'single' && url.addresses.length > 1) {
        return 'REDIS_URL names several servers, but REDIS_MODE is single: set it to sentinel or cluster, or name one server';
      }
      return (
        mode === 'cluster' &&
        url.database !== 0 &&
        `REDIS_URL names database ${url.database}, but a cluster has only 0: take /${url.database} away`
      );
    },
  ),
  // Only these three: a Kubernetes Service named redis-sentinel brings REDIS_SENTINEL_PORT and more.
  ...(['MASTER', 'USERNAME', 'PASSWORD'] as const).map((what) =>
    crossCheck<RedisVariables>(
      ['REDIS_MODE'],
      (env) =>
        env.REDIS_MODE !== 'sentinel' &&
        env[`REDIS_SENTINEL_${what}`] !== undefined &&
        `REDIS_SENTINEL_${what} is for Sentinels: set REDIS_MODE to sentinel, or leave it out`,
    ),
  ),
  crossCheck<RedisVariables>(
    ['REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'],
    (env) =>
      env.REDIS_SENTINEL_USERNAME !== undefined &&
      env.REDIS_SENTINEL_PASSWORD === undefined &&
      'REDIS_SENTINEL_PASSWORD is missing: REDIS_SENTINEL_USERNAME needs one',
  ),
];

export const redisConfig = (env: RedisVariables): RedisConfig | null =>
  env.REDIS_URL ? configOf(env.REDIS_URL, env) : null;

/** One server, for where there is no environment to read. */
export const singleRedis = (url: string): RedisConfig =>
  configOf(redisUrl.parse(url), { REDIS_MODE: 'single' });

function configOf(url: RedisUrl, env: Omit<RedisVariables, 'REDIS_URL'>): RedisConfig {
  const usualPort = env.REDIS_MODE === 'sentinel' ? 26_379 : 6379;
  return {
    ...url,
    mode: env.REDIS_MODE,
    addresses: url.addresses.map(({ host, port }) => ({ host, port: port ?? usualPort })),
    sentinel: {
      master: env.REDIS_SENTINEL_MASTER ?? 'mymaster',
      username: env.REDIS_SENTINEL_USERNAME ?? null,
      password: env.REDIS_SENTINEL_PASSWORD ?? null,
    },
  };
}

/** As ioredis takes them, for a server or a Sentinel. */
export const credentials = ({
  username,
  password,
  tls,
}: Pick<RedisConfig, 'username' | 'password' | 'tls'>) => ({
  ...(username !== null && { username }),
  ...(password !== null && { password }),
  ...(tls && { tls: {} }),
});

/** As in a URL. */
export const addressText = ({ host, port }: RedisAddress): string =>
  `${isIPv6(host) ? `[${host}]` : host}:${port}`;
