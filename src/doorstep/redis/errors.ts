import { SessionStoreUnavailable } from '../errors.ts';
import type { RedisCommands } from './commands.ts';
import { intercept } from './intercept.ts';

/**
 * The same commands, each of which fails with {@link SessionStoreUnavailable}: whatever goes wrong
 * while Redis is asked, it never means "no", it means that nobody knows (C21).
 */
export function wrapRedisErrors(redis: RedisCommands): RedisCommands {
  return intercept(redis, async (command, [key], call) => {
    try {
      return await call();
    } catch (cause) {
      // Of the key only what kind it is: the rest may be the id of a session.
      const [kind] = String(key).split(':', 1);
      throw new SessionStoreUnavailable(`Redis failed at ${command} of ${kind}`, { cause });
    }
  });
}
