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
