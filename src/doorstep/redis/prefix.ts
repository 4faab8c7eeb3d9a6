import type { RedisCommands } from './commands.ts';

/** The same commands under other keys. Every one of them takes its one key first. */
export function withPrefix(redis: RedisCommands, prefix: string): RedisCommands {
  if (prefix === '') return redis;
  return new Proxy(redis, {
    get(target, name) {
      const command: unknown = Reflect.get(target, name);
      if (typeof command !== 'function') return command;
      return (key: string, ...others: unknown[]) =>
        Reflect.apply(command, target, [prefix + key, ...others]);
    },
  });
}
