import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { credentials, type RedisAddress, type RedisConfig } from '../config/redis-address.ts';
import { Misuse } from '../errors.ts';
import { RedisCluster } from './cluster.ts';
import { SCRIPTS } from './commands.ts';
import { type OutageLog, outageLog } from './connection-log.ts';
import { isCutOff, quietHandshake, withFirstWord } from './first-word.ts';
import { watchSentinels } from './sentinels.ts';

/** For an answer of Redis: a page says within 2 s that there is none. */
export const COMMAND_TIMEOUT_MS = 1200;
/** How long a connection that is given up may take to close. */
const DISCONNECT_TIMEOUT_MS = 200;

/** A Redis that hangs, or an address that went silent, is given up within this. */
const LIMITS = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  // As a whole: commands that wait behind others fail with them, the next ones fail at once, and the
  // way back is a new connection.
  socketTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: COMMAND_TIMEOUT_MS,
} satisfies RedisOptions;

const backOffMs = (attempt: number) => Math.min(attempt * 100, COMMAND_TIMEOUT_MS);

/**
 * A client for the app's Redis. It connects by itself, and again after an outage or a failover; a
 * command while Redis is away fails at once instead of waiting in a queue (C21, C22).
 */
export function connectRedis(config: RedisConfig, logger: Logger): Redis | RedisCluster {
  const log = outageLog(logger);
  if (config.mode === 'cluster') return connectCluster(config, log);
  const redis = config.mode === 'sentinel' ? connectBySentinels(config) : connectServer(config);
  const [at] = config.mode === 'single' ? config.addresses : [];
  redis.on('ready', log.back);
  redis.on('error', (error) => {
    if (isFailedSelect(error)) rejectDatabase(redis, config.database, error, log);
    else if (at && redis.status !== 'ready' && (isCutOff(error) || isTimeout(error)))
      sayWhy(redis, at, error, config, log);
    else log.down(error);
  });
  // ioredis is silent when the other side ends the connection during the handshake.
  let wasReady = false;
  redis.on('ready', () => {
    wasReady = true;
  });
  redis.on('close', () => {
    if (at && !wasReady) sayWhy(redis, at, new Error('closed the connection'), config, log);
    wasReady = false;
  });
  quietHandshake(redis);
  return redis;
}

const isTimeout = (error: Error): boolean => 'code' in error && error.code === 'ETIMEDOUT';

/**
 * Redis may have said why before it closed, and may say it again. Where one side speaks TLS and the
 * other doesn't, neither can say so: one closes, or both wait.
 */
function sayWhy(
  redis: Redis,
  at: RedisAddress,
  error: Error,
  { tls }: RedisConfig,
  log: OutageLog,
): void {
  if (log.isDown) return;
  void withFirstWord(error, at).then((reason) => {
    if (redis.status === 'end' || redis.status === 'ready') return;
    const hint = tls ? 'a Redis without TLS takes redis://' : 'a Redis with TLS takes rediss://';
    log.down(reason === error ? new Error(`${error.message} (${hint})`) : reason);
  });
}

/** Lets it finish what it was asked, or with Redis away gives it up. */
export async function closeRedis(redis: Redis | RedisCluster): Promise<void> {
  await redis.quit().catch(() => redis.disconnect());
}

/**
 * Gives a client that somebody else has made the kit's scripts.
 *
 * @throws {Misuse} when one of their names is taken; nothing is changed then.
 */
export function defineScripts(redis: Redis | Cluster): void {
  const scripts = Object.entries(SCRIPTS);
  const defined = new Map<string, unknown>(Object.entries(redis.scriptsSet));
  for (const [name, { lua }] of scripts) {
    if (!(name in redis) || isScript(defined.get(name), lua)) continue;
    throw new Misuse(
      `The ioredis client has a command ${name} of its own, and the kit needs that name: give the kit a client for itself`,
    );
  }
  for (const [name, definition] of scripts) redis.defineCommand(name, definition);
}

const isScript = (defined: unknown, lua: string): boolean =>
  typeof defined === 'object' && defined !== null && 'lua' in defined && defined.lua === lua;

const isFailedSelect = (error: Error & { command?: { name: string } }): boolean =>
  error.command?.name === 'select';

/** ioredis only reports a failed SELECT, and would go on in database 0 (redis/ioredis#74). */
function rejectDatabase(redis: Redis, database: number, { message }: Error, log: OutageLog): void {
  const reason = /^ERR .*DB index/.test(message) ? message : message.split(' ', 1)[0];
  log.down(new Error(`database ${database} of REDIS_URL can't be selected (${reason})`));
  // Before its ready check is sent, which then fails: this connection never becomes ready.
  redis.disconnect(true);
}

/** One connection, to one master: what the two modes without a cluster share. */
const options = (config: RedisConfig) =>
  ({
    ...LIMITS,
    ...credentials(config),
    db: config.database,
    scripts: SCRIPTS,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: COMMAND_TIMEOUT_MS,
    retryStrategy: backOffMs,
    // After a failover the old address may be a replica: connect anew and find the master.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  }) satisfies RedisOptions;

const connectServer = (config: RedisConfig): Redis =>
  new Redis({ ...config.addresses[0], ...options(config) });

function connectBySentinels(config: RedisConfig): Redis {
  const { addresses, sentinel, tls } = config;
  const { natMap, watch } = watchSentinels(config);
  const redis = new Redis({
    ...options(config),
    sentinels: addresses,
    name: sentinel.master,
    sentinelUsername: sentinel.username ?? undefined,
    sentinelPassword: sentinel.password ?? undefined,
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
    natMap,
    // Those of REDIS_URL, by the names that their certificates hold.
    updateSentinels: false,
    sentinelRetryStrategy: backOffMs,
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    // The old master may hang: don't wait for its goodbye.
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  });
  watch(redis);
  return redis;
}

/**
 * Without auto-pipelining: when a slot moves, ioredis repeats a pipeline at the new place only if
 * every command of it failed alike, so other people's commands in it would fail for nothing.
 */
const connectCluster = (config: RedisConfig, log: OutageLog): RedisCluster =>
  new RedisCluster(config.addresses, log, {
    scripts: SCRIPTS,
    redisOptions: {
      ...LIMITS,
      ...credentials(config),
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      // A node that is loading says so by itself, to each command and at once.
      enableReadyCheck: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
    },
    // Names stay names: certificates are for them, and an address may have changed after an outage.
    dnsLookup: (address, done) => done(null, address),
    clusterRetryStrategy: backOffMs,
    slotsRefreshTimeout: COMMAND_TIMEOUT_MS / 2,
    // What part of the cluster can answer does.
    enableReadyCheck: false,
    // Only what was not carried out is sent again: MOVED and ASK, perhaps one after the other.
    maxRedirections: 4,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  });
