import { isIPv6 } from 'node:net';
import { z } from 'zod';

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

const FORM =
  'must be an address such as redis://localhost:6379 (rediss:// for TLS), or several: redis://redis-1:6379,redis-2:6379; in a password, write @ / ? # as %40 %2F %3F %23';
const ADDRESS = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;
const PARTS = /^(rediss?):\/\/(?:([^/@?#]*)@)?([^/@?#]+)(?:\/(\d{0,4}))?$/;

/** Null ports: the usual one, which depends on the mode. */
type Url = Pick<RedisConfig, 'tls' | 'username' | 'password' | 'database'> & {
  addresses: { host: string; port: number | null }[];
};

/** User, password, TLS and database are given once and hold for all addresses. */
export const redisUrl = z.string().transform((value, context): Url => {
  const fail = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const [, scheme, userinfo = '', hosts, database] = PARTS.exec(value) ?? [];
  const addresses = hosts?.split(',').map(readAddress) ?? [];
  const known = addresses.filter((address) => address !== null);
  if (known.length === 0 || known.length < addresses.length) return fail(FORM);
  const credentials = readUserinfo(userinfo);
  if (!credentials) {
    return fail('has a user or password that does not decode: write % as %25 and @ as %40');
  }
  const { username, password } = credentials;
  if (username && !password) {
    return fail('names a user without a password, for example redis://app:its-password@redis:6379');
  }
  return {
    tls: scheme === 'rediss',
    username,
    password,
    database: Number(database ?? 0),
    addresses: known,
  };
});

export const redisMode = z.enum(
  ['single', 'sentinel', 'cluster'],
  'must be single, sentinel or cluster',
);

/** The variables of the environment, once each of them is right. */
interface Given {
  REDIS_URL?: Url | undefined;
  REDIS_MODE: RedisConfig['mode'];
  REDIS_SENTINEL_MASTER?: string | undefined;
  REDIS_SENTINEL_USERNAME?: string | undefined;
  REDIS_SENTINEL_PASSWORD?: string | undefined;
}

export const redisConfig = (env: Given): RedisConfig | null =>
  env.REDIS_URL ? configOf(env.REDIS_URL, env) : null;

/** One server, for where there is no environment to read. */
export const singleRedis = (url: string): RedisConfig =>
  configOf(redisUrl.parse(url), { REDIS_MODE: 'single' });

function configOf(url: Url, env: Omit<Given, 'REDIS_URL'>): RedisConfig {
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

/** Mistakes that need two variables to see. */
export function redisCrossFieldChecks(env: Record<string, string | undefined>): string[] {
  const mode = env.REDIS_MODE ?? 'single';
  const url = redisUrl.safeParse(env.REDIS_URL).data;
  const problems: string[] = [];
  if ((mode === 'sentinel' || mode === 'cluster') && !env.REDIS_URL) {
    problems.push(
      `REDIS_MODE is ${mode}, but there is no REDIS_URL: name the servers, for example redis://redis-1,redis-2,redis-3`,
    );
  }
  if (mode === 'single' && url && url.addresses.length > 1) {
    problems.push(
      'REDIS_URL names several servers, but REDIS_MODE is single: set it to sentinel or cluster, or name one server',
    );
  }
  if (mode === 'cluster' && url && url.database !== 0) {
    problems.push(
      `REDIS_URL names database ${url.database}, but a cluster has only 0: take /${url.database} away`,
    );
  }
  if (mode !== 'sentinel') {
    const names = Object.keys(env).filter(
      (name) => name.startsWith('REDIS_SENTINEL_') && env[name],
    );
    problems.push(
      ...names.map(
        (name) => `${name} is for Sentinels: set REDIS_MODE to sentinel, or leave it out`,
      ),
    );
  }
  if (env.REDIS_SENTINEL_USERNAME && !env.REDIS_SENTINEL_PASSWORD) {
    problems.push('REDIS_SENTINEL_PASSWORD is missing: REDIS_SENTINEL_USERNAME needs one');
  }
  return problems;
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

function readAddress(text: string): Url['addresses'][number] | null {
  const [, ipv6, name, digits] = ADDRESS.exec(text.trim()) ?? [];
  const host = ipv6 ?? name;
  const port = digits === undefined ? null : Number(digits);
  if (!host || (ipv6 && !isIPv6(ipv6)) || (port !== null && (port < 1 || port > 65_535)))
    return null;
  return { host, port };
}

/** @returns null when it is not percent-encoded as it should be; empty parts count as absent. */
function readUserinfo(text: string): Pick<Url, 'username' | 'password'> | null {
  const [user = '', ...rest] = text.split(':');
  try {
    const password = decodeURIComponent(rest.join(':'));
    return { username: decodeURIComponent(user) || null, password: password || null };
  } catch {
    return null;
  }
}
