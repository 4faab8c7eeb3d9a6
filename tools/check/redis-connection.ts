import { Redis } from 'ioredis';
import {
  addressText,
  credentials,
  isCutOff,
  quietHandshake,
  type RedisAddress,
  type RedisConfig,
  withFirstWord,
} from '../../src/doorstep/operator.ts';
import { error, type Finding, type Outcome, stop } from './outcome.ts';
import type { World } from './world.ts';

/** Redis's own description of itself (INFO); null when this user may not read it. */
export type RedisInfo = Map<string, string> | null;

/** A server that holds sessions. */
export interface RedisServer {
  at: RedisAddress;
  info: RedisInfo;
  /** Its clock against ours, milliseconds; null when this user may not ask. */
  ahead: number | null;
}

type Login = Pick<RedisConfig, 'username' | 'password' | 'database' | 'tls'>;

/**
 * Connects to one server, asks, and goes.
 *
 * @throws the first thing that went wrong, by Redis's own words or Node's.
 */
export async function askServer<Answer>(
  at: RedisAddress,
  login: Login,
  { timeoutMs }: World,
  act: (client: Redis) => Promise<Answer>,
): Promise<Answer> {
  const client = new Redis({
    ...at,
    ...credentials(login),
    db: login.database,
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // Not the usual 2 s for a last word from one that hangs.
    disconnectTimeout: 100,
  });
  quietHandshake(client);
  const errors: Error[] = [];
  client.on('error', (cause) => errors.push(cause));
  // All together; each of its commands has the same limit, but they come one after another.
  const tooLate = setTimeout(() => {
    errors.push(new Error('timed out'));
    client.disconnect();
  }, timeoutMs);
  try {
    await client.connect();
    // ioredis goes on in database 0 after a failed SELECT (redis/ioredis#74).
    if (errors[0]) throw errors[0];
    return await act(client);
  } catch (cause) {
    // When the connection fails, the command only says "Connection is closed".
    const first = errors[0] ?? cause;
    const isCut = first instanceof Error && (isCutOff(first) || /closed/.test(first.message));
    throw isCut ? await withFirstWord(first, at) : first;
  } finally {
    clearTimeout(tooLate);
    client.disconnect();
  }
}

export const readInfo = (client: Redis, { redis }: World): Promise<RedisInfo> =>
  redis.info(client).then(parseInfo, onlyForbidden);

/** Redis's clock against ours, milliseconds (TIME); null when this user may not ask. */
export async function readClock(client: Redis, { now, redis }: World): Promise<number | null> {
  const asked = now();
  const time = await redis.time(client).catch(onlyForbidden);
  return time === null ? null : time - (asked + now()) / 2;
}

/** A look at what each server says of itself; one finding for all that are alike. */
export const eachServer =
  (look: (info: RedisInfo) => Finding) =>
  async ({ servers }: { servers: RedisServer[] }): Promise<Outcome<never>> => {
    const found = servers.map(({ at, info }) => ({ at, finding: look(info) }));
    const alike = new Map(found.map(({ finding }) => [finding.message, finding]));
    if (alike.size === 1) return stop(...alike.values());
    return stop(
      ...found.map(({ at, finding }) => ({
        ...finding,
        message: `${addressText(at)}: ${finding.message}`,
      })),
    );
  };

function parseInfo(text: string): RedisInfo {
  const lines = text.matchAll(/^(\w+):(.*?)\r?$/gm);
  return new Map([...lines].map(([, key = '', value = '']) => [key, value]));
}

function onlyForbidden(cause: unknown): null {
  if (cause instanceof Error && /^NOPERM|unknown command/.test(cause.message)) return null;
  throw cause;
}

/** By the first word of Redis's error, or Node's error code. */
const EXPLANATIONS: [RegExp, string, string][] = [
  [
    /^DENIED/,
    'is in protected mode: without a password it serves its own machine only',
    'Give it one (requirepass) and put it into REDIS_URL.',
  ],
  [
    /max number of clients/,
    'has no room for another client',
    'Raise its maxclients, or find out whose connections these are (CLIENT LIST).',
  ],
  [
    /^(NOAUTH|WRONGPASS|ERR AUTH)/,
    'refuses the password or user in REDIS_URL',
    'Correct REDIS_URL.',
  ],
  [
    /^NOPERM/,
    'does not let this user do what the app does',
    'Allow it what docs/redis.md lists, on the keys of this app.',
  ],
  [/^READONLY/, 'is a replica, which takes no writes', 'Set REDIS_URL to the primary.'],
  [/^MOVED/, 'is a node of a Redis Cluster', 'Set REDIS_MODE=cluster.'],
  [
    /cluster support disabled/,
    'is no node of a Redis Cluster',
    'Set REDIS_MODE=single, or cluster-enabled yes over there.',
  ],
  [
    /^CLUSTERDOWN/,
    'says that its Redis Cluster is down',
    'Bring back the masters that are missing, or their replicas; redis-cli --cluster check says more.',
  ],
  [
    /unknown command.*sentinel/i,
    'is no Sentinel',
    'Name the Sentinels in REDIS_URL (their usual port is 26379), or set REDIS_MODE=single.',
  ],
  [/unknown command/, 'is too old: it lacks GETEX', 'Use Redis 6.2 or later, or Valkey.'],
  [
    /DB index/,
    'has no database of the number at the end of REDIS_URL',
    'Correct that number: a Redis has the databases 0 to 15, unless its own setting “databases” says otherwise.',
  ],
  [/^OOM/, 'is full and takes no more writes', 'Give it more memory (maxmemory).'],
  [/^MISCONF/, 'can’t write to its disk', 'Free some space over there; its log says more.'],
  [
    /^NOREPLICAS/,
    'takes no writes: too few replicas keep up',
    'Bring the replicas back, or lower min-replicas-to-write.',
  ],
  [/^LOADING/, 'is still loading its data', 'Wait a little, then run this again.'],
  [/ENOTFOUND|EAI_AGAIN/, 'is a name without an address', 'Correct the host in REDIS_URL.'],
  [/ECONNREFUSED/, 'takes no connection', 'Start it, or correct host and port in REDIS_URL.'],
  [
    /CERT|SELF_SIGNED|ALTNAME/i,
    'has a certificate that is not valid here',
    'Renew it; for a certificate authority of your own set NODE_EXTRA_CA_CERTS.',
  ],
  [
    /SSL|TLS|EPROTO/i,
    'and this machine can’t agree on TLS',
    'For a Redis without TLS, REDIS_URL must begin with redis://.',
  ],
];

export function explain(
  at: RedisAddress,
  cause: unknown,
  { tls, timeoutMs }: { tls: boolean; timeoutMs: number },
): Finding {
  const host = addressText(at);
  const text = cause instanceof Error ? [cause.message, codeOf(cause)].join(' ') : '';
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(text));
  if (known) return error(`${host} ${known[1]}`, known[2]);
  if (/timed out|ETIMEDOUT/i.test(text)) {
    const next = tls
      ? 'Look for a firewall; or it speaks no TLS, and REDIS_URL must begin with redis://.'
      : 'Look for a firewall, or a Redis that hangs or is overloaded.';
    return error(`${host} does not answer within ${timeoutMs / 1000} s`, next);
  }
  return error(
    `${host} closed the connection`,
    tls
      ? 'The log of Redis says more; without TLS over there, REDIS_URL must begin with redis://.'
      : 'The log of Redis says more; if it wants TLS, REDIS_URL must begin with rediss://.',
  );
}

const codeOf = (cause: Error): string => ('code' in cause ? String(cause.code) : '');
