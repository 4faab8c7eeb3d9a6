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
  let master = '';
  // "<name> <old host> <old port> <new host> <new port>", from each of the Sentinels.
  const hear = (announcement: string) => {
    const [name, , , ...announced] = announcement.split(' ');
    if (name !== sentinel.master || announced.join(' ') === master) return;
    master = announced.join(' ');
    // While it is still looking for one, ioredis would take this for the end of all attempts.
    if (redis.status === 'ready' || redis.status === 'connect') redis.disconnect(true);
  };
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
    watcher.on('message', (_channel, announcement: string) => hear(announcement));
    watcher.subscribe('+switch-master').catch(() => {});
    return watcher;
  });
  redis.once('end', () => {
    for (const watcher of watchers) watcher.disconnect();
  });
}
