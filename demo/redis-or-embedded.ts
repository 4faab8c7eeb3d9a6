import type { Logger } from 'pino';
import {
  addressText,
  connectRedis,
  type RedisCommands,
  type RedisConfig,
  untilReady,
} from '../src/doorstep/operator.ts';
import { EmbeddedRedis } from './redis.ts';

/** The Redis that REDIS_URL names, else one inside this process. */
export function redisOrEmbedded(
  config: RedisConfig | null,
  logger: Logger,
): { client: RedisCommands; name: string; ready: Promise<void>; close: () => Promise<void> } {
  if (!config) {
    const name = 'inside this process (sessions end with it; set REDIS_URL to use your own)';
    return { client: new EmbeddedRedis(), name, ready: Promise.resolve(), close: async () => {} };
  }
  const client = connectRedis(config, logger);
  // Never the whole address: it may hold a password.
  const name = `${config.mode}: ${config.addresses.map(addressText).join(', ')}`;
  const ready = untilReady(client, { timeoutMs: 2000 });
  return { client, name, ready, close: async () => client.disconnect() };
}
