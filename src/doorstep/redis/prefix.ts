import type { RedisCommands } from './commands.ts';
import { intercept } from './intercept.ts';

/** The same commands under other keys. Every one of them takes its one key first. */
export function withPrefix(redis: RedisCommands, prefix: string): RedisCommands {
  if (prefix === '') return redis;
  return intercept(redis, (_command, [key, ...others], call) =>
    call([`${prefix}${key}`, ...others]),
  );
}
