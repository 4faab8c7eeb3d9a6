import type { Logger } from 'pino';
import {
  addressText,
  connectRedis,
  type RedisCommands,
  type RedisConfig,
} from '../src/doorstep/operator.ts';
import { EmbeddedRedis } from './redis.ts';

/** The Redis that REDIS_URL names, else one inside this process. */
export function redisOrEmbedded(
  config: RedisConfig | null,
  logger: Logger,
): { client: RedisCommands; name: string; close: () => Promise<void> } {
  if (!config) {
    const name = 'inside this process (sessions end with it; set REDIS_URL to use your own)';
    return { client: new EmbeddedRedis(), name, close: async () => {} };
  }
  const client = connectRedis(config, logger);
  // Never the whole address: it may hold a password.
  const name = `${config.mode}: ${config.addresses.map(addressText).join(', ')}`;
  return { client, name, close: async () => client.disconnect() };
}
