import { Redis } from 'ioredis';
import { credentials, type RedisAddress, type RedisConfig } from '../config/redis-address.ts';

/** Until a Sentinel that is away is tried again. */
const RETRY_DELAY_MS = 1000;

export interface SentinelWatch {
  /** For ioredis, which asks it about each address that a Sentinel gives. It changes none. */
  natMap(address: string): null;
  /** Begins to listen, and stops when the connection ends. */
  watch(redis: Redis): void;
}

/**
 * Gives the connection up as soon as a Sentinel announces another master: the old one may still
 * answer, cut off from the rest, and what it takes then is lost. ioredis has this too
 * (`failoverDetector`), but drops the connection at each Sentinel's word of the same failover, and
 * prints to stderr whenever one is away.
 */
export function watchSentinels(config: RedisConfig): SentinelWatch {
  /** Where the last answer of a Sentinel led to. */
  let at = '';
  /** A master that was announced while ioredis was looking for one. */
  let later: string | null = null;

  function follow(redis: Redis, master: string): void {
    if (master === at) return;
    // While it is still looking, ioredis would take this for the end of all attempts.
    if (redis.status === 'ready' || redis.status === 'connect') redis.disconnect(true);
    else later = master;
  }

  return {
    natMap(address) {
      at = address;
      return null;
    },
    watch(redis) {
      redis.on('ready', () => {
        const master = later;
        later = null;
        if (master !== null) follow(redis, master);
      });
      const watchers = config.addresses.map((address) =>
        listen(address, config, (announcement) => {
          // "<name> <old host> <old port> <new host> <new port>", from each of the Sentinels.
          const [name, , , host, port] = announcement.split(' ');
          if (name === config.sentinel.master) follow(redis, `${host}:${port}`);
        }),
      );
      redis.once('end', () => {
        for (const watcher of watchers) watcher.disconnect();
      });
    },
  };
}

function listen(
  address: RedisAddress,
  { sentinel, tls }: RedisConfig,
  hear: (announcement: string) => void,
): Redis {
  const watcher = new Redis({
    ...address,
    ...credentials({ ...sentinel, tls }),
    enableReadyCheck: false,
    enableOfflineQueue: false,
    retryStrategy: () => RETRY_DELAY_MS,
    // Nobody could catch it when that is refused, and the process would end with it.
    autoResubscribe: false,
  });
  // The connection itself says when no Sentinel answers.
  watcher.on('error', () => {});
  watcher.on('ready', () => {
    watcher.subscribe('+switch-master').catch(() => {});
  });
  watcher.on('message', (_channel, announcement: string) => hear(announcement));
  return watcher;
}
