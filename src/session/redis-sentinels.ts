import { Redis } from 'ioredis';
import type { RedisConfig } from '../redis-config.ts';

/** Until a Sentinel that is away is tried again, milliseconds. */
const PACE = 1000;

/**
 * Gives the connection up as soon as a Sentinel announces another master: the old one may still
 * answer, cut off from the rest, and what it takes then is lost. ioredis has this too
 * (`failoverDetector`), but prints to stderr whenever a Sentinel is away.
 */
export function watchSentinels(redis: Redis, { addresses, sentinel, tls }: RedisConfig): void {
  const watchers = addresses.map((address) => {
    const watcher = new Redis({
      ...address,
      ...(sentinel.username !== null && { username: sentinel.username }),
      ...(sentinel.password !== null && { password: sentinel.password }),
      ...(tls && { tls: {} }),
      enableReadyCheck: false,
      maxRetriesPerRequest: null,
      retryStrategy: () => PACE,
    });
    // The connection itself says when no Sentinel answers.
    watcher.on('error', () => {});
    watcher.on('message', (_channel, announcement: string) => {
      if (announcement.startsWith(`${sentinel.master} `)) redis.disconnect(true);
    });
    watcher.subscribe('+switch-master').catch(() => {});
    return watcher;
  });
  redis.once('end', () => {
    for (const watcher of watchers) watcher.disconnect();
  });
}
