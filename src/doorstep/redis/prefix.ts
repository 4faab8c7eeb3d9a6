import { ConfigError } from '../config/environment.ts';
import { keyCount, type RedisCommands } from './commands.ts';
import { intercept } from './intercept.ts';

/** The same commands under other keys. */
export function withPrefix(redis: RedisCommands, prefix: string): RedisCommands {
  if (prefix === '') return redis;
  return intercept(redis, (command, given, call) => {
    const count = keyCount(command);
    return call(given.map((each, index) => (index < count ? `${prefix}${each}` : each)));
  });
}

/** No brace at all, or a hash tag of its own before any other brace (Redis Cluster specification, "Hash tags"). */
const KEEPS_SLOTS = /^[^{}]*$|^[^{]*\{[^}]+\}/;

/**
 * Keys of one script share a slot by their hash tags: a prefix that spoils these would make every
 * sign-in fail.
 *
 * @throws {ConfigError}
 */
export function rejectSplitPrefix(prefix: string): void {
  if (KEEPS_SLOTS.test(prefix)) return;
  throw new ConfigError(
    [
      `${JSON.stringify(prefix)} before the keys of a Redis Cluster has braces that are no hash tag`,
    ],
    "Give redisPrefix, and the keyPrefix of a client of the app's own, no braces, or a hash tag: {shop}:",
  );
}
