import type { Logger } from 'pino';
import { connectRedis, type SessionRedis } from '../src/session/redis.ts';
import { EmbeddedRedis } from './redis.ts';

/** The Redis that REDIS_URL names, else one inside this process. */
export function redisOrEmbedded(
  url: string | null,
  logger: Logger,
): { client: SessionRedis; name: string; close: () => Promise<void> } {
  if (!url) {
    const name = 'inside this process (sessions end with it; set REDIS_URL to use your own)';
    return { client: new EmbeddedRedis(), name, close: async () => {} };
  }
  const client = connectRedis(url, logger);
  // Never the whole address: it may hold a password.
  return { client, name: new URL(url).host, close: async () => client.disconnect() };
}
